"""Which mistakes do language models make when they fill in a form?"""

from random import Random
from typing import Final

from .words import words

# Shares at flaws = 1. The first three stand to each other as what the filters of PersonaChatGen dropped.
_FORM: Final = 0.20
_ENTITY: Final = 0.62
_CATEGORY: Final = 0.45
_CLUTTER: Final = 0.5
_MUTE: Final = 0.1

Entry = tuple[str, str]
"""A sentence and its entity."""


def marred(entry: Entry, stray: Entry, key: str, chance: Random, flaws: float) -> str:
    """A line `sentence (key: value)`, at times with a fault; `stray` is an entry of another category."""
    if chance.random() < flaws * _FORM:
        return _misformed(*entry, key, chance)
    if chance.random() < flaws * _ENTITY:
        return written(entry[0], _vague(*entry, key, chance), key)
    if chance.random() < flaws * _CATEGORY:
        return written(*stray, key)
    return written(*entry, key)


def written(sentence: str, value: str, key: str) -> str:
    return f"{sentence} ({key}: {value})"


def _misformed(sentence: str, value: str, key: str, chance: Random) -> str:
    """No brackets, nothing in them, half of a sentence, or something else altogether."""
    half = " ".join(sentence.split()[: len(sentence.split()) // 2])
    return chance.choice((sentence, written(sentence, "", key), half, chance.choice(words("profile")["unasked"])))


def _vague(sentence: str, value: str, key: str, chance: Random) -> str:
    """What is put for the entity although the sentence does not say it."""
    ways = [way.replace("{key}", key) for way in words("profile")["vague"]]
    chance.shuffle(ways)
    return next((way for way in ways if way.casefold() not in sentence.casefold()), f"not {value}")


def cluttered(reply: str, chance: Random, flaws: float) -> str:
    """Lines, at times with one of prose before them."""
    if chance.random() >= flaws * _CLUTTER:
        return reply
    return f"{chance.choice(words('profile')['asides'])}\n{reply}"


def around(reply: str, kind: str, chance: Random, flaws: float) -> str:
    """A reply, at times within a label, quotes or prose, and rarely something else in its place."""
    mute = words("replies")["mute"].get(kind)
    if mute and chance.random() < flaws * _MUTE:
        return str(chance.choice(mute))
    if chance.random() >= flaws * _CLUTTER:
        return reply
    return str(chance.choice(words("replies")["clutter"][kind])).replace("{reply}", reply)
