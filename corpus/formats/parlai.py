"""`parlai`: ParlAI's dialogue text, as ConvAI2 has it; one episode for each dialogue and seat.

1 your persona: I have two cats.
2 what the other says<TAB>what this seat answers
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import IO, ClassVar

from ...agents import Dialogue
from ...models.errors import Mistake
from ...models.request import Role
from ...personas import Persona
from ..record import Record
from .imported import OnOdd, Spot, imported, shortened, text_lines, user_name
from .telling import Telling, retell, speakers, tell

SILENCE = "__SILENCE__"
"""What the other side says where this seat opens."""
_LINE = re.compile(r"(\d+) (.*)")
_PERSONA = re.compile(r"(your|partner's) persona: ?(.*)")


@dataclass(frozen=True)
class ParlAI:
    """A file of episodes. Of a persona it holds the profile sentences; of names, none."""

    path: Path
    suffixes: ClassVar[tuple[str, ...]] = (".txt",)
    everything: ClassVar[bool] = False

    def write(self, records: Iterable[Record], file: IO[bytes]) -> None:
        for record in records:
            for seat in speakers(record.dialogue):
                lines = (f"{number} {line}\n" for number, line in enumerate(episode(record.dialogue, seat), 1))
                file.write("".join(lines).encode("utf-8", "replace"))

    def read(self, on_odd: OnOdd) -> Iterator[Dialogue]:
        """An episode that tells the one before it from the other side is the same dialogue."""
        number = count()
        held: _Episode | None = None
        for episode in _episodes(self.path, on_odd):
            if held is None:
                held = episode
            elif held.lines == episode.mirrored:
                yield _dialogue([held, episode], next(number))
                held = None
            else:
                yield _dialogue([held], next(number))
                held = episode
        if held:
            yield _dialogue([held], next(number))


def episode(dialogue: Dialogue, seat: str) -> Iterator[str]:
    """The lines of one episode, without their numbers."""
    for sentence in dialogue.member(seat).persona.sentences:
        yield f"your persona: {_escaped(sentence)}"
    heard = ""
    for message in tell(dialogue, seat):
        if message["role"] == Role.USER:
            heard = _escaped(message["content"])
        elif message["role"] == Role.ASSISTANT:
            yield f"{heard or SILENCE}\t{_escaped(message['content'])}"
            heard = ""
    if heard:
        yield heard


@dataclass
class _Episode:
    """One episode as it is read."""

    spot: Spot
    lines: list[tuple[bool, str]] = field(default_factory=list)
    """(whether this side says it, text)."""
    personas: dict[str, list[str]] = field(default_factory=lambda: {"your": [], "partner's": []})

    @property
    def mirrored(self) -> list[tuple[bool, str]]:
        return [(not mine, text) for mine, text in self.lines]

    def add(self, text: str) -> None:
        if match := _PERSONA.fullmatch(text):
            self.personas[match[1]] += [_unescaped(match[2])] if match[2].strip() else []
            return
        heard, *rest = text.split("\t")
        if heard and heard != SILENCE:
            self.lines.append((False, _unescaped(heard)))
        if rest and rest[0]:
            self.lines.append((True, _unescaped(rest[0])))

    def telling(self) -> Telling:
        opens = bool(self.lines) and self.lines[0][0]
        mine, theirs = (1, 2) if opens else (2, 1)
        return Telling(
            tuple(self.lines),
            seat=f"user-{mine}",
            me=_person(mine, self.personas["your"]),
            them=_person(theirs, self.personas["partner's"]),
            other=f"user-{theirs}",
        )


def _dialogue(episodes: list[_Episode], number: int) -> Dialogue:
    return imported(*retell([episode.telling() for episode in episodes]), episodes[0].spot, number)


def _person(number: int, sentences: list[str]) -> Persona:
    return Persona.model_validate({"name": user_name(number), "profile": sentences})


def _episodes(path: Path, on_odd: OnOdd) -> Iterator[_Episode]:
    """A number that does not rise begins a new episode."""
    current: _Episode | None = None
    last = 0
    for spot, number, text in _numbered(path):
        if current is None or number <= last:
            if current:
                yield current
            current = _Episode(spot)
        elif number != last + 1:
            on_odd(spot.source, f"line number {number} follows {last}")
        current.add(text)
        last = number
    if current:
        yield current


def _numbered(path: Path) -> Iterator[tuple[Spot, int, str]]:
    for spot, line in text_lines(path):
        if line.strip():
            match = _LINE.fullmatch(line.rstrip("\r\n"))
            if match is None:
                form = "'1 your persona: ...' or '3 heard<TAB>answered'"
                raise Mistake(f"{spot}: a ParlAI line begins with its number: {form}, not {shortened(line)!r}")
            yield spot, int(match[1]), match[2]


def _escaped(text: str) -> str:
    """ParlAI writes a line break as backslash and n."""
    return re.sub(r"\r\n|\r|\n", r"\\n", text.replace("\t", " "))


def _unescaped(text: str) -> str:
    return text.replace("\\n", "\n")
