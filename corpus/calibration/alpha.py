"""How far do those who judge the same things agree beyond chance? Krippendorff's alpha, in one pass."""

from collections import Counter
from collections.abc import Hashable, Sequence


class NominalAlpha:
    """Krippendorff's alpha over categories, where not everybody need judge everything.

    1: all agree; 0: no more than chance would; below 0: they disagree more than that. Only the coincidence counts are
    kept (Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability").
    """

    def __init__(self) -> None:
        self.units = 0
        """Things that two or more have judged: what counts."""
        self._values: Counter[Hashable] = Counter()
        self._apart = 0.0

    def add(self, values: Sequence[Hashable]) -> None:
        """What was said of one thing, by as many as said something."""
        size = len(values)
        if size < 2:
            return
        counts = Counter(values)
        self.units += 1
        self._values.update(counts)
        self._apart += (size**2 - sum(count**2 for count in counts.values())) / (size - 1)

    @property
    def alpha(self) -> float | None:
        """None where all values are the same: nothing was told apart."""
        n = self._values.total()
        expected = n**2 - sum(count**2 for count in self._values.values())
        return 1 - (n - 1) * self._apart / expected if expected else None


class IntervalAlpha:
    """The same over numbers, where a small difference is a small disagreement: squared differences.

    The sum of (a - b)^2 over all pairs of m numbers is m * sum of squares - (sum)^2, so that sums are enough.
    """

    def __init__(self) -> None:
        self.units = 0
        self._count = 0
        self._first: float | None = None
        self._sum = self._squares = self._apart = 0.0

    def add(self, values: Sequence[float]) -> None:
        size = len(values)
        if size < 2:
            return
        if self._first is None:
            self._first = values[0]
        moved = [value - self._first for value in values]  # smaller numbers lose fewer digits
        total, squares = sum(moved), sum(value * value for value in moved)
        self.units += 1
        self._count += size
        self._sum += total
        self._squares += squares
        self._apart += max(0.0, size * squares - total * total) / (size - 1)

    @property
    def alpha(self) -> float | None:
        """None where all values are the same."""
        expected = self._count * self._squares - self._sum * self._sum
        return 1 - (self._count - 1) * self._apart / expected if expected > 0 else None
