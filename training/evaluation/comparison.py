"""What does the table of an evaluation hold: a row a model, a column a measure, and what has to be said of them?"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from ...corpus.change import Change
from .sample import Better

LEVEL = "95 %"


@dataclass(frozen=True)
class Column:
    """A measure."""

    name: str
    better: Better = "higher"
    """Which values are better; empty where that can't be said."""
    about: str = ""
    """What it is, in a line."""


@dataclass(frozen=True)
class Cell:
    """One measure of one model."""

    value: float
    low: float | None = None
    """End of the bootstrap interval of 95 %; None with fewer than two dialogues."""
    high: float | None = None
    n: int = 0
    """Dialogues behind it."""
    change: Change | None = None
    """This value less that of the first row, on the dialogues that both have; None in the first row itself, and where
    the first row has no value."""


@dataclass(frozen=True)
class Row:
    """One model."""

    label: str
    model: str
    """Folder or hub name."""
    told: str
    """persona, traits or none: what stands in its system message."""
    cells: Mapping[str, Cell]
    """By the column's name; a measure that could not be taken is not there."""
    details: Mapping[str, Any] = field(default_factory=dict)
    """By the column's name: more that a measure found, as plain JSON data."""


@dataclass(frozen=True)
class Comparison:
    """Models side by side, on the same dialogues."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    source: str
    """Where the dialogues are from."""
    dialogues: int
    resamples: int
    seed: int
    notes: tuple[str, ...] = ()
    """What is missing and why, what chance is, what was left out: lines for below the table."""
    preset: str = ""

    @property
    def title(self) -> str:
        """`148 dialogues of data.csv`."""
        return f"{self.dialogues} {'dialogue' if self.dialogues == 1 else 'dialogues'} of {self.source}"

    def cell(self, row: Row, column: Column) -> Cell | None:
        """None where the measure could not be taken."""
        return row.cells.get(column.name)

    def best(self, column: Column) -> tuple[Row, ...]:
        """The rows of the best value, as it is shown; none where there is nothing to choose."""
        held = [(row, shown(cell.value)) for row in self.rows if (cell := row.cells.get(column.name))]
        if not column.better or len(held) < 2:
            return ()
        pick = max if column.better == "higher" else min
        target = pick(float(value) for _, value in held)
        found = tuple(row for row, value in held if float(value) == target)
        return found if len(found) < len(held) else ()

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON data; `from_dict` gives the comparison back."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        columns = tuple(Column(**column) for column in data["columns"])
        rows = tuple(
            Row(**{**row, "cells": {name: _cell(cell) for name, cell in row["cells"].items()}}) for row in data["rows"]
        )
        return cls(**{**data, "columns": columns, "rows": rows, "notes": tuple(data["notes"])})


def _cell(data: Mapping[str, Any]) -> Cell:
    return Cell(**{**data, "change": Change(**data["change"]) if data["change"] else None})


def shown(value: float) -> str:
    """As a table shows it: three decimals below 1, two below 100, one below 1000, then none."""
    size = abs(value)
    digits = 3 if size < 1 else 2 if size < 100 else 1 if size < 1000 else 0
    return f"{value:z.{digits}f}"


def signed(value: float) -> str:
    """`shown`, always with its sign."""
    return shown(value) if value < 0 else f"+{shown(value)}"
