"""Has somebody said this before, word for word or nearly so?"""

from collections.abc import Sequence
from re import findall, sub
from typing import TYPE_CHECKING
from unicodedata import normalize

from ...models.request import Events, unwatched
from ...models.scorer import Embedder
from ..difference import claim
from ..event import Progressed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NEAR = 0.9
"""Cosine above which two sentences say the same."""
DECIMALS = 4
BLOCK = 512
"""Sentences that are embedded, and compared with all others, at a time."""


def plain(text: str) -> str:
    """What is compared word for word: letters and digits in lower case."""
    return " ".join(findall(r"\w+", sub("['’]", "", normalize("NFKC", text).casefold())))


class Said:
    """All sentences that have been said so far."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._texts: list[str] = []
        self._exact: dict[str, str] = {}
        """Text by its plain form."""
        self._vectors: NDArray[np.float32] | None = None

    async def remember(self, texts: Sequence[str], events: Events = unwatched) -> None:
        """Take in sentences of an earlier pool, without a look at whether they repeat one another."""
        for start in range(0, len(texts), BLOCK):
            block = texts[start : start + BLOCK]
            self._keep(block, await self._embedder.embed(block))
            events(Progressed("embed", start + len(block), len(texts), block[-1]))

    async def repeats(self, texts: Sequence[str]) -> list[str]:
        """For each sentence in order what it repeats, or an empty text: then it is remembered from now on.

        Nearness is a cosine above 0.9, rounded to 4 decimals. Sentences with other numbers in them (`I am 34`, `I am
        35`) say other things, and so do a yes and a no (`I have cats`, `I have no cats`).
        """
        reasons: list[str] = []
        for start in range(0, len(texts), BLOCK):
            reasons += await self._block(texts[start : start + BLOCK])
        return reasons

    async def _block(self, texts: Sequence[str]) -> list[str]:
        reasons = self._word_for_word(texts)
        left = [n for n, reason in enumerate(reasons) if not reason]
        near = await self._near([texts[n] for n in left]) if left else []
        for n, reason in zip(left, near, strict=True):
            reasons[n] = reason
        return reasons

    def _word_for_word(self, texts: Sequence[str]) -> list[str]:
        """Against what is remembered, and against those before it."""
        here: dict[str, str] = {}
        reasons = []
        for text in texts:
            form = plain(text)
            said = self._exact.get(form) or here.get(form)
            reasons.append(f"it was said before: {said!r}" if said else "")
            here.setdefault(form, text)
        return reasons

    async def _near(self, texts: Sequence[str]) -> list[str]:
        vectors = await self._embedder.embed(texts)
        before, within = None if self._vectors is None else _cosines(vectors, self._vectors), _cosines(vectors, vectors)
        reasons: list[str] = []
        for n, text in enumerate(texts):
            rivals = [] if before is None else [(before[n, m], self._texts[m]) for m in _above(before[n])]
            rivals += [(within[n, m], texts[m]) for m in _above(within[n, :n]) if not reasons[m]]
            alike = [(cosine, other) for cosine, other in rivals if claim(other) == claim(text)]
            cosine, other = max(alike, default=(0.0, ""))
            reasons.append(f"it is too near ({cosine:.2f}) to {other!r}" if other else "")
        kept = [n for n, reason in enumerate(reasons) if not reason]
        self._keep([texts[n] for n in kept], vectors[kept])
        return reasons

    def _keep(self, texts: Sequence[str], vectors: "NDArray[np.float32]") -> None:
        import numpy as np

        self._vectors = vectors if self._vectors is None else np.concatenate([self._vectors, vectors])
        self._texts += texts
        self._exact.update((plain(text), text) for text in texts)


def _cosines(some: "NDArray[np.float32]", others: "NDArray[np.float32]") -> "NDArray[np.float32]":
    """(some, others), rounded: the last digits differ between machines."""
    found: NDArray[np.float32] = (some @ others.T).round(DECIMALS)
    return found


def _above(cosines: "NDArray[np.float32]") -> list[int]:
    return [int(n) for n in (cosines > NEAR).nonzero()[0]]
