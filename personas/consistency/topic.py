"""Which of the known topics does a clause speak of, and what does each rule out?"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from .clause import Clause, Time
from .lemma import group
from .lexicon import lexicon, read_words
from .wording import Index

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
class Vocabulary:
    """The topics and opposites of `words/en.yaml`, ready for use."""

    topics: tuple[Topic, ...]
    index: Index[Topic]

    def said(self, clause: Clause) -> list[tuple[Topic, bool, str]]:
        """Topics of a clause, whether they are affirmed, and by which words."""
        found: dict[tuple[str, bool], tuple[Topic, bool, str]] = {}
        for wording, topic, match in self.index.matches(clause.words):
            denied = not wording.literal and clause.denied_at < match.string[: match.end()].count(" ")
            negative = denied or wording.literal
            rest = match.string[match.end() :].split()
            if (negative or "hate" in clause.words) and _narrowed(match[0].split()[-1], rest, clause):
                continue
            hedged = group("some") - wording.own if negative else group("hedges")  # `not many friends`
            if not (denied and wording.of_class) and not hedged & set(match[0].split()):
                found[topic.name, denied] = (topic, not denied, match[0].strip())
        return list(found.values())

    def names(self, bits: int) -> list[str]:
        return [topic.name for topic in self.topics if topic.bit & bits]


def _narrowed(last: str, rest: list[str], clause: Clause) -> bool:
    """`I do not drive to work` is no word on driving, nor `I do not teach maths` on teaching."""
    if not rest or group("at_all") & set(rest):
        return False
    if last in group("transitive") and rest[0] not in lexicon().tail | lexicon().stop:
        return True
    return clause.time is not Time.EVER and rest[0] in group("narrowing")


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """Read and compiled once."""
    read: dict[str, Any] = read_words("en")
    described = read["topics"] | _opposites(read["opposites"]) | _sides(read["sides"])
    topics, index = _topics(described), Index[Topic]()
    for name, rule in described.items():
        for wording in rule["says"]:
            index.add(wording, topics[name])
    return Vocabulary(tuple(topics.values()), index)


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
                for what in ("age", "child", "sibling", "pet", "height")
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


def _sides(rows: list[list[list[str]]]) -> dict[str, Any]:
    """Two topics a row, by their wordings; each rules out the other and is named after its first wording."""
    described: dict[str, Any] = {}
    for one, other in rows:
        described[one[0]] = {"says": one, "denies": [other[0]]}
        described[other[0]] = {"says": other, "denies": [one[0]]}
    return described


def holds_from(topic: Topic, affirmed: bool, time: Time) -> tuple[int, int, int, int]:
    """What a said topic adds to (holds now, held once, denied now, denied ever)."""
    if not affirmed:
        return 0, 0, topic.bit * (time is not Time.PAST), topic.bit * (time is Time.EVER)
    if time is Time.PAST and not topic.lasting:
        return 0, topic.holds, 0, topic.never
    always = (topic.denies | topic.when_ever) * (time is Time.EVER)
    return topic.holds, topic.holds, topic.denies | always, topic.never | always
