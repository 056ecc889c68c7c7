"""Do rounds tell gain from chance, and when is it enough?"""

from collections.abc import Iterator
from dataclasses import replace
from random import Random

import pytest

from tertulia.agents import Dialogue, Member, Place, Turn
from tertulia.corpus import Record
from tertulia.corpus.change import compare
from tertulia.corpus.rounds import MEASURED, RoundSummary, gains, report_rounds, summarise
from tertulia.critics import Outcome
from tertulia.personas import Persona

CAST = (Member("a", Persona(name="Ann")), Member("b", Persona(name="Bob")))
PLAIN = RoundSummary(1, 10, 10, 5, 0.5, 10, 0.8, 0.2, 3.0, 1, 1.0)


def dialogue(place: Place, words: int = 1000, exemplars: tuple[str, ...] = ()) -> Dialogue:
    """Four turns of words drawn from a vocabulary."""
    rng = Random(str(place))
    turns = tuple(Turn("ab"[n % 2], " ".join(f"w{rng.randrange(words)}" for _ in range(8))) for n in range(4))
    return Dialogue(f"d{tuple(place)}", CAST, turns, place=place, exemplars=exemplars)


def round_of(number: int, jobs: int, accepted: int, words: int = 1000) -> Iterator[Record]:
    """`accepted` jobs at the first attempt; the others are rejected, and accepted at the second."""
    for index in range(jobs):
        made = dialogue(Place(number, index), words, (f"e{index % 4 and 1}",))
        yield Record(made, Outcome.ACCEPTED if index < accepted else Outcome.REJECTED)
        if index >= accepted:
            yield Record(dialogue(Place(number, index, 1), words), Outcome.ACCEPTED)


def test_a_summary_counts_first_attempts() -> None:
    summary = summarise(3, round_of(3, jobs=20, accepted=15))
    assert (summary.round, summary.jobs, summary.tries, summary.accepted) == (3, 20, 25, 20)
    assert summary.acceptance == 0.75
    assert (summary.exemplars, summary.reuse) == (2, 0.75)
    assert summary.measured == 20
    assert RoundSummary.from_dict(summary.to_dict()) == summary


def test_candidates_of_one_job_count_as_one() -> None:
    def candidates() -> Iterator[Record]:
        yield Record(dialogue(Place(1, 0, 0, 0)), Outcome.PASSED_OVER)
        yield Record(dialogue(Place(1, 0, 0, 1)), Outcome.ACCEPTED)
        yield Record(dialogue(Place(1, 1, 0, 0)), Outcome.REJECTED)
        yield Record(dialogue(Place(1, 1, 0, 1)), Outcome.ACCEPTED)

    summary = summarise(1, candidates())
    assert (summary.jobs, summary.tries, summary.acceptance, summary.measured) == (2, 4, 0.75, 2)


def test_an_empty_round_is_a_summary_of_noughts() -> None:
    assert summarise(1, []) == RoundSummary(1, 0, 0, 0, 0.0, 0, 0.0, 0.0, 0.0, 0, 0.0)


def test_a_large_round_is_measured_on_a_sample() -> None:
    assert summarise(1, round_of(1, jobs=MEASURED + 50, accepted=1)).measured == MEASURED


def test_a_gain_is_told_from_chance() -> None:
    records = [*round_of(1, 50, 20), *round_of(2, 50, 22), *round_of(3, 50, 45)]
    first, second, third = report_rounds(records, seed=7)
    assert first.since_first == first.since_previous == {}
    assert second.since_first["acceptance"].change == pytest.approx(0.04)
    assert not second.since_first["acceptance"].clear
    gain = third.since_first["acceptance"]
    assert gain.clear
    assert gain.low is not None
    assert 0 < gain.low < 0.5 < (gain.high or 0)
    assert third.since_previous["acceptance"].change == pytest.approx(0.46)
    assert [*report_rounds(records, seed=7)] == [first, second, third]
    assert [*report_rounds(records, seed=8)] != [first, second, third]


