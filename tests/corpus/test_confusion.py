"""Is the table of assigned and assessed levels the one that counting by hand gives?"""

import json

import pytest

from tertulia.agents import Dialogue, Member, Place, Turn
from tertulia.corpus import Record
from tertulia.corpus.confusion import Confusion
from tertulia.corpus.statistics import collect
from tertulia.critics import Abstention, Ballot, Decision, Outcome, Review, Verdict, Why
from tertulia.personas import BigFive, Persona, Trait

E, N = Trait.EXTRAVERSION, Trait.NEUROTICISM


def record(index: int, *ballots: Ballot, traits: BigFive | None) -> Record:
    cast = (Member("a", Persona(name="Ann", traits=traits)), Member("b", Persona(name="Bo")))
    made = Dialogue(f"{index}", cast, (Turn("a", "Hi."),), place=Place(1, index))
    return Record(made, Outcome.ACCEPTED, "", (Review(made.id, "p", ballots, Decision(Outcome.ACCEPTED)),))


def read(critic: str = "personality", **figures: float) -> Ballot:
    return Ballot(
        critic, Verdict(True, 1.0, figures={name.replace("_", "/"): value for name, value in figures.items()})
    )


def test_speakers_are_counted_by_assigned_and_assessed_level() -> None:
    high, low = BigFive(extraversion=4, neuroticism=-1), BigFive(extraversion=-4)
    records = [
        record(0, read(a_extraversion=4.0, a_neuroticism=2.0), traits=high),
        record(1, read(a_extraversion=1.0), read("other", a_extraversion=-5.0), traits=high),
        record(2, read(a_extraversion=1.0), traits=high),
        record(3, read(a_extraversion=-2.0), traits=low),
        record(4, read(a_extraversion_unseen=1.0), traits=low),
        record(5, read(a_extraversion=3.0, b_extraversion=3.0, toxicity=0.9, a_words=12.0), traits=None),
        record(6, Ballot("personality", Abstention(Why.FAILED, "no")), traits=low),
        Record(record(7, traits=high).dialogue),
    ]
    mine, nerves, other = collect(records).personality
    assert (mine.critic, mine.trait, mine.speakers, mine.unseen) == ("personality", E, 5, 1)
    assert mine.cells == {-4: {-2: 1, None: 1}, 4: {1: 2, 4: 1}}
    assert list(mine.cells[4]) == [1, 4]
    assert mine.mean_error == (2 + 3 + 3 + 0) / 4
    assert mine.within == 2 / 4
    assert mine.pole == 1.0
    assert mine.mean(4) == 2.0
    assert mine.mean(0) is None
    assert (nerves.trait, nerves.pole, nerves.within) == (N, 0.0, 0.0)
    assert (other.critic, other.cells) == ("other", {4: {-5: 1}})


def test_rates_need_somebody_who_shows_something() -> None:
    confusion = Confusion()
    confusion.count("assessor", E, 0, None)
    confusion.count("assessor", E, 0, 2)
    (table,) = confusion.tables()
    assert (table.within, table.mean_error, table.pole) == (1.0, 2.0, None)
    assert json.loads(json.dumps(table.to_dict())) == {
        "critic": "assessor", "trait": "extraversion", "speakers": 2, "unseen": 1, "tolerance": 2,
        "mean_absolute_error": 2.0, "within_tolerance": 1.0, "pole_accuracy": None,
        "assigned": {"0": {"2": 1, "unseen": 1}},
    }  # fmt: skip


@pytest.mark.parametrize("records", [[], [record(0, read(), traits=BigFive(openness=1))]])
def test_without_figures_there_is_no_table(records: list[Record]) -> None:
    assert collect(records).personality == ()
    assert collect(records).to_dict()["personality"] == []
