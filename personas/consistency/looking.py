"""Which pairs of a pool were looked at before? One bit each: of 30,000 sentences 112 MB at most."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Edge = tuple[int, int]
"""Two places in the pool, the smaller first."""

LARGEST = 32_768
"""Sentences up to which there are bits; of more, two personas seldom share a pair."""


class Looked:
    """The pairs that were asked for."""

    def __init__(self, size: int, remember: bool = True) -> None:
        self.again = 0
        """Pairs that were asked for again."""
        self._size = size
        self._bits: NDArray[np.uint8] | None = None
        if remember and size <= LARGEST:
            self._bits = np.zeros((size, size // 8 + 1), dtype=np.uint8)

    def new(self, pairs: Iterable[Edge]) -> list[Edge]:
        """Those that were not asked for yet, each once, in order; from now on they were."""
        found = np.array(list(pairs), dtype=np.int64).reshape(-1, 2)
        found.sort(axis=1)
        codes = np.unique(found[:, 0] * self._size + found[:, 1])
        firsts, seconds = codes // max(self._size, 1), codes % max(self._size, 1)
        if self._bits is not None:
            bits = np.left_shift(1, seconds % 8).astype(np.uint8)
            fresh = self._bits[firsts, seconds // 8] & bits == 0
            self.again += len(codes) - int(fresh.sum())
            firsts, seconds, bits = firsts[fresh], seconds[fresh], bits[fresh]
            np.bitwise_or.at(self._bits, (firsts, seconds // 8), bits)
        return list(zip(firsts.tolist(), seconds.tolist(), strict=True))
