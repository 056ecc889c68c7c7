"""How does somebody talk? Facets of style: pairs of words that exclude one another, each with its meaning."""

from collections.abc import Iterable, Iterator
from random import Random

from .manner import manner

FACETS = (("talkative", "reserved"), ("plain", "lyrical"), ("warm", "critical"), ("formal", "informal"))
"""Opposites."""
DRAWN = 2
"""Facets that a random style takes a side of."""


def meanings(style: Iterable[str]) -> Iterator[tuple[str, str]]:
    """(word, meaning) of those words that are known."""
    known = manner().meanings
    return ((word, known[_folded(word)]) for word in style if _folded(word) in known)


def contradiction(style: Iterable[str]) -> str:
    """What is wrong with a style that asks for opposites; empty for any other."""
    words = {_folded(word) for word in style}
    for one, other in FACETS:
        if {one, other} <= words:
            return f"{one!r} and {other!r} contradict each other; keep one of them"
    return ""


def drawn(style: Iterable[str], chance: Random, taken: Iterable[str] = ()) -> tuple[str, ...]:
    """A random side of two facets, in place of the known words of a style; its free words stay.

    Facets of which a word is `taken`, by the style that everybody is asked for, are left alone.
    """
    fixed = {_folded(word) for word in taken}
    facets = [facet for facet in FACETS if not fixed.intersection(facet)]
    sides = [chance.choice(facet) for facet in chance.sample(facets, min(DRAWN, len(facets)))]
    return (*sides, *(word for word in style if _folded(word) not in manner().meanings))


def _folded(word: str) -> str:
    return word.strip().casefold()
