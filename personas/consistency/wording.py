"""Which words of a clause does a wording of the word lists stand for?"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar

from .lemma import lemma
from .lexicon import lexicon, read_words
from .place import gazetteer

MANY = 5
"""Alternatives from which on a pattern is a class of words."""
LIGHT = frozenset(
    {"i", "we", "my", "be", "have", "a", "an", "the", "not", "never", "of", "in", "to", "at", "for", "no", "go", "get"}
)
BLOCK = "(?!(?:dream|retire|former|ex|who|that|than|like|my|his|her|he|she|they) )"
GAP = f"(?: {BLOCK}[^ ]+(?= )){{0,3}}"
TIGHT = "(?: (?!(?:retire|former|ex|to|with|for|from|by|of|than|like|who|that|my|his|her|people) )[^ ]+){0,3}"
SELF = f" (?:i|we)(?: (?!(?:study|train) ){BLOCK}[^ ]+(?= )){{0,3}} be{TIGHT}"
SOME = "(?P<value>(?: [^ ]+){1,6})"
Classes = Mapping[str, tuple[str, ...]]
Meaning = TypeVar("Meaning")


@dataclass(frozen=True)
class Wording:
    """A pattern of dictionary forms, and the words of which a clause must have one to be worth a try."""

    regex: re.Pattern[str]
    own: frozenset[str]
    literal: bool
    """It has its own `not`."""
    of_class: bool
    """It has a class of words in it, so that a denial says little: who is no nurse may work."""
    keys: frozenset[str]


class Index(Generic[Meaning]):
    """Wordings and what they mean, found by their rarest words."""

    def __init__(self) -> None:
        self._by_word: dict[str, list[tuple[Wording, Meaning]]] = {}

    def add(self, wording: str, meaning: Meaning) -> None:
        entry = compiled(wording, classes()), meaning
        for key in entry[0].keys:
            self._by_word.setdefault(key, []).append(entry)

    def matches(self, words: tuple[str, ...]) -> Iterator[tuple[Wording, Meaning, re.Match[str]]]:
        """Those that the words of a clause match, at their first place, each once."""
        text = " " + " ".join(words) + " "
        tried = {id(entry): entry for word in dict.fromkeys(words) for entry in self._by_word.get(word, ())}
        for wording, meaning in tried.values():
            if match := wording.regex.search(text):
                yield wording, meaning, match


def compiled(wording: str, classes: Classes) -> Wording:
    """`i ~ play ~ {instrument}`; `<color>` keeps what stands there, `<*>` up to six words; `$` is the end."""
    regex, keys = "", set[str]()
    elements = wording.replace("..", " .. ").split()
    for place, element in enumerate(elements):
        if element == "~":
            regex += "" if place and elements[place - 1] == "@" else GAP
        elif element in FIXED:
            regex += FIXED[element]
        else:
            piece, heads = _piece(element, classes)
            regex += piece
            if not element.endswith("?") and not (heads <= LIGHT and keys):
                keys = heads
    own = frozenset(re.split(r"[ /_~.]+", wording))
    of_class = bool(set("{<") & set(wording)) or wording.count("/") >= MANY
    return Wording(re.compile(regex + "(?= )"), own, bool(lexicon().negators & own), of_class, frozenset(keys))


FIXED = {
    "..": "(?: [^ ]+){0,6}?",
    "@": SELF,
    "$": "(?= $)",
    "<*>": SOME,
    "<word>": "(?P<value> [^ ]+)",
    "<year>": "(?P<value> (?:19|20)\\d\\d)",
}


def _piece(element: str, classes: Classes) -> tuple[str, set[str]]:
    plain = element.removesuffix("?")
    kept = plain.startswith("<")
    plain = "{" + plain[1:-1] + "}" if kept else plain
    options = [option for part in plain.split("/") for option in entries(part, classes)]
    options += ["we"] * ("i" in options)
    longest = "|".join(re.escape(option).replace("\\ ", " ") for option in sorted(options, key=len, reverse=True))
    regex = f"(?P<value> (?:{longest}))" if kept else f"(?: (?:{longest}))"
    return regex + "?" * element.endswith("?"), {option.split()[0] for option in options}


def entries(entry: str, classes: Classes) -> tuple[str, ...]:
    if entry.startswith("{"):
        return classes[entry[1:-1]]
    return (base(entry),) if entry else ()


def base(phrase: str) -> str:
    return " ".join(lemma(word) for word in phrase.replace("_", " ").split())


@lru_cache(maxsize=1)
def classes() -> dict[str, tuple[str, ...]]:
    """Class -> its words, in dictionary forms: those of `en.yaml`, the kinds of `slots.yaml`, and the peoples."""
    found: dict[str, tuple[str, ...]] = {"people": tuple(gazetteer().peoples)}
    places = read_words("places")
    found["country"], found["state"] = (tuple(map(base, places[key])) for key in ("countries", "states"))
    found["town"] = tuple(sorted(gazetteer().leaves))
    for name, kinds in read_words("slots")["kinds"].items():
        found[name] = tuple(base(word.strip()) for said in kinds.values() for word in said.split(","))
    for name, said in read_words("en")["classes"].items():
        found[name] = tuple(entry for part in said.split(",") for entry in entries(part.strip(), found))
    return found


@lru_cache(maxsize=64)
def members(name: str) -> frozenset[str]:
    return frozenset(classes()[name])
