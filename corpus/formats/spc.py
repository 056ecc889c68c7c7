"""`spc`: the CSV of Synthetic-Persona-Chat (Jandaghi et al. 2023): two profiles, and a conversation in one cell."""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import IO, ClassVar

from ...agents import Dialogue, Member, Turn
from ...models.errors import Mistake
from ...personas import Persona
from ..record import Record
from .imported import OnOdd, Spot, imported, shortened, text_lines, user_name

COLUMNS = ("user 1 personas", "user 2 personas", "Best Generated Conversation")
LIMIT = 1 << 24
"""Characters in one cell."""
QUOTES = "look for a quotation mark too few"

LINE_BREAK = re.compile(r"\r\n|\r|\n")
_LABEL = re.compile(r"User ([12]): ?(.*)", re.DOTALL)
_LOOSE = re.compile(
    r"(?P<mark>[\s*_#>(\[{\-]*)user\s*(?P<who>[12])(?P<close>[\s*_)\]}]*):(?P<after>[*_]*)\s*(?P<text>.*)",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True)
class SyntheticPersonaChat:
    """A CSV of dialogues between `User 1` and `User 2`, each with a profile."""

    path: Path
    suffixes: ClassVar[tuple[str, ...]] = (".csv",)
    everything: ClassVar[bool] = False

    def write(self, records: Iterable[Record], file: IO[bytes]) -> None:
        text = TextIOWrapper(file, encoding="utf-8", errors="replace", newline="")
        rows = csv.writer(text)
        rows.writerow(COLUMNS)
        rows.writerows(_row(record.dialogue) for record in records)
        text.detach()

    def read(self, on_odd: OnOdd) -> Iterator[Dialogue]:
        for number, (spot, row) in enumerate(_rows(self.path, on_odd)):
            cast = tuple(_member(n, row[n - 1], spot, on_odd) for n in (1, 2))
            turns = [Turn(cast[who - 1].seat, text) for who, text in _lines(row[2], spot, on_odd)]
            yield imported(cast, turns, spot, number)


def _row(dialogue: Dialogue) -> tuple[str, str, str]:
    if len(dialogue.cast) != 2:
        others = "'messages', 'sharegpt' or 'provenance'"
        raise Mistake(f"dialogue {dialogue.id} has {len(dialogue.cast)} seats, format 'spc' two; choose {others}")
    first, second = dialogue.cast
    names = {first.seat: user_name(1), second.seat: user_name(2)}
    said = (f"{names[turn.seat]}: {_one_line(turn.text)}" for turn in dialogue.turns)
    return _sentences(first), _sentences(second), "\n".join(said)


def _sentences(member: Member) -> str:
    return "\n".join(map(_one_line, member.persona.sentences))


def _one_line(text: str) -> str:
    """Readers of this format take each line for an utterance."""
    return re.sub(r"\s*[\r\n]\s*", " ", text)


def _rows(path: Path, on_odd: OnOdd) -> Iterator[tuple[Spot, tuple[str, str, str]]]:
    """The three cells of each row, with the line that the row begins in: a cell may go over many lines."""
    csv.field_size_limit(max(LIMIT, csv.field_size_limit()))
    reader = csv.reader(text for _, text in text_lines(path))
    places, width = _header(path, reader)
    line = reader.line_num + 1
    for row in _read(path, reader):
        spot, line = Spot(path, line), reader.line_num + 1
        if row:
            if len(row) < width:
                raise Mistake(f"{spot}: {len(row)} cells where the header has {width}; {QUOTES}")
            if len(row) > width:
                on_odd(spot.source, f"{len(row)} cells where the header has {width}")
            yield spot, (row[places[0]], row[places[1]], row[places[2]])


def _read(path: Path, reader: Iterator[list[str]]) -> Iterator[list[str]]:
    try:
        yield from reader
    except csv.Error as error:
        line = getattr(reader, "line_num", 0)
        raise Mistake(f"{Spot(path, line)}: not CSV: {error}; {QUOTES}") from error


def _header(path: Path, reader: Iterator[list[str]]) -> tuple[list[int], int]:
    """Where the three columns stand, and how many there are."""
    names = next(_read(path, reader), [])
    known: Mapping[str, int] = {name.strip().casefold(): place for place, name in enumerate(names)}
    missing = [name for name in COLUMNS if name.casefold() not in known]
    if missing:
        found = ", ".join(map(repr, names)) or "nothing"
        raise Mistake(
            f"{path}:1: no column {', '.join(map(repr, missing))}; found: {found}; "
            "a CSV of dialogues has the columns of Synthetic-Persona-Chat; name the format if it is another"
        )
    return [known[name.casefold()] for name in COLUMNS], len(names)


def _member(number: int, cell: str, spot: Spot, on_odd: OnOdd) -> Member:
    sentences = [line.strip() for line in LINE_BREAK.split(cell) if line.strip()]
    if not sentences:
        on_odd(spot.source, f"user {number} has no persona")
    return Member(f"user-{number}", Persona.model_validate({"name": user_name(number), "profile": sentences}))


def _lines(cell: str, spot: Spot, on_odd: OnOdd) -> list[tuple[int, str]]:
    """(speaker, text) of each turn. A line without a label goes on with the turn before it."""
    turns: list[tuple[int, str]] = []
    for line in filter(str.strip, LINE_BREAK.split(cell)):
        if turn := _labelled(line, spot, on_odd):
            turns.append(turn)
        else:
            on_odd(spot.source, f"no speaker's label: {shortened(line)!r}")
            who, text = turns.pop() if turns else (0, "")
            turns.append((who, f"{text}\n{line.strip()}" if text else line.strip()))
    return _opened(turns)


def _opened(turns: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """Text before the first label was said by the one who is not labelled next."""
    if turns and turns[0][0] == 0:
        who = 3 - turns[1][0] if len(turns) > 1 else 1
        turns[0] = who, turns[0][1]
    return turns


def _labelled(line: str, spot: Spot, on_odd: OnOdd) -> tuple[int, str] | None:
    if match := _LABEL.fullmatch(line):
        return int(match[1]), match[2].strip()
    match = _LOOSE.fullmatch(line)
    if match is None:
        return None
    on_odd(spot.source, f"an unusual label: {shortened(line)!r}")
    text = match["text"].strip()
    wrapped = "*" in match["mark"] and "*" not in match["close"] + match["after"]
    return int(match["who"]), text.rstrip("*").rstrip() if wrapped else text
