"""Did a measure of one round differ from that of another by more than chance would make it?

Each round gives a measure and one value for each of its jobs, such that the mean of the values moves as the measure
does: for a share the values are the cases themselves, for other measures the jackknife's pseudo-values (Efron and
Tibshirani 1993, chapter 11). Bootstrapping the difference of two means then serves every measure alike.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

RESAMPLES = 1999
LEVEL = 0.95
DIGITS = 6
FEW = 16
MANY = 1024
"""Of at most `FEW` different values, or of more than `MANY` jobs, only the numbers of the values are drawn."""

Values = Mapping[float, int]
"""How many jobs have which value."""


@dataclass(frozen=True, slots=True)
class Change:
    """A later measure less an earlier one, with its interval of 95 %; no interval with fewer than two jobs a side."""

    change: float
    low: float | None = None
    high: float | None = None

    @property
    def clear(self) -> bool:
        """Whether the interval leaves zero out."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)

    def to_dict(self) -> dict[str, Any]:
        return {"change": self.change, "low": self.low, "high": self.high, "clear": self.clear}


def pseudo_values(whole: float, without: Iterable[float]) -> dict[float, int]:
    """From a measure of n jobs, and the same measure without each of them: n * whole - (n - 1) * without."""
    left = list(without)
    values: dict[float, int] = {}
    for part in left:
        value = round(len(left) * whole - (len(left) - 1) * part, DIGITS)
        values[value] = values.get(value, 0) + 1
    return values


def compare(before: float, after: float, values: tuple[Values, Values], rng: Random) -> Change:
    """The change between two measures, with its bootstrap interval from the values behind them."""
    change = round(after - before, DIGITS)
    if min(sum(side.values()) for side in values) < 2:
        return Change(change)
    import numpy as np

    generator = np.random.default_rng(rng.getrandbits(64))
    noise = _noise(values[1], generator) - _noise(values[0], generator)
    low, high = np.quantile(noise, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Change(change, round(change + float(low), DIGITS), round(change + float(high), DIGITS))


def _noise(values: Values, generator: Any) -> "NDArray[float64]":
    """By how much the mean of each resample misses the mean."""
    import numpy as np

    kinds, counts = np.array(sorted(values.items()), dtype=np.float64).T
    total = int(counts.sum())
    if len(kinds) <= FEW or total > MANY:
        means = generator.multinomial(total, counts / total, size=RESAMPLES) @ kinds / total
    else:
        cases = np.repeat(kinds, counts.astype(np.int64))
        means = cases[generator.integers(total, size=(RESAMPLES, total))].mean(axis=1)
    noise: NDArray[float64] = means - counts @ kinds / total
    return noise
