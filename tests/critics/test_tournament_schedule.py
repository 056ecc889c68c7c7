"""Who meets whom: as many pairs as `plan` says, nobody twice, and the right one is left."""

from collections import Counter
from itertools import combinations
from random import Random
from time import process_time

import pytest

from tertulia.critics.tournament.schedule import Course, Pair, Schedule, course, pairs_of, rounds_of

SIZES = (1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 16, 17, 31, 33, 64)


def played(schedule: Schedule, entrants: int, rng: Random | None = None) -> tuple[Course, dict[Pair, float], list[int]]:
    """A whole tournament: the better seed always wins, or chance does. Also the number of pairs of each step."""
    points: dict[Pair, float] = {}
    steps: list[int] = []
    while (now := course(schedule, entrants, points)).open:
        assert points.keys().isdisjoint(now.open)
        points |= {pair: rng.choice((0.0, 0.5, 1.0)) if rng else 1.0 for pair in now.open}
        steps.append(len(now.open))
    return now, points, steps


@pytest.mark.parametrize("schedule", Schedule)
@pytest.mark.parametrize("entrants", SIZES)
def test_as_many_pairs_are_played_as_planned_whatever_comes_out(schedule: Schedule, entrants: int) -> None:
    for seed in range(20):
        now, points, _ = played(schedule, entrants, Random(seed))
        assert len(now.played) == len(points) == pairs_of(schedule, entrants)
        assert len(set(now.played)) == len(now.played)
        assert all(0 <= first < second < entrants for first, second in now.played)


def test_all_pairs_are_all_in_one_step() -> None:
    now, _, steps = played(Schedule.ALL_PAIRS, 5)
    assert steps == [10]
    assert set(now.played) == set(combinations(range(5), 2))
    assert now.champion is None


@pytest.mark.parametrize("entrants", SIZES[1:])
def test_in_a_swiss_system_everybody_plays_each_round_but_for_one_bye(entrants: int) -> None:
    for seed in range(20):
        now, _, steps = played(Schedule.SWISS, entrants, Random(seed))
        assert steps == [entrants // 2] * rounds_of(entrants)
        games = Counter(entrant for pair in now.played for entrant in pair)
        rounds = rounds_of(entrants)
        assert {games[entrant] for entrant in range(entrants)} <= {rounds, rounds - entrants % 2}


def test_in_a_swiss_system_winners_meet_winners() -> None:
    points = {(0, 1): 0.0, (2, 3): 1.0}
    assert set(course(Schedule.SWISS, 4, points).open) == {(1, 2), (0, 3)}


def test_a_swiss_system_among_the_most_candidates_takes_no_time() -> None:
    start = process_time()
    for seed in range(5):
        played(Schedule.SWISS, 63, Random(seed))
    assert process_time() - start < 5


@pytest.mark.parametrize("entrants", SIZES)
def test_in_a_knock_out_all_but_one_lose_once_and_who_is_best_is_left(entrants: int) -> None:
    now, _, _ = played(Schedule.KNOCK_OUT, entrants)
    assert now.champion == 0
    for seed in range(20):
        now, points, steps = played(Schedule.KNOCK_OUT, entrants, Random(seed))
        losers = [second if points[first, second] >= 0.5 else first for first, second in now.played]
        assert sorted([*losers, now.champion]) == list(range(entrants))
        assert len(steps) == rounds_of(entrants)


def test_in_a_knock_out_the_best_have_the_byes_and_a_draw() -> None:
    assert course(Schedule.KNOCK_OUT, 5, {}).open == ((3, 4),)
    assert course(Schedule.KNOCK_OUT, 6, {}).open == ((2, 5), (3, 4))
    assert course(Schedule.KNOCK_OUT, 2, {(0, 1): 0.5}).champion == 0


def test_pairs_that_were_not_asked_for_are_not_looked_at() -> None:
    points = {(0, 3): 1.0, (1, 2): 1.0, (0, 1): 0.0, (2, 3): 0.0, (0, 2): 0.0}
    now = course(Schedule.KNOCK_OUT, 4, points)
    assert (now.played, now.champion) == (((0, 3), (1, 2), (0, 1)), 1)


def test_the_numbers_of_pairs_are_those_of_the_books() -> None:
    counts = {schedule: [pairs_of(schedule, n) for n in (1, 2, 4, 8, 16)] for schedule in Schedule}
    assert counts == {
        Schedule.ALL_PAIRS: [0, 1, 6, 28, 120],
        Schedule.SWISS: [0, 1, 4, 12, 32],
        Schedule.KNOCK_OUT: [0, 1, 3, 7, 15],
    }
