"""Perplexity with one's own profile, without any, and with somebody else's, of the same turns."""

from dataclasses import replace
from math import exp, log

import pytest

from tertulia.agents import Turn
from tertulia.models.errors import Mistake
from tertulia.personas import Persona
from tertulia.training.evaluation.bench import Bench
from tertulia.training.evaluation.perplexity import bits_per_byte, difference, gap, measure, strangers
from tertulia.training.evaluation.sample import Samples, perplexity
from tertulia.training.evaluation.subject import Subject
from tertulia.training.example import Example, Form, System

from .micro import bench, longest, subject
from .people import dialogue

TALKS = bench(4)


def taken(asked: Subject, talks: Bench = TALKS) -> dict[str, Samples]:
    return {samples.measure: samples for samples in measure(asked, talks)}


def test_by_hand() -> None:
    items = [(2.0, 4.0, 8.0), (4.0, 8.0, 16.0)]
    assert perplexity(items) == pytest.approx(exp(6 / 12))
    assert bits_per_byte(items) == pytest.approx(6 / log(2) / 24)
    assert difference([(2.0, 4.0, 3.0, 4.0)]) == pytest.approx(exp(0.75) - exp(0.5))
    assert gap([(0.1, 1.0), (0.3, 1.0)]) == pytest.approx(100 * (exp(0.2) - 1))


def test_the_sums_are_those_of_the_conversations_as_the_model_is_asked() -> None:
    asked = subject()
    found = taken(asked)
    own = asked.nll([asked.told(example) for example in TALKS.examples])
    assert found["ppl"].value == pytest.approx(exp(sum(n.sum for n in own) / sum(n.tokens for n in own)), rel=1e-6)
    none = asked.nll([example.told("") for example in TALKS.examples])
    assert found["ppl none"].value == pytest.approx(exp(sum(n.sum for n in none) / sum(n.tokens for n in none)))
    donors = strangers(TALKS)
    other = asked.nll([asked.told(example, donors[example.id]) for example in TALKS.examples])
    assert found["ppl other"].value == pytest.approx(exp(sum(n.sum for n in other) / sum(n.tokens for n in other)))
    difference = found["ppl other"].value - found["ppl"].value  # type: ignore[operator]
    assert found["other-own"].value == pytest.approx(difference, abs=1e-6)
    assert set(found["other/own %"].by_dialogue) == {talk.id for talk in TALKS.dialogues}


def test_a_stranger_is_of_another_dialogue_and_shares_no_sentence() -> None:
    talks = bench(8)
    donors = strangers(talks)
    personas = {example.id: example.persona for example in talks.examples}
    mates = {
        example.id: [other.persona for other in talks.examples if other.dialogue == example.dialogue]
        for example in talks.examples
    }
    for id, donor in donors.items():
        assert not set(donor.sentences) & {text for mate in mates[id] for text in mate.sentences}
        assert donor.name == personas[id].name
    assert donors == strangers(talks)
    assert donors != strangers(bench(8, seed=1))
    assert len({donor.sentences for donor in donors.values()}) > len(donors) / 2


def test_who_shares_a_sentence_with_all_others_keeps_their_place() -> None:
    same = Persona(name="Same", profile=("I sail.",))  # type: ignore[arg-type]
    talks = [dialogue(0), dialogue(1)]
    alike = [replace(talk, cast=tuple(replace(member, persona=same) for member in talk.cast)) for talk in talks]
    found = taken(subject(), bench(0, *alike))
    for name in ("ppl other", "other-own", "other/own %"):
        assert found[name].value is None
        assert "shares a profile sentence" in found[name].note


def test_who_is_told_nothing_has_no_other() -> None:
    found = taken(subject(System.NONE))
    assert [name for name, samples in found.items() if samples.value is not None] == ["ppl", "bits/byte"]
    assert {samples.note for samples in found.values()} == {"", "it is asked without a system message"}


def test_a_conversation_that_is_cut_is_cut_alike_under_every_system_message() -> None:
    asked = subject()
    asked.loaded = replace(asked.loaded, reads=longest(asked, TALKS) - 8)
    found, whole = taken(asked), taken(subject())
    counts = {name: [item[1] for item in found[name].by_dialogue.values()] for name in ("ppl", "ppl none", "ppl other")}
    assert counts["ppl"] == counts["ppl none"] == counts["ppl other"]
    assert sum(counts["ppl"]) < sum(item[1] for item in whole["ppl"].by_dialogue.values())
    assert "the last turns are left out" in found["ppl"].note
    assert not whole["ppl"].note


def test_who_says_too_much_is_left_out_and_a_context_too_short_for_all_is_named() -> None:
    asked, talks = subject(), bench(3)
    long = replace(talks.dialogues[0], turns=(Turn("a", "So it goes. " * 200), *talks.dialogues[0].turns[1:]))
    found = taken(asked, bench(0, long, *talks.dialogues[1:]))
    assert set(found["ppl"].by_dialogue) == set(found["ppl other"].by_dialogue) == {"d1", "d2"}
    assert found["ppl"].note == f"2 are left out, since it reads {asked.length} tokens"
    asked.loaded = replace(asked.loaded, reads=30)
    with pytest.raises(Mistake, match="the 30 tokens that 'micro' reads are too few for anybody's persona"):
        measure(asked, talks)


def test_who_was_taught_pairs_is_scored_on_pairs() -> None:
    chat, pairs = taken(subject()), taken(subject(form=Form.PAIRS))
    asked = subject(form=Form.PAIRS)
    cues = [cue for cue in TALKS.cues if cue.dialogue == "d0"]
    examples = [
        Example("d0", cue.seat, (*asked.prompt(cue), {"role": "assistant", "content": cue.reply}), cue.persona)
        for cue in cues
    ]
    expected = asked.nll(examples)
    assert pairs["ppl"].by_dialogue["d0"][0] != pytest.approx(chat["ppl"].by_dialogue["d0"][0])
    opener = pairs["ppl"].by_dialogue["d0"][1] - sum(one.tokens for one in expected)
    assert opener == 0
    assert pairs["ppl"].by_dialogue["d0"][0] == pytest.approx(sum(one.sum for one in expected), rel=1e-5)
