"""Which category does a sentence or a question belong to? Known words decide, as far as they go."""

import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from itertools import chain

from .bank import named, names
from .english import listed
from .grammar import norm
from .hearing import subject
from .understanding import understood
from .words import words


@lru_cache(maxsize=32768)
def told(sentence: str) -> str:
    """The topic of a first-person sentence, of taxonomy.yaml or another that has a question; or nothing."""
    topic = understood(sentence)[0]
    if topic in names() and topic != "hobby":
        return topic
    return _by_value(sentence) or (topic if topic == "hobby" or topic in words("replies")["others"] else "")


@lru_cache(maxsize=4096)
def asked(question: str) -> str:
    """The topic of a question that is none of ours; or nothing."""
    topic = subject(question)
    if topic in names() or topic in words("replies")["others"]:
        return topic
    plain = f" {norm(question)} "
    return next((name for name in sorted(names(), key=len, reverse=True) if f" {name} " in plain), "")


def shared_word(sentences: Iterable[str]) -> str:
    """A word of its own kind that at least two sentences, and half of them, have in common; or nothing."""
    held = [set(content_words(sentence)) for sentence in sentences]
    counts = {word: sum(word in one for one in held) for word in chain(*held)}
    best = max(counts, key=lambda word: (counts[word], len(word), word), default="")
    return best if best and counts[best] >= max(2, len(held) / 2) else ""


def content_words(text: str) -> list[str]:
    """Words of four letters and more that are not among the most common."""
    return [word for word in re.findall(r"[\w-]{4,}", text.lower()) if word not in listed("common")]


def _by_value(sentence: str) -> str:
    plain = f" {norm(sentence)} "
    return next((name for value, name in _values().items() if f" {value} " in plain), "")


@cache
def _values() -> Mapping[str, str]:
    """Entities and the category that they are of, the longest first; those of two categories tell nothing."""
    pairs = [(norm(value), name) for name in names() for value in named(name).values]
    owners: dict[str, set[str]] = {}
    for value, name in pairs:
        owners.setdefault(value, set()).add(name)
    return {value: name for value, name in sorted(pairs, key=lambda pair: -len(pair[0])) if len(owners[value]) == 1}
