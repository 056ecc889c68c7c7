"""Which of many texts is nearly the same as this one? MinHash signatures, and an index of their bands.

Texts are sets of word runs (shingles); how alike two are is the Jaccard index of their sets. The chance that a hash
function has its least value on the same shingle of both is that index (Broder 1997). Of 192 such values, three make a
band: texts that agree in one of the 64 bands are found, whatever the number of the others (Indyk and Motwani 1998;
Leskovec et al., Mining of Massive Datasets, chapter 3). What is found is compared exactly.
"""

from collections.abc import Iterable, Sequence, Set
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Shingles: TypeAlias = NDArray[np.uint32]
"""Hashes of the distinct shingles of a text, ascending."""
Keys: TypeAlias = NDArray[np.uint64]
"""The bands of a signature, 64 numbers of 40 bits; the lower 24 are free for the number of a text."""

BANDS, ROWS = 64, 3
"""Two texts that are alike by j meet with the chance 1 - (1 - j³)⁶⁴: 0.83 at 0.3, 0.94 at 0.35, 0.9998 at 0.5."""
NUMBER = np.uint64(2**24 - 1)
"""Mask of a text's number: there may be 16 million."""
HALF = np.uint64(32)
BLOCK = 4096
"""Shingles that are hashed at a time: 6 MB."""


def _hashed(text: str) -> int:
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


_of_word = lru_cache(maxsize=1 << 16)(_hashed)


def _constants(name: str, count: int) -> NDArray[np.uint64]:
    """Odd numbers that are the same on every machine."""
    return np.array([_hashed(f"{name} {n}") | 1 for n in range(count)], dtype=np.uint64)


_FACTORS, _TERMS = _constants("factor", BANDS * ROWS), _constants("term", BANDS * ROWS)
_ROW, _BAND = _constants("row", ROWS), _constants("band", BANDS)


def shingles(words: Sequence[str], size: int) -> Shingles:
    """The runs of `size` words; of fewer words the only one. None of no words."""
    size = min(size, len(words))
    if not size:
        return np.empty(0, dtype=np.uint32)
    known = np.fromiter(map(_of_word, words), np.uint64, len(words))
    count = len(words) - size + 1
    runs = np.zeros(count, dtype=np.uint64)
    for at, factor in enumerate(_constants("word", size)):
        runs += known[at : at + count] * factor
    return np.unique((runs >> HALF).astype(np.uint32))


class Sketch(NamedTuple):
    """What is remembered of a text."""

    name: str
    shingles: Shingles
    keys: Keys
    """Its bands."""
    bytes: NDArray[np.uint8]
    """The lowest eight bits of each value of its signature (Li and König 2010, b-bit minwise hashing)."""


def sketch(name: str, words: Sequence[str], size: int) -> Sketch:
    """Of a text with these words, in runs of `size`."""
    text = shingles(words, size)
    least = _signature(text)
    mixed = (least.reshape(BANDS, ROWS) * _ROW).sum(axis=1, dtype=np.uint64) + _BAND
    return Sketch(name, text, (mixed * _FACTORS[0]) & ~NUMBER, least.astype(np.uint8))


def _signature(text: Shingles) -> NDArray[np.uint64]:
    """The least value of each hash function, 32 bits."""
    least = np.full(BANDS * ROWS, 2**32 - 1, dtype=np.uint64)
    for start in range(0, len(text), BLOCK):
        part = text[start : start + BLOCK, None].astype(np.uint64)
        np.minimum(least, ((part * _FACTORS + _TERMS) >> HALF).min(axis=0), out=least)
    return least


def common_with(one: Shingles, other: Shingles) -> int:
    """How many shingles two texts have in common."""
    return len(np.intersect1d(one, other, assume_unique=True))


def jaccard(one: Shingles, others: Sequence[Shingles]) -> NDArray[np.float64]:
    """How alike a text is to each of the others, 0 to 1, to 4 decimals. All have shingles."""
    sizes = np.array([len(other) for other in others])
    every = np.concatenate(others)
    found = one[np.minimum(one.searchsorted(every), len(one) - 1)] == every
    common = np.add.reduceat(found, np.cumsum(sizes) - sizes, dtype=np.int64)
    alike: NDArray[np.float64] = np.round(common / (len(one) + sizes - common), 4)
    return alike


