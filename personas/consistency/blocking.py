"""Which of all pairs of a pool can conflict at all? A graph of the whole pool, and how much the shortcut misses.

Blocking: a pair is scored only if its sentences are alike, or their categories bear on each other. What that misses is
measured on random pairs among those that were skipped. Where even those that can conflict are too many, the nearest of
them are scored, and random ones of the others tell what is among these.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING

from ...models.request import Events, unwatched
from ...models.stream import stream
from ..event import Progressed
from ..persona import ProfileSentence
from ..taxonomy import Category, Taxonomy, canonical
from .conflict import Conflict, Conflicts, Thresholds
from .looking import Edge
from .scoring import DECIMALS, LEXICAL, PairScorer

if TYPE_CHECKING:
    import networkx as nx
    import numpy as np
    from numpy.typing import NDArray

ROWS = 256
"""Sentences whose pairs are looked for together: their similarities are one matrix of ROWS x pool."""
WAVE = 16_384
"""Pairs that are scored together."""
COMMON = 12
"""A part of paths that more categories share, such as `Preference`, says nothing about what bears on what."""
PATIENCE = 100
"""How many pairs are drawn, at most, for one that was skipped."""
SAMPLE = 2000
"""Random pairs of which the share of conflicts is measured."""
MOST, MOST_LEXICAL = 50_000, 1_000_000
"""Pairs that are scored at most, those of the sample of skipped ones aside: minutes with an NLI model."""
STEPS = 10**DECIMALS
"""Cosines are counted in steps of 1 / STEPS."""


@dataclass(frozen=True)
class Sample:
    """Random pairs of many, scored to know what is among all of them."""

    of: int
    pairs: int
    contradictions: int
    conflicts: int
    """Of any kind."""

    @property
    def share(self) -> float | None:
        """Of contradictions, 0 to 1; None where there are no pairs."""
        return self.contradictions / self.pairs if self.pairs else None


@dataclass(frozen=True)
class PoolGraph:
    """The conflicts of a whole pool, and what is known of those that were not looked for."""

    graph: "nx.Graph[int]"
    """Nodes are places in the pool, with their `sentence`; edges carry kinds of conflict with scores."""
    scored: int
    """Pairs that can conflict: all of them, or the nearest where those are too many."""
    farther: Sample
    """Of the others that can conflict."""
    rest: Sample
    """Of the pairs that blocking left out."""

    @property
    def candidates(self) -> int:
        """Pairs that can conflict."""
        return self.scored + self.farther.of

    @property
    def looked_at(self) -> int:
        return self.scored + self.farther.pairs + self.rest.pairs

    @property
    def miss_rate(self) -> float | None:
        """The share of left out pairs that conflict, 0 to 1; None where none was left out."""
        return self.rest.conflicts / self.rest.pairs if self.rest.pairs else None


async def pool_graph(
    sentences: Sequence[ProfileSentence],
    scorer: PairScorer,
    taxonomy: Taxonomy,
    thresholds: Thresholds | None = None,
    *,
    blocking: bool = True,
    near: float | None = None,
    most: int | None = None,
    sample: int = SAMPLE,
    seed: int = 0,
    events: Events = unwatched,
) -> PoolGraph:
    """All conflicts of a pool; with `blocking`, those between sentences that can conflict.

    `near`: the cosine from which sentences count as alike, by default that above which the embedder's clusters merge.
    `most`: pairs that are scored of those that can conflict, by default 1,000,000 with the lexical detector and 50,000
    with a model; of more than that the nearest, and for the rest of `most`, about `sample`, random ones of the others.
    What samples find is in the graph too. Each pair is scored once: a scorer that remembers gains nothing.
    """
    conflicts = Conflicts(sentences, taxonomy, scorer, thresholds, remember=False)
    block = await _block(sentences, scorer, taxonomy, near) if blocking else await _unblocked(sentences, scorer)
    most = most if most is not None else MOST_LEXICAL if scorer.name == LEXICAL else MOST
    least, nearest = block.nearest(most, min(sample, most // 2))
    farther, rest = block.count - nearest, block.all - block.count
    sampled = min(most - nearest, farther), min(sample, rest)
    total, done = nearest + sum(sampled), 0

    async def look(pairs: Sequence[Edge]) -> None:
        nonlocal done
        for start in range(0, len(pairs), WAVE):
            await conflicts.look(pairs[start : start + WAVE])
            done += len(pairs[start : start + WAVE])
            events(Progressed("block", done, total, "pairs scored"))

    for pairs in block.pairs(least):
        await look(pairs)
    drawn = [block.drawn(sampled[0], seed, "farther", least), block.drawn(sampled[1], seed, "blocking")]
    for pairs in drawn:
        await look(pairs)
    found = [_sample(conflicts, pairs, of) for pairs, of in zip(drawn, (farther, rest), strict=True)]
    return PoolGraph(conflicts.graph, nearest, *found)


def related(first: Category, second: Category, shares: Mapping[str, int]) -> bool:
    """Whether facts of the one bear on the other: they share a part of their paths that few others have.

    `shares`: how many categories have a part in their path. `Employment | Profession` bears on `Employment | Job
    Status`, `Possession | Animal` on `Preference | Animal`, `Preference | Food` not on `Preference | Season`.
    """
    common = set(canonical(first.path).split("|")) & set(canonical(second.path).split("|"))
    return any(shares[part] <= COMMON for part in common) or first.path == second.path


def _sample(conflicts: Conflicts, pairs: Sequence[Edge], of: int) -> Sample:
    edges = conflicts.graph.edges
    found = [edges[pair] for pair in pairs if conflicts.between(*pair)]
    return Sample(of, len(pairs), sum(Conflict.CONTRADICTION in kinds for kinds in found), len(found))


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
    about = np.array([numbers[category.path] if category else len(categories) for category in found], dtype=int)
    vectors = await _vectors(sentences, scorer)
    return _Block(about, kin, vectors, scorer.embedder.merge_above if near is None else near)


async def _unblocked(sentences: Sequence[ProfileSentence], scorer: PairScorer) -> "_Block":
    """Of which all pairs are to be scored."""
    import numpy as np

    vectors = await _vectors(sentences, scorer)
    return _Block(np.zeros(len(sentences), dtype=int), np.ones((1, 1), dtype=bool), vectors, -1.0)


async def _vectors(sentences: Sequence[ProfileSentence], scorer: PairScorer) -> "NDArray[np.float32]":
    """(sentences, dimensions), unit vectors; piece by piece, since an embedder may take much room meanwhile."""
    import numpy as np

    made = np.zeros((len(sentences), 0), dtype=np.float32)
    for start in range(0, len(sentences), ROWS):
        piece = await scorer.embedder.embed([sentence.text for sentence in sentences[start : start + ROWS]])
        made = made if start else np.empty((len(sentences), piece.shape[1]), dtype=np.float32)
        made[start : start + ROWS] = piece
    return made


@dataclass(frozen=True)
class _Block:
    """Says of pairs whether they can conflict, and how near they are."""

    about: "NDArray[np.int_]"
    """The number of each sentence's category."""
    kin: "NDArray[np.bool_]"
    """By two numbers of categories."""
    vectors: "NDArray[np.float32]"
    near: float

    @property
    def all(self) -> int:
        """Pairs there are."""
        return len(self.about) * (len(self.about) - 1) // 2

    @property
    def count(self) -> int:
        """Pairs that can conflict."""
        return sum(self._by_step)

    @cached_property
    def _by_step(self) -> list[int]:
        """How many of them have which cosine, from -1 to 1 by steps."""
        import numpy as np

        counts = np.zeros(2 * STEPS + 1, dtype=np.int64)
        for start in range(0, len(self.about), ROWS):
            steps, wanted = self._steps(start)
            counts += np.bincount(steps[wanted].ravel() + STEPS, minlength=len(counts))
        return [int(count) for count in counts]

    def nearest(self, most: int, room: int) -> tuple[int, int]:
        """(the step from which pairs are scored, how many those are): all, or those that leave `room` for a sample
        within `most`."""
        if self.count <= most:
            return -STEPS, self.count
        taken = 0
        for step in range(STEPS, -STEPS - 1, -1):
            more = self._by_step[step + STEPS]
            if taken + more > most - room:
                return step + 1, taken
            taken += more
        return -STEPS, taken

    def pairs(self, least: int) -> Iterator[list[Edge]]:
        """Those that can conflict whose cosine is at least that many steps, block by block."""
        import numpy as np

        for start in range(0, len(self.about), ROWS):
            steps, wanted = self._steps(start)
            rows, others = np.nonzero(wanted & (steps >= least))
            yield list(zip((rows + start).tolist(), (others + start).tolist(), strict=True))

    def _steps(self, start: int) -> "tuple[NDArray[np.int32], NDArray[np.bool_]]":
        """Of ROWS sentences from `start` on and all from there on: their cosines, and which pairs can conflict."""
        import numpy as np

        rows = np.arange(start, min(start + ROWS, len(self.about)))
        cosines = np.clip(np.round(self.vectors[rows] @ self.vectors[start:].T, DECIMALS), -1, 1)
        wanted = (cosines >= np.float32(self.near)) | self.kin[self.about[rows][:, None], self.about[None, start:]]
        wanted &= np.arange(start, len(self.about))[None, :] > rows[:, None]
        return np.rint(cosines * STEPS).astype(np.int32), wanted

    def drawn(self, count: int, seed: int, purpose: str, below: int | None = None) -> list[Edge]:
        """So many different pairs at random, fewer where they are rare: of those that can conflict and whose cosine is
        less than `below` steps, or, without it, of those that can't."""
        import numpy as np

        rng = np.random.default_rng(stream(seed, purpose).getrandbits(64))
        found: dict[Edge, None] = {}
        for _ in range(PATIENCE):
            if len(found) >= count:
                break
            pairs = np.sort(rng.integers(0, len(self.about), (max(count, 16), 2)), axis=1)
            for start in range(0, len(pairs), ROWS * 16):
                some = pairs[start : start + ROWS * 16]
                found.update(dict.fromkeys(map(tuple, some[self._fit(some, below)].tolist())))
        return list(found)[:count]

    def _fit(self, pairs: "NDArray[np.int64]", below: int | None) -> "NDArray[np.bool_]":
        import numpy as np

        firsts, seconds = pairs.T
        cosines = np.round(np.einsum("ij,ij->i", self.vectors[firsts], self.vectors[seconds]), DECIMALS)
        can = (cosines >= np.float32(self.near)) | self.kin[self.about[firsts], self.about[seconds]]
        fit = ~can if below is None else can & (np.rint(cosines * STEPS) < below)
        return np.asarray(fit & (firsts != seconds))
