"""How does a comparison leave the house: as JSON, CSV, Markdown?"""

from csv import writer
from io import StringIO
from json import dumps
from pathlib import Path

from ...models.errors import Mistake
from ...models.suggesting import suggest
from .comparison import Cell, Column, Comparison, shown, signed

HEADER = ("model", "measure", "value", "low", "high", "dialogues", "change", "change_low", "change_high")
MISSING = "–"


def to_json(comparison: Comparison) -> str:
    """All that is known, at full precision; `Comparison.from_dict` reads it."""
    return dumps(comparison.to_dict(), indent=1, ensure_ascii=False) + "\n"


def to_csv(comparison: Comparison) -> str:
    """A line a value, at full precision: `change` is the difference to the first model."""
    file = StringIO()
    lines = writer(file, lineterminator="\n")
    lines.writerow(HEADER)
    for row in comparison.rows:
        for column in comparison.columns:
            if cell := comparison.cell(row, column):
                change = cell.change
                against = (change.change, change.low, change.high) if change else (None, None, None)
                lines.writerow([row.label, column.name, cell.value, cell.low, cell.high, cell.n, *against])
    return file.getvalue()


def to_markdown(comparison: Comparison) -> str:
    """A line a measure, the models side by side, what is best in bold; then the differences, then the notes.

    Of a preset the table lies as in the papers, with a line a model."""
    lines = [f"**{comparison.title}**", ""]
    table = [["", *(row.label for row in comparison.rows)], *(_values(comparison, c) for c in comparison.columns)]
    if comparison.preset:
        table = [list(line) for line in zip(*table, strict=True)]
    lines += _table(table[0], table[1:])
    if changes := [_changes(comparison, column) for column in comparison.columns if _compared(comparison, column)]:
        first, *others = comparison.rows
        lines += ["", f"Difference to {first.label}, with its interval; in bold where that leaves zero out:", ""]
        lines += _table(["", *(row.label for row in others)], changes)
    lines += ["", *(f"* {note}" for note in legend(comparison))]
    return "\n".join(lines) + "\n"


def legend(comparison: Comparison) -> list[str]:
    """What stands below a table: what the intervals and columns are, and the notes."""
    told = [f"{column.name}: {column.about}" for column in comparison.columns if column.about]
    return [
        f"in brackets the interval of 95 % from {comparison.resamples} bootstrap resamples of the dialogues",
        *told,
        *comparison.notes,
    ]


def interval(low: float | None, high: float | None, sign: bool = False) -> str:
    """`[27.50, 28.70]`; empty where there is none."""
    form = signed if sign else shown
    return "" if low is None or high is None else f"[{form(low)}, {form(high)}]"


def write(comparison: Comparison, path: Path) -> None:
    """In the form that the suffix names: .json, .csv, .md. Raises Mistake for another one, and for a bad place."""
    forms = {".json": to_json, ".csv": to_csv, ".md": to_markdown}
    suffix = path.suffix.lower()
    if suffix not in forms:
        raise Mistake(f"{path}: a comparison is not written as {suffix!r}{suggest(suffix, forms)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(forms[suffix](comparison), encoding="utf-8")
    except OSError as error:
        raise Mistake(f"{path}: can't be written: {error.strerror or error}; name another place") from error


def _table(header: list[str], rows: list[list[str]]) -> list[str]:
    def line(cells: list[str]) -> str:
        return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"

    return [line(header), line(["---"] + ["---:"] * (len(header) - 1)), *map(line, rows)]


def _arrow(column: Column) -> str:
    return {"higher": " ↑", "lower": " ↓", "": ""}[column.better]


def _values(comparison: Comparison, column: Column) -> list[str]:
    best = comparison.best(column)
    cells = ((row, comparison.cell(row, column)) for row in comparison.rows)
    return [column.name + _arrow(column), *(_value(cell, row in best) for row, cell in cells)]


def _value(cell: Cell | None, best: bool) -> str:
    if cell is None:
        return MISSING
    value = f"**{shown(cell.value)}**" if best else shown(cell.value)
    return f"{value} {interval(cell.low, cell.high)}".rstrip()


def _compared(comparison: Comparison, column: Column) -> bool:
    return any((cell := comparison.cell(row, column)) and cell.change for row in comparison.rows)


def _changes(comparison: Comparison, column: Column) -> list[str]:
    cells = (comparison.cell(row, column) for row in comparison.rows[1:])
    return [column.name + _arrow(column), *map(_change, cells)]


def _change(cell: Cell | None) -> str:
    change = cell.change if cell else None
    if change is None:
        return MISSING
    value = signed(change.change)
    return f"{f'**{value}**' if change.clear else value} {interval(change.low, change.high, True)}".rstrip()