class Bands:
    """Which of many signatures share a band with this one? Sorted runs of bands, merged when they are of a size, so
    that neither adding nor looking up costs much more where there are many."""

    def __init__(self) -> None:
        self._runs: list[Keys] = []
        self._count = 0

    def add(self, signatures: Sequence[Keys]) -> None:
        """They are numbered in the order in which they come, from 0."""
        if not len(signatures):
            return
        numbers = np.arange(self._count, self._count + len(signatures), dtype=np.uint64)
        self._count += len(signatures)
        self._runs.append(np.sort((np.stack(signatures) | numbers[:, None]).ravel()))
        while len(self._runs) > 1 and self._runs[-2].size < 2 * self._runs[-1].size:
            last = self._runs.pop()
            self._runs[-1] = np.sort(np.concatenate((self._runs[-1], last)), kind="stable")

    def keep(self, numbers: Sequence[int]) -> None:
        """Forget all others; these, ascending, are numbered anew from 0 in their order."""
        new = np.full(self._count, -1, dtype=np.int64)
        new[np.asarray(numbers, dtype=np.intp)] = np.arange(len(numbers))
        renumbered = ((run & ~NUMBER, new[(run & NUMBER).astype(np.intp)]) for run in self._runs)
        kept = [bands[at >= 0] | at[at >= 0].astype(np.uint64) for bands, at in renumbered]
        self._count = len(numbers)
        self._runs = [np.sort(np.concatenate(kept), kind="stable")] if numbers else []

    def find(self, signature: Keys) -> NDArray[np.intp]:
        """The numbers of those that share a band with it, ascending."""
        met = [_between(run, signature) for run in self._runs]
        return np.unique(np.concatenate(met)) if met else np.empty(0, dtype=np.intp)


def _between(run: Keys, wanted: Keys) -> NDArray[np.intp]:
    """The numbers that stand in a run under the wanted keys."""
    first = run.searchsorted(wanted)
    there = (run[np.minimum(first, run.size - 1)] & ~NUMBER) == wanted
    first, last = first[there], run.searchsorted(wanted[there] | NUMBER, side="right")
    numbers = [run[start:end] & NUMBER for start, end in zip(first, last, strict=True)]
    return np.concatenate(numbers).astype(np.intp) if numbers else np.empty(0, dtype=np.intp)


class Nearest(NamedTuple):
    """The text that is most alike, and how much, 0 to 1."""

    similarity: float
    name: str


class Sketches:
    """Texts by name, so that those nearly the same as another are found; 1.8 kB for one of 230 words."""

    def __init__(self, least: float = 0.0) -> None:
        """`least`: what is less alike than this, as their signatures have it, is not compared."""
        self._agreeing = least * BANDS * ROWS
        self._bands = Bands()
        self._bytes = np.empty((0, BANDS * ROWS), dtype=np.uint8)
        self._texts: list[Shingles | None] = []
        self._names: list[str] = []
        self._numbers: dict[str, int] = {}
        self._silent: set[str] = set()

    def __contains__(self, name: str) -> bool:
        return name in self._numbers or name in self._silent

    def __len__(self) -> int:
        return len(self._numbers) + len(self._silent)

    def __getitem__(self, name: str) -> Shingles:
        """Raises KeyError, for one without shingles too."""
        text = self._texts[self._numbers[name]]
        assert text is not None
        return text

    def add(self, texts: Iterable[Sketch]) -> None:
        """Those that are known by name already are left out; of those without shingles the name is all there is."""
        fresh = {text.name: text for text in texts if text.name not in self}
        new = {name: text for name, text in fresh.items() if len(text.shingles)}
        self._silent |= fresh.keys() - new.keys()
        count = len(self._texts)
        self._numbers.update((name, count + at) for at, name in enumerate(new))
        self._names += new
        self._texts += [text.shingles for text in new.values()]
        self._bands.add([text.keys for text in new.values()])
        self._grow(len(self._texts))
        for at, text in enumerate(new.values(), start=count):
            self._bytes[at] = text.bytes

    def _grow(self, count: int) -> None:
        if count > len(self._bytes):
            more = np.empty((count + count // 4, BANDS * ROWS), dtype=np.uint8)
            more[: len(self._bytes)] = self._bytes
            self._bytes = more

    def lacking(self, names: Sequence[str]) -> list[str]:
        """Those of the names that are not known, in their order."""
        unknown = set(names) - self._numbers.keys() - self._silent
        return [name for name in names if name in unknown] if unknown else []

    def keep(self, names: Set[str]) -> None:
        """Forget all others: they are never compared again, and when they outnumber what is kept, leave the index."""
        for name in self._numbers.keys() - names:
            self._texts[self._numbers.pop(name)] = None
        self._silent &= names
        if len(self._texts) > 2 * len(self._numbers):
            self._rebuild()

    def _rebuild(self) -> None:
        alive = sorted(self._numbers.values())
        self._bands.keep(alive)
        self._bytes = self._bytes[alive] if alive else self._bytes[:0].copy()
        self._texts = [self._texts[at] for at in alive]
        self._names = [self._names[at] for at in alive]
        self._numbers = {name: at for at, name in enumerate(self._names)}

    def nearest(self, text: Sketch) -> Nearest | None:
        """The one that is most alike among those that the index finds, of equals the first by name; its own name does
        not count. None where nothing is found."""
        met = self._bands.find(text.keys)
        met = met[(self._bytes[met] == text.bytes).sum(axis=1) >= self._agreeing]
        others = [(other, self._names[at]) for at in met.tolist() if (other := self._texts[at]) is not None]
        others = [other for other in others if other[1] != text.name]
        if not others or not len(text.shingles):
            return None
        alike = jaccard(text.shingles, [other for other, _ in others])
        best = float(alike.max())
        return Nearest(best, min(others[at][1] for at in np.flatnonzero(alike == best)))
