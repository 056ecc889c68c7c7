"""What can be said about what? Lines, the exchanges they belong to, and the topics that hold them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Any, Final

from .grammar import capital
from .words import kinds, subjects, words


class Act(StrEnum):
    """What a line does in a conversation."""

    TELL = "tell"
    MORE = "more"
    ASK = "ask"
    LACK = "lack"
    FOLLOW = "follow"
    SAY = "say"
    REACT = "react"
    BACK = "back"
    LINK = "link"
    HELLO = "hello"
    BYE = "bye"
    THANKS = "thanks"
    SLIP = "slip"


_GATES: Final = re.compile(r"^(?:\{!?\w+:\})+")
_GATE: Final = re.compile(r"\{(!?)(\w+:)\}")
_FIELD: Final = re.compile(r"\{(\w+)\}")
_OPENS_SENTENCE: Final = re.compile(r"(?:^|[.?!] )$")
_KIND: Final = re.compile(r"<([A-Z]+)>")
_NAME: Final = r"(?-i:[A-Z][\w'’-]+(?: (?:(?:of|the|and|de|la|del|in|to|on|for|von|van) )*[A-Z][\w'’-]+)*)"
"""One or more words with capitals: the name of a person, a place, a work."""


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """One thing to say: fixed words with fields to fill."""

    text: str
    act: Act
    topic: str = ""
    needs: frozenset[str] = frozenset()
    """Slots that its fields take, and marks (`dog:`) of what it speaks about."""
    bars: frozenset[str] = frozenset()
    """Marks of what it does not fit."""
    exchange: "Exchange | None" = None
    parts: tuple[str, ...] = ()
    """Words and field names in turn; a field that opens a sentence is written with a capital."""
    head: str = ""
    """The first word: turns should not all begin alike."""

    def fits(self, slots: Mapping[str, str]) -> bool:
        return self.needs <= slots.keys() and self.bars.isdisjoint(slots)

    def filled(self, slots: Mapping[str, str]) -> str:
        """The line as spoken. Raises KeyError for a missing slot."""
        if len(self.parts) == 1:
            return self.parts[0]
        out = list(self.parts)
        for place in range(1, len(out), 2):
            out[place] = _fill(slots, out[place])
        return "".join(out)


def _fill(slots: Mapping[str, str], name: str) -> str:
    return slots[name] if name[0].islower() else capital(slots[name.lower()])


@dataclass(slots=True, eq=False)
class Exchange:
    """A question, answers that fit it, and what its asker may say to any of them."""

    topic: str
    questions: tuple[Line, ...] = ()
    answers: tuple[Line, ...] = ()
    reactions: tuple[Line, ...] = ()
    replies: dict[str, tuple[Line, ...]] = field(default_factory=dict)
    """Text of an answer -> what fits this answer only."""
    mutual: bool = True
    """Whether its asker may be asked the same."""


@dataclass(slots=True, eq=False)
class Topic:
    """A subject: how it is recognised, and what may be said about it."""

    name: str
    tone: str
    domain: str
    chat: float
    """How readily it is brought up unasked; 0 is never."""
    broad: bool
    """Whether a neighbouring fact answers a question about it as well as one of its own."""
    kin: tuple[str, ...]
    cues: frozenset[str]
    facts: tuple[re.Pattern[str], ...]
    """What a profile sentence about it looks like, from its start."""
    spots: tuple[re.Pattern[str], ...]
    """What gives it away anywhere in a sentence."""
    asked: tuple[re.Pattern[str], ...]
    lines: dict[str, tuple[Line, ...]] = field(default_factory=dict)
    """By their names in the YAML: tell, more, asks, lacks, reacts."""
    follow: tuple[Exchange, ...] = ()


@dataclass(slots=True, eq=False)
class Lexicon:
    """All words, ready for use."""

    topics: dict[str, Topic]
    small_talk: tuple[Topic, ...]
    """The topics that are brought up unasked."""
    akin: dict[str, tuple[str, ...]]
    """Topic -> the topics that name it as their neighbour."""
    talk: dict[str, tuple[Line, ...]]
    openers: tuple[Exchange, ...]
    settings: dict[str, tuple[Exchange, ...]]
    """Openers by a word of the setting."""
    ask_on: tuple[Exchange, ...]
    nature: dict[tuple[str, str], tuple[Line, ...]]
    """Asides by (trait, `high` or `low`)."""
    sorrows: frozenset[str]
    """Marks of what is no laughing matter."""
    denials: frozenset[str]
    """Marks of what is answered with no."""
    by_word: dict[str, str]
    """Word of an utterance -> topic."""
    by_cue: dict[str, tuple[str, ...]]
    """Word of a profile sentence -> topics that may recognise it."""

    def lines(self) -> Iterable[Line]:
        yield from (line for topic in self.topics.values() for pool in topic.lines.values() for line in pool)
        yield from (line for pool in (*self.talk.values(), *self.nature.values()) for line in pool)
        for exchange in self.exchanges():
            yield from (*exchange.questions, *exchange.answers, *exchange.reactions)
            yield from (line for pool in exchange.replies.values() for line in pool)

    def exchanges(self) -> Iterable[Exchange]:
        yield from (exchange for topic in self.topics.values() for exchange in topic.follow)
        yield from (*self.openers, *self.ask_on)
        yield from dict.fromkeys(exchange for pool in self.settings.values() for exchange in pool)


_POOLS: Final = {
    "tell": Act.TELL, "more": Act.MORE, "asks": Act.ASK, "lacks": Act.LACK, "reacts": Act.REACT,
}  # fmt: skip
_TALK: Final = {
    "hello": Act.HELLO, "hello back": Act.HELLO, "back": Act.BACK,
    "fair": Act.REACT, "light": Act.REACT, "plain": Act.REACT, "grave": Act.REACT, "warm": Act.REACT,
    "kind": Act.REACT, "dry": Act.REACT, "to name": Act.REACT, "evade": Act.LACK, "welcome": Act.REACT,
    "feeling": Act.SAY, "my name": Act.SAY, "met": Act.HELLO,
}  # fmt: skip


@cache
def lexicon() -> Lexicon:
    """The whole of it, read once, at the first request."""
    topics = {name: _topic(name, data) for name, data in subjects().items()}
    talk = words("talk")
    pools = {name: _lines(_TALK.get(name, Act.LINK), pool) for name, pool in talk.items() if _plain(pool)}
    partings = {"reason": Act.LINK}
    pools |= {name: _lines(partings.get(name, Act.BYE), pool) for name, pool in words("parting").items()}
    slips = words("mistakes")
    pools |= {name: _lines(Act.SLIP, slips[name]) for name in ("placeholder", "claim", "denial")}
    pools |= {"thanks": _lines(Act.THANKS, slips["thanks"]), "early bye": _lines(Act.BYE, slips["early bye"])}
    return Lexicon(
        topics=topics,
        small_talk=tuple(topic for topic in topics.values() if topic.chat > 0),
        akin=_akin(topics),
        talk=pools,
        openers=_exchanges("", talk["opener"]),
        settings=_settings(),
        ask_on=_exchanges("", talk["ask on"]),
        nature=_nature(),
        sorrows=frozenset(f"{mark}:" for mark in talk["sorrows"].split()),
        denials=frozenset(f"{mark}:" for mark in talk["denials"].split()),
        by_word={word: name for name in reversed(topics) for word in _words(subjects()[name]["words"])},
        by_cue=_by_cue(topics),
    )


def _akin(topics: dict[str, Topic]) -> dict[str, tuple[str, ...]]:
    return {near: tuple(name for name, topic in topics.items() if near in topic.kin) for near in topics}


def _plain(pool: Any) -> bool:
    return isinstance(pool, list) and not any(isinstance(entry, dict) for entry in pool)


def _topic(name: str, data: dict[str, Any]) -> Topic:
    return Topic(
        name=name,
        tone=data["tone"],
        domain=data["domain"],
        chat=data["chat"],
        broad=data.get("broad", False),
        kin=tuple(data["kin"]),
        cues=frozenset(_cues(data)),
        facts=_patterns(data["facts"]),
        spots=_patterns(data.get("spots", ())),
        asked=_patterns(data["asked"]),
        lines={pool: _lines(act, data[pool], name) for pool, act in _POOLS.items()},
        follow=_exchanges(name, data["follow"]),
    )


def _patterns(texts: Iterable[str]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(_KIND.sub(_members, text), re.I) for text in texts)


def _members(found: re.Match[str]) -> str:
    if found[1] == "NAME":
        return _NAME
    members = kinds()[found[1]]
    either = "|".join(map(re.escape, members))
    return f"(?-i:{either})" if members[0][0].isupper() else f"(?:{either})"


def _cues(data: dict[str, Any]) -> Iterable[str]:
    yield from _words(data["cues"])
    yield from _words(data["words"])
    for kind in _KIND.findall(" ".join([*data["facts"], *data.get("spots", ())])):
        yield from (member.lower().split()[-1] for member in kinds().get(kind, ()))


def _words(entry: str) -> list[str]:
    return [word.replace("_", " ") for word in str(entry).split()]


def _by_cue(topics: dict[str, Topic]) -> dict[str, tuple[str, ...]]:
    cues: dict[str, list[str]] = {}
    for name, topic in topics.items():
        for cue in sorted(topic.cues):
            cues.setdefault(cue, []).append(name)
    return {cue: tuple(names) for cue, names in cues.items()}


def _settings() -> dict[str, tuple[Exchange, ...]]:
    found = {}
    for data in words("setting").values():
        openers = _exchanges("", data["opener"])
        found.update(dict.fromkeys(_words(data["words"]), openers))
    return found


def _nature() -> dict[tuple[str, str], tuple[Line, ...]]:
    poles = words("nature").items()
    return {(trait, pole): _lines(Act.LINK, pool) for trait, sides in poles for pole, pool in sides.items()}


def _exchanges(topic: str, entries: list[dict[str, Any]]) -> tuple[Exchange, ...]:
    return tuple(_exchange(topic, entry) for entry in entries)


def _exchange(topic: str, entry: dict[str, Any]) -> Exchange:
    exchange = Exchange(topic, mutual=entry.get("mutual", bool(topic)))
    exchange.questions = _lines(Act.FOLLOW, entry["q"], topic, exchange)
    for text in entry["a"]:
        answer, _, reply = text.partition(" => ")
        line = _line(Act.SAY, answer, topic, exchange)
        exchange.answers += (line,)
        exchange.replies[line.text] = _lines(Act.REACT, (reply,) if reply else (), topic)
    exchange.reactions = _lines(Act.REACT, entry.get("r", ()), topic)
    return exchange


def _lines(act: Act, texts: Iterable[str], topic: str = "", exchange: Exchange | None = None) -> tuple[Line, ...]:
    return tuple(_line(act, text, topic, exchange) for text in texts)


def _line(act: Act, text: str, topic: str, exchange: Exchange | None) -> Line:
    gates = _GATES.match(text)
    marks = _GATE.findall(gates[0]) if gates else []
    body = text[gates.end() :] if gates else text
    parts = _FIELD.split(body)
    for place in range(1, len(parts), 2):
        if _OPENS_SENTENCE.search("".join(parts[:place])):
            parts[place] = capital(parts[place])
    needs = frozenset({*_FIELD.findall(body), *(mark for no, mark in marks if not no)})
    bars = frozenset(mark for no, mark in marks if no)
    return Line(body, act, topic, needs, bars, exchange, tuple(parts), body.split(" ", 1)[0].strip(",.!?").lower())
