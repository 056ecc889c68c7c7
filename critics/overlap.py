"""How alike are two utterances, word by word?"""

import re
from functools import lru_cache
from string import punctuation

ARTICLES = frozenset({"a", "an", "the"})

_ASCII = str.maketrans("", "", punctuation)
_SILENT = re.compile(r"[^\w\s]|_")
_UNSPACED = re.compile(r"([\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff])")


Words = tuple[str, ...]


@lru_cache(maxsize=4096)
def tokens(text: str) -> Words:
    """Lower-cased words without punctuation and English articles; Chinese and Japanese characters stand alone."""
    plain = text.lower()
    words = (plain.translate(_ASCII) if plain.isascii() else _UNSPACED.sub(r" \1 ", _SILENT.sub("", plain))).split()
    return tuple(words) if ARTICLES.isdisjoint(words) else tuple([word for word in words if word not in ARTICLES])


def token_f1(one: str, other: str) -> float:
    """Harmonic mean of the shares of words that each text has in common with the other, 0 to 1; 0 for an empty one."""
    return f1(tokens(one), tokens(other))


def f1(one: Words, other: Words) -> float:
    """`token_f1` of words."""
    total = len(one) + len(other)
    return 2.0 * _shared(one, other) / total if one and other else 0.0


def sizes(size: int, threshold: float) -> tuple[float, float]:
    """(least, most) words of a text whose F1 with one of `size` words can reach the threshold.

    Most pairs are told apart by this alone.
    """
    return size * threshold / (2.0 - threshold) - 1e-9, size * (2.0 - threshold) / threshold + 1e-9


def reaches(score: float, threshold: float) -> bool:
    """Whether a score is at the threshold or above, whatever its last binary digit."""
    return score >= threshold - 1e-9


def _shared(one: Words, other: Words) -> int:
    """Words in common, each as often as both have it."""
    left = list(other)
    shared = 0
    for word in one:
        if word in left:
            left.remove(word)
            shared += 1
    return shared
