"""What if a person takes a seat? Their typed lines are replies like any model's: kept, and never asked for twice."""

from collections.abc import Awaitable, Callable

from ..models.request import Reply, Request

Ask = Callable[[Request], Awaitable[str]]
"""Shows the request's conversation to the person and returns the line they typed."""


class Person:
    """An endpoint with somebody at the keyboard behind it."""

    identity = "person"

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    async def complete(self, request: Request) -> Reply:
        return Reply(await self._ask(request))

    async def close(self) -> None:
        """There is nothing to close."""
