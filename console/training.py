"""How does a training look while it goes on? `screen` is a pure function of what was seen; a view redraws it."""

from collections.abc import Callable, Iterator
from math import isfinite
from time import monotonic
from types import TracebackType
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from ..training.event import DataReady, StepDone, TrainingStarted, Validated
from ..training.halting import Halt
from .lesson import Lesson, sparkline
from .text import duration, listed, number, one_line, percent

WIDE = 30
"""Most columns of the sparkline."""
STOPPING = "stopping once this step is done and kept; Ctrl-C again stops at once"


def view(console: Console, at_once: int, halt: Halt, *, silent: bool) -> "LiveTraining | PlainTraining":
    """A context manager that is also the `events` of what runs within: live on a terminal, else a line now and then,
    nothing when `silent`."""
    if silent:
        return PlainTraining(lambda line: None, at_once)
    if console.is_terminal:
        return LiveTraining(console, at_once, halt)
    return PlainTraining(lambda line: print(line, flush=True), at_once)


def screen(seen: Lesson, width: int, halted: bool = False) -> RenderableType:
    """All that is shown, `width` columns wide. `halted`: somebody has pressed Ctrl-C."""
    if seen.data is None and seen.started is None:
        return Text(f"reading the data …  {duration(seen.seconds)}", style="dim")
    rows = Table.grid(padding=(0, 2, 0, 0))
    rows.add_column(style="dim", no_wrap=True)
    rows.add_column(overflow="fold")
    for name, told in facts(seen, width - 10):
        rows.add_row(name, told)
    end = Text(STOPPING, style="yellow") if halted else Text("Ctrl-C keeps a checkpoint and stops", style="dim")
    return Group(headline(seen, width), rows, bar(seen, width), *([losses(seen, width)] if seen.losses else []), end)


def headline(seen: Lesson, width: int) -> Text:
    """What is trained, where it goes, and the time."""
    clock = duration(seen.seconds)
    left = Text("training", style="bold")
    if seen.started:
        left = Text.assemble((one_line(seen.started.method), "bold"), f" of {one_line(seen.started.base)}")
        left.append(f" · {one_line(seen.started.output)}", style="dim")
        left.append(f" · from step {seen.started.done:,}" if seen.started.done else "", style="dim")
    left.truncate(width - len(clock) - 2, overflow="ellipsis")
    return left.append(" " * max(1, width - left.cell_len - len(clock)) + clock, style="dim")


def facts(seen: Lesson, width: int) -> Iterator[tuple[str, Text]]:
    """What is learned from, and what learns."""
    if seen.data:
        yield "data", Text(data_line(seen.data))
        if rest := data_rest(seen.data):
            yield "", Text(rest)
        yield "tokens", Text(token_line(seen.data))
    if seen.started:
        yield "model", Text(one_line(model_line(seen.started), width))


def data_line(data: DataReady) -> str:
    """`412 examples of 41 dialogues; held out: 10 to choose by, 10 to test`"""
    of = f"{number(data.train, 'example')} of {number(data.dialogues, 'dialogue')}"
    return f"{of}; held out: {data.validation:,} to choose by, {data.test:,} to test"


def data_rest(data: DataReady) -> str:
    """What was left out, and why; empty where nothing was."""
    dropped = f"{number(data.dropped, 'dialogue')} dropped: somebody in it is held out" if data.dropped else ""
    repeated = f"{data.repeated:,} repeated" if data.repeated else ""
    empty = f"{number(data.left_out, 'example')} with nothing to learn" if data.left_out else ""
    return listed((dropped, repeated, empty), otherwise="")


def token_line(data: DataReady) -> str:
    """How long the examples are, and how much of them is learned."""
    cut = f"{number(data.truncated, 'example')} cut to {data.length:,}" if data.truncated else ""
    none = f"none longer than {data.length:,}" if data.length and not cut else ""
    return listed((f"{data.tokens:,}", f"{percent(data.learned, data.tokens)} of them learned", cut, none))


