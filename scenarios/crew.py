"""How are many jobs worked on at a time? By a crew that takes the next one as soon as a hand is free."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

from ..critics.together import first_cause

Item = TypeVar("Item")


async def crew(items: Iterator[Item], work: Callable[[Item], Awaitable[None]], hands: int) -> None:
    """Work on all items, at most `hands` at once. Items are taken lazily; the first failure cancels the rest and is
    raised as it is."""

    async def hand() -> None:
        for item in items:
            await work(item)

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(hands):
                group.create_task(hand())
    except BaseExceptionGroup as failures:
        raise first_cause(failures) from None