def test_a_collapse_of_words_is_clear() -> None:
    _, collapsed = report_rounds([*round_of(1, 20, 20), *round_of(2, 20, 20, words=12)])
    changes = collapsed.since_first
    assert changes["distinct_2"].clear
    assert changes["distinct_2"].change < 0
    assert changes["similarity"].clear
    assert changes["similarity"].change > 0
    assert not changes["acceptance"].clear


def test_one_text_for_all_has_no_spread() -> None:
    alike = [Record(replace(dialogue(Place(1, 0)), id=str(n), place=Place(2, n)), Outcome.ACCEPTED) for n in range(9)]
    _, collapsed = report_rounds([*round_of(1, 9, 9), *alike])
    assert collapsed.summary.similarity == pytest.approx(1)
    assert collapsed.summary.opener_entropy == 0
    assert collapsed.summary.distinct_2 == pytest.approx(1 / 9, abs=0.01)
    assert collapsed.since_first["opener_entropy"].clear


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    """Two rounds of one and the same kind: nothing has changed, and few intervals may say so."""
    held = 0
    for trial in range(60):
        rounds = [[Record(dialogue(Place(n, 1000 * trial + i), 60)) for i in range(25)] for n in (1, 2)]
        _, second = report_rounds([record for each in rounds for record in each], seed=trial)
        held += not second.since_first["distinct_2"].clear
    assert held >= 54


def test_a_share_has_the_interval_of_the_textbook() -> None:
    """Standard error of a difference of shares: sqrt(0.4 * 0.6 / 50 + 0.5 * 0.5 / 2000)."""
    few, many = {1.0: 20, 0.0: 30}, {1.0: 1000, 0.0: 1000}
    change = compare(0.4, 0.5, (few, many), Random(1))
    assert change.change == 0.1
    assert change.low == pytest.approx(0.1 - 1.96 * 0.0702, abs=0.015)
    assert change.high == pytest.approx(0.1 + 1.96 * 0.0702, abs=0.015)


def test_one_job_a_side_gives_no_interval() -> None:
    change = compare(0.0, 1.0, ({0.0: 1}, {1.0: 9}), Random(1))
    assert (change.change, change.low, change.high, change.clear) == (1.0, None, None, False)


@pytest.mark.parametrize(
    ("acceptances", "no_gain", "why"),
    [
        ([0.5, 0.6, 0.7], 1, None),
        ([0.5, 0.5], 1, "acceptance did not rise above 0.50 for 1 round"),
        ([0.5, 0.5], 2, None),
        ([0.5, 0.7, 0.6, 0.7], 2, "acceptance did not rise above 0.70 for 2 rounds"),
        ([0.5, 0.4, 0.6], 2, None),
        ([0.5, 0.6, 0.4], 2, None),
        ([0.5], 1, None),
        ([0.5, 0.5, 0.5], None, None),
    ],
)
def test_rounds_without_a_gain_are_enough(acceptances: list[float], no_gain: int | None, why: str | None) -> None:
    history = [replace(PLAIN, round=n, acceptance=share) for n, share in enumerate(acceptances, 1)]
    assert gains(history, no_gain, None) == why


@pytest.mark.parametrize(
    ("distinct", "similarity", "why"),
    [
        (0.73, 0.27, None),
        (0.71, 0.2, "distinct-2 fell from 0.800 to 0.710, by more than 10% since round 1"),
        (0.8, 0.3, "1 - mean similarity fell from 0.800 to 0.700, by more than 10% since round 1"),
        (0.9, 0.1, None),
    ],
)
def test_a_loss_of_diversity_is_enough(distinct: float, similarity: float, why: str | None) -> None:
    last = replace(PLAIN, round=2, distinct_2=distinct, similarity=similarity)
    assert gains([PLAIN, last], None, 0.1) == why
    assert gains([PLAIN, last], None, None) is None
