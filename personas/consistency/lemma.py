"""Which dictionary form does an English word go back to, near enough for comparing?"""

import re
from functools import lru_cache

from .lexicon import lexicon

VOWEL = re.compile("[aeiouy]")
DOUBLED = re.compile(r"([bdgmnprt])\1$")
SHORT = re.compile(r"[^aeiou][aeiou][^aeiouwxy]$")
WANTS_E = re.compile(r"(?:[cvu]|[bcdgkptz]l|nc|rs|ns|rg|dg|[aeiou]{2}s|[b-df-hj-npq-tv-ziu]at)$")
HISSING = ("xes", "ches", "shes", "sses", "oes", "zes")


@lru_cache(maxsize=65536)
def lemma(word: str) -> str:
    """`children` gives `child`, `danced` gives `dance`. Words it cannot take apart stay as they are."""
    known = lexicon().forms.get(word)
    if known is not None:
        return known
    if word.endswith("s"):
        return _singular(word)
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            return _verb(word, word.removesuffix(ending))
    return word


def _singular(word: str) -> str:
    if len(word) < 4 or word.endswith(("ss", "us", "is", "'s")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-2] if word.endswith(HISSING) else word[:-1]


def _verb(word: str, stem: str) -> str:
    """What is left of a word in -ing or -ed, mended; a stem with no vowel (`string`) was none."""
    if not VOWEL.search(stem):
        return word
    if stem.endswith("i"):
        return stem[:-1] + "y"
    if DOUBLED.search(stem):
        return stem[:-1]
    return stem + "e" if WANTS_E.search(stem) or (len(stem) < 5 and SHORT.search(stem)) else stem


@lru_cache(maxsize=64)
def group(name: str) -> frozenset[str]:
    """A group of `words/grammar.yaml` in dictionary forms."""
    return frozenset(map(lemma, lexicon().groups[name]))
