"""How far is a review? One line that changes on a terminal, a line now and then elsewhere."""

from time import monotonic
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.status import Status
from rich.text import Text

from ..critics.asking import CriticFailed
from ..models.retrying import Retrying
from ..personas.event import Progressed
from ..scenarios.event import Reviewed, RoundClosed, RunStarted
from .gathering import progress_line
from .text import duration, number, one_line

EVERY = 10.0
"""Seconds between two lines where there is no terminal."""
TOLD = 5
"""Failures of critics that are told one by one."""


class Judging:
    """Hears the events of a review, and tells of them; nothing when `silent`."""

    def __init__(self, console: Console, silent: bool, every: float = EVERY) -> None:
        self._console, self._silent, self._every = console, silent, every
        self._status = Status("", console=console) if console.is_terminal and not silent else None
        self._began = self._last = monotonic()
        self._wanted = self._before = self._local = self._whole = self._failed = 0

    def __enter__(self) -> Self:
        if self._status:
            self._status.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._status:
            self._status.stop()

    def __call__(self, event: object) -> None:
        match event:
            case Progressed():
                self._now(progress_line(event))
            case RunStarted():
                self._start(event)
            case Reviewed():
                self._local += not event.review.complete
                self._whole += event.review.complete
                self._now(self.line)
            case CriticFailed():
                self._fail(event)
            case Retrying():
                self._now(f"{event.model}: {one_line(event.why, 100)}; waits {event.wait:.0f} s")
            case RoundClosed() if not self._status:
                self._say(f"{event.accepted:,} of {event.jobs:,} accepted, in {duration(monotonic() - self._began)}")

    @property
    def judged(self) -> int:
        """Dialogues, by this process: at the end, critics of the whole file are heard on some of them again."""
        return max(self._local, self._whole)

    @property
    def line(self) -> str:
        """`judged 120 of 1,000, 3.1/s, 4:44 left`."""
        done, seconds = self._before + self.judged, monotonic() - self._began
        rate = self.judged / seconds if seconds else 0.0
        if self._wanted and done >= self._wanted:
            return f"judged {done:,} of {self._wanted:,}; critics of the whole file compare"
        left = f", {duration((self._wanted - done) / rate)} left" if self._wanted and rate else ""
        return f"judged {done:,} of {self._wanted:,}, {rate:.1f}/s{left}"

    def _start(self, event: RunStarted) -> None:
        self._began, self._wanted, self._before = monotonic(), event.jobs, event.done_before
        held = f", {event.done_before:,} of them before" if event.done_before else ""
        self._say(f"{event.name}: {number(event.jobs, 'dialogue')}{held}, {number(len(event.critics), 'critic')}")
        for name, why in event.skipped:
            self._say(f"critic {name} is skipped: {one_line(why, 300)}")

    def _fail(self, event: CriticFailed) -> None:
        self._failed += 1
        if self._failed <= TOLD:
            self._say(f"critic {event.critic} failed: {one_line(event.why, 200)}")

    def _say(self, line: str) -> None:
        if not self._silent:
            self._last = monotonic()
            self._console.print(Text(one_line(line)), soft_wrap=not self._status)

    def _now(self, line: str) -> None:
        if self._status:
            self._status.update(Text(one_line(line)))
        elif monotonic() - self._last >= self._every:
            self._say(line)
