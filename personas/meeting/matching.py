"""Who is paired with whom, so that pairs have much to say and no one is left out who need not be?"""

from collections.abc import Iterator
from random import Random

import networkx as nx

from ...models.stream import stream

NEAREST = 8
"""Edges a person that are looked at first; more only if somebody is left out with these."""
NOISE = 64
"""Ties are broken by chance: weights are multiplied by this, and less than it is added."""

Pair = tuple[int, int]


def passes(graph: nx.Graph, seed: int, round: int) -> Iterator[list[Pair]]:
    """Without an end: a maximum-weight matching of all people, then one of the pairs that are left, and so on; when no
    pair is left, all from the start. `graph`: edges with integer weights. Ends at once for a graph without edges."""
    number = 0
    while graph.number_of_edges():
        left = graph.copy()
        while left.number_of_edges():
            chance = stream(seed, "pairing", round, number)
            pairs = matching(left, chance)
            left.remove_edges_from(pairs)
            chance.shuffle(pairs)
            yield pairs
            number += 1


def matching(graph: nx.Graph, chance: Random) -> list[Pair]:
    """Pairs of a matching of maximum cardinality, and among these one of maximum weight over each person's heaviest
    edges (networkx: Galil 1986, cubic in the people). Sorted."""
    weighed = nx.Graph()
    for first, second, weight in sorted(graph.edges(data="weight")):
        weighed.add_edge(first, second, weight=int(weight) * NOISE + chance.randrange(NOISE))
    widest = max(degree for _, degree in weighed.degree)
    nearest = NEAREST
    while True:
        pairs = nx.max_weight_matching(_heaviest(weighed, nearest), maxcardinality=True)
        alone = len(weighed) - 2 * len(pairs)
        if alone <= len(weighed) % 2 or nearest >= widest:
            return sorted((min(pair), max(pair)) for pair in pairs)
        nearest *= 4


def _heaviest(graph: nx.Graph, count: int) -> nx.Graph:
    """Only the edges that are among the `count` heaviest of one of their ends."""
    kept = nx.Graph()
    for person in sorted(graph):
        edges = sorted(((-data["weight"], other) for other, data in graph[person].items()))[:count]
        kept.add_weighted_edges_from((min(person, other), max(person, other), -weight) for weight, other in edges)
    return kept
