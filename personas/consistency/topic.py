"""Which of the known topics does a clause speak of, and what does each rule out?"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from .clause import Clause, Time
from .lemma import group, lemma
from .lexicon import lexicon, read_words

MANY = 5
"""Alternatives from which on a pattern is a class of words."""
GENERIC = frozenset(
    {"i", "we", "my", "be", "have", "a", "an", "the", "not", "never", "of", "in", "to", "at", "for", "no", "go", "get"}
)
BLOCK = "(?!(?:dream|retire|former|ex|who|that|than|like|my|his|her|he|she|they) )"
GAP = f"(?: {BLOCK}[^ ]+(?= )){{0,3}}"
TIGHT = "(?: (?!(?:retire|former|ex|to|with|for|from|by|of|than|like|who|that|my|his|her|people) )[^ ]+){0,3}"
SELF = f" (?:i|we)(?:{GAP}) be{TIGHT}"
Span = tuple[int, int]


@dataclass(frozen=True)
class Topic:
    """Something a person can be, do or have."""

    name: str
    bit: int
    denies: int
    """Bits of topics that cannot hold at the same time."""
    never: int
    """Bits of topics that can never have held."""
    when_ever: int
    """The same where the clause says never or always."""
    holds: int
    """Its own bit and those of what it implies."""
    lasting: bool
    counts: tuple[tuple[str, Span], ...]
    """How many of what, from-to."""


@dataclass(frozen=True)
class Pattern:
    """One wording of a topic."""

    topic: Topic
    regex: re.Pattern[str]
    own: frozenset[str]
    """The words of the wording."""
    literal: bool
    """It has its own `not`."""
    of_class: bool
    """It has a class of words in it, so that a denial says little: who is no nurse may work."""


@dataclass(frozen=True)
class Vocabulary:
    """`words/en.yaml`, ready for use."""

    classes: dict[str, frozenset[str]]
    topics: tuple[Topic, ...]
    by_word: dict[str, tuple[Pattern, ...]]
    """The patterns to try on a clause that holds the word."""

    def said(self, clause: Clause) -> list[tuple[Topic, bool, str]]:
        """Topics of a clause, whether they are affirmed, and by which words."""
        text = " " + " ".join(clause.words) + " "
        found: dict[tuple[str, bool], tuple[Topic, bool, str]] = {}
        tried = {id(pattern): pattern for word in dict.fromkeys(clause.words) for pattern in self.by_word.get(word, ())}
        for pattern in tried.values():
            match = pattern.regex.search(text)
            if match is None:
                continue
            denied = not pattern.literal and clause.denied_at < text[: match.end()].count(" ")
            if (denied or pattern.literal or "hate" in clause.words) and _narrowed(text[match.end() :].split(), clause):
                continue
            hedged = group("some") - pattern.own if denied or pattern.literal else group("hedges")  # `not many friends`
            if not (denied and pattern.of_class) and not hedged & set(match[0].split()):
                found[pattern.topic.name, denied] = (pattern.topic, not denied, match[0].strip())
        return list(found.values())

    def names(self, bits: int) -> list[str]:
        return [topic.name for topic in self.topics if topic.bit & bits]


def _narrowed(rest: list[str], clause: Clause) -> bool:
    """`I do not drive to work` is no word on driving."""
    return (
        clause.time is not Time.EVER
        and rest[:1] != []
        and rest[0] in group("narrowing")
        and not group("at_all") & set(rest)
    )


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """Read and compiled once."""
    read: dict[str, Any] = read_words("en")
    classes: dict[str, tuple[str, ...]] = {}
    for name, said in read["classes"].items():
        classes[name] = tuple(entry for part in said.split(",") for entry in _entries(part.strip(), classes))
    described = read["topics"] | _opposites(read["opposites"])
    topics = _topics(described)
    index: dict[str, list[Pattern]] = {}
    for name, rule in described.items():
        for wording in rule["says"]:
            pattern, keys = _pattern(wording, topics[name], classes)
            for key in keys:
                index.setdefault(key, []).append(pattern)
    by_word = {word: tuple(patterns) for word, patterns in index.items()}
    return Vocabulary({name: frozenset(said) for name, said in classes.items()}, tuple(topics.values()), by_word)


def _entries(entry: str, classes: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    if entry.startswith("{"):
        return classes[entry[1:-1]]
    return (_base(entry),) if entry else ()


def _base(phrase: str) -> str:
    return " ".join(lemma(word) for word in phrase.replace("_", " ").split())


def _topics(described: dict[str, Any]) -> dict[str, Topic]:
    bits = {name: 1 << place for place, name in enumerate(described)}

    def closed(name: str) -> int:
        total = bits[name]
        for other in described[name].get("implies", ()):
            total |= closed(other)
        return total

    def union(names: list[str]) -> int:
        return sum({bits[name] for name in names})

    topics = {}
    for name, rule in described.items():
        holds = closed(name)
        heirs = [rule for other, rule in described.items() if bits[other] & holds]
        topics[name] = Topic(
            name=name,
            bit=bits[name],
            holds=holds,
            denies=union([denied for heir in heirs for denied in heir.get("denies", ())]),
            never=union([denied for heir in heirs for denied in heir.get("never", ())]),
            when_ever=union([denied for heir in heirs for denied in heir.get("when_ever", ())]),
            lasting=rule.get("lasting", False),
            counts=tuple(
                (what, _span(heir[what]))
                for heir in heirs
                for what in ("age", "child", "sibling", "pet")
                if what in heir
            ),
        )
    return topics


def _span(said: str) -> Span:
    low, _, high = str(said).partition("-")
    return int(low), int(high or 999)


def _opposites(rows: list[list[str]]) -> dict[str, Any]:
    """Two topics a row: `I am patient`, `I am not an impatient person`, `patience is not my thing`."""
    described: dict[str, Any] = {}
    for first, rest in rows:
        second, _, noun = (part.strip() for part in rest.partition("|"))
        one, other = (f"{words.split('/')[0]} person" for words in (first, second))
        lacks = (
            [f"i have no {noun}", f"i lack {noun}", f"{noun} be not something i", f"{noun} be not ..my"] if noun else []
        )
        described[one] = {"says": [f"@ {first}"], "denies": [other]}
        described[other] = {"says": [f"@ {second}", *lacks], "denies": [one]}
    return described


def _pattern(wording: str, topic: Topic, classes: dict[str, tuple[str, ...]]) -> tuple[Pattern, set[str]]:
    regex, keys = "", set[str]()
    elements = wording.replace("..", " .. ").split()
    for place, element in enumerate(elements):
        if element == "~":
            regex += "" if place and elements[place - 1] == "@" else GAP
        elif element == "..":
            regex += "(?: [^ ]+){0,6}?"
        elif element == "@":
            regex += SELF
        else:
            piece = element.removesuffix("?")
            options = [option for part in piece.split("/") for option in _entries(part, classes)]
            options += ["we"] * ("i" in options)
            alternatives = "|".join(
                re.escape(option).replace("\\ ", " ") for option in sorted(options, key=len, reverse=True)
            )
            regex += f"(?: (?:{alternatives}))" + ("?" if element.endswith("?") else "")
            heads = {option.split()[0] for option in options}
            if not element.endswith("?") and not (heads <= GENERIC and keys):
                keys = heads
    own = frozenset(re.split(r"[ /_~.]+", wording))
    literal = bool(lexicon().negators & own)
    return Pattern(topic, re.compile(regex + "(?= )"), own, literal, "{" in wording or wording.count("/") >= MANY), keys


def holds_from(topic: Topic, affirmed: bool, time: Time) -> tuple[int, int, int, int]:
    """What a said topic adds to (holds now, held once, denied now, denied ever)."""
    if not affirmed:
        return 0, 0, topic.bit * (time is not Time.PAST), topic.bit * (time is Time.EVER)
    if time is Time.PAST and not topic.lasting:
        return 0, topic.holds, 0, topic.never
    always = (topic.denies | topic.when_ever) * (time is Time.EVER)
    return topic.holds, topic.holds, topic.denies | always, topic.never | always
