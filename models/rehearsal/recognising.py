"""Which line of the lexicon is this? Turns spoken in its words are understood exactly."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from .fact import with_forms
from .grammar import expanded, norm, swapped
from .lexicon import Line, lexicon

_BETWEEN: Final = re.compile(r"(?<=[.?!:…])[\"')]*\s+")
"""What lies between two sentences, roughly."""

_SUFFIX: Final = re.compile(r"_(?:bare|a)$")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text: where it lies, and its normalised words."""

    start: int
    end: int
    key: str


@dataclass(frozen=True, slots=True)
class Match:
    """A line that was recognised, what its fields hold, and after how many pieces it ends."""

    line: Line
    slots: Mapping[str, str]
    """As the hearer would say it: `your dog`."""
    pieces: int


@dataclass(frozen=True, slots=True, eq=False)
class _Finder:
    line: Line
    pattern: re.Pattern[str]
    probe: str
    """Fixed words that the text must hold: much faster to look for than the pattern."""


def pieces(text: str) -> list[Piece]:
    """A text in sentences, roughly."""
    starts, ends = [0], []
    for gap in _BETWEEN.finditer(text):
        ends.append(gap.start())
        starts.append(gap.end())
    spans = zip(starts, [*ends, len(text)], strict=True)
    return [Piece(start, end, norm(text[start:end])) for start, end in spans if start < end]


def recognised(text: str, parts: Sequence[Piece], at: int, offset: int = 0) -> Match | None:
    """The line that begins at piece `at` of the text, `offset` letters later; the longest if there are several."""
    first = parts[at].key if not offset else norm(text[parts[at].start + offset : parts[at].end])
    for rest, line in _fixed().get(first, ()):
        if tuple(part.key for part in parts[at + 1 : at + 1 + len(rest)]) == rest:
            return Match(line, _marks(line), 1 + len(rest))
    return _with_fields(text, parts, at, offset)


def _with_fields(text: str, parts: Sequence[Piece], at: int, offset: int) -> Match | None:
    start = parts[at].start + offset
    for finder in _finders(text, start):
        if finder.probe in text and (found := finder.pattern.match(text, start)):
            count = sum(part.end <= found.end() for part in parts[at:])
            if count and parts[at + count - 1].end == found.end():
                return Match(finder.line, {**_marks(finder.line), **_slots(found.groupdict())}, count)
    return None


def _finders(text: str, start: int) -> Iterator[_Finder]:
    shelves = _shelves()
    words = text[start : start + 40].lower().split(" ", 2)
    yield from shelves.get(" ".join(words[:2]), ())
    yield from shelves.get(words[0], ())
    yield from shelves.get("", ())


def _marks(line: Line) -> dict[str, str]:
    return {need: "" for need in line.needs if need.endswith(":")}


def _slots(groups: dict[str, str]) -> Mapping[str, str]:
    return with_forms({_SUFFIX.sub("", name): swapped(value) for name, value in groups.items()})


@cache
def _fixed() -> dict[str, tuple[tuple[tuple[str, ...], Line], ...]]:
    """Lines without fields by their first piece, with the pieces that must follow; in short and in full forms."""
    shelves: dict[str, list[tuple[tuple[str, ...], Line]]] = {}
    for line in lexicon().lines():
        for text in _forms(line.text) if len(line.parts) == 1 else ():
            first, *rest = (piece.key for piece in pieces(text))
            shelves.setdefault(first, []).append((tuple(rest), line))
    return {first: tuple(sorted(found, key=lambda entry: -len(entry[0]))) for first, found in shelves.items()}


def _forms(text: str) -> Iterator[str]:
    """As most people say it, and as formal ones do."""
    yield from dict.fromkeys((text, expanded(text)))


@cache
def _shelves() -> dict[str, tuple[_Finder, ...]]:
    """Finders of lines with fields, by their first one or two fixed words; the longest lines first."""
    shelves: dict[str, list[_Finder]] = {}
    for line in sorted(lexicon().lines(), key=lambda line: -len(line.text)):
        for parts in dict.fromkeys((line.parts, tuple(map(expanded, line.parts)))) if len(line.parts) > 1 else ():
            opening = " ".join(parts[0].lower().split(" ")[:-1][:2])
            shelves.setdefault(opening, []).append(_Finder(line, _pattern(parts), max(parts[::2], key=len)))
    return {opening: tuple(finders) for opening, finders in shelves.items()}


def _pattern(parts: Sequence[str]) -> re.Pattern[str]:
    """The fixed words of a line, and anything short where a field stands."""
    seen: set[str] = set()
    return re.compile(
        "".join(_field(part, seen) if place % 2 else re.escape(part) for place, part in enumerate(parts)), re.I
    )


def _field(part: str, seen: set[str]) -> str:
    name = part.lower()
    if name in seen:
        return f"(?P={name})"
    seen.add(name)
    return f"(?P<{name}>[^.?!]{{1,120}}?)"
