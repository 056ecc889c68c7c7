"""Who is paired with whom, so that pairs have much to say and no one is left out who need not be?"""

from collections.abc import Iterator
from random import Random

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from ...models.stream import stream

NEAREST = 8
"""Partners a person that are looked at first; more only if somebody is left out with these."""
NOISE = 64
"""Ties are broken by chance: weights are multiplied by this, and less than it is added."""

Pair = tuple[int, int]
Weights = NDArray[np.int64]
"""(people, people), symmetric; 0 where two don't meet."""


def passes(weights: NDArray[np.int32], seed: int, round: int) -> Iterator[list[Pair]]:
    """Without an end: a maximum-weight matching of all people, then one of the pairs that are left, and so on; when no
    pair is left, all from the start. Ends at once where nobody may meet anybody."""
    number = 0
    while weights.any():
        left = weights.copy()
        while left.any():
            chance = stream(seed, "pairing", round, number)
            pairs = matching(noisy(left, chance))
            for first, second in pairs:
                left[first, second] = left[second, first] = 0
            chance.shuffle(pairs)
            yield pairs
            number += 1


def noisy(weights: NDArray[np.int32], chance: Random) -> Weights:
    """The weights times NOISE, each plus less than that by chance."""
    drawn = np.triu(np.random.default_rng(chance.getrandbits(64)).integers(0, NOISE, weights.shape), 1)
    return np.where(weights > 0, weights.astype(np.int64) * NOISE + drawn + drawn.T, 0)


def matching(worth: Weights) -> list[Pair]:
    """Pairs of a matching of maximum cardinality, and among these one of maximum weight over each person's heaviest
    edges (networkx: Galil 1986, cubic in the people). Sorted."""
    nearest, most, base = NEAREST, _most(worth), _greedy(worth)
    while True:
        pairs = nx.max_weight_matching(_heaviest(worth, nearest, base), maxcardinality=True)
        if len(pairs) == most or nearest >= len(worth):
            return sorted((min(pair), max(pair)) for pair in pairs)
        nearest *= 4


def _greedy(worth: Weights) -> list[Pair]:
    """The heaviest pair, then the heaviest of the others, until nobody is left who may meet anybody: with these among
    the edges hardly anyone is left out, though the heaviest edges of all may lead to the same few."""
    firsts, seconds = np.nonzero(np.triu(worth, 1))
    order = np.argsort(-worth[firsts, seconds], kind="stable")
    free, pairs = [True] * len(worth), list[Pair]()
    for first, second in zip(firsts[order].tolist(), seconds[order].tolist(), strict=True):
        if free[first] and free[second]:
            free[first] = free[second] = False
            pairs.append((first, second))
    return pairs


def _heaviest(worth: Weights, count: int, base: list[Pair]) -> nx.Graph:
    """Only the edges that are among the `count` heaviest of one of their ends, and those of `base`."""
    kept = np.zeros(worth.shape, dtype=bool)
    for first, second in base:
        kept[first, second] = True
    columns = np.argsort(-worth, axis=1, kind="stable")[:, :count]
    np.put_along_axis(kept, columns, True, axis=1)
    firsts, seconds = np.nonzero(np.triu((kept | kept.T) & (worth > 0), 1))
    graph = nx.Graph()
    weights = worth[firsts, seconds].tolist()
    graph.add_weighted_edges_from(zip(firsts.tolist(), seconds.tolist(), weights, strict=True))
    return graph


def _most(worth: Weights) -> int:
    """More pairs than this can't be had: half of a matching of everybody with everybody's double, a linked component at
    a time. To reach it is to know that no one is left out who need not be."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components, maximum_bipartite_matching

    there = csr_array(worth > 0)
    matched = maximum_bipartite_matching(there) >= 0
    _, component = connected_components(there, directed=False)
    return int(sum(np.bincount(component, weights=matched) // 2))
