"""How did the rounds of a run differ? Measures round by round, each with its change and the interval of it."""

from collections.abc import Mapping, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ..corpus.change import Change
from ..corpus.rounds import MEASURES, RoundReport, RoundSummary
from .text import share

NAMES: Mapping[str, str] = {
    "acceptance": "accepted at the first try",
    "distinct_2": "distinct-2",
    "similarity": "mean similarity",
    "opener_entropy": "opener entropy (bits)",
    "reuse": "jobs with the most used exemplar",
}
LEGEND = "in brackets the bootstrap interval of 95 %; shares change by points; in colour where it leaves zero out"
SHARES = frozenset({"acceptance", "reuse"})
BETTER = {"acceptance": 1, "distinct_2": 1, "similarity": -1, "opener_entropy": 1, "reuse": -1}
"""Whether more of it is good (1) or bad (-1)."""


def round_table(reports: Sequence[RoundReport]) -> RenderableType:
    """Counts of each round, then a block for each measure: its values, and how they differ from the first round and
    from the one before."""
    if not reports:
        return Text("no round yet", style="dim italic")
    parts: list[RenderableType] = [counts(reports)]
    for name in MEASURES:
        parts += [Text(), Text(NAMES[name], style="bold"), changes(name, reports)]
    return Group(*parts, Text(), *([Text(LEGEND, style="dim")] if len(reports) > 1 else []))


def counts(reports: Sequence[RoundReport]) -> Table:
    """Jobs, tries and exemplars by round."""
    table = _table("round", "jobs", "tries", "jobs accepted", "share", "exemplars used")
    for report in reports:
        s = report.summary
        kept = share(s.accepted / s.jobs) if s.jobs else "–"
        table.add_row(str(s.round), f"{s.jobs:,}", f"{s.tries:,}", f"{s.accepted:,}", kept, str(s.exemplars))
    return table


def changes(name: str, reports: Sequence[RoundReport]) -> Table:
    """One measure, a row a round. From the third round on the round before is not the first any more."""
    later = len(reports) > 2
    table = _table("round", "value", "since the first", *(["since the round before"] if later else []))
    for column, width in zip(table.columns, (5, 8, 25, 25), strict=False):
        column.min_width = width
    for number, report in enumerate(reports):
        since = [shown(name, report.since_first.get(name))]
        since += [shown(name, report.since_previous.get(name)) if number > 1 else Text()] if later else []
        table.add_row(str(report.summary.round), value(name, report.summary), *since)
    return table


def value(name: str, summary: RoundSummary) -> str:
    number = getattr(summary, name)
    return share(number) if name in SHARES else f"{number:.3f}"


def shown(name: str, change: Change | None) -> Text:
    """`+3.1 [+0.4, +5.9]`, green or red where the interval leaves zero out."""
    if change is None:
        return Text("")
    scale, digits = (100, 1) if name in SHARES else (1, 3)
    text = signed(change.change * scale, digits)
    if change.low is not None and change.high is not None:
        text += f" [{signed(change.low * scale, digits)}, {signed(change.high * scale, digits)}]"
    better = change.change * BETTER[name] > 0
    return Text(text, style=("green" if better else "red") if change.clear else "")


def signed(value: float, digits: int) -> str:
    """`+3.1`, `-0.4`; what is nought once it is rounded has no sign."""
    text = f"{value:+.{digits}f}"
    return text if float(text) else text[1:]


def _table(*names: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", expand=False)
    for name in names:
        table.add_column(name, justify="right")
    return table
