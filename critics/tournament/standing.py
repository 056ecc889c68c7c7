"""Which candidate is best, by what the policies preferred? Arithmetic alone."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import exp, log

from ..verdict import Choice
from .comparison import Comparison

PRIOR = 1.0
"""Comparisons that nobody made, and each candidate drew, spread over all others: so nobody's strength is endless."""
STEPS, TOLERANCE = 10_000, 1e-10
DIGITS = 4


class Pick(StrEnum):
    """What makes a candidate the best."""

    MAJORITY = "majority"
    COPELAND = "copeland"
    BRADLEY_TERRY = "bradley-terry"


@dataclass(frozen=True, slots=True)
class Entrant:
    """A candidate before it is compared."""

    id: str
    score: float = 0.0
    """The panel's: decides where a tournament doesn't."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A candidate after it was compared."""

    id: str
    score: float
    """The panel's."""
    wins: int
    losses: int
    ties: int
    """Comparisons: one a policy and pair. Those that gave no answer are none."""
    pairs: float
    """Pairs in which more policies preferred it than the other; half a pair where as many did."""
    met: int
    """Pairs in which a policy answered."""
    strength: float
    """Bradley-Terry's, with a geometric mean of 1 over the candidates."""
    value: float
    """What the pick counts: the share of comparisons won, the share of pairs won, or the strength."""

    @property
    def compared(self) -> int:
        return self.wins + self.losses + self.ties


def standings(entrants: Sequence[Entrant], comparisons: Iterable[Comparison], pick: Pick) -> tuple[Standing, ...]:
    """The best first; equals by the panel's score, then as they came.

    `majority`: the most policy wins, as a share of a candidate's comparisons, so that neither a bye nor an abstention
    costs anything (Jandaghi et al. 2023). `copeland`: the most pairs won, a drawn one half (Copeland 1951): who beats
    every other is always picked. `bradley-terry`: the greatest strength. Values are rounded to 4 decimals.
    """
    mine: dict[str, list[Comparison]] = {entrant.id: [] for entrant in entrants}
    counted = [one for one in comparisons if one.choice and one.first in mine and one.second in mine]
    for one in counted:
        mine[one.first].append(one)
        mine[one.second].append(one)
    strengths = bradley_terry(len(mine), _won(list(mine), counted))
    ranked = zip(entrants, strengths, strict=True)
    found = [_standing(this, mine[this.id], strength, pick) for this, strength in ranked]
    return tuple(sorted(found, key=lambda this: (-this.value, -this.score)))


def points_of(pair: tuple[str, str], comparisons: Iterable[Comparison]) -> float:
    """Of the pair's first: 1 where more policies prefer it, 0 where fewer do, 0.5 else."""
    votes = [one for one in comparisons if set(one.pair) == set(pair)]
    margin = sum(one.prefers(pair[0]) - one.prefers(pair[1]) for one in votes)
    return 0.5 if margin == 0 else float(margin > 0)


def bradley_terry(entrants: int, wins: Mapping[tuple[int, int], float]) -> list[float]:
    """Strengths p such that i is preferred to j with probability p_i / (p_i + p_j), with a geometric mean of 1.

    `wins[i, j]`: how often i was preferred to j, a tie half. By minorisation and maximisation (Hunter 2004), with a
    drawn prior between any two: who never lost stays finite, and who was never compared stays in the middle.
    """
    prior = PRIOR / max(1, entrants - 1)
    others = [[j for j in range(entrants) if j != i] for i in range(entrants)]
    won = {(i, j): wins.get((i, j), 0.0) + prior / 2 for i in range(entrants) for j in others[i]}
    total = [sum(won[i, j] for j in others[i]) for i in range(entrants)]
    strengths = [1.0] * entrants
    for _ in range(STEPS if entrants > 1 else 0):
        met = [sum((won[i, j] + won[j, i]) / (strengths[i] + strengths[j]) for j in others[i]) for i in range(entrants)]
        before, strengths = strengths, _centred([w / m for w, m in zip(total, met, strict=True)])
        if max(abs(log(new / old)) for new, old in zip(strengths, before, strict=True)) < TOLERANCE:
            break
    return [round(strength, DIGITS) for strength in strengths]


def _centred(strengths: Sequence[float]) -> list[float]:
    mean = exp(sum(map(log, strengths)) / len(strengths))
    return [strength / mean for strength in strengths]


def _won(ids: Sequence[str], comparisons: Iterable[Comparison]) -> dict[tuple[int, int], float]:
    """How often each was preferred to each, a tie half to both."""
    at, won = {id: number for number, id in enumerate(ids)}, Counter[tuple[int, int]]()
    halves = {Choice.FIRST: 2, Choice.TIE: 1, Choice.SECOND: 0}
    for one in comparisons:
        first, second, half = at[one.first], at[one.second], halves[one.choice or Choice.TIE]
        won[first, second] += half
        won[second, first] += 2 - half
    return {pair: half / 2 for pair, half in won.items()}


def _standing(this: Entrant, comparisons: Iterable[Comparison], strength: float, pick: Pick) -> Standing:
    """From the comparisons that it is in."""
    margins, counts = Counter[str](), Counter[Choice]()
    for one in comparisons:
        rival, won = (one.second, Choice.FIRST) if one.first == this.id else (one.first, Choice.SECOND)
        result = Choice.TIE if one.choice is Choice.TIE else Choice.FIRST if one.choice is won else Choice.SECOND
        counts[result] += 1
        margins[rival] += (result is Choice.FIRST) - (result is Choice.SECOND)
    wins, losses, ties = counts[Choice.FIRST], counts[Choice.SECOND], counts[Choice.TIE]
    pairs = sum(0.5 if margin == 0 else float(margin > 0) for margin in margins.values())
    values = {
        Pick.MAJORITY: wins / max(1, counts.total()),
        Pick.COPELAND: pairs / max(1, len(margins)),
        Pick.BRADLEY_TERRY: strength,
    }
    value = round(values[pick], DIGITS)
    return Standing(this.id, this.score, wins, losses, ties, pairs, len(margins), strength, value)
