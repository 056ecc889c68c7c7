"""P-ACC: whether the poles that a speaker was given are read from single replies."""

import pytest

from tertulia.personas import BigFive, Persona, Trait
from tertulia.personas.persona import Statement
from tertulia.personas.traits import Pole
from tertulia.training.evaluation.reading import hit, intended, p_acc
from tertulia.training.evaluation.sample import Lacking

from .people import Counting, bench, dialogue, dialogues, subject

HIGH, LOW = Pole.HIGH, Pole.LOW


def test_intended_are_the_traits_beside_the_middle_else_what_statements_say() -> None:
    shy = Statement(text="I avoid crowds.", trait=Trait.EXTRAVERSION, pole=LOW)
    traits = BigFive(openness=2, neuroticism=-1)
    assert intended(Persona(name="A", traits=traits, statements=(shy,))) == {
        Trait.OPENNESS: HIGH,
        Trait.NEUROTICISM: LOW,
    }
    assert intended(Persona(name="A", traits=BigFive(), statements=(shy,))) == {Trait.EXTRAVERSION: LOW}
    assert intended(Persona(name="A", statements=(Statement(text="I am me."),))) == {}


def test_a_pole_is_hit_on_its_side_of_the_middle() -> None:
    meant = dict.fromkeys(Trait, HIGH)
    levels = (0.1, -0.1, 0.0, None, 5.0)
    assert list(hit(meant, levels).values()) == [True, False, False, False, True]
    assert hit({Trait.CONSCIENTIOUSNESS: LOW}, levels) == {Trait.CONSCIENTIOUSNESS: True}


def test_each_intended_pole_of_each_reply_counts_once() -> None:
    """Person a is at extraversion -3; person b at extraversion 4 and openness 1. All are read as high in both."""
    model, tested = subject("Well."), bench(*dialogues(4), reader=Counting((2.0, 0.0, 0.5, 0.0, 0.0)))
    columns = {samples.measure: samples for samples in p_acc(model, tested)}
    assert list(columns) == ["P-ACC", "P-ACC openness", "P-ACC extraversion"]
    by_b = sum(cue.seat == "b" for cue in tested.asked)
    assert 0 < by_b < len(tested.asked)
    assert columns["P-ACC openness"].value == 1.0
    assert columns["P-ACC extraversion"].value == pytest.approx(by_b / len(tested.asked))
    assert columns["P-ACC"].value == pytest.approx(2 * by_b / (len(tested.asked) + by_b))
    most = max(by_b, len(tested.asked) - by_b)  # of extraversion; of openness all are high
    assert columns["P-ACC"].about.endswith(f"chance {(by_b + most) / (len(tested.asked) + by_b):.2f}")
    assert columns["P-ACC"].detail["read"] == len(tested.asked) + by_b
    assert list(columns["P-ACC"].detail["by trait"]) == ["openness", "extraversion"]


def test_the_reader_is_shown_the_reply_alone() -> None:
    reader = Counting((1.0,) * 5)
    model, tested = subject("Well."), bench(*dialogues(2), reader=reader)
    p_acc(model, tested)
    assert [text for talk in reader.shown for text in talk.said] == model.answers(tested.asked)
    assert not any("talk" in turn.text for talk in reader.shown for turn in talk.dialogue.turns)


def test_it_says_what_is_missing() -> None:
    with pytest.raises(Lacking, match="--reader"):
        p_acc(subject(), bench(*dialogues(1)))
    with pytest.raises(Lacking, match="trait"):
        p_acc(subject(), bench(dialogue(0), reader=Counting((0.0,) * 5)))
