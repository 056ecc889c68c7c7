"""Which sentences can't be said by one person? A graph: sentences are nodes, each conflict is an edge.

Edges are added lazily, for the pairs that somebody looks at. An edge carries every kind of conflict that was found,
with its score: `graph.edges[3, 17] == {"contradiction": 0.97, "exclusive": 1.0}`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

import networkx as nx

from ..persona import ProfileSentence
from ..taxonomy import Taxonomy
from .looking import Edge, Looked
from .negating import Negator
from .scoring import PairScore, PairScorer


class Conflict(StrEnum):
    """Why two sentences can't stand in one profile."""

    CONTRADICTION = "contradiction"
    """P(contradiction) above the threshold, in either direction (Lee et al. 2022)."""
    REDUNDANCY = "redundancy"
    """Cosine above the threshold: the same thing twice (Jandaghi et al. 2023)."""
    EXCLUSIVE = "exclusive"
    """Two values of a category of which a person has one at a time; also where a value is not known."""
    NEGATION = "negation"
    """One entails what a language model wrote as the negation of the other (Jandaghi et al. 2023)."""


@dataclass(frozen=True)
class Thresholds:
    """From 0 to 1; what lies above is a conflict."""

    contradiction: float = 0.9
    redundancy: float = 0.9
    negation: float = 0.5
    """P(entailment) of a negation: more likely than not."""


class Conflicts:
    """The conflict graph of a pool, as far as it was looked at. Nodes are places in the pool."""

    def __init__(
        self,
        sentences: Sequence[ProfileSentence],
        taxonomy: Taxonomy,
        scorer: PairScorer,
        thresholds: Thresholds | None = None,
        negator: Negator | None = None,
        *,
        remember: bool = True,
    ) -> None:
        """With a `negator`, entailed negations are conflicts too. `remember=False` looks at a pair again when it is
        asked for again, which changes nothing."""
        self.sentences, self.scorer = sentences, scorer
        self.thresholds = thresholds or Thresholds()
        self.graph: nx.Graph[int] = nx.Graph()
        for place, sentence in enumerate(sentences):
            self.graph.add_node(place, sentence=sentence)
        self._values = [value_of(sentence, taxonomy) for sentence in sentences]
        self._negator, self._looked = negator, Looked(len(sentences), remember)

    async def look(self, pairs: Iterable[Edge]) -> None:
        """Score the pairs that nobody looked at, and add the edges that are found; all in as few calls as the scorer
        makes of them."""
        edges = self._looked.new(pairs)
        scores = await self.scorer.score([self._texts(edge) for edge in edges])
        negated = await self._negations(edges)
        for edge, score in zip(edges, scores, strict=True):
            if found := self._found(edge, score, negated.get(edge, 0.0)):
                self.graph.add_edge(*edge, **found)

    async def look_inside(self, groups: Iterable[Sequence[int]]) -> None:
        """Look at every pair inside each group."""
        await self.look(pair for group in groups for pair in combinations(group, 2))

    @property
    def cached(self) -> int:
        """Pairs that were wanted again, and not scored again."""
        return self._looked.again + self.scorer.cached

    @property
    def negations(self) -> bool:
        """Whether entailed negations are looked for."""
        return self._negator is not None

    @property
    def unnegated(self) -> int:
        """Sentences of which there is no negation to compare with."""
        return self._negator.missing if self._negator else 0

    def between(self, a: int, b: int) -> bool:
        """Whether a conflict was found; the pair must have been looked at."""
        return bool(self.graph.has_edge(a, b))

    def among(self, places: Sequence[int]) -> list[Edge]:
        """The conflicts between some sentences, whose pairs must have been looked at."""
        some = set(places)
        return [(a, b) for a in places for b in sorted(some.intersection(self.graph.adj[a])) if a < b]

    def found(self, kind: Conflict) -> list[tuple[Edge, float]]:
        """The edges of a kind with their scores, highest first."""
        edges = [((min(a, b), max(a, b)), score) for a, b, score in self.graph.edges(data=kind.value) if score]
        return sorted(edges, key=lambda edge: (-edge[1], edge[0]))

    def _texts(self, edge: Edge) -> tuple[str, str]:
        return self.sentences[edge[0]].text, self.sentences[edge[1]].text

    def _found(self, edge: Edge, score: PairScore, negated: float) -> dict[str, float]:
        kinds: dict[str, float] = {}
        if score.contradiction > self.thresholds.contradiction:
            kinds[Conflict.CONTRADICTION.value] = score.contradiction
        if score.cosine > self.thresholds.redundancy:
            kinds[Conflict.REDUNDANCY.value] = min(score.cosine, 1.0)
        if _exclusive(self._values[edge[0]], self._values[edge[1]]):
            kinds[Conflict.EXCLUSIVE.value] = 1.0
        if negated > self.thresholds.negation:
            kinds[Conflict.NEGATION.value] = negated
        return kinds

    async def _negations(self, edges: Sequence[Edge]) -> Mapping[Edge, float]:
        """The larger P(entailment) of either sentence's negation by the other."""
        if self._negator is None:
            return {}
        await self._negator.learn([text for edge in edges for text in self._texts(edge)])
        asked = [(edge, way) for edge in edges for way in self._ways(*self._texts(edge))]
        entailed = await self.scorer.entailments([way for _, way in asked])
        found: dict[Edge, float] = {}
        for (edge, _), probability in zip(asked, entailed, strict=True):
            found[edge] = max(found.get(edge, 0.0), probability)
        return found

    def _ways(self, a: str, b: str) -> Iterator[tuple[str, str]]:
        assert self._negator is not None
        for premise, other in ((a, b), (b, a)):
            if negation := self._negator.of(other):
                yield premise, negation


@dataclass(frozen=True, slots=True)
class Value:
    """What a sentence says of a category that a person has one value of."""

    category: str
    entity: str | None
    """Folded for comparing; None where it is not known."""


def value_of(sentence: ProfileSentence, taxonomy: Taxonomy) -> Value | None:
    """None where a person may have several values, or the category is not known."""
    category = taxonomy.get(sentence.category) if sentence.category else None
    if category is None or not category.single:
        return None
    return Value(category.path, _folded(sentence.entity) if sentence.entity else None)


def _exclusive(a: Value | None, b: Value | None) -> bool:
    if a is None or b is None or a.category != b.category:
        return False
    return a.entity is None or a.entity != b.entity


def _folded(entity: str) -> str:
    """`The  Netherlands.` and `netherlands` are one value."""
    words = "".join(letter if letter.isalnum() else " " for letter in entity.casefold()).split()
    return " ".join(words[1:] if len(words) > 1 and words[0] in {"a", "an", "the"} else words) or entity
