"""`script`: a play, a screenplay or a chat log as plain text, `NAME: what is said`, scene after scene.

ANNA: Did you see the heron?      a name and a colon; or the name in capitals on a line of its own,
(She points at the water.)        its words below, as plays and screenplays have it
---
INT. KITCHEN - NIGHT              a new scene
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import count
from pathlib import Path
from typing import IO, ClassVar, NamedTuple

from ...agents import Dialogue, Member, Turn
from ...personas import Persona
from ..record import Record
from .imported import OnOdd, Spot, imported, shortened, text_lines

BREAK = "---"
"""What stands between scenes where we write them."""

_NAME = r"\d{0,2}[^\W\d_][\w.'’&-]*(?: [\w.'’&-]+){0,3}"
_ASIDE = r"(?:\s*[(\[][^)\]]*[)\]])*"
_LABELLED = re.compile(
    rf"[*_]{{0,3}}(?P<name>{_NAME})[*_]{{0,3}}{_ASIDE}[*_]{{0,3}}\s*[:：][*_]{{0,3}}\s*(?!//)(?P<text>.*)"
)
_CUE = re.compile(rf"@?(?P<name>{_NAME}){_ASIDE}\s*\^?")
_BRACKETED = r"(?:\((?:[^()]|\([^()]*\))*\)|\[(?:[^\[\]]|\[[^\[\]]*\])*\])"
_ALONE = re.compile(rf"{_BRACKETED}(?:[\s.]*{_BRACKETED})*\.?")
_DIRECTION = re.compile(rf"{_ALONE.pattern}|\*[^*]+\*|_[^_]+_")
_BEFORE = re.compile(rf"(?:{_BRACKETED}\s+)+(?=\S)")
_AFTER = re.compile(rf"(?<=[.!?…\"”’])(?:\s+{_BRACKETED})+$")
_SCENE = re.compile(
    r"[-=*_#~ ]{3,}|#{1,6}\s.*|(?:INT|EXT|EST|INT\.?/EXT|I/E)\.\s.*|"
    r"(?:act|scene)\s+(?:[ivxlc]+|\d+)\b[^:]{0,60}|(?:prologue|epilogue)\W?",
    re.IGNORECASE,
)


class _Kind(StrEnum):
    """What a line is."""

    BLANK = "blank"
    SCENE = "scene"
    DIRECTION = "direction"
    SAID = "said"
    MORE = "more"
    """It goes on with what was said before it."""
    LOOSE = "loose"
    """Nobody says it."""


class _Line(NamedTuple):
    spot: Spot
    kind: _Kind
    name: str
    text: str


@dataclass(frozen=True)
class Script:
    """A text of scenes. Of people it holds their names alone, of scenes nothing but what is said.

    Scenes are parted by lines such as `---` and `# ...`, and by headings: `INT. ...`, `EXT. ...`, `ACT I`, `SCENE 2`.
    In a file without any, blank lines part scenes, unless most of them stand between single utterances. What is in
    brackets before or behind a line's sentences is how they are said, and left out; within a sentence, or alone behind
    a name, it is said.
    """

    path: Path
    suffixes: ClassVar[tuple[str, ...]] = (".script",)
    everything: ClassVar[bool] = False

    def write(self, records: Iterable[Record], file: IO[bytes]) -> None:
        for number, record in enumerate(records):
            names = {member.seat: _written_name(member.name) for member in record.dialogue.cast}
            lines = [f"{names[turn.seat]}: {_one_line(turn.text)}\n" for turn in record.dialogue.turns]
            text = "".join([f"\n{BREAK}\n\n" if number else "", *lines])
            file.write(text.encode("utf-8", "replace"))

    def read(self, on_odd: OnOdd) -> Iterator[Dialogue]:
        """A scene without words is none. Somebody is one person in the whole file, however the name is spelt."""
        names: dict[str, str] = {}
        numbers = count()
        for scene in _scenes(self.path, _blanks_part(self.path), on_odd):
            yield scene.dialogue(names, next(numbers))


@dataclass
class _Scene:
    spot: Spot
    said: list[tuple[str, str]] = field(default_factory=list)
    """(name, text)"""

    @property
    def talks(self) -> bool:
        return any(text for _, text in self.said)

    def dialogue(self, names: dict[str, str], number: int) -> Dialogue:
        spoken = [(names.setdefault(name.casefold(), name), _words(text)) for name, text in self.said if text]
        seats = {name: f"speaker-{n}" for n, name in enumerate(dict.fromkeys(name for name, _ in spoken), 1)}
        cast = (Member(seat, Persona(name=name)) for name, seat in seats.items())
        return imported(cast, (Turn(seats[name], text) for name, text in spoken), self.spot, number)


def is_script(path: Path) -> bool:
    """Whether the first line with content is no numbered line, as those of ParlAI are."""
    first = next((line for _, line in text_lines(path) if line.strip()), "")
    return not re.match(r"\d+ ", first)


def _scenes(path: Path, blanks_part: bool, on_odd: OnOdd) -> Iterator[_Scene]:
    scene: _Scene | None = None
    for line in _lines(path):
        if line.kind is _Kind.SCENE or (line.kind is _Kind.BLANK and blanks_part):
            if scene and scene.talks:
                yield scene
            scene = None
        elif line.kind is _Kind.SAID:
            scene = scene or _Scene(line.spot)
            scene.said.append((line.name, line.text))
        elif line.kind is _Kind.MORE and scene:
            speaker, before = scene.said.pop()
            scene.said.append((speaker, f"{before}\n{line.text}" if before else line.text))
        elif line.kind is _Kind.LOOSE:
            on_odd(line.spot.source, f"nobody says it, left out: {shortened(line.text)!r}")
    if scene and scene.talks:
        yield scene


def _lines(path: Path) -> Iterator[_Line]:
    speaking, cue, blank = False, False, True
    for spot, raw in text_lines(path):
        text = raw.strip()
        line = _line(spot, text, speaking, blank)
        speaking = line.kind in (_Kind.SAID, _Kind.MORE) or (line.kind is _Kind.DIRECTION and speaking)
        directs = line.kind is _Kind.DIRECTION
        cue = not line.text if line.kind is _Kind.SAID else cue and directs
        blank = line.kind in (_Kind.BLANK, _Kind.SCENE) or (directs and not cue)
        yield line


def _line(spot: Spot, text: str, speaking: bool, blank: bool) -> _Line:
    """`speaking`: somebody speaks in the line above; `blank`: nobody says anything there, so that a name may follow."""
    if not text:
        return _Line(spot, _Kind.BLANK, "", "")
    if _SCENE.fullmatch(text):
        return _Line(spot, _Kind.SCENE, "", text)
    if _DIRECTION.fullmatch(text):
        return _Line(spot, _Kind.DIRECTION, "", text)
    if (match := _LABELLED.fullmatch(text)) and _is_name(match["name"]):
        return _Line(spot, _Kind.SAID, match["name"].strip("_"), match["text"].strip())
    if blank and (match := _CUE.fullmatch(text)) and match["name"].isupper():
        return _Line(spot, _Kind.SAID, match["name"].rstrip("."), "")
    return _Line(spot, _Kind.MORE if speaking else _Kind.LOOSE, "", text)


def _words(text: str) -> str:
    """Without how it is said, where anything else is."""
    return "\n".join(line for line in map(_unstaged, text.split("\n")) if line) or text


def _unstaged(line: str) -> str:
    """`(softly) Shall I? (beat)` is `Shall I?`; in `[name] is here (I think)` all of it is said."""
    if _ALONE.fullmatch(line):
        return ""
    line = _AFTER.sub("", line)
    rest = line[match.end() :] if (match := _BEFORE.match(line)) else line
    return line if rest[0].islower() else rest


def _is_name(name: str) -> bool:
    """One word, or several of which none begins with a small letter, so that a colon in a sentence makes no speaker."""
    words = name.split()
    return len(words) == 1 or not any(word[0].islower() for word in words)


def _blanks_part(path: Path) -> bool:
    """Whether blank lines part scenes: nothing else does, and most blocks between them hold several utterances."""
    blocks = [0]
    for line in _lines(path):
        if line.kind is _Kind.SCENE:
            return False
        if line.kind is _Kind.BLANK:
            blocks.append(0)
        blocks[-1] += line.kind is _Kind.SAID
    held = [said for said in blocks if said]
    return len(held) > 1 and 2 * sum(said > 1 for said in held) > len(held)


def _written_name(name: str) -> str:
    """As it is read back."""
    return " ".join(name.replace(":", " ").split()) or "SPEAKER"


def _one_line(text: str) -> str:
    return re.sub(r"\s*[\r\n]\s*", " ", text)
