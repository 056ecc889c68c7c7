"""Which dialogues of a file go on, as they stand in it? A filtered copy: nothing of what is kept is written anew."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from ...models.errors import Mistake
from ..record import Record, RunInfo
from .card import Survey, card
from .exporting import ACCEPTED, ExportSummary, card_of, export, writing
from .importing import read_dialogues
from .jsonlines import as_line, objects
from .messages import told_together
from .parquet import copy_rows
from .registry import format_class

REWRITTEN = frozenset({"script"})
"""Formats in which a dialogue's own lines can't be told from what stands between two of them."""


@dataclass(frozen=True)
class Pieces:
    """A file taken apart: what stands around and between its dialogues, and one piece for each."""

    each: Iterator[bytes]
    head: bytes = b""
    between: bytes = b""
    tail: bytes = b""


def filter_file(records: Iterable[Record], info: RunInfo, source: Path, format: str, output: Path) -> ExportSummary:
    """Write the accepted dialogues of a reviewed file, with a dataset card; both appear when they are whole.

    `records` are those of its review, one a dialogue in the order of the file. Lines, rows and objects are kept as they
    are: ids, columns and keys that an import does not read, what is odd. A script is written anew (names and words); of
    JSON arrays the layout is. Raises Mistake, StorageFailed.
    """
    if format in REWRITTEN:
        return export(records, info, format, output)
    survey, card_path = Survey(), card_of(output)
    kept = _indices(survey.watch(records, ACCEPTED))
    with writing(output, card_path) as (data, text):
        if format == "parquet":
            copy_rows(source, kept, data)
        else:
            _copy(_pieces(source, format), kept, data)
        text.write(card(info, format, output.name, survey).encode("utf-8", "replace"))
    return ExportSummary(format, output, card_path, survey.exported, survey.jobs, survey.tries, dict(survey.outcomes))


def name_of(source: Path, format: str) -> str:
    """How the filtered copy is called: `accepted`, with the suffix of the file where the format is written so."""
    suffixes = format_class(format).suffixes
    suffix = source.suffix.lower()
    return f"accepted{suffix if suffix in suffixes or _is_array(source) else suffixes[0]}"


def _indices(records: Iterable[Record]) -> Iterator[int]:
    for record in records:
        assert record.dialogue.place is not None
        yield record.dialogue.place.index


def _copy(pieces: Pieces, kept: Iterator[int], file: IO[bytes]) -> None:
    file.write(pieces.head)
    wanted, first = next(kept, None), True
    for number, piece in enumerate(pieces.each):
        if number == wanted:
            file.write(piece if first else pieces.between + piece)
            wanted, first = next(kept, None), False
    file.write(pieces.tail)
    if wanted is not None:
        raise Mistake("the file holds fewer dialogues than were reviewed: it has changed; review it again")


def _pieces(source: Path, format: str) -> Pieces:
    if _is_array(source):
        return Pieces((b",".join(group) for group in _objects(source, format)), b"[\n", b",", b"]\n")
    lines = _cut(source, _starts(source, format))
    return Pieces(lines, next(lines))


def _objects(source: Path, format: str) -> Iterator[list[bytes]]:
    """The objects of each dialogue of an array."""
    told = told_together(source) if format == "messages" else ([line] for line in objects(source))
    return ([as_line(value) for _, value in lines] for lines in told)


def _starts(source: Path, format: str) -> Iterator[int]:
    """The line, from 1, in which each dialogue begins."""
    if format == "provenance":
        return (spot.line for spot, _ in objects(source))
    return (int(dialogue.source.rpartition(":")[2]) for dialogue in read_dialogues(source, format))


def _cut(source: Path, starts: Iterator[int]) -> Iterator[bytes]:
    """What stands before the first dialogue, then each dialogue up to the next."""
    piece: list[bytes] = []
    start = next(starts, None)
    with source.open("rb") as file:
        for number, line in enumerate(file, 1):
            if number == start:
                yield b"".join(piece)
                piece, start = [], next(starts, None)
            piece.append(line)
    last = b"".join(piece)
    yield last if last.endswith(b"\n") else last + b"\n"


def _is_array(source: Path) -> bool:
    if source.suffix.lower() not in (".json", ".jsonl"):
        return False
    with source.open("rb") as file:
        return file.read(1 << 16).removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"[")
