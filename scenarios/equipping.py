"""What do the critics of a scenario need, and what of it is there?"""

from asyncio import to_thread
from collections.abc import Mapping
from dataclasses import dataclass

from ..critics.seating import called_for, seat
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
    """The services that the panel's critics call for with their options."""
    return frozenset(need for m in scenario.critics.panel for need in called_for(m, scenario.folder))


async def equip(scenario: Scenario) -> Equipment:
    """The scorers, loaded off the event loop. Raises Mistake for a critic that is not optional and can't be had."""
    return await to_thread(equipped, scenario)


def equipped(scenario: Scenario) -> Equipment:
    """As `equip`, blocking."""
    panel = scenario.critics.panel
    scorers = scenario.critics.scorers.connect(services_of(scenario), scenario.folder)
    experts = [seat(member, {CHAT: object(), **scorers}, scenario.folder) for member in panel]
    return Equipment(scorers, tuple((expert.name, expert.missing) for expert in experts if expert.missing))
