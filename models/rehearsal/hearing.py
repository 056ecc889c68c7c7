"""What does an utterance do: tell, ask, answer, react, greet, take leave?

Turns in words of the lexicon are understood exactly; other people's words as far as their keywords and their form go.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

from .english import shape
from .fact import with_forms
from .grammar import capital, expanded, norm, restored, swapped
from .lexicon import Act, Line, lexicon
from .recognising import Match, Piece, pieces, recognised
from .understanding import understood

_QUESTIONS: Final = (Act.ASK, Act.FOLLOW, Act.BACK)


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """A piece of an utterance, usually a sentence, and what it does."""

    text: str
    key: str
    """Its normalised words."""
    act: Act | None
    """None for words that are understood only by their subject, if at all."""
    topic: str = ""
    line: Line | None = None
    slots: Mapping[str, str] | None = None
    """What it names, as its hearer would say it (`your dog`)."""
    asks: bool = False
    to: str = ""
    """Whom it addresses by name."""


@dataclass(frozen=True, slots=True, eq=False)
class Utterance:
    """A turn, heard."""

    pieces: tuple[Heard, ...]
    used: frozenset[str]
    """Line texts, and normalised sentences of other words: what should not be said again."""
    head: str
    """Its first word."""
    bye: bool
    thanks: bool
    hello: bool


@lru_cache(maxsize=65536)
def hear(text: str, names: tuple[str, ...] = ()) -> Utterance:
    """Understand one turn; `names` are those that may be addressed in it."""
    heard = tuple(_heard(text, names))
    return Utterance(
        heard,
        frozenset(piece.line.text if piece.line else piece.key for piece in heard),
        head=text.split(" ", 1)[0].strip(",.!?").lower(),
        bye=_does(heard, Act.BYE, "farewell"),
        thanks=_does(heard, Act.THANKS, "thanks"),
        hello=any(piece.act is Act.HELLO for piece in heard),
    )


def _does(heard: tuple[Heard, ...], act: Act, words: str) -> bool:
    return any(piece.act is act or (piece.line is None and shape(words).search(piece.text)) for piece in heard)


def _heard(text: str, names: tuple[str, ...]) -> Iterator[Heard]:
    parts, at = pieces(text), 0
    while at < len(parts):
        to, offset = _addressed(text, parts[at].start, names)
        match = recognised(text, parts, at) or (recognised(text, parts, at, offset) if offset else None)
        if match is None:
            yield _foreign(text, parts[at], offset, to or _named(text[parts[at].start : parts[at].end], names))
            at += 1
        else:
            last = parts[at + match.pieces - 1]
            yield _in_lines(text[parts[at].start : last.end], match, parts[at : at + match.pieces], to)
            at += match.pieces


def _in_lines(whole: str, match: Match, parts: list[Piece], to: str) -> Heard:
    line, slots, topic = match.line, match.slots, match.line.topic
    if "clause" in slots:
        topic, named = understood(restored(capital(swapped(slots["clause"]))))
        slots = {**with_forms({name: swapped(value) for name, value in named.items()}), "clause": slots["clause"]}
    key = " ".join(part.key for part in parts)
    return Heard(whole, key, line.act, topic, line, slots, line.act in _QUESTIONS, to or slots.get("name", ""))


def _addressed(text: str, start: int, names: tuple[str, ...]) -> tuple[str, int]:
    for name in names:
        if text.startswith(f"{name}, ", start):
            return name, len(name) + 2
    return "", 0


def _named(text: str, names: tuple[str, ...]) -> str:
    return next((name for name in names if re.search(rf"\b{re.escape(name)}\b", text)), "")


def _foreign(text: str, part: Piece, offset: int, to: str) -> Heard:
    said = text[part.start + offset : part.end]
    key = norm(said) if offset else part.key
    if said.rstrip(" \"')").endswith("?") or shape("bids").match(said):
        act = Act.BACK if shape("asks_back").match(said) else None
        return Heard(said, key, act, subject(said), asks=True, to=to)
    if shape("hello").match(said) or shape("met").search(said):
        return Heard(said, key, Act.HELLO, to=to)
    if shape("sorrow").search(said):
        return Heard(said, key, Act.TELL, "", None, {"gone:": ""}, to=to)
    if shape("first_person").match(said):
        topic, slots = understood(restored(said))
        if topic != "self":
            told = with_forms({name: swapped(value) for name, value in slots.items()})
            return Heard(said, key, Act.TELL, topic, None, told, to=to)
    return Heard(said, key, None, _mentioned(said), to=to)


@lru_cache(maxsize=16384)
def subject(question: str) -> str:
    """The topic that a question in free words asks about, or nothing."""
    plain = expanded(question)
    for name, topic in lexicon().topics.items():
        if any(finder.search(plain) for finder in topic.asked):
            return name
    return _mentioned(plain)


def _mentioned(text: str) -> str:
    by_word = lexicon().by_word
    tokens = re.findall(r"[\w-]+", text.lower())
    pairs = [f"{one} {two}" for one, two in pairwise(tokens)]
    return next((by_word[token] for token in (*pairs, *tokens) if token in by_word), "")
