"""Which of all pairs of a pool can conflict at all? A graph of the whole pool, and how much the shortcut misses.

Blocking: a pair is scored only if its sentences are alike, or their categories bear on each other. What that misses is
measured on random pairs among those that were skipped.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from random import Random
from typing import TYPE_CHECKING

from ...models.request import Events, unwatched
from ...models.stream import stream
from ..event import Progressed
from ..persona import ProfileSentence
from ..taxonomy import Category, Taxonomy, canonical
from .conflict import Conflicts, Edge, Thresholds
from .scoring import PairScorer

if TYPE_CHECKING:
    import networkx as nx
    import numpy as np
    from numpy.typing import NDArray

ROWS = 256
"""Sentences whose pairs are looked for together: their similarities are one matrix of ROWS x pool."""
COMMON = 12
"""A part of paths that more categories share, such as `Preference`, says nothing about what bears on what."""
PATIENCE = 100
"""How many pairs are drawn, at most, for one that was skipped."""
SAMPLE = 2000
"""Skipped pairs on which the miss rate is measured."""


@dataclass(frozen=True)
class PoolGraph:
    """The conflicts of a whole pool, and what is known of those that were not looked for."""

    graph: "nx.Graph[int]"
    """Nodes are places in the pool, with their `sentence`; edges carry kinds of conflict with scores."""
    scored: int
    skipped: int
    """Pairs that blocking left out."""
    sampled: int
    """Random pairs among the skipped ones, scored to measure the miss rate."""
    missed: int
    """How many of them conflict."""

    @property
    def miss_rate(self) -> float | None:
        """The share of skipped pairs that conflict, 0 to 1; None where nothing was skipped."""
        return self.missed / self.sampled if self.sampled else None


async def pool_graph(
    sentences: Sequence[ProfileSentence],
    scorer: PairScorer,
    taxonomy: Taxonomy,
    thresholds: Thresholds | None = None,
    *,
    blocking: bool = True,
    near: float | None = None,
    sample: int = SAMPLE,
    seed: int = 0,
    events: Events = unwatched,
) -> PoolGraph:
    """All conflicts of a pool; with `blocking`, those between sentences that can conflict.

    `near`: the cosine from which sentences count as alike, by default that above which the embedder's clusters merge.
    What the sample finds is in the graph too.
    """
    conflicts = Conflicts(sentences, taxonomy, scorer, thresholds)
    block = await _block(sentences, scorer, taxonomy, near) if blocking else None
    scored = 0
    for start in range(0, len(sentences), ROWS):
        pairs = block.pairs(start) if block else _all_pairs(start, len(sentences))
        await conflicts.look(pairs)
        scored += len(pairs)
        events(Progressed("block", min(start + ROWS, len(sentences)), len(sentences), f"{scored:,} pairs scored"))
    skipped = len(sentences) * (len(sentences) - 1) // 2 - scored
    drawn = block.skipped(min(sample, skipped), stream(seed, "blocking")) if block else []
    await conflicts.look(drawn)
    missed = sum(conflicts.between(*pair) for pair in drawn)
    return PoolGraph(conflicts.graph, scored, skipped, len(drawn), missed)


def related(first: Category, second: Category, shares: Mapping[str, int]) -> bool:
    """Whether facts of the one bear on the other: they share a part of their paths that few others have.

    `shares`: how many categories have a part in their path. `Employment | Profession` bears on `Employment | Job
    Status`, `Possession | Animal` on `Preference | Animal`, `Preference | Food` not on `Preference | Season`.
    """
    common = set(canonical(first.path).split("|")) & set(canonical(second.path).split("|"))
    return any(shares[part] <= COMMON for part in common) or first.path == second.path


async def _block(
    sentences: Sequence[ProfileSentence], scorer: PairScorer, taxonomy: Taxonomy, near: float | None
) -> "_Block":
    import numpy as np

    categories = taxonomy.categories
    shares = Counter(part for category in categories for part in set(canonical(category.path).split("|")))
    kin = np.zeros((len(categories) + 1, len(categories) + 1), dtype=bool)  # the last: sentences without category
    for a, b in product(range(len(categories)), repeat=2):
        kin[a, b] = related(categories[a], categories[b], shares)
    numbers = {category.path: number for number, category in enumerate(categories)}
    found = [taxonomy.get(sentence.category or "") for sentence in sentences]
    about = np.array([numbers[category.path] if category else len(categories) for category in found])
    vectors = await scorer.vectors([sentence.text for sentence in sentences])
    return _Block(about, kin, vectors, scorer.embedder.merge_above if near is None else near)


def _all_pairs(start: int, size: int) -> list[Edge]:
    return [(a, b) for a in range(start, min(start + ROWS, size)) for b in range(a + 1, size)]


@dataclass(frozen=True)
class _Block:
    """Says of pairs whether they are to be scored."""

    about: "NDArray[np.int_]"
    """The number of each sentence's category."""
    kin: "NDArray[np.bool_]"
    """By two numbers of categories."""
    vectors: "NDArray[np.float32]"
    near: float

    def pairs(self, start: int) -> list[Edge]:
        """Those to be scored whose first sentence is one of ROWS from `start` on."""
        import numpy as np

        rows = np.arange(start, min(start + ROWS, len(self.about)))
        alike = self.vectors[rows] @ self.vectors.T >= self.near
        wanted = alike | self.kin[self.about[rows][:, None], self.about[None, :]]
        wanted &= np.arange(len(self.about))[None, :] > rows[:, None]
        return [(int(rows[a]), int(b)) for a, b in np.argwhere(wanted)]

    def skipped(self, count: int, chance: Random) -> list[Edge]:
        """So many different pairs at random among those that are not scored; fewer where they are rare."""
        found: dict[Edge, None] = {}
        for _ in range(PATIENCE * count):
            if len(found) == count:
                break
            a, b = sorted(chance.sample(range(len(self.about)), 2))
            if not self.kin[self.about[a], self.about[b]] and self.vectors[a] @ self.vectors[b] < self.near:
                found[a, b] = None
        return list(found)
