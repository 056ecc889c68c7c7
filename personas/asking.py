"""How is a model asked many things at once? So many calls at a time, and the replies in the order of the calls."""

from asyncio import create_task, gather
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from ..models.errors import ReplyRefused

Call = TypeVar("Call")
Answer = TypeVar("Answer")


async def answers(
    calls: Sequence[Call],
    answer: Callable[[Call], Awaitable[Answer]],
    concurrency: int,
    came: Callable[[int, Call], None] = lambda done, call: None,
) -> list[Answer | None]:
    """One for each call, in order; None where the model refused. `came` is told at each how many are there and
    whose it is.

    After a failure no further call is begun, and those in flight are waited for: they are paid for. Then the first
    failure is raised.
    """
    found: list[Answer | None] = [None] * len(calls)
    waiting = iter(range(len(calls)))
    failures: list[Exception] = []
    done = 0

    async def work() -> None:
        nonlocal done
        for index in waiting:
            if failures:
                return
            try:
                found[index] = await answer(calls[index])
            except ReplyRefused:
                pass
            except Exception as failure:
                failures.append(failure)
                return
            done += 1
            came(done, calls[index])

    await gather(*(create_task(work()) for _ in range(min(concurrency, len(calls)))))
    if failures:
        raise failures[0]
    return found
