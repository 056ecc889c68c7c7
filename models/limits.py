"""How fast, and how many at a time, may a server be asked?"""

from asyncio import Semaphore, sleep
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from time import monotonic

from .spec import ModelSpec

BURST_SECONDS = 1.0
"""How much of the rate may be used at once after a pause."""


class Pace:
    """A token bucket, kept as the time at which it will be full again: one number, first come first served."""

    def __init__(self, per_minute: float, now: float) -> None:
        self._seconds_each = 60.0 / per_minute
        self._due = now

    def book(self, amount: float, now: float) -> float:
        """Take `amount` from the bucket; seconds to wait until it is really there."""
        start = max(self._due, now - BURST_SECONDS)
        self._due = start + amount * self._seconds_each
        return max(0.0, start - now)

    def correct(self, amount: float) -> None:
        """Take `amount` more, or give it back where negative: what a call really took, less what was booked."""
        self._due += amount * self._seconds_each


class Limits:
    """What a spec allows: requests and tokens a minute, and calls in flight."""

    def __init__(
        self,
        *,
        requests_per_minute: float | None = None,
        tokens_per_minute: float | None = None,
        concurrency: int | None = None,
        clock: Callable[[], float] = monotonic,
        sleep: Callable[[float], Awaitable[None]] = sleep,
    ) -> None:
        now = clock()
        self._requests = Pace(requests_per_minute, now) if requests_per_minute else None
        self._tokens = Pace(tokens_per_minute, now) if tokens_per_minute else None
        self._gate = Semaphore(concurrency) if concurrency else None
        self._clock = clock
        self._sleep = sleep

    @classmethod
    def of(cls, spec: ModelSpec) -> "Limits | None":
        """The limits of a spec, or None where it has none, so that nothing is paid for nothing."""
        if not (spec.requests_per_minute or spec.tokens_per_minute or spec.concurrency):
            return None
        return cls(
            requests_per_minute=spec.requests_per_minute,
            tokens_per_minute=spec.tokens_per_minute,
            concurrency=spec.concurrency,
        )

    @asynccontextmanager
    async def slot(self, tokens: int) -> AsyncIterator[None]:
        """Wait for the rate, then for a free place, and hold it. `tokens` is the estimate for prompt and reply."""
        if wait := self._book(tokens):
            await self._sleep(wait)
        if self._gate is None:
            yield
        else:
            async with self._gate:
                yield

    def took(self, tokens: int, estimate: int) -> None:
        """Tell what a call really took."""
        if self._tokens is not None:
            self._tokens.correct(tokens - estimate)

    def _book(self, tokens: int) -> float:
        now = self._clock()
        requests = self._requests.book(1, now) if self._requests else 0.0
        return max(requests, self._tokens.book(tokens, now) if self._tokens else 0.0)
