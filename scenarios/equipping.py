"""What do the critics of a scenario need, and what of it is there?"""

from asyncio import to_thread
from collections.abc import Mapping
from dataclasses import dataclass

from ..critics.seating import called_for, seat
from ..critics.tournament.seating import needed, seats
from ..models.request import Events, unwatched
from ..personas.event import Progressed
from .scenario import Scenario

CHAT = "chat"
"""The service of a language model: connected with the run's other models."""


@dataclass(frozen=True)
class Equipment:
    """The local scorers of a panel, and who sits on it in vain."""

    scorers: Mapping[str, object]
    """By service: embedder, nli, toxicity; `Lacking` for what can't be had."""
    skipped: tuple[tuple[str, str], ...] = ()
    """(critic, why) of optional critics that can't be had here."""

    @property
    def absent(self) -> tuple[str, ...]:
        """Names of the critics that are skipped."""
        return tuple(name for name, _ in self.skipped)


def services_of(scenario: Scenario) -> frozenset[str]:
    """The services that the panel's critics call for with their options, and the tournament's policies."""
    called = {need for m in scenario.critics.panel for need in called_for(m, scenario.folder)}
    return frozenset(called) | (needed(scenario.tournament, scenario.folder) if scenario.tournament else frozenset())


async def equip(scenario: Scenario, events: Events = unwatched) -> Equipment:
    """The scorers, loaded off the event loop. Raises Mistake for a critic that is not optional and can't be had."""
    named, found = scenario.critics.scorers, dict[str, object]()
    meant = named.meant(services_of(scenario))
    for number, (service, spec) in enumerate(meant.items()):
        events(Progressed("loading models of critics", number, len(meant), f"{service} {spec['name']}"))
        found |= await to_thread(named.connect, (service,), scenario.folder)
    return _equipment(scenario, found)


def equipped(scenario: Scenario) -> Equipment:
    """As `equip`, blocking."""
    return _equipment(scenario, scenario.critics.scorers.connect(services_of(scenario), scenario.folder))


def _equipment(scenario: Scenario, scorers: Mapping[str, object]) -> Equipment:
    services = {CHAT: object(), **scorers}
    seated = [seat(member, services, scenario.folder) for member in scenario.critics.panel]
    if scenario.tournament:
        seats(scenario.tournament, services, scenario.folder)
    return Equipment(scorers, tuple((expert.name, expert.missing) for expert in seated if expert.missing))
