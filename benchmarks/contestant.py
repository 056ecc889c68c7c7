"""What does one way of making conversations cost? Run in a process of its own, so that none profits from another.

`contestant.py WAY URL DIALOGUES IN_FLIGHT TURNS`, where WAY is `tertulia`, `create`, `post`; `scored`: Tertulia with
critics on models that nap; or `pulse`: Tertulia with the processor time of each turn.
"""

import asyncio
import sys
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
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
from tertulia.critics import PanelMember
from tertulia.models.metering import Meter
from tertulia.models.request import as_messages
from tertulia.scenarios.casting import Casting
from tertulia.scenarios.scenario import Scenario
from tertulia.scenarios.simulation import simulate, staging

AROUND = 2
"""Turns on either side that a turn's processor time is averaged over."""
TICK = 0.005
"""Seconds between looks at the clock."""


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


async def by_tertulia(race: Race, *critics: str) -> dict[str, Any]:
    """The whole chain: ledger, critics (with `critics` beside those of the scene), barrier."""
    meter, scenario = Meter(), race.scenario
    more = [PanelMember(use=use) for use in critics]
    panel = scenario.critics.model_copy(update={"panel": (*scenario.critics.panel, *more)})
    scenario = scenario.model_copy(update={"critics": panel})
    with TemporaryDirectory() as folder, measured() as cost, lags() as late:
        (await simulate(scenario, output=folder, meter=meter)).close()
    return {**asdict(cost), "turns": meter.total.calls, "lag_p99_ms": round(1e3 * percentile(late, 0.99), 1)}


@contextmanager
def lags() -> Iterator[list[float]]:
    """How late the event loop is for a task that looks at the clock every few milliseconds, in seconds."""
    late: list[float] = []

    async def watch() -> None:
        while True:
            due = perf_counter() + TICK
            await asyncio.sleep(TICK)
            late.append(perf_counter() - due)

    task = asyncio.get_running_loop().create_task(watch())
    yield late
    task.cancel()


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of all lies below."""
    return sorted(values)[int(share * (len(values) - 1))]


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
    "scored": lambda race: by_tertulia(race, "sleeping:Consistency", "sleeping:Abuse"),
    "create": partial(by_loop, loop.by_create),
    "post": partial(by_loop, loop.by_post),
    "pulse": pulse,
}

if __name__ == "__main__":
    way, url, *sizes = sys.argv[1:]
    told(asyncio.run(WAYS[way](Race(url, *map(int, sizes)))))
