"""Who knows whom? A social graph: people by their ids, and what they are to one another."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from ...models.errors import Mistake
from ...models.suggesting import suggest
from ..persona import Persona

Ties = Mapping[frozenset[str], str]
"""Two ids -> what the two are to each other, or an empty text."""


@dataclass(frozen=True)
class SocialGraph:
    """People who know one another, by their ids."""

    ties: Ties = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.ties)

    def know(self, first: Persona, second: Persona) -> bool:
        return frozenset((first.id, second.id)) in self.ties

    def check(self, people: Sequence[Persona]) -> None:
        """Raises Mistake for an id that nobody has."""
        ids = {persona.id for persona in people}
        for known in sorted(set().union(*self.ties) - ids):
            meant = suggest(known, ids).partition(" known: ")[0].rstrip(";")
            raise Mistake(f"no persona {known!r} in the cast's people{meant}; `tertulia personas list FILE` shows them")

    def related(self, cast: Sequence[Persona]) -> tuple[Persona, ...]:
        """The cast, each member's public relation to the others filled in where the graph has one."""
        return tuple(self._told(persona, cast) for persona in cast)

    def _told(self, persona: Persona, cast: Sequence[Persona]) -> Persona:
        relations = list(self._relations(persona, cast))
        if not relations:
            return persona
        return persona.model_copy(update={"relation": " ".join([persona.relation, *relations]).strip()})

    def _relations(self, persona: Persona, cast: Sequence[Persona]) -> Iterator[str]:
        for other in cast:
            relation = self.ties.get(frozenset((persona.id, other.id)), "") if other.id != persona.id else ""
            if relation:
                yield f"{persona.name} and {other.name} are {relation.rstrip('.')}."


def ties_between(ids: Sequence[str], relation: str) -> Iterator[tuple[frozenset[str], str]]:
    """Everybody of a circle knows everybody else of it."""
    for pair in combinations(dict.fromkeys(ids), 2):
        yield frozenset(pair), relation
