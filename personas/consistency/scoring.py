"""How do two sentences of one person stand to each other? Asked lazily, many pairs at once, and seldom twice."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from operator import attrgetter
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
REMEMBERED = 1_000_000
"""Pairs whose scores are kept: about 90 MB. Beyond them the oldest are asked for again."""
DECIMALS = 4
"""Of scores, before anything is compared with a threshold: the last digits are another machine's."""
ROWS = 2048
"""Pairs whose cosines are computed at once."""


class PairScore(NamedTuple):
    """What is known of an unordered pair, rounded to 4 decimals."""

    contradiction: float
    """The larger P(contradiction) of the two directions."""
    cosine: float


class PairScorer:
    """Scores unordered pairs of texts with an NLI model, in both directions, and an embedder."""

    def __init__(
        self,
        nli: Nli,
        embedder: Embedder,
        *,
        batch: int = BATCH,
        remember: bool = True,
        most: int = REMEMBERED,
        events: Events = unwatched,
    ) -> None:
        """`most`: pairs that are remembered. `remember=False` keeps nothing: for pairs that come only once, and to see
        what it costs. Neither changes a score."""
        self.nli, self.embedder = nli, embedder
        self.asked = 0
        """Unordered pairs that the NLI model was asked about."""
        self.cached = 0
        """Unordered pairs that were asked for again."""
        self._batch, self._remember, self._events = max(1, batch), remember, events
        self._contradictions, self._entailments = (_Memory(most if remember else 0) for _ in range(2))
        self._vectors: dict[str, NDArray[np.float32]] = {}

    @property
    def name(self) -> str:
        """`lexical`, or `nli:` and the model's name."""
        return self.nli.name if self.nli.name == LEXICAL else f"nli:{self.nli.name}"

    async def score(self, pairs: Sequence[Pair]) -> list[PairScore]:
        """In the order of the pairs; (a, b) and (b, a) are one pair."""
        wanted = [_unordered(pair) for pair in pairs]
        found, new = self._contradictions.known(wanted)
        self.asked += len(new)
        self.cached += len(found)
        ways = await self._inferred([way for a, b in new for way in ((a, b), (b, a))], attrgetter("contradiction"))
        fresh = dict(zip(new, map(max, ways[::2], ways[1::2]), strict=True))
        self._contradictions.keep(fresh)
        found |= fresh
        return [
            PairScore(found[pair], cosine) for pair, cosine in zip(wanted, await self._cosines(wanted), strict=True)
        ]

    async def entailments(self, pairs: Sequence[Pair]) -> list[float]:
        """P(entailment) of each (premise, hypothesis), in that direction."""
        found, new = self._entailments.known(pairs)
        fresh = dict(zip(new, await self._inferred(new, attrgetter("entailment")), strict=True))
        self._entailments.keep(fresh)
        found |= fresh
        return [found[pair] for pair in pairs]

    async def _inferred(self, pairs: Sequence[Pair], take: Callable[[Inference], float]) -> list[float]:
        found: list[float] = []
        for start in range(0, len(pairs), self._batch):
            inferences = await self.nli.infer(pairs[start : start + self._batch])
            found += [round(take(inference), DECIMALS) for inference in inferences]
            self._events(Progressed("score", len(found), len(pairs), "pairs, in both directions"))
        return found

    async def _cosines(self, pairs: Sequence[Pair]) -> list[float]:
        import numpy as np

        place = {text: number for number, text in enumerate(dict.fromkeys(text for pair in pairs for text in pair))}
        found: list[float] = []
        if place:
            rows = await self._rows(list(place))
            at = np.array([(place[a], place[b]) for a, b in pairs])
            for start in range(0, len(at), ROWS):
                firsts, seconds = at[start : start + ROWS].T
                cosines = np.einsum("ij,ij->i", rows[firsts], rows[seconds]).astype(float)
                found += np.round(cosines, DECIMALS).tolist()
        return found

    async def _rows(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """An array (texts, dimensions) of unit vectors."""
        import numpy as np

        if not self._remember:
            return await self.embedder.embed(texts)
        if new := [text for text in texts if text not in self._vectors]:
            self._vectors.update(zip(new, await self.embedder.embed(new), strict=True))
        return np.stack([self._vectors[text] for text in texts])


class _Memory:
    """Probabilities by pair; where they grow too many, the older half is forgotten."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._numbers: dict[str, int] = {}
        self._kept: dict[int, float] = {}
        self._shared: dict[float, float] = {}
        """One object a value, of which there are few."""

    def known(self, pairs: Iterable[Pair]) -> tuple[dict[Pair, float], list[Pair]]:
        """(what is kept of the pairs, those of which nothing is; each pair once)."""
        if not self._most:
            return {}, list(dict.fromkeys(pairs))
        found: dict[Pair, float] = {}
        new: dict[Pair, None] = {}
        for pair in pairs:
            value = self._kept.get(self._key(pair))
            if value is None:
                new[pair] = None
            else:
                found[pair] = value
        return found, list(new)

    def keep(self, found: Mapping[Pair, float]) -> None:
        if not self._most:
            return
        for pair, value in found.items():
            self._kept[self._key(pair)] = self._shared.setdefault(value, value)
            if len(self._kept) > self._most:
                for key in list(islice(self._kept, (self._most + 1) // 2)):
                    del self._kept[key]

    def _key(self, pair: Pair) -> int:
        a, b = (self._numbers.setdefault(text, len(self._numbers)) for text in pair)
        return a << 32 | b


def _unordered(pair: Pair) -> Pair:
    a, b = pair
    return (a, b) if a <= b else (b, a)
