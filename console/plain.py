"""How does a run report where there is no terminal? In plain lines, a few a minute."""

from collections.abc import Callable
from typing import Self

from ..critics import Outcome
from ..models.retrying import Retrying
from ..personas.event import Progressed
from ..scenarios.event import (
    JobDone,
    Paired,
    Peopled,
    RoundClosed,
    RoundStarted,
    RunEnded,
    RunStarted,
    Taught,
    TeachingStarted,
)
from .gathering import gathering_line, progress_line
from .generations import lesson_line
from .text import duration, one_line, percent
from .watching import Seen


class PlainLines:
    """Prints a line at the start, at round borders, and about every `seconds` in between."""

    def __init__(self, write: Callable[[str], None], seconds: float = 10.0) -> None:
        self.seen = Seen()
        self._write, self._seconds, self._last = write, seconds, 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *ended: object) -> None:
        """Lines need no cleaning up."""

    def __call__(self, event: object) -> None:
        self.seen.see(event)
        if line := self._line(event):
            self._last = self.seen.seconds
            self._write(line)

    def _line(self, event: object) -> str:
        match event:
            case RunStarted():
                held = f", {event.done_before} dialogues done before" if event.done_before else ""
                wanted = (
                    f"{event.rounds} x {event.jobs} dialogues with {', '.join(event.models)}"
                    if event.jobs
                    else "begins"
                )
                left_out = [f"critic {name} is skipped: {one_line(why, 300)}" for name, why in event.skipped]
                left_out += [f"no tournament: {event.unheld}"] if event.unheld else []
                return "\n".join([f"{event.name}: {wanted}{held}", *left_out])
            case Peopled() | Paired():
                return gathering_line(event)
            case Progressed() if self.seen.seconds - self._last >= self._seconds:
                return progress_line(event)
            case RoundStarted() if event.jobs > event.done:
                return f"round {event.round}: {event.jobs} dialogues, exemplars from {event.exemplars}"
            case RoundClosed():
                return f"round {event.round} closed: {event.accepted} of {event.jobs} accepted"
            case TeachingStarted() | Taught():
                return lesson_line(event)
            case Retrying():
                return f"retrying {event.model}: {one_line(event.why, 100)}; waits {event.wait:.1f} s"
            case RunEnded() if event.why:
                return f"stopped early: {event.why}"
            case JobDone() if self.seen.seconds - self._last >= self._seconds:
                return self._progress()
        return ""

    def _progress(self) -> str:
        seen = self.seen
        left = "" if seen.left is None else f", {duration(seen.left)} left"
        rejected = seen.outcomes.get(Outcome.REJECTED, 0)
        share = percent(seen.accepted, seen.done)
        return (
            f"round {seen.round}: {seen.done_in_round}/{seen.jobs} done, {seen.accepted} accepted ({share}), "
            f"{rejected} rejected, {seen.rate:.1f}/s{left}"
        )
