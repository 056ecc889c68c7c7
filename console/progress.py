"""How far is the making of personas? Steps with their counts, what is spent, how long still: live on a terminal."""

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

from ..models.metering import Meter
from ..models.retrying import Retrying
from ..personas.event import Progressed
from .text import duration, money, number, one_line

LOAD = "load"
"""The step in which a model is loaded: it says nothing until it is over."""
SHOWN = 6
"""Steps on the screen; the latest ones."""


def progress(console: Console, meter: Meter, *, silent: bool) -> "LiveSteps | PlainSteps":
    """A context manager that is also the `events` of what runs within: live on a terminal, else a line now and then,
    nothing when `silent`."""
    if silent:
        return PlainSteps(lambda line: None)
    return LiveSteps(console, meter) if console.is_terminal else PlainSteps(lambda line: print(line, flush=True))


@dataclass(slots=True)
class Step:
    """One step of the job, as it was last heard of."""

    name: str
    began: float
    changed: float
    first: int = 0
    """How much was done when it was first heard of."""
    done: int = 0
    total: int = 0
    detail: str = ""

    @property
    def over(self) -> bool:
        return 0 < self.total <= self.done

    @property
    def rate(self) -> float:
        """How much is done a second."""
        seconds = self.changed - self.began
        return (self.done - self.first) / seconds if seconds > 0 else 0.0

    def left(self, now: float) -> float | None:
        """Seconds left at this rate; None while it can't be told."""
        if not self.total or self.rate <= 0:
            return None
        return max(0.0, (self.total - self.done) / self.rate - (now - self.changed))


@dataclass(slots=True)
class Steps:
    """What has been seen: `see` takes an event, nothing else changes it."""

    steps: dict[str, Step] = field(default_factory=dict)
    """By name, the latest one last."""
    notice: str = ""
    began: float = field(default_factory=monotonic)
    now: float = field(default_factory=monotonic)

    def see(self, event: object) -> None:
        """Take in one event; unknown ones are passed over."""
        self.now = monotonic()
        match event:
            case Progressed():
                self._go_on(event)
            case Retrying():
                self.notice = f"{event.model}: {event.why}; waits {event.wait:.0f} s"

    def _go_on(self, event: Progressed) -> None:
        step = self.steps.pop(event.step, None)
        if step is None or event.done < step.done or (step.over and event.total != step.total):
            step = Step(event.step, self.now, self.now, event.done)  # it begins anew, as with each wave of calls
        step.done, step.total, step.detail, step.changed = event.done, event.total, event.detail, self.now
        self.steps[event.step] = step
        self.notice = ""

    @property
    def latest(self) -> Step | None:
        return next(reversed(self.steps.values()), None)

    @property
    def seconds(self) -> float:
        return self.now - self.began


def screen(seen: Steps, meter: Meter, width: int) -> RenderableType:
    """All that is shown, `width` columns wide."""
    detail = seen.latest.detail if seen.latest else "starting …"
    below = Text(one_line(detail, width), style="dim")
    return Group(steps_table(seen, width), below, spent(seen, meter, width))


def steps_table(seen: Steps, width: int) -> Table:
    """A line for each step: name, bar, counts, speed and time left. What has not begun to move is seen to wait."""
    table = Table.grid(padding=(0, 2, 0, 0))
    for step in sorted(list(seen.steps.values())[-SHOWN:], key=lambda step: step.began):
        pulse = not step.total or not step.done
        bar = ProgressBar(total=step.total or None, completed=step.done, width=max(8, width // 4), pulse=pulse)
        name = Text(one_line(step.name, 16), style="dim" if step.over else "bold")
        table.add_row(name, bar, Text(told(step, seen), style="dim" if step.over else ""))
    return table


def told(step: Step, seen: Steps, *, alone: bool = True) -> str:
    """Its counts; and what it waits for, where another step is under way and it has not begun to move. Where it is
    not told `alone`, the time that it takes is left out: it isn't that of the whole."""
    latest = seen.latest
    if latest and step is not latest and not step.done:
        return f"{counts(step, seen.now)} · waits for {one_line(latest.name, 16)}"
    return counts(step, seen.now, left=alone)


def counts(step: Step, now: float, *, left: bool = True) -> str:
    """`34/200 · 2.1/s · 1:19 left`"""
    parts = [f"{step.done:,}/{step.total:,}" if step.total else f"{step.done:,}"]
    if step.rate > 0 and not step.over:
        parts.append(f"{step.rate:.1f}/s" if step.rate >= 1 else f"{step.rate * 60:.0f}/min")
        seconds = step.left(now) if left else None
        parts += [] if seconds is None else [f"{duration(seconds)} left"]
    return " · ".join(parts)


def spent(seen: Steps, meter: Meter, width: int) -> Text:
    """Time, calls, tokens and money; or what the server says; and how to stop."""
    total = meter.total
    parts = [duration(seen.seconds), number(total.calls, "call")]
    if total.cached:
        parts.append(f"{total.cached:,} replies kept before")
    parts += [f"{total.prompt_tokens + total.completion_tokens:,} tokens", money(total.usd)]
    text = Text(" · ".join(parts), style="dim")
    text.append("   ").append(seen.notice and one_line(seen.notice), style="not dim yellow")
    text.append("" if seen.notice else "Ctrl-C stops cleanly")
    text.truncate(width, overflow="ellipsis")
    return text


class LiveSteps:
    """Shows the steps on a terminal while they go on. It is called with every event, and never drives anything."""

    def __init__(self, console: Console, meter: Meter, frames: float = 8.0) -> None:
        self.seen = Steps()
        self._console, self._meter = console, meter
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
        return screen(self.seen, self._meter, self._console.width)


class PlainSteps:
    """Prints a line about every `seconds`, and one when a model is loaded or a server makes us wait."""

    def __init__(self, write: Callable[[str], None], seconds: float = 10.0) -> None:
        self.seen = Steps()
        self._write, self._seconds, self._last = write, seconds, 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *ended: object) -> None:
        """Lines need no cleaning up."""

    def __call__(self, event: object) -> None:
        self.seen.see(event)
        if isinstance(event, Retrying):
            self._write(f"retrying {event.model}: {one_line(event.why, 100)}; waits {event.wait:.1f} s")
        elif isinstance(event, Progressed) and event.step == LOAD:
            if not event.done:
                self._write(f"loading {one_line(event.detail, 100)}")
        elif isinstance(event, Progressed) and event.done and self.seen.seconds - self._last >= self._seconds:
            self._last = self.seen.seconds
            self._write(self._progress())

    def _progress(self) -> str:
        """Every step that is not over, in the order of their beginnings; the latest one in any case."""
        steps = [step for step in self.seen.steps.values() if not step.over or step is self.seen.latest]
        steps.sort(key=lambda step: step.began)
        alone = len(steps) == 1
        return "; ".join(f"{step.name} {told(step, self.seen, alone=alone)}" for step in steps)
