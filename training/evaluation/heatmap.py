"""How do prompted personalities look beside assessed ones? Five panels of counts, as a picture, or as JSON."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...corpus.confusion import Confusion, TraitTable
from ...critics.assessment import HIGHEST, LOWEST, UNSEEN
from ...personas import Trait
from ..needing import need_extra
from .interviewing import LEVELS as NEW_LEVELS

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

LEVELS = range(LOWEST, HIGHEST + 1)

Cell = tuple[Trait, int, int | None]
"""A trait, its prompted level, and the level that was assessed; None where nothing shows the trait."""


def tables(assessor: str, cells: Iterable[Cell]) -> tuple[TraitTable, ...]:
    """One a trait, in the order of the Big Five; rows are prompted levels, columns assessed ones."""
    gathered = Confusion()
    for trait, prompted, assessed in cells:
        gathered.count(assessor, trait, prompted, assessed)
    return gathered.tables()


def to_json(found: Sequence[TraitTable]) -> dict[str, Any]:
    """Plain data by trait: counts by prompted and assessed level, and the rates of `TraitTable`."""
    return {table.trait.value: table.to_dict() for table in found}


def from_json(data: Mapping[str, Any]) -> tuple[TraitTable, ...]:
    """The tables that `to_json` has written."""
    return tuple(
        TraitTable(
            table["critic"],
            Trait(trait),
            {int(level): {_level(read): n for read, n in row.items()} for level, row in table["assigned"].items()},
        )
        for trait, table in data.items()
    )


def draw(maps: Mapping[str, Sequence[TraitTable]], path: Path) -> Path:
    """Writes a PNG: a row of five panels for each model, by its label. A colour is a share of the panel's row.

    Raises Mistake without matplotlib (extra `train`).
    """
    need_extra("matplotlib")
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(15.0, 0.6 + 2.6 * len(maps)), layout="constrained")
    FigureCanvasAgg(figure)
    grid = figure.subplots(len(maps), len(Trait), squeeze=False)
    for (label, found), row in zip(maps.items(), grid, strict=True):
        by_trait = {table.trait: table for table in found}
        for trait, axes in zip(Trait, row, strict=True):
            _panel(axes, by_trait.get(trait), trait)
        row[0].set_ylabel(f"{label}\nprompted level")
    for axes in grid[-1]:
        axes.set_xlabel("assessed level")
    figure.savefig(path, dpi=110)
    return path


def _panel(axes: "Axes", table: TraitTable | None, trait: Trait) -> None:
    rows = _rows(table)
    counts = _counts(table, rows)
    shares = counts / counts.sum(axis=1, keepdims=True).clip(min=1)
    axes.imshow(shares, cmap="Blues", vmin=0.0, vmax=1.0, aspect="auto")
    axes.set_xticks(range(len(LEVELS)), [_signed(level) for level in LEVELS], fontsize=7)
    axes.set_yticks(range(len(rows)), [_signed(level) for level in rows], fontsize=8)
    error = table.mean_error if table else None
    axes.set_title(trait.value if error is None else f"{trait.value} (error {error:.2f})", fontsize=10)
    for y, level in enumerate(rows):
        axes.plot(LEVELS.index(level), y, "s", markersize=15, markerfacecolor="none", color="darkorange")
        for x in counts[y].nonzero()[0]:
            axes.text(x, y, f"{counts[y, x]}", ha="center", va="center", fontsize=7, color=_ink(float(shares[y, x])))


def _counts(table: TraitTable | None, rows: Sequence[int]) -> "NDArray[np.int64]":
    """(prompted levels, 11)"""
    import numpy as np

    cells = table.cells if table else {}
    return np.array([[cells.get(row, {}).get(level, 0) for level in LEVELS] for row in rows], dtype=np.int64)


def _rows(table: TraitTable | None) -> Sequence[int]:
    """From high to low; the paper's four levels where nothing is there."""
    return sorted(table.cells if table else NEW_LEVELS, reverse=True)


def _level(read: str) -> int | None:
    return None if read == UNSEEN else int(read)


def _ink(share: float) -> str:
    return "white" if share > 0.6 else "black"


def _signed(level: int) -> str:
    return f"{level:+d}" if level else "0"
