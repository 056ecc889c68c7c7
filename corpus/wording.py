"""Of which words does a dialogue consist, and how does it open?"""

import re
from collections.abc import Iterable
from functools import cached_property, lru_cache
from hashlib import blake2b
from itertools import chain, pairwise
from math import sqrt

from ..agents import Dialogue

PLACEHOLDER = re.compile(r"\[[^\]]{2,40}\]")
"""A blank that a model left to be filled in, such as "[user 1's name]" (measured so for METHODS B)."""
OPENER_WORDS = 3
"""How many words of the first utterance are its opener."""

_UNSPACED = re.compile("([\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff])")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_MASK = (1 << 64) - 1
_MIX = 0x9E3779B97F4A7C15


def words(text: str) -> list[str]:
    """Lower-cased runs of letters and digits, apostrophes inside kept; Chinese and Japanese characters stand alone."""
    lowered = text.lower()
    return _WORD.findall(lowered if lowered.isascii() else _UNSPACED.sub(r" \1 ", lowered))


class Wording:
    """The words of one dialogue, taken apart once for all that count them."""

    def __init__(self, dialogue: Dialogue) -> None:
        self.texts = tuple(turn.text for turn in dialogue.turns)
        self.turns = [words(text) for text in self.texts]

    @cached_property
    def unigrams(self) -> list[int]:
        """A 64-bit hash for each word, in order."""
        return [_hashed(word) for word in chain.from_iterable(self.turns)]

    @cached_property
    def bigrams(self) -> list[int]:
        """A 64-bit hash for each pair of neighbouring words of one turn, in order."""
        turns = ([_hashed(word) for word in turn] for turn in self.turns)
        return [(a * _MIX + b) & _MASK for turn in turns for a, b in pairwise(turn)]

    @property
    def opener(self) -> str:
        """The first words of the first utterance; empty when there are none."""
        return " ".join(self.turns[0][:OPENER_WORDS]) if self.turns else ""

    @property
    def placeholder(self) -> bool:
        return any("[" in text and PLACEHOLDER.search(text) for text in self.texts)

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        return frozenset(chain.from_iterable(self.turns))


def similarity(one: frozenset[str], other: frozenset[str]) -> float:
    """Cosine of two word sets, 0 to 1: shared words over the geometric mean of both sizes. 0 for an empty set."""
    if not one or not other:
        return 0.0
    return len(one & other) / sqrt(len(one) * len(other))


class Distinct:
    """Distinct-n (Li et al. 2016): different n-grams over all n-grams, in bounded memory.

    Exact up to `capacity` different ones; above, an estimate by adaptive sampling (Flajolet 1990), with a relative
    standard error of about 1.2 / sqrt(capacity): 0.5 %. The same n-grams in any order give the same number.
    """

    def __init__(self, capacity: int = 1 << 16) -> None:
        self.capacity, self.total = capacity, 0
        self._kept: set[int] = set()
        self._level = 0

    def add(self, hashes: Iterable[int]) -> None:
        """64-bit hashes, one for each n-gram."""
        fresh = list(hashes)
        self.total += len(fresh)
        mask = (1 << self._level) - 1
        self._kept.update(fresh if not mask else (value for value in fresh if not value & mask))
        while len(self._kept) > self.capacity:
            self._level += 1
            mask = (1 << self._level) - 1
            self._kept = {value for value in self._kept if not value & mask}

    @property
    def different(self) -> int:
        return len(self._kept) << self._level

    @property
    def ratio(self) -> float | None:
        """None without any n-gram."""
        return min(1.0, self.different / self.total) if self.total else None


@lru_cache(maxsize=1 << 15)
def _hashed(word: str) -> int:
    return int.from_bytes(blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")
