"""Is a text like this already there? Texts with their vectors, to which more are added."""

from collections.abc import Sequence
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from ...models.request import Events, unwatched
from ...models.scorer import Embedder
from ..event import Progressed

TOO_CLOSE = 0.9
"""Cosine above which two texts say the same: the redundancy of Jandaghi et al. 2023."""
PIECE = 256
"""Texts embedded at once, between two events."""

Vectors = NDArray[np.float32]


class Near(NamedTuple):
    """The text that is most like another."""

    similarity: float
    """Cosine, in [-1, 1]."""
    text: str


class Neighbourhood:
    """Texts in order, and the unit vector (d) of each."""

    def __init__(self, texts: Sequence[str], vectors: Vectors) -> None:
        self.texts = list(texts)
        self._vectors = vectors

    @classmethod
    async def of(cls, texts: Sequence[str], embedder: Embedder, events: Events = unwatched) -> Self:
        return cls(texts, await embedded(texts, embedder, events))

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def vectors(self) -> Vectors:
        """(n, d), in the order of the texts."""
        return self._vectors[: len(self.texts)]

    def nearest(self, vector: Vectors) -> Near:
        """Of the first ones, where several are as near. Raises ValueError where there is none."""
        near = self.vectors @ vector
        index = int(near.argmax())
        return Near(float(near[index]), self.texts[index])

    def add(self, text: str, vector: Vectors) -> None:
        """Space is doubled when it is used up, so that adding one by one takes no longer than its number."""
        if len(self.texts) == len(self._vectors):
            more = np.zeros((max(16, len(self._vectors)), len(vector)), dtype=np.float32)
            self._vectors = np.concatenate([self.vectors.reshape(-1, len(vector)), more])
        self._vectors[len(self.texts)] = vector
        self.texts.append(text)


async def embedded(texts: Sequence[str], embedder: Embedder, events: Events = unwatched) -> Vectors:
    """The vectors (n, d) of texts, embedded piece by piece."""
    pieces = []
    for start in range(0, len(texts), PIECE):
        pieces.append(await embedder.embed(texts[start : start + PIECE]))
        events(Progressed("embed", min(start + PIECE, len(texts)), len(texts)))
    return np.concatenate(pieces) if pieces else np.zeros((0, 0), dtype=np.float32)
