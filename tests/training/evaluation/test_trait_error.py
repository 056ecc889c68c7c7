"""How far what is read lies from what was prompted, on three tests."""

from collections import Counter

import pytest

from tertulia.personas import BigFive, Trait
from tertulia.personas.persona import Statement
from tertulia.personas.traits import Pole
from tertulia.training.evaluation import interviewing
from tertulia.training.evaluation.heatmap import from_json
from tertulia.training.evaluation.interviewing import questions
from tertulia.training.evaluation.sample import Lacking
from tertulia.training.evaluation.trait_error import (
    HEAT_MAP,
    distances,
    on_new_personalities,
    on_questions,
    on_script,
)

from .people import Counting, bench, dialogue, dialogues, subject

FLAT = Counting((0.0,) * 5)


def test_distances_are_absolute_and_what_shows_in_nothing_is_read_as_0() -> None:
    prompted = BigFive(openness=-5, conscientiousness=2, extraversion=4, neuroticism=1)
    assert list(distances(prompted, (5.0, 2.5, None, -1.0, 1.0)).values()) == [10.0, 0.5, 4.0, 1.0, 0.0]


def test_there_are_twenty_questions_four_a_trait_that_name_none() -> None:
    assert [len(questions()[trait]) for trait in Trait] == [4] * 5
    every = [question for listed in questions().values() for question in listed]
    assert len(set(every)) == 20
    assert not any(trait.value[:8] in question.casefold() for question in every for trait in Trait)


def test_on_script_the_mean_is_over_speakers_and_all_five_traits() -> None:
    """By dialogue: |-3| of one speaker, |4| + |1| of the other; with 0 read of everybody that is 8 of 10 readings."""
    [found] = on_script(subject(), bench(*dialogues(3), replies=400, reader=FLAT))
    assert found.by_dialogue == {f"d{number}": (8.0, 10.0) for number in range(3)}
    assert found.value == pytest.approx(0.8)
    assert "chance 0.80, of who shows nothing" in found.about
    assert (found.better, found.detail["speakers"], found.detail["unseen"]) == ("lower", 6, 0)
    [found] = on_script(subject(), bench(*dialogues(3), replies=400, reader=Counting((1.0, 0.0, 4.0, 0.0, 0.0))))
    assert found.by_dialogue["d0"] == (8.0, 10.0)  # |0 - 1| + |-3 - 4|, and nothing for the other


def test_on_script_it_answers_the_real_turns_and_only_its_answers_are_read() -> None:
    reader = Counting((0.0,) * 5)
    on_script(subject("Well."), bench(dialogue(7, (BigFive(), BigFive())), replies=400, reader=reader))
    first, second = reader.shown
    assert [turn.text for turn in first.dialogue.turns] == ["Turn 1 of talk 7.", "Well.", "Turn 3 of talk 7.", "Well."]
    assert [turn.text for turn in second.dialogue.turns][::2] == [f"Turn {n} of talk 7." for n in (0, 2, 4)]
    assert (first.said, second.said) == (["Well."] * 2, ["Well."] * 3)


def test_open_questions_stand_alone_and_are_read_together() -> None:
    reader = Counting((0.0,) * 5)
    tested = bench(*dialogues(4), replies=40, reader=reader)
    [found] = on_questions(subject("Well."), tested)
    assert found.detail["speakers"] == len(reader.shown) == 2
    for talk in reader.shown:
        assert [turn.text for turn in talk.dialogue.turns][::2] == [
            q for listed in questions().values() for q in listed
        ]
    assert all(len(cue.messages) == 1 for each in interviewing.on_questions(tested) for cue in each.cues)
    assert interviewing.on_questions(tested) == interviewing.on_questions(tested)  # the same for every model


def test_new_personalities_have_one_trait_each_and_no_former_nature() -> None:
    shy = Statement(text="I avoid crowds.", trait=Trait.EXTRAVERSION, pole=Pole.LOW)
    talks = dialogues(12)
    object.__setattr__(talks[0].cast[0], "persona", talks[0].cast[0].persona.model_copy(update={"statements": (shy,)}))
    tested = bench(*talks, replies=320)
    chosen = interviewing.on_new_personalities(tested)
    levels = Counter((each.new, each.traits.level(each.new)) for each in chosen if each.new)
    assert levels == {(trait, level): 2 for trait in Trait for level in (-5, -2, 2, 5)}
    assert all(sum(each.traits.level(trait) != 0 for trait in Trait) == 1 for each in chosen)
    assert not any(each.persona.statements for each in chosen)
    assert sum(len(each.cues) for each in chosen) <= 320
    assert all(cue.persona == each.persona for each in chosen for cue in each.cues)
    assert len({cue.id for each in chosen for cue in each.cues}) == sum(len(each.cues) for each in chosen)
    prompts = {subject().prompt(cue)[0]["content"] for each in chosen for cue in each.cues}
    assert all("openness" in prompt for prompt in prompts)


def test_new_personalities_are_asked_about_the_trait_that_is_set() -> None:
    for each in interviewing.on_new_personalities(bench(*dialogues(2), replies=1)):
        assert each.new
        assert [cue.messages[-1]["content"] for cue in each.cues[-4:]] == list(questions()[each.new])
        assert all(cue.messages[-1]["content"].startswith("Turn") for cue in each.cues[:-4])


def test_of_new_personalities_the_set_trait_has_a_column_and_a_heat_map() -> None:
    reader = Counting((2.0, 2.4, None, 0.0, 0.0))
    every, alone = on_new_personalities(subject(), bench(*dialogues(10), replies=1, reader=reader))
    assert every.detail["speakers"] == 20
    maps = {table.trait: table for table in from_json(every.detail[HEAT_MAP])}
    assert maps[Trait.OPENNESS].cells == {level: {2: 1} for level in (-5, -2, 2, 5)}
    assert maps[Trait.EXTRAVERSION].cells == {level: {None: 1} for level in (-5, -2, 2, 5)}
    assert maps[Trait.NEUROTICISM].mean_error == 3.5
    assert every.detail["unseen"] == 20
    own = (7 + 4 + 0 + 3) + (7.4 + 4.4 + 0.4 + 2.6) + 3 * 14  # by trait, over -5, -2, 2, 5
    assert alone.value == pytest.approx(own / 20)
    assert every.value == pytest.approx((own + 16 * (2.0 + 2.4)) / 100)


def test_it_says_what_is_missing() -> None:
    for measure in (on_script, on_questions, on_new_personalities):
        with pytest.raises(Lacking, match="--reader"):
            measure(subject(), bench(*dialogues(1)))
    for measure in (on_script, on_questions):
        with pytest.raises(Lacking, match="Big Five"):
            measure(subject(), bench(dialogue(0), reader=FLAT))
    assert on_new_personalities(subject(), bench(dialogue(0), replies=1, reader=FLAT))  # who has no levels gets some
