"""Was this text embedded before? Several steps look at the same sentences; each is embedded once."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..models.scorer import Embedder

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST = 50_000
"""Vectors that are kept: 77 MB of MiniLM's. What comes later is embedded each time."""


class Remembering:
    """An embedder that keeps what another one gave."""

    def __init__(self, embedder: Embedder, most: int = MOST) -> None:
        self.name, self.merge_above = embedder.name, embedder.merge_above
        self._embedder, self._most = embedder, most
        self._vectors: dict[str, NDArray[np.float32]] = {}

    async def embed(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """(texts, dimensions), unit vectors."""
        import numpy as np

        new = [text for text in dict.fromkeys(texts) if text not in self._vectors]
        if not texts:
            return await self._embedder.embed(texts)
        found = dict(zip(new, await self._embedder.embed(new), strict=True)) if new else {}
        vectors = np.stack([found[text] if text in found else self._vectors[text] for text in texts])
        self._vectors.update(list(found.items())[: max(0, self._most - len(self._vectors))])
        return vectors

    def forget(self) -> None:
        """Let go of all vectors."""
        self._vectors.clear()
