"""How do personas stand in the CSV of Synthetic-Persona-Chat? Two a row, a sentence a line of the cell."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from itertools import islice

from ..persona import Persona
from .entry import Entry, Found, Problem, Unreadable, decoded
from .unnamed import first_appearances, one_line, said, sentences_of

COLUMNS = ("user 1 personas", "user 2 personas")


def read(lines: Iterable[bytes]) -> Found:
    """Each persona once, nameless, in order of first appearance; other columns are passed over."""
    return first_appearances(_all(lines))


def _all(lines: Iterable[bytes]) -> Found:
    rows = csv.reader(decoded(lines), strict=True)
    try:
        header = [name.strip().lower() for name in next(rows, [])]
        missing = [name for name in COLUMNS if name not in header]
        if header and missing:
            raise Unreadable(1, f"no column {' or '.join(map(repr, missing))}; the columns are {_listed(header)}")
        start = rows.line_num + 1
        for row in rows:
            yield from _row(start, row, header)
            start = rows.line_num + 1
    except csv.Error as error:
        raise Unreadable(
            max(rows.line_num, 1), f"broken CSV: {error}; close every quote, and double one in a cell"
        ) from error


def _row(line: int, row: Sequence[str], header: Sequence[str]) -> Found:
    if row and len(row) != len(header):
        yield Problem(
            line, f"{len(row)} cells under {len(header)} columns; put a cell with commas or newlines in quotes"
        )
        return
    for name, cell in zip(header, row, strict=False):
        sentences = [part.strip() for part in cell.splitlines() if part.strip()]
        if name in COLUMNS and sentences:
            yield Entry(line, said(sentences))


def _listed(header: Sequence[str]) -> str:
    return f"{', '.join(map(repr, header))}; rename yours to {' and '.join(map(repr, COLUMNS))}"


def written(personas: Iterable[Persona]) -> Iterator[str]:
    """Two personas a row, the last alone if need be; carries the sentences alone. Raises Mistake without any."""
    yield _line(COLUMNS)
    cells = ("\n".join(map(one_line, sentences_of(persona))) for persona in personas)
    while pair := list(islice(cells, 2)):
        yield _line([*pair, ""][:2])


def _line(cells: Sequence[str]) -> str:
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()
