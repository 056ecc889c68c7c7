"""What does one way of making conversations cost? Run in a process of its own, so that none profits from another.

`contestant.py WAY URL DIALOGUES IN_FLIGHT TURNS`, where WAY is `tertulia`, `create`, `post`, or `pulse`: Tertulia with
the processor time of each turn.
"""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from dataclasses import asdict, dataclass
from functools import partial
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

import loop
from gauge import measured, told
from scene import scene
from serving import Served

import tertulia.models.chat_completions  # noqa: F401  (importing the SDK is no part of any way)
from tertulia.agents import Member
from tertulia.agents.briefing import briefing
from tertulia.agents.event import TurnSpoken
from tertulia.agents.staging import Staging
from tertulia.models.metering import Meter
from tertulia.models.request import as_messages
from tertulia.scenarios.casting import Casting
from tertulia.scenarios.scenario import Scenario
from tertulia.scenarios.simulation import simulate, staging

AROUND = 2
"""Turns on either side that a turn's processor time is averaged over."""


@dataclass(frozen=True)
class Race:
    """What is to be done, whichever way."""

    url: str
    dialogues: int
    in_flight: int
    turns: int

    @property
    def scenario(self) -> Scenario:
        return scene(
            Served(self.url).model,
            rounds__dialogues=self.dialogues,
            concurrency=self.in_flight,
            stage__turns=f"{{min: {self.turns}, max: {self.turns}}}",
        )

    @property
    def calls(self) -> int:
        return self.dialogues * self.turns


async def by_tertulia(race: Race) -> dict[str, Any]:
    """The whole chain: ledger, critics, barrier."""
    meter, scenario = Meter(), race.scenario
    with TemporaryDirectory() as folder, measured() as cost:
        (await simulate(scenario, output=folder, meter=meter)).close()
    return {**asdict(cost), "turns": meter.total.calls}


async def by_loop(way: Callable[..., loop.Ask], race: Race) -> dict[str, Any]:
    """A loop by hand, with the system messages that Tertulia sends."""
    rules, casting = staging(race.scenario), Casting.of(race.scenario)
    casts = [prompts(cast, rules) for _, cast in casting.casts(1, 0, race.dialogues)]
    async with loop.client(race.url) as client:
        with measured() as cost:
            await loop.converse_all(way(client), casts, race.turns, race.in_flight)
    return {**asdict(cost), "turns": race.calls}


def prompts(cast: tuple[Member, ...], rules: Staging) -> list[str]:
    """The system message of each seat."""
    publics = [member.persona.public for member in cast]
    briefs = [briefing(me, publics[:n] + publics[n + 1 :], (), rules, n) for n, me in enumerate(cast)]
    return [as_messages(brief)[0]["content"] for brief in briefs]


class Pulse:
    """Processor time by number of the turn. All dialogues begin together, so those in flight are at about the same."""

    def __init__(self, dialogues: int) -> None:
        self._dialogues = dialogues
        self._spoken = 0
        self._marks = [process_time()]
        """The time at which dialogues had 0, 1, 2, ... turns on average: seldom read, since reading it is dear."""

    def __call__(self, event: object) -> None:
        if isinstance(event, TurnSpoken):
            self._spoken += 1
            if self._spoken % self._dialogues == 0:
                self._marks.append(process_time())

    def at(self, turn: int) -> float:
        """CPU seconds a turn, around the turn of this number (from 1)."""
        start, end = turn - 1 - AROUND, turn + AROUND
        return (self._marks[end] - self._marks[start]) / ((end - start) * self._dialogues)


async def pulse(race: Race) -> dict[str, Any]:
    """CPU seconds of an early turn (the fourth) and of a late one (the fourth before the end)."""
    felt = Pulse(race.dialogues)
    with TemporaryDirectory() as folder:
        (await simulate(race.scenario, felt, output=folder)).close()
    return {"early": felt.at(4), "late": felt.at(race.turns - 4)}


WAYS: dict[str, Callable[[Race], Coroutine[Any, Any, dict[str, Any]]]] = {
    "tertulia": by_tertulia,
    "create": partial(by_loop, loop.by_create),
    "post": partial(by_loop, loop.by_post),
    "pulse": pulse,
}

if __name__ == "__main__":
    way, url, *sizes = sys.argv[1:]
    told(asyncio.run(WAYS[way](Race(url, *map(int, sizes)))))
