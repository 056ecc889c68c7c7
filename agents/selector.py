"""Who speaks next, if a model decides? It sees what is public and what was said."""

from collections.abc import Mapping, Sequence

from autogen_core import CancellationToken
from autogen_core.models import ChatCompletionClient

from ..models.request import Kind, Part, Role, Task
from ..models.thread import Thread
from .briefing import reminder
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

    async def next(self, turns: Sequence[Turn], token: CancellationToken | None = None) -> str:
        if not turns:
            return self._opener
        self._show(turns)
        choices = {seat: name for seat, name in self._names.items() if seat != turns[-1].seat}
        if len(choices) == 1:
            return next(iter(choices))
        question = Part(Role.USER, Kind.REMINDER, render("choose", choices=list(choices.values())))
        for tail in ((question,), (question, reminder("select-again"))):
            if (seat := named(await self._ask(tail, token), choices)) is not None:
                return seat
        return longest_silent(turns, list(choices))

    def _show(self, turns: Sequence[Turn]) -> None:
        for turn in turns[self._shown :]:
            self._thread.add(Part(Role.USER, Kind.TURN, f"{self._names[turn.seat]}: {turn.text}", turn.seat))
        self._shown = len(turns)

    async def _ask(self, tail: Sequence[Part], token: CancellationToken | None) -> str:
        client = self._calls.bind(self._client, Task.SELECT)
        return str((await client.create(self._thread.messages(*tail), cancellation_token=token)).content)


def named(reply: str, choices: Mapping[str, str]) -> str | None:
    """The one seat of `choices` (names by seat) whose name is the reply, or else stands in it; None for no name or
    several. A name inside a longer one, as Ann in Ann Lee, is not meant where the longer one stands."""
    words, found = f" {normal(reply)} ", list[str]()
    whole = [seat for seat, name in choices.items() if words == f" {normal(name)} "]
    for seat, name in sorted(choices.items(), key=lambda choice: -len(normal(choice[1]))):
        word = f" {normal(name)} "
        if word in words:
            found.append(seat)
            words = words.replace(word, " | ")
    chosen = whole or found
    return chosen[0] if len(chosen) == 1 else None


def longest_silent(turns: Sequence[Turn], seats: Sequence[str]) -> str:
    """The seat whose last turn is longest ago; the first of those that have not spoken."""
    last = {turn.seat: number for number, turn in enumerate(turns)}
    return min(seats, key=lambda seat: last.get(seat, -1))
