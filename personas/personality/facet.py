"""How does somebody talk? Facets of style: pairs of words that exclude one another, each with its meaning."""

from collections.abc import Iterable, Iterator
from random import Random

MEANINGS = {
    "talkative": "saying more than was asked, one thing leading to another",
    "reserved": "saying little, in short sentences, and leaving room to others",
    "plain": "everyday words, straight to the point, no images",
    "lyrical": "images and rhythm, an eye for small beautiful things",
    "warm": "kind and interested, saying what is good about people and things",
    "critical": "questioning what is said, and naming what is wrong with it",
    "formal": "whole sentences, polite forms, no slang and no contractions",
    "informal": "relaxed, with contractions and everyday expressions, as among friends",
}
"""What each known word asks for, without a subject; other words may stand in a style too, and speak for themselves."""
FACETS = (("talkative", "reserved"), ("plain", "lyrical"), ("warm", "critical"), ("formal", "informal"))
"""Opposites."""
DRAWN = 2
"""Facets that a random style takes a side of."""


def meanings(style: Iterable[str]) -> Iterator[tuple[str, str]]:
    """(word, meaning) of those words that are known."""
    return ((word, MEANINGS[_folded(word)]) for word in style if _folded(word) in MEANINGS)


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
    return (*sides, *(word for word in style if _folded(word) not in MEANINGS))


def _folded(word: str) -> str:
    return word.strip().casefold()
