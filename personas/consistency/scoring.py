"""How do two sentences of one person stand to each other? Asked lazily, many pairs at once, and never twice."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from ...models.request import Events, unwatched
from ...models.scorer import Embedder, Inference, Nli, Pair
from ..event import Progressed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BATCH = 512
"""Directed pairs a call of the NLI model; it changes no score, only how often progress is told."""
LEXICAL = "lexical"
"""The name of the detector that stands in where there is no NLI model."""


class PairScore(NamedTuple):
    """What is known of an unordered pair."""

    contradiction: float
    """The larger P(contradiction) of the two directions."""
    entailment: float
    """The larger P(entailment) of the two directions."""
    cosine: float


class PairScorer:
    """Scores unordered pairs of texts with an NLI model, in both directions, and an embedder."""

    def __init__(
        self, nli: Nli, embedder: Embedder, *, batch: int = BATCH, remember: bool = True, events: Events = unwatched
    ) -> None:
        """`remember=False` scores a pair again whenever it is asked for: what it costs to have no cache."""
        self.nli, self.embedder = nli, embedder
        self.asked = 0
        """Unordered pairs that the NLI model was asked about."""
        self.cached = 0
        """Unordered pairs that were asked for again."""
        self._batch, self._remember, self._events = max(1, batch), remember, events
        self._inferences: dict[Pair, Inference] = {}
        self._vectors: dict[str, NDArray[np.float32]] = {}

    @property
    def name(self) -> str:
        """`lexical`, or `nli:` and the model's name."""
        return self.nli.name if self.nli.name == LEXICAL else f"nli:{self.nli.name}"

    async def score(self, pairs: Sequence[Pair]) -> list[PairScore]:
        """In the order of the pairs; (a, b) and (b, a) are one pair."""
        wanted = dict.fromkeys(_unordered(pair) for pair in pairs)
        new = [pair for pair in wanted if pair not in self._inferences]
        self.asked += len(new)
        self.cached += len(wanted) - len(new)
        found = await self._inferred([directed for a, b in new for directed in ((a, b), (b, a))])
        await self._embed([text for pair in wanted for text in pair])
        return [self._score(_unordered(pair), found) for pair in pairs]

    async def entailments(self, pairs: Sequence[Pair]) -> list[float]:
        """P(entailment) of each (premise, hypothesis), in that direction."""
        found = await self._inferred([pair for pair in dict.fromkeys(pairs) if pair not in self._inferences])
        return [self._known(pair, found).entailment for pair in pairs]

    async def vectors(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """An array (texts, dimensions) of unit vectors; each text is embedded once."""
        import numpy as np

        await self._embed(texts)
        return np.stack([self._vectors[text] for text in texts])

    async def _inferred(self, pairs: Sequence[Pair]) -> Mapping[Pair, Inference]:
        """What is new; kept where it is to be remembered."""
        found: dict[Pair, Inference] = {}
        for start in range(0, len(pairs), self._batch):
            some = pairs[start : start + self._batch]
            found.update(zip(some, await self.nli.infer(some), strict=True))
            self._events(Progressed("score", start + len(some), len(pairs), "pairs, in both directions"))
        if self._remember:
            self._inferences.update(found)
        return found

    async def _embed(self, texts: Iterable[str]) -> None:
        if new := [text for text in dict.fromkeys(texts) if text not in self._vectors]:
            self._vectors.update(zip(new, await self.embedder.embed(new), strict=True))

    def _score(self, pair: Pair, found: Mapping[Pair, Inference]) -> PairScore:
        a, b = pair
        ways = (self._known((a, b), found), self._known((b, a), found))
        cosine = float(self._vectors[a] @ self._vectors[b])
        return PairScore(max(way.contradiction for way in ways), max(way.entailment for way in ways), cosine)

    def _known(self, pair: Pair, found: Mapping[Pair, Inference]) -> Inference:
        return found[pair] if pair in found else self._inferences[pair]


def _unordered(pair: Pair) -> Pair:
    a, b = pair
    return (a, b) if a <= b else (b, a)
