"""In which order are examples read? Shuffled anew each epoch, those of like length together, by the seed alone."""

from collections.abc import Iterator, Sequence
from math import ceil

from ..models.stream import stream

POOL = 50
"""Batches whose examples are sorted among themselves: little padding, and neighbours that change each epoch."""


class ByLength:
    """A sampler whose order depends on seed and epoch alone, so that a resumed epoch is the one that was left.

    The batch with the longest example is the first: memory that does not suffice shows at the first step.
    """

    def __init__(self, lengths: Sequence[int], batch: int, seed: int) -> None:
        """`lengths`: tokens of each example. `batch`: examples that are read at once."""
        self._lengths, self._batch, self._seed = lengths, batch, seed
        self._epoch = 0

    def __len__(self) -> int:
        return len(self._lengths)

    def set_epoch(self, epoch: int) -> None:
        """Called by the data loader before each epoch, counted from 0."""
        self._epoch = epoch

    def __iter__(self) -> Iterator[int]:
        """Indices; the next `batch` of them, each time, are a batch."""
        chance = stream(self._seed, "order", self._epoch)
        order = list(range(len(self._lengths)))
        chance.shuffle(order)
        whole, rest = self._batches(order)
        chance.shuffle(whole)
        longest = max(whole, key=self._longest, default=[])
        for batch in (longest, *(batch for batch in whole if batch is not longest), rest):
            yield from batch

    def _batches(self, order: list[int]) -> tuple[list[list[int]], list[int]]:
        """Whole batches of examples of like length, and those that are left over."""
        cut = len(order) - len(order) % self._batch
        pool = POOL * self._batch
        pools = (order[start : min(start + pool, cut)] for start in range(0, cut, pool))
        near = [index for some in pools for index in sorted(some, key=self._lengths.__getitem__)]
        return [near[start : start + self._batch] for start in range(0, cut, self._batch)], order[cut:]

    def _longest(self, batch: list[int]) -> int:
        return max(self._lengths[index] for index in batch)


class Sorted:
    """A sampler for reading once, where the order does not matter: longest first."""

    def __init__(self, lengths: Sequence[int]) -> None:
        self._order = sorted(range(len(lengths)), key=lambda index: -lengths[index])

    def __len__(self) -> int:
        return len(self._order)

    def __iter__(self) -> Iterator[int]:
        return iter(self._order)


def steps_of(examples: int, batch: int, accumulate: int) -> int:
    """Steps of the optimizer in one epoch."""
    return max(ceil(ceil(examples / batch) / accumulate), 1)
