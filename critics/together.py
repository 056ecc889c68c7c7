"""How is much asked at once? All together; what stops one stops all."""

from asyncio import TaskGroup
from collections.abc import Coroutine, Iterable
from typing import Any, TypeVar

Answer = TypeVar("Answer")


async def together(calls: Iterable[Coroutine[Any, Any, Answer]]) -> list[Answer]:
    """The answers in the order of the calls. Raises what the first of them raises that fails, as it is."""
    try:
        async with TaskGroup() as group:
            tasks = [group.create_task(call) for call in calls]
    except BaseExceptionGroup as failures:
        raise first_cause(failures) from None
    return [task.result() for task in tasks]


def first_cause(failures: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first failure that is no group itself."""
    first = failures.exceptions[0]
    return first_cause(first) if isinstance(first, BaseExceptionGroup) else first
