"""Is a text like this already there? Texts with their vectors, to which more are added."""

from collections.abc import Sequence
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from ...models.request import Events, unwatched
from ...models.scorer import Embedder
from ..difference import claim
from ..event import Progressed

DECIMALS = 4
"""Of cosines, before they are compared with anything: the last digits differ between machines."""
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
        near = self._cosines(vector)
        index = int(near.argmax())
        return Near(float(near[index]), self.texts[index])

    def repeated(self, text: str, vector: Vectors, above: float) -> Near | None:
        """The nearest with a cosine above that, if any, of those that could say the same: with the same numbers in
        them (`I am 34` and `I am 35` are two facts), and as much of a yes or a no."""
        near = self._cosines(vector)
        close = np.flatnonzero(near > above)
        close = close[np.argsort(-near[close], kind="stable")]
        same = (int(index) for index in close if claim(self.texts[index]) == claim(text))
        found = next(same, None)
        return None if found is None else Near(float(near[found]), self.texts[found])

    def _cosines(self, vector: Vectors) -> NDArray[np.float64]:
        found: NDArray[np.float64] = (self.vectors @ vector).astype(np.float64)
        return found.round(DECIMALS)

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
