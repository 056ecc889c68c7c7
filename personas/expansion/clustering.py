"""Which sentences mean alike? Average-link clustering of unit vectors, without a matrix of their distances."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ...models.errors import Mistake

Vectors: TypeAlias = NDArray[np.float32] | NDArray[np.float64]
Indices: TypeAlias = NDArray[np.intp]

FEWEST, MOST = 16, 512
"""Rows that look for their nearest at once; 512 against 20,000 are 82 MB of similarities."""

DECIMALS = 10
"""Similarities are rounded, so that what is equally near is so on every machine."""


def clusters(vectors: Vectors, merge_above: float) -> Indices:
    """The cluster of each vector, numbered from 0 by first appearance.

    Agglomerative, average link, cosine: the two nearest clusters are merged as long as the mean similarity of their
    members is above `merge_above`, in [-1, 1). `vectors` are unit vectors (n, d). What is equally near is merged in the
    order of appearance. Time grows with n² d, at the worst FEWEST times that, and memory with n (d + MOST). Source:
    Jandaghi et al. 2023, section 3.1. Raises Mistake.
    """
    check_merging(merge_above)
    if not len(vectors):
        return np.empty(0, dtype=np.intp)
    first, same, counts = _distinct(vectors)
    merging = _Merging(vectors[first].astype(np.float64), counts.astype(np.float64), merge_above)
    parents = np.arange(len(first))
    for kept, given_up in merging:
        parents[given_up] = kept
    return _numbered(_roots(parents)[same])


def check_merging(merge_above: float) -> None:
    """Raises Mistake."""
    if not -1 <= merge_above < 1:
        raise Mistake(f"merge_above: {merge_above!r} is no similarity to merge above: give a number from -1 to below 1")


class _Merging:
    """Clusters that may still merge: a mean, a size, and the nearest other one of each.

    The mean similarity of two clusters is the dot product of their means. Average link never brings a merged cluster
    nearer to a third than the nearer of its halves was (it is reducible). So: two that are nearest to each other can be
    merged at once, whatever else is merged first; a cluster's nearest stays so until that one is merged; after that the
    old similarity is a bound from above; and a cluster whose bound isn't above the threshold is done for good.
    """

    def __init__(self, means: NDArray[np.float64], sizes: NDArray[np.float64], merge_above: float) -> None:
        count = len(means)
        self._means, self._sizes, self._merge_above = means, sizes, merge_above
        self._names = np.arange(count)
        self._nearest = np.zeros(count, dtype=np.intp)
        self._bounds = np.full(count, np.inf)
        self._sure = np.zeros(count, dtype=bool)
        self._open = np.ones(count, dtype=bool)
        self._at_once = MOST

    def __iter__(self) -> Iterator[tuple[Indices, Indices]]:
        """Merges as (names of clusters that grow, names of those they take in), until none is left to make."""
        while self._open.sum() > 1:
            self._look(self._unsure())
            self._close(self._bounds <= self._merge_above)
            kept = self._mutual()
            if not len(kept) and not (self._open & ~self._sure).any():
                kept = self._first()
            self._at_once = min(MOST, 2 * self._at_once) if len(kept) > 1 else max(FEWEST, self._at_once // 2)
            if len(kept):
                yield self._merge(kept, self._nearest[kept])

    def _unsure(self) -> Indices:
        """Those that have to look again, the most promising ones."""
        rows = np.flatnonzero(self._open & ~self._sure)
        if len(rows) > self._at_once:
            rows = rows[np.argsort(-self._bounds[rows], kind="stable")[: self._at_once]]
        return rows

    def _look(self, rows: Indices) -> None:
        """Find the nearest of each row."""
        if not len(rows):
            return
        near = self._means[rows] @ self._means.T
        np.round(near, DECIMALS, out=near)
        near[:, np.flatnonzero(~self._open)] = -np.inf
        near[np.arange(len(rows)), rows] = -np.inf
        self._nearest[rows] = nearest = near.argmax(axis=1)
        self._bounds[rows] = near[np.arange(len(rows)), nearest]
        self._sure[rows] = True

    def _mutual(self) -> Indices:
        """Rows that are nearest to each other; of each pair the first."""
        rows = np.flatnonzero(self._sure & self._open)
        others = self._nearest[rows]
        mutual = (self._nearest[others] == rows) & self._sure[others] & self._open[others]
        return np.compress(mutual & (rows < others), rows)

    def _first(self) -> Indices:
        """One row of the nearest pair: where all are sure, and rounding hides that two are nearest to each other."""
        rows = np.flatnonzero(self._open)
        return rows[[self._bounds[rows].argmax()]] if len(rows) else rows

    def _merge(self, kept: Indices, given_up: Indices) -> tuple[Indices, Indices]:
        names = self._names[kept], self._names[given_up]
        sizes = self._sizes[kept] + self._sizes[given_up]
        share = (self._sizes[kept] / sizes)[:, None]
        self._means[kept] = share * self._means[kept] + (1 - share) * self._means[given_up]
        self._sizes[kept] = sizes
        touched = np.zeros(len(self._open), dtype=bool)
        touched[kept] = touched[given_up] = True
        self._sure &= ~(touched | touched[self._nearest])
        self._close(given_up)
        return names

    def _close(self, rows: Indices | NDArray[np.bool_]) -> None:
        """Take rows out; whoever was nearest to one of them has to look again."""
        self._open[rows] = False
        self._sure &= self._open[self._nearest]
        if 8 * self._open.sum() < 7 * len(self._open):
            self._compact()

    def _compact(self) -> None:
        """Forget the rows that are out."""
        kept = self._open
        place = np.cumsum(kept) - 1
        self._nearest = place[self._nearest[kept]]
        self._means, self._sizes, self._names = self._means[kept], self._sizes[kept], self._names[kept]
        self._bounds, self._sure, self._open = self._bounds[kept], self._sure[kept], self._open[kept]


@dataclass(frozen=True)
class ClusterStatistics:
    """How spread out are sentences?"""

    clusters: int
    mean_distance: float
    """Mean cosine distance, in [0, 2], between the centroids of two different clusters; 0 where there is only one."""
    sizes: tuple[int, ...]
    """Sentences by cluster, in the order of the clusters."""


def cluster_statistics(vectors: Vectors, labels: Indices) -> ClusterStatistics:
    """Of unit vectors (n, d) and their clusters, numbered from 0. Jandaghi et al. 2023, table 2: .836 -> .863."""
    sizes = np.bincount(labels) if len(labels) else np.empty(0, dtype=np.intp)
    sums = np.zeros((len(sizes), vectors.shape[1]))
    np.add.at(sums, labels, vectors)
    centroids = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), np.finfo(np.float64).tiny)
    count, whole = len(sizes), centroids.sum(axis=0)
    pairs = count * (count - 1)
    similarity = float(whole @ whole - (centroids * centroids).sum()) / pairs if pairs else 1.0
    return ClusterStatistics(count, 1 - similarity, tuple(int(size) for size in sizes))


def _distinct(vectors: Vectors) -> tuple[Indices, Indices, Indices]:
    """(where each distinct vector first stands, in order; which of them each vector is; how often each stands)."""
    _, first, same, counts = np.unique(vectors, axis=0, return_index=True, return_inverse=True, return_counts=True)
    order = np.argsort(first)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return first[order], rank[same.ravel()], counts[order]


def _roots(parents: Indices) -> Indices:
    """Whom each belongs to in the end."""
    while not np.array_equal(parents[parents], parents):
        parents = parents[parents]
    return parents


def _numbered(names: Indices) -> Indices:
    _, first, which = np.unique(names, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[which.ravel()]
