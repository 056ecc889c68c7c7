"""When is a failed call tried again, and when is that the end?"""

from asyncio import sleep
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import random
from time import monotonic

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type

from .errors import ServerDown, Unavailable
from .request import Reply

LONGEST_WAIT = 60.0
"""Seconds, of the back-off and of what a server may ask for."""

UNREACHABLE_SECONDS = 5.0
"""How long nobody may answer at an address before the run ends."""

SPREAD_SECONDS = 1.0
"""Added at random to what a server asks for, so that not all callers come back at once."""


@dataclass(frozen=True)
class Retrying:
    """An event: a call failed and is tried again."""

    model: str
    why: str
    wait: float
    """Seconds until the next try."""
    attempt: int
    """Which try has failed, from 1."""


@dataclass(frozen=True)
class Patience:
    """How often, and how slowly: back-off that doubles, with full jitter; a server's Retry-After comes first."""

    retries: int = 6
    sleep: Callable[[float], Awaitable[None]] = sleep
    clock: Callable[[], float] = monotonic
    random: Callable[[], float] = random

    def wait(self, error: Unavailable, attempt: int) -> float:
        """Seconds to wait after the try of that number."""
        if error.retry_after is not None:
            return min(error.retry_after, LONGEST_WAIT) + SPREAD_SECONDS * self.random()
        if error.unreachable:
            return self.random() * min(1.0, 0.25 * 2.0 ** (attempt - 1))
        return self.random() * min(LONGEST_WAIT, 2.0 ** min(attempt - 1, 10))

    def ends(self, error: Unavailable, attempt: int, seconds: float) -> bool:
        """Whether to give up, `seconds` after the first try began."""
        return attempt > self.retries or (error.unreachable and seconds >= UNREACHABLE_SECONDS)


async def persist(
    ask: Callable[[], Awaitable[Reply]],
    patience: Patience,
    model: str,
    notice: Callable[[Retrying], None],
) -> Reply:
    """The reply of `ask`, tried again while it raises Unavailable. Raises ServerDown when patience ends."""
    began = patience.clock()
    try:
        return await ask()
    except Unavailable as error:
        first = error
    return await _again(ask, first, patience, began, model, notice)


async def _again(
    ask: Callable[[], Awaitable[Reply]],
    first: Unavailable,
    patience: Patience,
    began: float,
    model: str,
    notice: Callable[[Retrying], None],
) -> Reply:
    """The slow path: tenacity takes the failure that brought us here for its first try, and goes on from there."""
    failed = [first]

    async def attempt() -> Reply:
        if failed:
            raise failed.pop()
        return await ask()

    def before_sleep(state: RetryCallState) -> None:
        notice(Retrying(model, str(_error(state)), state.upcoming_sleep, state.attempt_number))

    controller = AsyncRetrying(
        sleep=patience.sleep,
        wait=lambda state: patience.wait(_error(state), state.attempt_number),
        stop=lambda state: patience.ends(_error(state), state.attempt_number, patience.clock() - began),
        retry=retry_if_exception_type(Unavailable),
        before_sleep=before_sleep,
        reraise=True,
    )
    try:
        return await controller(attempt)
    except Unavailable as last:
        tries = controller.statistics["attempt_number"]
        counted = f"tried {tries} times" if tries > 1 else "tried once"
        raise ServerDown(
            f"{model}: {last} ({counted}); see to the server or the address, then run the same command again: "
            "what is committed is not asked for again"
        ) from last


def _error(state: RetryCallState) -> Unavailable:
    error = state.outcome.exception() if state.outcome else None
    assert isinstance(error, Unavailable)
    return error
