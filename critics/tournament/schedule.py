"""Who meets whom? Everybody, or those whom the results so far make worth comparing."""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from math import ceil, log2

Pair = tuple[int, int]
"""Two entrants by their seed, 0 the best; the better one first."""
Points = Mapping[Pair, float]
"""Of the pair's first: 1 for a win, 0.5 for a draw, 0 for a loss."""
Steps = Generator[Sequence[Pair], Points, int | None]
"""Gives the pairs of each step, is sent the points of all pairs, and returns the champion if it has one."""


class Schedule(StrEnum):
    """In which order candidates meet, and how many of them."""

    ALL_PAIRS = "all-pairs"
    SWISS = "swiss"
    KNOCK_OUT = "knock-out"


@dataclass(frozen=True, slots=True)
class Course:
    """How far a schedule is."""

    played: tuple[Pair, ...]
    open: tuple[Pair, ...] = ()
    """To be compared next; none at the end."""
    champion: int | None = None
    """Who is left, of a knock-out."""


def course(schedule: Schedule, entrants: int, points: Points) -> Course:
    """How far a schedule is by the points of the pairs that were compared. What it doesn't ask for is not looked at."""
    steps, played = STEPS[schedule](entrants), list[Pair]()
    try:
        pairs = next(steps)
        while True:
            if missing := tuple(pair for pair in pairs if pair not in points):
                return Course(tuple(played), missing)
            played += pairs
            pairs = steps.send(points)
    except StopIteration as end:
        return Course(tuple(played), (), end.value)


def pairs_of(schedule: Schedule, entrants: int) -> int:
    """How many pairs are compared, whatever comes out: n (n - 1) / 2 for all pairs, ceil(log2 n) rounds of n / 2 pairs
    for a Swiss system, n - 1 for a knock-out."""
    match schedule:
        case Schedule.ALL_PAIRS:
            return entrants * (entrants - 1) // 2
        case Schedule.SWISS:
            return rounds_of(entrants) * (entrants // 2)
        case Schedule.KNOCK_OUT:
            return max(0, entrants - 1)


def rounds_of(entrants: int) -> int:
    """Of a Swiss system: as many as a knock-out has."""
    return ceil(log2(entrants)) if entrants > 1 else 0


def all_pairs(entrants: int) -> Steps:
    """Everybody meets everybody."""
    yield list(combinations(range(entrants), 2))
    return None


def swiss(entrants: int) -> Steps:
    """In each round those meet who stand next to one another by their points, and have not met (Monrad's system). An
    odd one out has a point for nothing, once."""
    nobody = [entrants] if entrants % 2 else []
    totals, met = [0.0] * (entrants + 1), set[Pair]()
    for _ in range(rounds_of(entrants)):
        order = sorted(range(entrants), key=lambda entrant: (-totals[entrant], entrant))
        pairs = _neighbours([*order, *nobody], met) or []
        met.update(pairs)
        points = yield [pair for pair in pairs if pair[1] < entrants]
        for first, second in pairs:
            gained = points[first, second] if second < entrants else 1.0
            totals[first] += gained
            totals[second] += 1 - gained
    return None


def _neighbours(order: Sequence[int], met: set[Pair]) -> list[Pair] | None:
    """Each with the next who is free and new to them; None where that can't be. With as few rounds as here it can."""
    if not order:
        return []
    one, rest = order[0], order[1:]
    for other in rest:
        pair = (min(one, other), max(one, other))
        if pair not in met and (left := _neighbours([e for e in rest if e != other], met)) is not None:
            return [pair, *left]
    return None


def knock_out(entrants: int) -> Steps:
    """Who loses is out; the best meets the last, and has the bye. A draw is the better seed's."""
    left = list(range(entrants))
    while len(left) > 1:
        half = 2 ** (rounds_of(len(left)) - 1)
        playing = left[-2 * (len(left) - half) :]
        pairs = [(playing[at], playing[-1 - at]) for at in range(len(playing) // 2)]
        points = yield pairs
        out = {second if points[first, second] >= 0.5 else first for first, second in pairs}
        left = [entrant for entrant in left if entrant not in out]
    return left[0] if left else None


STEPS: Mapping[Schedule, Callable[[int], Steps]] = {
    Schedule.ALL_PAIRS: all_pairs,
    Schedule.SWISS: swiss,
    Schedule.KNOCK_OUT: knock_out,
}
