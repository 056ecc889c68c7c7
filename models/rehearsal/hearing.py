"""What does an utterance do: tell, ask, answer, react, greet, take leave?

Turns in words of the lexicon are understood exactly; other people's words as far as their keywords and their form go.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from typing import Final

from .english import shape
from .fact import with_forms
from .grammar import capital, expanded, norm, restored, swapped
from .lexicon import Act, Line, key, lexicon, pattern
from .understanding import understood

_PIECE: Final = re.compile(r"\S.*?(?:[.?!:…]+[\"')]*(?=\s|$)|$)", re.S)
_SUFFIX: Final = re.compile(r"_(?:bare|a)$")
_LONGEST: Final = 5
_QUESTIONS: Final = (Act.ASK, Act.FOLLOW, Act.BACK)


@dataclass(frozen=True, slots=True)
class Heard:
    """A piece of an utterance, usually a sentence, and what it does."""

    text: str
    act: Act | None
    """None for words that are understood only by their subject, if at all."""
    topic: str = ""
    line: Line | None = None
    slots: Mapping[str, str] | None = None
    """What it names, as its hearer would say it (`your dog`)."""
    asks: bool = False
    to: str = ""
    """Whom it addresses by name."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """A turn, heard."""

    pieces: tuple[Heard, ...]
    used: frozenset[str]
    """Line texts, and normalised sentences of other words: what should not be said again."""
    bye: bool
    thanks: bool
    hello: bool
    length: int
    """In words."""


@lru_cache(maxsize=65536)
def hear(text: str, names: tuple[str, ...] = ()) -> Utterance:
    """Understand one turn; `names` are those that may be addressed in it."""
    pieces = tuple(_pieces(expanded(text), names))
    used = {piece.line.text if piece.line else norm(piece.text) for piece in pieces}
    return Utterance(
        pieces,
        frozenset(used),
        bye=any(
            piece.act is Act.BYE or (piece.line is None and shape("farewell").search(piece.text)) for piece in pieces
        ),
        thanks=any(
            piece.act is Act.THANKS or (piece.line is None and shape("thanks").search(piece.text)) for piece in pieces
        ),
        hello=bool(shape("hello").match(text)),
        length=len(text.split()),
    )


def _does(pieces: tuple[Heard, ...], act: Act, words: str) -> bool:
    return any(piece.act is act or (piece.line is None and shape(words).search(piece.text)) for piece in pieces)


def _pieces(text: str, names: tuple[str, ...]) -> list[Heard]:
    spans = [(found.start(), found.end()) for found in _PIECE.finditer(text)]
    keys = [norm(text[start:end]) for start, end in spans]
    found: list[Heard] = []
    at = 0
    while at < len(spans):
        heard, at = _next(text, spans, keys, at, names)
        found.append(heard)
    return found


def _next(
    text: str, spans: list[tuple[int, int]], keys: list[str], at: int, names: tuple[str, ...]
) -> tuple[Heard, int]:
    start = spans[at][0]
    to, offset = _addressed(text[start : start + 60], names)
    known = _known(text, spans, keys, at, 0) or (_known(text, spans, keys, at, offset) if offset else None)
    if known is None:
        return _foreign(text[start + offset : spans[at][1]], to or _named(text[start : spans[at][1]], names)), at + 1
    line, slots, end = known
    whole = text[start : spans[end - 1][1]]
    if "clause" in slots:
        return _framed(whole, line, slots), end
    return Heard(whole, line.act, line.topic, line, slots, line.act in _QUESTIONS, to or slots.get("name", "")), end


def _framed(whole: str, line: Line, slots: Mapping[str, str]) -> Heard:
    """A sentence within a frame is about what the sentence is about."""
    topic, named = understood(restored(capital(swapped(slots["clause"]))))
    told = with_forms({name: swapped(value) for name, value in named.items()})
    return Heard(whole, line.act, topic, line, {**told, "clause": slots["clause"]})


def _addressed(start: str, names: tuple[str, ...]) -> tuple[str, int]:
    for name in names:
        if start.startswith(name) and start[len(name) : len(name) + 2] == ", ":
            return name, len(name) + 2
    return "", 0


def _named(text: str, names: tuple[str, ...]) -> str:
    return next((name for name in names if re.search(rf"\b{re.escape(name)}\b", text)), "")


def _known(
    text: str, spans: list[tuple[int, int]], keys: list[str], at: int, offset: int
) -> tuple[Line, Mapping[str, str], int] | None:
    lines = _by_key()
    for end in range(min(at + _LONGEST, len(spans)), at, -1):
        whole = " ".join(keys[at:end]) if not offset else norm(text[spans[at][0] + offset : spans[end - 1][1]])
        if line := lines.get(whole):
            return line, _marks(line), end
    return _with_fields(text, spans, at, offset)


def _with_fields(
    text: str, spans: list[tuple[int, int]], at: int, offset: int
) -> tuple[Line, Mapping[str, str], int] | None:
    start = spans[at][0] + offset
    head = text[start : start + 40].lower().split(" ", 2)
    shelf = _by_start()
    for line, finder in (*shelf.get(" ".join(head[:2]), ()), *shelf.get(head[0], ()), *shelf.get("", ())):
        if found := finder.match(text, start):
            ends = [place for place in range(at, len(spans)) if spans[place][1] <= found.end()]
            if ends and spans[ends[-1]][1] == found.end():
                return line, {**_marks(line), **_slots(found.groupdict())}, ends[-1] + 1
    return None


def _marks(line: Line) -> dict[str, str]:
    return {need: "" for need in line.needs if need.endswith(":")}


def _slots(groups: dict[str, str]) -> Mapping[str, str]:
    return with_forms({_SUFFIX.sub("", name): swapped(value) for name, value in groups.items()})


def _foreign(text: str, to: str) -> Heard:
    if text.rstrip(" \"')").endswith("?"):
        return Heard(text, Act.BACK if shape("asks_back").match(text) else None, subject(text), asks=True, to=to)
    if shape("first_person").match(text):
        topic, slots = understood(restored(text))
        if topic != "self":
            told = with_forms({name: swapped(value) for name, value in slots.items()})
            return Heard(text, Act.TELL, topic, None, told, to=to)
    return Heard(text, None, _mentioned(text), to=to)


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


@cache
def _by_key() -> dict[str, Line]:
    return {key(line): line for line in lexicon().lines() if len(line.parts) == 1}


@cache
def _by_start() -> dict[str, tuple[tuple[Line, re.Pattern[str]], ...]]:
    """Finders of lines with fields, by their first one or two fixed words; the longest lines first."""
    shelves: dict[str, list[tuple[Line, re.Pattern[str]]]] = {}
    for line in sorted(lexicon().lines(), key=lambda line: -len(line.text)):
        if len(line.parts) > 1:
            shelves.setdefault(_start(expanded(line.parts[0])), []).append((line, pattern(line)))
    return {start: tuple(finders) for start, finders in shelves.items()}


def _start(fixed: str) -> str:
    whole = fixed.lower().split(" ")[:-1]
    return " ".join(whole[:2])
