"""Who plays in which job? Personas are paired, and given the trait poles and the model of their seat."""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from ..agents import Member
from ..agents.speaker import PERSON
from ..personas import Persona
from ..personas.meeting.pairing import pairing
from ..personas.shelf import people
from ..personas.traits import BigFive, Trait
from .scenario import Scenario, Seat


@dataclass(frozen=True)
class Casting:
    """The casts of a scenario: the n-th of a round is the same however many are asked for."""

    scenario: Scenario
    pools: tuple[Sequence[Persona], ...]
    """One a seat."""
    joined: Container[str] = ()
    """Seats that people take."""

    @classmethod
    def of(cls, scenario: Scenario, joined: Container[str] = ()) -> "Casting":
        """Reads the persona files. Raises Mistake."""
        return cls(scenario, tuple(_pool(scenario, seat) for seat in scenario.seats), joined)

    def casts(self, round: int, start: int = 0, count: int | None = None) -> Iterator[tuple[int, tuple[Member, ...]]]:
        """(index, cast) from `start` on; with all-pairs they may end before `count`."""
        people = pairing(self.scenario.cast.pairing, self.pools, self.scenario.seed, round)
        stop = None if count is None else start + count
        for index, cast in islice(enumerate(people), start, stop):
            yield index, self._members(index, cast)

    def _members(self, index: int, cast: Sequence[Persona]) -> tuple[Member, ...]:
        poles = self.scenario.cast.poles(index)
        return tuple(
            Member(seat.id, with_poles(persona, poles[seat.id]), seat.role, self._speaks(seat))
            for seat, persona in zip(self.scenario.seats, cast, strict=True)
        )

    def _speaks(self, seat: Seat) -> str:
        return PERSON if seat.id in self.joined else self.scenario.speaks(seat)


def _pool(scenario: Scenario, seat: Seat) -> Sequence[Persona]:
    given = scenario.cast.people_of(seat)
    return people(given, scenario.folder) if isinstance(given, str) else given


def with_poles(persona: Persona, levels: Mapping[Trait, int]) -> Persona:
    """The persona with some trait levels replaced; its id names the same person."""
    if not levels:
        return persona
    traits = (persona.traits or BigFive()).model_copy(update={trait.value: level for trait, level in levels.items()})
    return persona.model_copy(update={"traits": traits})
