"""Who speaks next, if a model decides? It sees what is public and what was said."""

from collections.abc import Sequence

from autogen_core.models import ChatCompletionClient

from ..models.request import Kind, Part, Role, Task
from ..models.thread import Thread
from .briefing import again
from .calls import Calls
from .dialogue import Member, Turn
from .prompt import render
from .stopping import normal


class ModelOrder:
    """A model names the next speaker. After two replies without a name on the list, the longest silent speaks."""

    def __init__(self, cast: Sequence[Member], opener: str, client: ChatCompletionClient, calls: Calls) -> None:
        self._names = {member.seat: member.name for member in cast}
        self._opener, self._client, self._calls = opener, client, calls
        people = [member.persona.public for member in cast]
        self._thread = Thread()
        self._thread.add(Part(Role.SYSTEM, Kind.INSTRUCTIONS, render("select", people=people)))
        self._shown = 0

    async def next(self, turns: Sequence[Turn]) -> str:
        if not turns:
            return self._opener
        for turn in turns[self._shown :]:
            self._thread.add(Part(Role.USER, Kind.TURN, f"{self._names[turn.seat]}: {turn.text}", turn.seat))
        self._shown = len(turns)
        choices = {seat: name for seat, name in self._names.items() if seat != turns[-1].seat}
        question = Part(Role.USER, Kind.REMINDER, render("choose", choices=list(choices.values())))
        for tail in ((question,), (question, again("it was not one of the names."))):
            if (seat := _named(await self._ask(*tail), choices)) is not None:
                return seat
        return longest_silent(turns, list(choices))

    async def _ask(self, *tail: Part) -> str:
        client = self._calls.bind(self._client, Task.SELECT)
        return str((await client.create(self._thread.messages(*tail))).content)


def _named(reply: str, choices: dict[str, str]) -> str | None:
    """The one seat whose name stands in the reply; None for no name or several."""
    words = f" {normal(reply)} "
    named = [seat for seat, name in choices.items() if f" {normal(name)} " in words]
    return named[0] if len(named) == 1 else None


def longest_silent(turns: Sequence[Turn], seats: Sequence[str]) -> str:
    """The seat whose last turn is longest ago; the first of those that have not spoken."""
    last = {turn.seat: number for number, turn in enumerate(turns)}
    return min(seats, key=lambda seat: last.get(seat, -1))
