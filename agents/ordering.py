"""Whose turn is it?"""

from collections.abc import Mapping, Sequence
from random import Random
from typing import Protocol

from autogen_core import CancellationToken

from .dialogue import Turn


class Order(Protocol):
    """A turn policy: sees what was said and who is there, no persona."""

    async def next(self, turns: Sequence[Turn], token: CancellationToken | None = None) -> str:
        """The seat that speaks next. Raises CancelledError where it asks a model and the token is cancelled."""
        ...


class RoundRobin:
    """One after the other, from the opener on."""

    def __init__(self, seats: Sequence[str], opener: str) -> None:
        start = seats.index(opener)
        self._seats = [*seats[start:], *seats[:start]]

    async def next(self, turns: Sequence[Turn], token: CancellationToken | None = None) -> str:
        return self._seats[len(turns) % len(self._seats)]


class RandomOrder:
    """Anyone but the last speaker, by chance."""

    def __init__(self, seats: Sequence[str], opener: str, chance: Random) -> None:
        self._seats, self._opener, self._chance = tuple(seats), opener, chance

    async def next(self, turns: Sequence[Turn], token: CancellationToken | None = None) -> str:
        if not turns:
            return self._opener
        return self._chance.choice([seat for seat in self._seats if seat != turns[-1].seat])


class GraphOrder:
    """Along the edges of a graph: from each seat to those that may speak after it."""

    def __init__(self, edges: Mapping[str, Sequence[str]], opener: str, chance: Random) -> None:
        self._edges, self._opener, self._chance = edges, opener, chance

    async def next(self, turns: Sequence[Turn], token: CancellationToken | None = None) -> str:
        return self._chance.choice(self._edges[turns[-1].seat]) if turns else self._opener
