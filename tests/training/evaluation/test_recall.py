"""What a model still knows of its persona after small talk: by choice, and by what it writes."""

from dataclasses import replace

import pytest

from tertulia.personas import Persona
from tertulia.personas.persona import ProfileSentence
from tertulia.training.evaluation.ranking import ranked
from tertulia.training.evaluation.recall import (
    CANDIDATES,
    QUESTION,
    TURNS,
    Fact,
    asking,
    begun,
    facts,
    persona_recall,
)
from tertulia.training.evaluation.sample import Lacking
from tertulia.training.example import Form

from .people import bench, dialogue, dialogues, subject

TALKS = dialogues(6)


def fact(text: str, entity: str | None = None) -> Fact:
    [first, *_] = bench(dialogue(0)).examples
    sentence = ProfileSentence(text=text, entity=entity)
    return Fact(replace(first, persona=Persona(name="A", profile=(sentence,))), sentence, ())


def test_facts_are_of_the_profile_and_the_others_true_of_somebody_else() -> None:
    found = facts(bench(*TALKS, replies=40))
    assert found == facts(bench(*TALKS, replies=40))
    assert len(found) == 10
    for each in found:
        own = each.owner.persona.sentences
        assert each.sentence.text in own
        assert len(set(each.others)) == CANDIDATES - 1
        assert not set(each.others) & set(own)


def test_filler_turns_stand_between_the_persona_and_the_question() -> None:
    [each, *_] = facts(bench(*TALKS, replies=4))
    model = subject()
    for turns in TURNS:
        prompt = model.prompt(asking(each, QUESTION, turns, seed=3))
        assert [message["role"] for message in prompt] == ["system", *["user", "assistant"] * (turns // 2), "user"]
        assert each.sentence.text in prompt[0]["content"]
        assert prompt[-1]["content"] == QUESTION
        assert not any(
            " I " in f" {message['content']}" and "guess" not in message["content"] for message in prompt[1:-1]
        )
    short, long = (asking(each, QUESTION, turns, seed=3).messages[:-1] for turns in (4, 8))
    assert long[:4] == short
    assert asking(each, QUESTION, 8, seed=4).messages[:-1] != long


@pytest.mark.parametrize(
    ("text", "entity", "beginning", "missing"),
    [
        ("I own a small dog.", "dog", "I own a small", {"dog"}),
        ("I work as a nurse at the city hospital.", None, "I work as a nurse", {"city", "hospital"}),
        ("Dogs are what I love.", "Dogs", "Dogs are what", set()),  # nothing stands before it: the second half
        ("I sail.", None, "I sail.", set()),
    ],
)
def test_a_sentence_is_broken_off_before_its_entity_or_in_the_middle(
    text: str, entity: str | None, beginning: str, missing: set[str]
) -> None:
    found = begun(fact(text, entity))
    assert found.beginning == beginning
    assert len(found.missing) == len(missing)
    assert {word[:4] for word in found.missing} == {word[:4] for word in missing}


def test_an_answer_is_right_that_has_half_of_what_is_missing() -> None:
    found = begun(fact("I work as a nurse at the city hospital."))
    assert found.told_by("Oh, at that big hospital.")
    assert not found.told_by("I work as a nurse.")
    assert not found.told_by("")


def test_choice_and_answers_are_counted_by_dialogue() -> None:
    model, tested = subject("I own a small cat."), bench(*TALKS[:3], replies=400)
    columns = {samples.measure: samples for samples in persona_recall(model, tested)}
    assert list(columns) == [*(f"recall@{turns}" for turns in TURNS), *(f"told@{turns}" for turns in TURNS)]
    known = facts(tested)
    assert len(known) == 12
    of_cats = [each for each in known if each.sentence.text == "I own a small cat."]
    assert len(of_cats) == 1
    assert columns["told@8"].by_dialogue == {f"d{n}": (1.0 if n == 0 else 0.0, 4.0) for n in range(3)}
    cue = asking(of_cats[0], QUESTION, 4, seed=0)
    scores = ranked(model, cue, [of_cats[0].sentence.text, *of_cats[0].others])
    assert scores[0] == max(scores)  # it says nothing else
    assert columns["recall@4"].by_dialogue["d0"][0] >= 1.0
    assert columns["recall@0"].value == columns["recall@16"].value  # it does not look back, either


def test_it_says_what_is_missing() -> None:
    with pytest.raises(Lacking, match="last utterance"):
        persona_recall(subject(form=Form.PAIRS), bench(*TALKS))
    with pytest.raises(Lacking, match="9 sentences"):
        persona_recall(subject(), bench(dialogue(0)))
