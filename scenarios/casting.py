"""Who plays in which job? Personas are paired, and given a personality and the model of their seat."""

from asyncio import to_thread
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING

from ..agents import Member
from ..agents.speaker import PERSON
from ..models.request import Events, unwatched
from ..personas import Persona
from ..personas.meeting.acquaintance import SocialGraph
from ..personas.meeting.pairing import WEIGHED, Cast, pairing
from ..personas.meeting.seating import Seating
from ..personas.personality.setting import Setting, with_levels
from ..personas.shelf import people
from .cast import Seat
from .event import Paired
from .knowing import social_graph
from .personality import setting_of
from .scenario import Scenario

if TYPE_CHECKING:
    from ..personas.meeting.affinity import Affinity

People = Mapping[str, Sequence[Persona]]
"""Those who were made for a run, by seat id."""


class Dealt:
    """The casts of a round as far as they were needed; each is looked for once."""

    def __init__(self, casts: Iterator[Cast]) -> None:
        self._casts, self.seen = casts, list[Cast]()

    def upto(self, count: int) -> list[Cast]:
        """The first `count`, or all where there are fewer."""
        self.seen += islice(self._casts, max(0, count - len(self.seen)))
        return self.seen[:count]

    def __iter__(self) -> Iterator[Cast]:
        index = 0
        while len(self.upto(index + 1)) > index:
            yield self.seen[index]
            index += 1


@dataclass(frozen=True)
class Casting:
    """The casts of a scenario: the n-th of a round is the same however many are asked for."""

    scenario: Scenario
    pools: tuple[Sequence[Persona], ...]
    """One a seat."""
    joined: Container[str] = ()
    """Seats that people take."""
    knows: SocialGraph = field(default_factory=SocialGraph)
    affinity: "Affinity | None" = None
    """Who suits whom, where the pairing looks at that."""
    setting: Setting | None = None
    """How personalities are given out."""
    voices: Mapping[str, str] = field(default_factory=dict)
    """By seat, the model that speaks in place of the scenario's: one that was taught."""
    _dealt: dict[int, Dealt] = field(default_factory=dict, init=False, repr=False, compare=False)
    """By round, where it takes time to say who meets whom."""

    @classmethod
    def of(cls, scenario: Scenario, joined: Container[str] = (), made: People | None = None) -> "Casting":
        """Reads the persona files; nobody is weighed yet, so casts are drawn at random where `weighed` would look at
        who suits whom. Raises Mistake."""
        pools = tuple(_pool(scenario, seat, made or {}) for seat in scenario.seats)
        return cls(scenario, pools, joined, social_graph(scenario), setting=setting_of(scenario))

    async def weighed(self, events: Events = unwatched) -> "Casting":
        """The casting with everything that its pairing looks at. Raises Mistake for a threshold that says nothing."""
        rules = self.scenario.cast.pairing
        if rules.kind not in WEIGHED and not self.knows:
            return self
        affinity = await _affinity(self.scenario, Seating(self.pools), self.knows, events)
        ids = {persona.id for pool in self.pools for persona in pool}
        counts = (len(affinity.weights), len(ids), affinity.qualified, affinity.possible)
        events(Paired(rules.kind, *counts, affinity.by))
        return replace(self, affinity=affinity)

    async def ahead(self, round: int, count: int) -> None:
        """Look for the first `count` casts of a round now, in a thread, where that takes time. Raises Mistake."""
        if self.affinity is not None:
            await to_thread(self._weighed(round).upto, count)

    def casts(self, round: int, start: int = 0, count: int | None = None) -> Iterator[tuple[int, tuple[Member, ...]]]:
        """(index, cast) from `start` on; with all-pairs they may end before `count`."""
        stop = None if count is None else start + count
        for index, cast in islice(enumerate(self._tables(round)), start, stop):
            yield index, self._members(round, index, self.knows.related(cast))

    def _tables(self, round: int) -> Iterator[Cast]:
        if self.affinity is not None:
            return iter(self._weighed(round))
        kind = self.scenario.cast.pairing.kind
        return pairing("random" if kind in WEIGHED else kind, self.pools, self.scenario.seed, round)

    def _weighed(self, round: int) -> Dealt:
        from ..personas.meeting.gathering import gather

        assert self.affinity is not None
        if round not in self._dealt:
            seating, cut = Seating(self.pools), self.scenario.cast.pairing.cut
            self._dealt[round] = Dealt(gather(self.affinity, seating, self.scenario.seed, round, cut))
        return self._dealt[round]

    def _members(self, round: int, index: int, cast: Sequence[Persona]) -> tuple[Member, ...]:
        seats, poles = self.scenario.seats, self.scenario.cast.poles(index)
        if self.setting:
            cast = self.setting.cast(cast, [seat.id for seat in seats], self.scenario.seed, round, index)
        return tuple(
            Member(seat.id, with_levels(persona, poles[seat.id]), seat.role, self._speaks(seat))
            for seat, persona in zip(seats, cast, strict=True)
        )

    def _speaks(self, seat: Seat) -> str:
        return PERSON if seat.id in self.joined else self.voices.get(seat.id) or self.scenario.speaks(seat)


async def _affinity(scenario: Scenario, seating: Seating, knows: SocialGraph, events: Events) -> "Affinity":
    from ..models.local import connect_embedder
    from ..personas.meeting.affinity import acquainted, contrast, shared_interest

    rules = scenario.cast.pairing
    if rules.kind not in WEIGHED:
        return acquainted(rules.kind, seating, knows)
    embedder = await to_thread(connect_embedder, rules.embedder)
    if rules.kind == "contrast":
        return await contrast(seating, embedder, knows=knows, events=events)
    return await shared_interest(
        seating, embedder, more_than=rules.more_than, merge_above=rules.merge_above, knows=knows, events=events
    )


def _pool(scenario: Scenario, seat: Seat, made: People) -> Sequence[Persona]:
    given = scenario.cast.people_of(seat)
    if isinstance(given, str):
        return people(given, scenario.folder)
    return given if isinstance(given, tuple) else made[seat.id]
