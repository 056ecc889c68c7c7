"""What has a measure found of a model: dialogue by dialogue, so that models are compared in pairs?"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import exp, inf
from typing import Any, Literal

Better = Literal["higher", "lower", ""]
Resampling = Literal["sums", "items", "jackknife"]


class Lacking(Exception):
    """A measure can't be taken of this model or on these dialogues; the message says why, and what it would take."""


@dataclass(frozen=True)
class Samples:
    """One column of the table, of one model."""

    measure: str
    """The column's name: ppl, F1, BLEU-2, hits@1, ..."""
    by_dialogue: Mapping[str, Any]
    """What a dialogue (by its id) adds to the measure; empty where it could not be taken, and then `note` says why."""
    statistic: Callable[[Sequence[Any]], float]
    """The measure of a list of dialogues, from what each adds."""
    better: Better = "higher"
    resampling: Resampling = "items"
    """How the bootstrap may draw. sums: each dialogue adds a tuple of numbers, and the statistic of a list is that of
    the one tuple of its sums, which is fast. items: any list. jackknife: a list in which a dialogue stands twice would
    mislead (how many different words there are), so that the jackknife's pseudo-values are drawn instead."""
    about: str = ""
    """What the column is, in a line, for below the table."""
    note: str = ""
    """What has to be said of this model's value: why there is none, what was left out."""
    detail: Mapping[str, Any] = field(default_factory=dict)
    """More that was found, as plain JSON data: the cells of a heat map, counts."""
    limits: tuple[float, float] = (-inf, inf)
    """What the measure can be at least and at most: pseudo-values may lie beyond."""

    @property
    def value(self) -> float | None:
        """None where there is nothing."""
        return self.statistic(list(self.by_dialogue.values())) if self.by_dialogue else None


def ratio(items: Sequence[Sequence[float]]) -> float:
    """Sum of the first numbers over the sum of the second ones: a mean. Draw it by `sums`."""
    whole = sum(item[1] for item in items)
    return sum(item[0] for item in items) / whole if whole else 0.0


def percent(items: Sequence[Sequence[float]]) -> float:
    """`ratio` times 100."""
    return 100.0 * ratio(items)


def perplexity(items: Sequence[Sequence[float]]) -> float:
    """exp(nats / tokens) of (nats, tokens, ...). Draw it by `sums`."""
    return exp(min(ratio(items), 700.0))


def per_dialogue(pairs: Sequence[tuple[str, float]]) -> dict[str, tuple[float, float]]:
    """(sum of values, how many) of each dialogue, from (dialogue id, value): what `ratio` takes."""
    found: dict[str, tuple[float, float]] = {}
    for dialogue, value in pairs:
        total, count = found.get(dialogue, (0.0, 0.0))
        found[dialogue] = (total + value, count + 1.0)
    return found
