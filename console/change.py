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
SHARES = frozenset({"acceptance", "reuse"})
BETTER = {"acceptance": 1, "distinct_2": 1, "similarity": -1, "opener_entropy": 1, "reuse": -1}
"""Whether more of it is good (1) or bad (-1)."""


def round_table(reports: Sequence[RoundReport]) -> RenderableType:
    """A block a measure, a row a round: the value, and how it differs from the first round and from the one before."""
    if not reports:
        return Text("no round yet", style="dim italic")
    parts: list[RenderableType] = [counts(reports), Text()]
    parts += [changes(reports), Text(legend(), style="dim")]
    return Group(*parts)


def counts(reports: Sequence[RoundReport]) -> Table:
    """Jobs, tries and exemplars by round."""
    table = _table("round", "jobs", "tries", "jobs accepted", "share", "exemplars used")
    for report in reports:
        s = report.summary
        kept = share(s.accepted / s.jobs) if s.jobs else "–"
        table.add_row(str(s.round), f"{s.jobs:,}", f"{s.tries:,}", f"{s.accepted:,}", kept, str(s.exemplars))
    return table


def changes(reports: Sequence[RoundReport]) -> Table:
    table = _table("measure", "round", "value", "since the first", "since the last", left=1)
    for name in MEASURES:
        label = NAMES[name]
        for report in reports:
            found = (report.since_first.get(name), report.since_previous.get(name))
            row = (label, str(report.summary.round), value(name, report.summary))
            table.add_row(*row, *(shown(name, change) for change in found))
            label = ""
    return table


def value(name: str, summary: RoundSummary) -> str:
    number = getattr(summary, name)
    return share(number) if name in SHARES else f"{number:.3f}"


def shown(name: str, change: Change | None) -> Text:
    """`+3.1 [+0.4, +5.9]`, green or red where the interval leaves zero out."""
    if change is None:
        return Text("")
    scale, digits = (100, 1) if name in SHARES else (1, 3)
    text = f"{change.change * scale:+.{digits}f}"
    if change.low is not None and change.high is not None:
        text += f" [{change.low * scale:+.{digits}f}, {change.high * scale:+.{digits}f}]"
    better = change.change * BETTER[name] > 0
    return Text(text, style=("green" if better else "red") if change.clear else "")


def legend() -> str:
    return "in brackets: bootstrap interval of 95 %; shares change in points; colour: the interval leaves zero out"


def _table(*names: str, left: int = 0) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", expand=False)
    for at, name in enumerate(names):
        table.add_column(name, justify="left" if at < left else "right")
    return table