def model_line(started: TrainingStarted) -> str:
    """How large it is, how much of it learns, and where."""
    part = f"{started.trainable:,} of them learn ({share(started)})"
    learns = "all of them learn" if started.trainable >= started.parameters else part
    return listed((f"{started.parameters:,} parameters", learns, f"{started.device}, {started.precision}"))


def share(started: TrainingStarted) -> str:
    return f"{100 * started.trainable / max(started.parameters, 1):.2g} %"


def bar(seen: Lesson, width: int) -> RenderableType:
    """How far it is, how fast, and how long still."""
    text = Text(listed(progress(seen)))
    line = Table.grid(padding=(0, 1))
    room = max(8, min(width // 3, width - text.cell_len - 2))
    text.truncate(max(width - room - 1, 1), overflow="ellipsis")
    line.add_row(ProgressBar(total=max(seen.steps, 1), completed=seen.step, width=room, pulse=not seen.steps), text)
    return line


def progress(seen: Lesson) -> Iterator[str]:
    """`120/309`, `epoch 1.2`, `2,345 tokens/s`, `2:13 left`"""
    if not seen.started:
        yield "making the model ready"
        return
    yield f"{seen.step:,}/{number(seen.steps, 'step')}"
    if seen.epoch is not None:
        yield f"epoch {seen.epoch:.1f}"
    if seen.speed:
        yield f"{seen.speed:,.0f} tokens/s"
    if seen.left is not None:
        yield f"{duration(seen.left)} left"


def losses(seen: Lesson, width: int) -> Text:
    """The loss now with its curve; on the validation part the last one, and the best."""
    text = Text.assemble(("loss ", "dim"), f"{seen.losses[-1]:.3f} ")
    text.append(sparkline([loss for loss in seen.losses if isfinite(loss)], min(WIDE, width // 3)), style="cyan")
    if seen.looks:
        last, best = seen.looks[-1], seen.best
        text.append("  held out ", style="dim").append(f"{last.loss:.3f}", style="green" if last.best else "yellow")
        if best and best is not last:
            text.append(f" (best {best.loss:.3f}, step {best.step:,})", style="dim")
    text.truncate(width, overflow="ellipsis")
    return text


class LiveTraining:
    """Shows a training on a terminal while it goes on. It is called with every event, and never drives anything."""

    def __init__(self, console: Console, at_once: int, halt: Halt, frames: float = 4.0) -> None:
        self.seen = Lesson(at_once)
        self._console, self._halt = console, halt
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
        return screen(self.seen, self._console.width, self._halt.asked)


class PlainTraining:
    """Prints a line for the data, one for the model, one at each look, and one about every `seconds`."""

    def __init__(self, write: Callable[[str], None], at_once: int, seconds: float = 10.0) -> None:
        self.seen = Lesson(at_once)
        self._write, self._seconds, self._last = write, seconds, 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *ended: object) -> None:
        """Lines need no cleaning up."""

    def __call__(self, event: object) -> None:
        self.seen.see(event)
        for line in self._lines(event):
            self._last = self.seen.seconds
            self._write(line)

    def _lines(self, event: object) -> Iterator[str]:
        match event:
            case DataReady():
                yield f"data: {listed((data_line(event), data_rest(event)))}"
                yield f"tokens: {token_line(event)}"
            case TrainingStarted():
                resumed = f", from step {event.done:,}" if event.done else ""
                yield f"{event.method} of {event.base}: {model_line(event)} · {number(event.steps, 'step')}{resumed}"
            case Validated():
                yield f"step {event.step:,}: held out {event.loss:.3f}{', the best so far' if event.best else ''}"
            case StepDone() if self.seen.seconds - self._last >= self._seconds:
                yield f"{listed(progress(self.seen))} · loss {event.loss:.3f}"
