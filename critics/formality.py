"""How formal is a sentence?"""

import re
from functools import lru_cache
from typing import Literal

from .language import Pack, Register
from .tokenisation import letters, split

Formality = Literal["informal", "polite"]


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
    if len(said) > 1 and said[-2] in names and _follows(said[-1], words):
        return True
    found = next((name for name in sorted(names, key=len, reverse=True) if said[-1].startswith(name)), None)
    return found is not None and (said[-1] == found or _follows(said[-1].removeprefix(found), words))


def _follows(text: str, words: Pack) -> bool:
    """Whether it may stand behind a name and ends no sentence: 씨, and not 입니다."""
    return text in words.attached and not _longest(words.registers.polite, letters(text))


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
