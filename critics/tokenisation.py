"""How does a text of one language become words that can be compared?

In a file of words, `ings ies>y` cuts "ings" off and makes "y" of "ies". In Korean a lone letter (`ㅂ니다`, `ㅝ>ㅜ`) is
part of the syllable before it: words are taken apart into letters (jamo), and put together again.
"""

import re
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from string import punctuation
from typing import Annotated, Any
from unicodedata import normalize

from pydantic import BeforeValidator, ConfigDict, Field

Words = tuple[str, ...]

STRICT = ConfigDict(extra="forbid", arbitrary_types_allowed=True)


def split(text: str) -> list[str]:
    """Lower-cased words without punctuation and Korean laughter (ㅋㅋ); Chinese and Japanese characters stand alone."""
    plain = text.lower()
    return (plain.translate(_ASCII) if plain.isascii() else _UNSPACED.sub(r" \1 ", _SILENT.sub("", plain))).split()


_ASCII = str.maketrans("", "", punctuation)
_SILENT = re.compile(r"[^\w\s]|_|[\u3131-\u318e]")
_UNSPACED = re.compile(r"([\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff])")


def letters(text: str) -> str:
    """Apart into letters: "갑니다" ends in "ㅂ니다". Lone Korean letters become those of a syllable."""
    return normalize("NFD", text.translate(_LONE))


_FINALS = "ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"
_LONE = {ord(lone): 0x11A8 + n for n, lone in enumerate(_FINALS)} | {0x314F + n: 0x1161 + n for n in range(21)}


def words_of(value: Any) -> frozenset[str]:
    """Of a text in a file. Raises ValueError for anything else."""
    if value is not None and not isinstance(value, str):
        raise ValueError("should be words in one text, with spaces between them")
    return frozenset((value or "").split())


def _same(value: Any) -> dict[str, str]:
    """`ings ies>y` -> {"ings": "", "ies": "y"}."""
    pairs = (entry.partition(">") for entry in words_of(value))
    return {word: other for word, _, other in pairs}


def _swaps(value: Any) -> dict[str, str]:
    return {letters(ending): letters(instead) for ending, instead in _same(value).items()}


Terms = Annotated[frozenset[str], BeforeValidator(words_of)]
Swaps = Annotated[dict[str, str], BeforeValidator(_swaps)]
Synonyms = Annotated[dict[str, str], BeforeValidator(_same)]


@dataclass(frozen=True, eq=False)
class Endings:
    """What is cut off words, or written instead: the longest ending that fits."""

    anywhere: Swaps
    after_consonant: Swaps = field(default_factory=dict)
    """After a Korean syllable with a final consonant: 이, 을, 은."""
    after_vowel: Swaps = field(default_factory=dict)
    """After one without: 가, 를, 는."""
    least: Annotated[int, Field(ge=1)] = 1
    """Letters that are left before the ending; a Korean syllable has two or three."""
    again: bool = False
    """Whether to go on until nothing fits. Then a word without endings meets itself with them, whatever is cut off."""

    __pydantic_config__ = STRICT

    def cut(self, word: str) -> str:
        """Of a word in `letters`."""
        shorter = self._cut(word)
        for _ in range(_LAYERS):
            if not self.again or shorter == word:
                break
            word, shorter = shorter, self._cut(shorter)
        return shorter

    def _cut(self, word: str) -> str:
        for start in range(self.least, len(word)):
            instead = self._after(word[start - 1]).get(word[start:])
            if instead is not None:
                return word[:start] + instead
        return word

    def _after(self, letter: str) -> dict[str, str]:
        return self._closed if "\u11a8" <= letter <= "\u11c2" else self._open

    @cached_property
    def _closed(self) -> dict[str, str]:
        return self.anywhere | self.after_consonant

    @cached_property
    def _open(self) -> dict[str, str]:
        return self.anywhere | self.after_vowel


_LAYERS = 12
"""Endings that a word may have one upon the other."""


@dataclass(frozen=True, eq=False)
class Tokenisation:
    """Which words of a text are compared, and as what."""

    dropped: Terms
    """Words that count for nothing, such as articles."""
    same: Synonyms
    """Words that are read as others, once their endings are cut off."""
    endings: tuple[Endings, ...]
    """Cut off every word: particles, inflection."""

    __pydantic_config__ = STRICT

    def words(self, text: str) -> Words:
        """Of a text, in order; without a word: ()."""
        found = split(text)
        if self.endings or self.same:
            found = [_form(self, word) for word in found]
        return tuple(found) if self.dropped.isdisjoint(found) else tuple([w for w in found if w not in self.dropped])


@lru_cache(maxsize=1 << 14)
def _form(rules: Tokenisation, word: str) -> str:
    cut = stemmed(word, rules.endings)
    return rules.same.get(cut, cut)


def stemmed(word: str, passes: tuple[Endings, ...]) -> str:
    """A word after one set of endings after the other."""
    apart = letters(word)
    for endings in passes:
        apart = endings.cut(apart)
    return normalize("NFC", apart)
