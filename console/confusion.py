"""How do assigned and assessed personalities look side by side?"""

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ..corpus.confusion import TraitTable
from ..critics.assessment import HIGHEST, LOWEST, TOLERANCE
from .text import one_line, share

LEVELS = range(LOWEST, HIGHEST + 1)
KEY = "row: assigned; column: assessed; ?: nothing shows it; mean: what a row reads as"


def personality_tables(tables: Sequence[TraitTable]) -> Group:
    """How near each trait comes, then a table of levels for each."""
    several = len({table.critic for table in tables}) > 1
    return Group(rate_table(tables, several), Text(), *_levels(tables, several), Text(KEY, style="dim"))


def rate_table(tables: Sequence[TraitTable], several: bool = False) -> Table:
    """A row for each trait; those of several critics are told apart."""
    shown = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for name in (*(("critic",) if several else ()), "trait"):
        shown.add_column(name, overflow="fold")
    for name in ("speakers", "unseen", "mean error", f"within {TOLERANCE}", "right pole"):
        shown.add_column(name, justify="right")
    for table in tables:
        error = "–" if table.mean_error is None else f"{table.mean_error:.2f}"
        critic = (Text(one_line(table.critic, 20)),) if several else ()
        rates = (error, share(table.within), share(table.pole))
        shown.add_row(*critic, table.trait.value, f"{table.speakers:,}", f"{table.unseen or '·'}", *rates)
    return shown


def _levels(tables: Sequence[TraitTable], several: bool) -> Iterator[RenderableType]:
    for table in tables:
        by = f", by {one_line(table.critic, 40)}" if several else ""
        yield Text(f"{table.trait}{by}", style="bold")
        yield level_table(table)
        yield Text()


def level_table(table: TraitTable) -> Table:
    """A row for each level that was assigned, a column for each that was assessed."""
    shown = Table(box=None, padding=(0, 1, 0, 0), header_style="dim")
    shown.add_column("", justify="right", style="dim", min_width=3)
    for level in (*LEVELS, None):
        shown.add_column("?" if level is None else signed(level), justify="right", min_width=3)
    shown.add_column("mean", justify="right", min_width=6)
    for assigned, row in table.cells.items():
        counts = (_cell(row.get(level, 0), assigned, level) for level in (*LEVELS, None))
        mean = table.mean(assigned)
        shown.add_row(signed(assigned), *counts, "–" if mean is None else f"{mean:+.1f}")
    return shown


def _cell(count: int, assigned: int, level: int | None) -> Text:
    near = level is not None and abs(assigned - level) <= TOLERANCE
    return Text(f"{count:,}" if count else "·", style=("green" if near else "red") if count else "dim")


def signed(level: int) -> str:
    return f"{level:+d}" if level else "0"
