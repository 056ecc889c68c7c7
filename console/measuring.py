"""How far is an evaluation? What was found of each model so far, and which measure is under way."""

from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from types import TracebackType
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from ..personas.event import Progressed
from ..training.evaluation.comparison import shown
from ..training.event import Measured, Measuring
from .gathering import progress_line
from .text import duration, one_line

LABEL = 22
"""Columns for the name of a model."""


def view(console: Console, *, silent: bool) -> "LiveMeasures | PlainMeasures":
    """A context manager that is also the `events` of what runs within: live on a terminal, else lines, nothing when
    `silent`."""
    if silent:
        return PlainMeasures(lambda line: None)
    return LiveMeasures(console) if console.is_terminal else PlainMeasures(lambda line: print(line, flush=True))


@dataclass(slots=True)
class Found:
    """What is known of one model."""

    values: dict[str, float] = field(default_factory=dict)
    now: Measuring | None = None


@dataclass(slots=True)
class Measures:
    """What has been seen: `see` takes an event, nothing else changes it."""

    models: dict[str, Found] = field(default_factory=dict)
    notice: str = "loading …"
    began: float = field(default_factory=monotonic)
    now: float = field(default_factory=monotonic)

    def see(self, event: object) -> None:
        """Take in one event; unknown ones are passed over."""
        self.now = monotonic()
        match event:
            case Progressed():
                self.notice = progress_line(event)
            case Measuring():
                self.models.setdefault(event.model, Found()).now = event
                self.notice = ""
            case Measured():
                found = self.models.setdefault(event.model, Found())
                found.values.update(event.values)
                found.now = None

    @property
    def seconds(self) -> float:
        return self.now - self.began


def screen(seen: Measures, width: int) -> RenderableType:
    """All that is shown, `width` columns wide."""
    head = Text.assemble(("evaluating", "bold"), (f" {duration(seen.seconds)}  {one_line(seen.notice)}", "dim"))
    head.truncate(width, overflow="ellipsis")
    rows = Table.grid(padding=(0, 2, 0, 0))
    rows.add_column(no_wrap=True, style="bold")
    rows.add_column()
    for label, found in seen.models.items():
        name = Text(one_line(label, LABEL))
        rows.add_row(name, Text(values(found), style="dim", overflow="fold"))
        if found.now:
            rows.add_row("", _under_way(found.now, max(10, width // 4)))
    return Group(head, rows, Text("Ctrl-C stops; nothing is written before the end", style="dim"))


def values(found: Found) -> str:
    """`ppl 28.10 · F1 12.34`"""
    return " · ".join(f"{one_line(name)} {shown(value)}" for name, value in found.values.items()) or "…"


def _under_way(event: Measuring, width: int) -> Table:
    line = Table.grid(padding=(0, 1))
    bar = ProgressBar(total=event.total or None, completed=event.done, width=width, pulse=not event.total)
    line.add_row(bar, Text(counted(event)))
    return line


def counted(event: Measuring) -> str:
    """`hits@1 120/300`"""
    return f"{one_line(event.measure, 30)} {event.done:,}/{event.total:,}" if event.total else one_line(event.measure)


class LiveMeasures:
    """Shows an evaluation on a terminal while it goes on. It is called with every event, and never drives anything."""

    def __init__(self, console: Console, frames: float = 4.0) -> None:
        self.seen = Measures()
        self._console = console
        self._live = Live(get_renderable=self._draw, console=console, refresh_per_second=frames, transient=True)

    def __call__(self, event: object) -> None:
        self.seen.see(event)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def _draw(self) -> RenderableType:
        self.seen.now = monotonic()
        return screen(self.seen, self._console.width)


class PlainMeasures:
    """Prints a line when a measure is there, and one about every `seconds` while one is under way."""

    def __init__(self, write: Callable[[str], None], seconds: float = 10.0) -> None:
        self.seen = Measures()
        self._write, self._seconds, self._last = write, seconds, 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *ended: object) -> None:
        """Lines need no cleaning up."""

    def __call__(self, event: object) -> None:
        self.seen.see(event)
        if isinstance(event, Measured) and event.values:
            self._say(f"{one_line(event.model)}: {values(Found(dict(event.values)))}")
        elif isinstance(event, Measuring) and self.seen.seconds - self._last >= self._seconds:
            self._say(f"{one_line(event.model)}: {counted(event)}")

    def _say(self, line: str) -> None:
        self._last = self.seen.seconds
        self._write(line)
