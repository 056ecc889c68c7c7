"""What did the calls take: how many, how many tokens, how much money, how long?"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import exp2, log2
from typing import Any

from .request import Reply, Task

FASTEST = 0.001
"""Seconds: the first bin of a histogram holds everything up to here."""

BINS_PER_OCTAVE = 4
BINS = 96
"""Four bins for each doubling of the latency, from 1 ms to more than four hours: quantiles are within 10 %."""


@dataclass(slots=True)
class Tally:
    """Counts of one model and one task, or of several together; of fixed size."""

    calls: int = 0
    cached: int = 0
    retries: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    usd: float = 0.0
    seconds: float = 0.0
    slowest: float = 0.0
    bins: list[int] = field(default_factory=lambda: [0] * BINS)

    def add(self, reply: Reply, usd: float, seconds: float) -> None:
        """Count a call that was made. `seconds` is the latency of the try that was answered."""
        self.calls += 1
        self.prompt_tokens += reply.prompt_tokens
        self.completion_tokens += reply.completion_tokens
        self.usd += usd
        self.seconds += seconds
        self.slowest = max(self.slowest, seconds)
        self.bins[_bin(seconds)] += 1

    def quantile(self, share: float) -> float:
        """Seconds within which that share of the calls was answered; 0 without calls."""
        left = share * self.calls
        for index, count in enumerate(self.bins):
            left -= count
            if count and left <= 0:
                return min(self.slowest, FASTEST * exp2((index + 0.5) / BINS_PER_OCTAVE))
        return self.slowest

    def as_dict(self) -> dict[str, Any]:
        mean = self.seconds / self.calls if self.calls else 0.0
        return {
            "calls": self.calls,
            "cached": self.cached,
            "retries": self.retries,
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
            "usd": self.usd,
            "latency": {"mean": mean, "max": self.slowest, "p50": self.quantile(0.5), "p95": self.quantile(0.95)},
        }


class Meter:
    """Counts every call, by model and task."""

    def __init__(self) -> None:
        self._tallies: dict[tuple[str, Task], Tally] = {}

    def tally(self, model: str, task: Task) -> Tally:
        """The counts to add to."""
        tally = self._tallies.get((model, task))
        if tally is None:
            tally = self._tallies[model, task] = Tally()
        return tally

    @property
    def total(self) -> Tally:
        return _sum(self._tallies.values())

    def model(self, name: str) -> Tally:
        """What one model took, for all tasks."""
        return _sum(tally for (model, _), tally in self._tallies.items() if model == name)

    def task(self, task: Task) -> Tally:
        """What one task took, with all models."""
        return _sum(tally for (_, known), tally in self._tallies.items() if known is task)

    def snapshot(self) -> dict[str, Any]:
        """`total`, `models` by name and `tasks` by name; money in USD, latency in seconds."""
        models = sorted({model for model, _ in self._tallies})
        tasks = sorted({task for _, task in self._tallies})
        return {
            "total": self.total.as_dict(),
            "models": {model: self.model(model).as_dict() for model in models},
            "tasks": {task.value: self.task(task).as_dict() for task in tasks},
        }


def _bin(seconds: float) -> int:
    if seconds <= FASTEST:
        return 0
    return min(BINS - 1, int(log2(seconds / FASTEST) * BINS_PER_OCTAVE))


def _sum(tallies: Iterable[Tally]) -> Tally:
    whole = Tally()
    for tally in tallies:
        whole.calls += tally.calls
        whole.cached += tally.cached
        whole.retries += tally.retries
        whole.prompt_tokens += tally.prompt_tokens
        whole.completion_tokens += tally.completion_tokens
        whole.usd += tally.usd
        whole.seconds += tally.seconds
        whole.slowest = max(whole.slowest, tally.slowest)
        whole.bins = [a + b for a, b in zip(whole.bins, tally.bins, strict=True)]
    return whole
