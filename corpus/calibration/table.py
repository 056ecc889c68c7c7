"""Which rows stand in a file of labels? CSV, TSV or JSON, whose columns are known by their likely names."""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ...models.errors import Mistake
from ..formats.imported import text_lines
from ..formats.jsonlines import objects

DIALOGUE = ("dialogue id", "id", "dialogue", "place", "source", "line")
LABEL = ("label", "accept", "accepted", "verdict", "decision", "human", "good", "score", "rating", "stars", "grade")
ANNOTATOR = ("annotator", "annotator id", "rater", "coder", "labeller", "labeler", "worker", "who", "by")
"""Names of columns, the surest first; case, `_` and `-` don't count."""
DELIMITERS = ",;\t"
JSON = (".json", ".jsonl", ".ndjson")


class Row(NamedTuple):
    """A row as it stands in the file."""

    line: int
    dialogue: str
    label: str
    annotator: str = ""
    by_line: bool = False
    """Whether the name of the column says that it holds line numbers."""


def rows(path: Path) -> Iterator[Row]:
    """Every row that is not empty. Raises Mistake where there is no such file, or no column of dialogues or labels."""
    if not path.is_file():
        what = "is a folder; give a file" if path.is_dir() else "no such file"
        raise Mistake(f"{path}: {what}: a CSV with the columns dialogue,label, or JSON lines with those keys")
    try:
        yield from _from_json(path) if path.suffix.lower() in JSON else _from_table(path)
    except OSError as error:
        raise Mistake(f"{path}: can't be read: {error.strerror or error}; look at its permissions") from error


def _from_json(path: Path) -> Iterator[Row]:
    for spot, found in objects(path):
        columns = _columns(path, spot.line, list(found))
        yield _row(spot.line, {name: _text(found.get(column)) for name, column in columns.items()}, columns)


def _from_table(path: Path) -> Iterator[Row]:
    cells = _cells(path)
    line, names = next(cells, (1, []))
    columns = _columns(path, line, names)
    for line, row in cells:
        found = dict(zip(names, row, strict=False))
        yield _row(line, {name: found.get(column, "").strip() for name, column in columns.items()}, columns)


def _cells(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Rows that are not empty, each with the line that it begins in: a cell may go over many lines."""
    lines = [text for _, text in text_lines(path)]
    header = next((line for line in lines if line.strip()), "")
    reader = csv.reader(lines, delimiter=max(DELIMITERS, key=header.count))
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise Mistake(f"{path}:{line}: not CSV: {error}; look for a quotation mark too few") from error


def _columns(path: Path, line: int, names: Sequence[str]) -> dict[str, str]:
    """The file's own names of the columns that count."""
    known = {_folded(name): name for name in reversed(names)}
    found = {}
    for what, likely in (("dialogue", DIALOGUE), ("label", LABEL), ("annotator", ANNOTATOR)):
        if name := next((known[name] for name in likely if name in known), None):
            found[what] = name
        elif what != "annotator":
            there = ", ".join(map(repr, names)) or "nothing"
            raise Mistake(f"{path}:{line}: no column of {what}s: found {there}; call it one of {', '.join(likely)}")
    return found


def _row(line: int, values: Mapping[str, str], columns: Mapping[str, str]) -> Row:
    by_line = _folded(columns["dialogue"]) == "line"
    return Row(line, values["dialogue"], values["label"], values.get("annotator", ""), by_line)


def _text(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value).strip()


def _folded(name: str) -> str:
    return re.sub(r"[\s_-]+", " ", name.strip().casefold())
