"""Which words and shapes of sentences does the logic work with? Those of `english.yaml`, compiled when first needed."""

import re
from functools import cache

from .words import words


@cache
def listed(name: str) -> frozenset[str]:
    """The words of a list."""
    return frozenset(words("english")["lists"][name].split())


@cache
def mapped(name: str) -> dict[str, str]:
    """What stands for what."""
    found: dict[str, str] = words("english")["maps"][name]
    return found


@cache
def shape(name: str) -> re.Pattern[str]:
    """A pattern, whatever the case of its letters."""
    return _compiled(words("english")["shapes"][name])


@cache
def any_of(name: str) -> re.Pattern[str]:
    """Any key of a map, as a whole word."""
    return re.compile(r"\b(?:" + _either(mapped(name)) + r")\b", re.I)


@cache
def forms() -> tuple[re.Pattern[str], ...]:
    """What sentences say by their form alone."""
    return tuple(_compiled(text) for text in words("english")["forms"])


@cache
def opposites() -> tuple[tuple[re.Pattern[str], str], ...]:
    """A sentence, and one that can't be true beside it."""
    return tuple((_compiled(text), opposite) for text, opposite in words("english")["opposites"])


@cache
def negations() -> tuple[tuple[re.Pattern[str], str], ...]:
    """A sentence, and its denial in the same words."""
    return tuple((_compiled(text), denial) for text, denial in words("english")["negations"])


def _compiled(text: str) -> re.Pattern[str]:
    lists = words("english")["lists"]
    return re.compile(re.sub(r"<(\w+)>", lambda found: _member(found, lists), text), re.I)


def _member(found: re.Match[str], lists: dict[str, str]) -> str:
    return _either(lists[found[1]].split()) if found[1] in lists else found[0]


def _either(members: list[str] | dict[str, str]) -> str:
    return "|".join(re.escape(member) for member in sorted(members, key=len, reverse=True))
