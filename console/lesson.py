"""What has been seen of a training? Events, folded into the little that a screen shows."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from time import monotonic

from ..training.event import CheckpointSaved, DataReady, StepDone, TrainingEnded, TrainingStarted, Validated

RECENT = 40
"""Steps from which the speed is told."""
BARS = "▁▂▃▄▅▆▇█"


@dataclass(slots=True)
class Lesson:
    """The state of a training: `see` takes an event, nothing else changes it."""

    at_once: int = 1
    """Examples of one step of the optimizer."""
    data: DataReady | None = None
    started: TrainingStarted | None = None
    step: int = 0
    losses: list[float] = field(default_factory=list)
    """Of this process, a step each."""
    looks: list[Validated] = field(default_factory=list)
    kept: int | None = None
    """Step of the last checkpoint."""
    ended: TrainingEnded | None = None
    began: float = field(default_factory=monotonic)
    now: float = field(default_factory=monotonic)
    _first: float = 0.0
    _speeds: deque[tuple[float, int]] = field(default_factory=lambda: deque(maxlen=RECENT))

    def see(self, event: object) -> None:
        """Take in one event; unknown ones are passed over."""
        self.now = monotonic()
        match event:
            case DataReady():
                self.data = event
            case TrainingStarted():
                self.started, self.step, self._first = event, event.done, self.now
                self._speeds.append((self.now, 0))
            case StepDone():
                self.step = event.step
                self.losses.append(event.loss)
                self._speeds.append((self.now, event.tokens))
            case Validated():
                self.looks.append(event)
            case CheckpointSaved():
                self.kept = event.step
            case TrainingEnded():
                self.ended = event

    @property
    def steps(self) -> int:
        return self.started.steps if self.started else 0

    @property
    def seconds(self) -> float:
        return self.now - self.began

    @property
    def epoch(self) -> float | None:
        """How often the training part was seen; None while it can't be told."""
        return self.step * self.at_once / self.data.train if self.data and self.data.train else None

    @property
    def best(self) -> Validated | None:
        return next((look for look in reversed(self.looks) if look.best), None)

    @property
    def speed(self) -> float:
        """Tokens a second, of the last steps."""
        if len(self._speeds) < 2:
            return 0.0
        (began, before), (ended, after) = self._speeds[0], self._speeds[-1]
        return (after - before) / (ended - began) if ended > began else 0.0

    @property
    def left(self) -> float | None:
        """Seconds to the last step, looks at the validation part included; None while it can't be told."""
        done = self.step - (self.started.done if self.started else 0)
        if done <= 0 or self.step >= self.steps:
            return None
        return (self.steps - self.step) * (self.now - self._first) / done


def sparkline(values: Sequence[float], width: int) -> str:
    """The values from left to right as bars: the mean of each of at most `width` equal parts, lowest to highest."""
    if not values:
        return ""
    parts = min(width, len(values))
    cuts = [len(values) * n // parts for n in range(parts + 1)]
    means = [sum(values[a:b]) / (b - a) for a, b in pairwise(cuts)]
    low, span = min(means), max(means) - min(means)
    return "".join(BARS[round((mean - low) / span * (len(BARS) - 1)) if span else 0] for mean in means)
