"""Which dialogues have people in common, and which can be set apart at the least cost?"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from ...models.stream import stream
from .annealing import Group, anneal

Profile = frozenset[str]
"""Sentences, normalised."""
Numbers = NDArray[np.int64]


def wider(profiles: Iterable[Profile]) -> Mapping[Profile, list[Profile]]:
    """For each profile those that hold all of it, itself among them."""
    every = list(dict.fromkeys(profiles))
    holders: defaultdict[str, set[Profile]] = defaultdict(set)
    for profile in every:
        for sentence in profile:
            holders[sentence].add(profile)
    return {profile: _holding(profile, holders) for profile in every}


def _holding(profile: Profile, holders: Mapping[str, set[Profile]]) -> list[Profile]:
    rarest = min((holders[sentence] for sentence in profile), key=len, default=set())
    return [other for other in rarest if profile <= other]


class Table:
    """Who is in which dialogue, and which dialogues are still free. Dialogues are numbered from 0 in their order."""

    def __init__(self, casts: Sequence[Collection[Profile]], seed: int) -> None:
        """`casts`: the different profiles in each dialogue; of none, who may stand in any part."""
        numbers = {p: n for n, p in enumerate(dict.fromkeys(p for cast in casts for p in cast))}
        groups: dict[frozenset[int], int] = {}
        self.people = len(numbers)
        self._group = np.array([groups.setdefault(frozenset(numbers[p] for p in c), len(groups)) for c in casts])
        self._in = _marks([(at, numbers[p]) for at, cast in enumerate(casts) for p in cast], len(casts), len(numbers))
        within = [(numbers[p], numbers[q]) for p, others in wider(numbers).items() for q in others]
        reached = _marks(within, len(numbers), len(numbers)) @ self._in.T
        self._reach = csr_array(reached.astype(bool).astype(np.int64))
        """Profile by dialogue: whether it is in it, alone or within a wider one."""
        self._size = np.diff(self._in.indptr)
        self._free = np.ones(len(casts), dtype=np.int64)
        self._chance = stream(seed, "split")
        self._order = np.array(self._chance.sample(range(len(casts)), len(casts)), dtype=np.intp)

    @property
    def free(self) -> list[int]:
        """In no part, and without anybody who is in one."""
        return [int(at) for at in self._free.nonzero()[0]]

    def take(self, count: int) -> list[int]:
        """So many free dialogues, ascending, or fewer where there are no more; those without a profile get their share.

        From now on nobody who is in one of them is in a free one, and what is lost by that is as little as was found.
        """
        alone = self._free * (self._size == 0)
        chosen = [int(at) for at in self._order if alone[at]]
        chosen = chosen[: round(count * len(chosen) / max(1, self._free.sum()))]
        ways = [self._greedy(count - len(chosen))]
        if self._after(ways[0]).sum() < self._free.sum() - len(ways[0]):
            ways.append(self._annealed(count - len(chosen)))
        enough = (way for way in ways if len(way) >= len(ways[0]))
        best = max(enough, key=lambda way: (self._after(way).sum(), len(way)))
        self._free = self._after([*chosen, *best])
        return sorted([*chosen, *best])

    def _after(self, taken: Sequence[int]) -> Numbers:
        """Which dialogues are free, 1 or 0, when these are taken."""
        lost = self._reach[self._in[taken].indices].sum(axis=0)
        left = np.where(lost > 0, 0, self._free)
        left[taken] = 0
        return left

    def _greedy(self, count: int) -> list[int]:
        """One by one the dialogue that costs the fewest free ones; what is lost already costs nothing."""
        free, open, taken = self._free, self._free * (self._size > 0), list[int]()
        cost = self._costs(free, open)
        for _ in range(min(count, int(open.sum()))):
            at = int(self._order[cost[self._order].argmin()])
            taken.append(at)
            open[at], cost[at] = 0, np.inf
            left = self._after([at]) * free
            if left.sum() < free.sum() - free[at]:
                cost = self._costs(left, open)
            free = left
        return taken

    def _costs(self, free: Numbers, open: Numbers) -> NDArray[np.float64]:
        """Free dialogues that would be lost with each open one; those of the very same people are not, and one that
        two of its people reach counts twice."""
        together = np.bincount(self._group, weights=free)[self._group]
        lost = self._in @ (self._reach @ free) - self._size * together
        return np.where(open > 0, lost, np.inf)

    def _annealed(self, count: int) -> list[int]:
        """All dialogues of a group of people that has at least so many; none where no group was found."""
        free = self._free > 0
        has, reach = (_lists(marks, free) for marks in (csr_array(self._in.T), self._reach))
        apart = np.array(anneal(Group(has, reach, len(free)), count, self._chance), dtype=bool)
        inner = (self._in @ apart.astype(np.int64) == self._size) & free & (self._size > 0)
        return [int(at) for at in inner.nonzero()[0]]


def _marks(places: Sequence[tuple[int, int]], rows: int, columns: int) -> csr_array:
    """1 at each place, else 0."""
    at = np.array(places, dtype=np.intp).reshape(-1, 2)
    return csr_array((np.ones(len(at), dtype=np.int64), (at[:, 0], at[:, 1])), shape=(rows, columns))


def _lists(marks: csr_array, kept: NDArray[np.bool_]) -> list[list[int]]:
    """The kept columns that are marked in each row."""
    rows = np.split(marks.indices, marks.indptr[1:-1])
    return [[int(column) for column in row if kept[column]] for row in rows]
