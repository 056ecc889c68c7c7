"""Which Big Five levels were read from what somebody said, and on what evidence?"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import copysign, floor
from statistics import fmean, median
from typing import Literal

from ..personas.traits import Trait

LOWEST, HIGHEST = -5, 5
TOLERANCE = 2
"""How far the assessed level may lie from the assigned one, unless told otherwise."""
UNSEEN = "unseen"

Combine = Literal["median", "mean"]


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read of one trait."""

    level: int | None
    """From -5 to 5; None where nothing that was said shows the trait."""
    evidence: str = ""
    turns: tuple[int, ...] = ()
    """Indices of the turns that show it, from 0."""


Assessment = Mapping[Trait, Reading]
"""A reading of each of the Big Five."""


def rounded(level: float) -> int:
    """The nearest whole level; halves go away from the middle: 2.5 is 3, -2.5 is -3."""
    return int(copysign(floor(abs(level) + 0.5), level))


def combined(levels: Sequence[int | None], how: Combine = "median") -> int | None:
    """One level from the readings of several pieces; those that show nothing are left out, None if all do."""
    seen = [level for level in levels if level is not None]
    if not seen:
        return None
    return rounded(median(seen) if how == "median" else fmean(seen))


def figures(seat: str, assessment: Assessment, traits: Sequence[Trait]) -> dict[str, float]:
    """For `Verdict.figures`: `a/extraversion: 3.0`, or `a/extraversion/unseen: 1.0` where nothing shows it."""
    return {
        f"{seat}/{trait}" if reading.level is not None else f"{seat}/{trait}/{UNSEEN}": float(
            1 if reading.level is None else reading.level
        )
        for trait, reading in ((trait, assessment[trait]) for trait in traits)
    }


def read_figures(figures: Mapping[str, float]) -> Iterator[tuple[str, Trait, int | None]]:
    """(seat, trait, level) of what `figures` has written; other figures are passed over."""
    for name, value in figures.items():
        unseen = name.endswith(f"/{UNSEEN}")
        seat, _, trait = name.removesuffix(f"/{UNSEEN}").rpartition("/")
        if seat and trait in _NAMES and (unseen or LOWEST <= value <= HIGHEST):
            yield seat, Trait(trait), None if unseen else rounded(value)


_NAMES = frozenset(trait.value for trait in Trait)
