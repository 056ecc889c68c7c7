"""How formal is a sentence?"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

from .language import Pack, Register
from .tokenisation import letters, split

Formality = Literal["informal", "polite"]


def sentences(text: str) -> Iterator[str]:
    """A pause (...) ends none."""
    return (found.strip() for found in _SENTENCE.findall(text) if not found.isspace())


_SENTENCE = re.compile(r"(?:[^.!?\n。？！]|\.{2,}(?=\s*\S)|(?<=\w)\.(?=\w))+[.!?。？！]*")


@lru_cache(maxsize=4096)
def formality(sentence: str, words: Pack, names: frozenset[str] = frozenset()) -> Formality | None:
    """Which register shows more often in a sentence: in its words, in an answer of one word (응, 네), and in the ending
    of its last word that is no name. None where neither does."""
    lowered = sentence.lower().replace("’", "'")
    said = split(sentence)
    while said and _addresses(said, words, names):
        said.pop()
    informal, polite = words.registers.informal, words.registers.polite
    more = _shown(informal, lowered, said) - _shown(polite, lowered, said)
    if said and len(said[-1]) > 1:
        last = letters(said[-1])
        more += (_longest(informal, last) > _longest(polite, last)) - (
            _longest(polite, last) > _longest(informal, last)
        )
    return "informal" if more > 0 else "polite" if more < 0 else None


def _addresses(said: list[str], words: Pack, names: frozenset[str]) -> bool:
    """Whether the last word is a name (지민아), or stands behind one (지민 씨)."""
    behind = len(said) > 1 and said[-1] in words.attached
    return said[-1 - behind].startswith(tuple(names))


def _shown(register: Register, text: str, said: list[str]) -> int:
    """How often its words are found."""
    first = _APART.match(text)
    alone = {*said[-1:], *([first[1]] if first else [])}
    return len(register.words.findall(text)) + len(alone & register.alone)


_APART = re.compile(r"\W*(\w+),")
"""A word before the sentence proper: 네, ..."""


def _longest(register: Register, last: str) -> int:
    """Letters of its longest ending that the word has; 0 without one."""
    return next((len(last) - at for at in range(len(last)) if last[at:] in register.endings), 0)
