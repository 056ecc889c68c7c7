"""How do models look side by side? Each measure with its interval, the best one bold, what differs marked."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from ..corpus.change import Change
from ..training.evaluation.comparison import Cell, Column, Comparison, Row, shown, signed
from .columns import columns
from .text import one_line

ARROWS = {"higher": "↑", "lower": "↓", "": ""}
MARK = "*"
CHANCE = re.compile(r"\bchance (\d+(?:\.\d+)?)")
LABEL = 24
"""Columns for the name of a model, where it may take several lines."""
ENDLESS = 10_000
"""Columns of a screen on which everything fits."""


@dataclass(frozen=True)
class SideBySide:
    """The first of these that the screen is wide enough for: a row a model; a row a measure, with the difference of
    two models, without it, with intervals below the values. A paper's layout keeps a row a model where it can."""

    found: Comparison

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        found, two = self.found, len(self.found.rows) == 2
        layouts = [by_model(found), *([by_model(found, below=True)] if found.preset else [])]
        layouts += [*([by_measure(found, gain=True)] if two else []), by_measure(found)]
        endless = options.update(max_width=ENDLESS)
        fitting = (one for one in layouts if Measurement.get(console, endless, one).maximum <= options.max_width)
        yield next(fitting, by_measure(found, below=True))


def by_model(found: Comparison, *, below: bool = False) -> Table:
    """A row a model; `below`: intervals stand below the values."""
    table = columns("", *map(head, found.columns))
    table.columns[0].max_width = LABEL if below else None
    for row in found.rows:
        cells = [value(found, row, column, below=below) for column in found.columns]
        table.add_row(Text(one_line(row.label)), *cells)
    return table


def by_measure(found: Comparison, *, gain: bool = False, below: bool = False) -> Table:
    """A row a measure; `gain`: with the second model less the first; `below`: intervals stand below the values."""
    table = columns("", *(one_line(row.label) for row in found.rows), *(["difference"] if gain else []))
    for column in found.columns:
        cells = [value(found, row, column, below=below) for row in found.rows]
        cells += [difference(found.rows[1].cells.get(column.name), column)] if gain else []
        table.add_row(Text(head(column)), *cells)
    return table


def head(column: Column) -> str:
    """`ppl ↓`: lower is better."""
    return f"{one_line(column.name)} {ARROWS[column.better]}".rstrip()


def value(found: Comparison, row: Row, column: Column, *, below: bool = False) -> Text:
    """`28.10* 27.93–28.40`; the best one bold, the mark green where the difference is a gain."""
    cell = found.cell(row, column)
    if cell is None:
        return Text("–", style="dim")
    best = row in found.best(column)
    text = Text(shown(cell.value), style="not dim bold" if best else "")
    text.append(MARK if cell.change and cell.change.clear else " ", style=colour(cell.change, column))
    if cell.low is not None and cell.high is not None:
        text.append(f"{chr(10) if below else ' '}{span(cell.low, cell.high)}", style="not bold dim")
    return text


def span(low: float, high: float) -> str:
    """`27.93–28.40`; with a sign in it, `-0.12 to 0.40`."""
    return f"{shown(low)}{' to ' if low < 0 else '–'}{shown(high)}"


def difference(cell: Cell | None, column: Column) -> Text:
    """`-12.30 -13.01 to -11.50`, in colour where the interval leaves zero out."""
    change = cell.change if cell else None
    if change is None:
        return Text("–", style="dim")
    text = Text(signed(change.change), style=colour(change, column))
    if change.low is not None and change.high is not None:
        text.append(f" {span(change.low, change.high)}", style="dim")
    return text


def colour(change: Change | None, column: Column) -> str:
    """Green for a gain, red for a loss, nothing where chance might do it."""
    if change is None or not change.clear or not column.better:
        return ""
    return "green" if (change.change > 0) == (column.better == "higher") else "red"


def footnotes(found: Comparison) -> Iterator[RenderableType]:
    """How the table is read, and what is missing from it."""
    signs = f"{ARROWS['higher']} {ARROWS['lower']} the better direction"
    if any(cell.low is not None for row in found.rows for cell in row.cells.values()):
        signs += f" · 95 % intervals, {found.resamples:,} resamples"
    if any(cell.change and cell.change.clear for row in found.rows for cell in row.cells.values()):
        signs += f" · {MARK} differs from {one_line(found.rows[0].label)}, dialogue by dialogue"
    yield Text(signs, style="dim")
    if chances := [f"{column.name} {hit[1]}" for column in found.columns if (hit := CHANCE.search(column.about))]:
        yield Text(f"by chance: {', '.join(chances)}", style="dim")
    for note in found.notes:
        yield Text(f"– {one_line(note)}", style="dim yellow")


def explained(found: Comparison) -> Iterator[Text]:
    """What each measure is, in a line."""
    for column in found.columns:
        if column.about:
            yield Text.assemble((one_line(column.name), "bold"), f": {one_line(column.about)}", style="dim")
