"""Who knows whom? A social graph: people by their ids, and what they are to one another."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from ...models.errors import Mistake
from ...models.suggesting import closest
from ..persona import Persona

Ties = Mapping[frozenset[str], str]
"""Two ids -> what the two are to each other, or an empty text."""


@dataclass(frozen=True)
class SocialGraph:
    """People who know one another, by their ids."""

    ties: Ties = field(default_factory=dict)

    @classmethod
    def of(cls, circles: Iterable[tuple[Sequence[str], str]]) -> "SocialGraph":
        """Of each circle (ids, what they are to one another) everybody knows everybody else; two who are in several
        circles are all of it: `sisters and colleagues`."""
        ties: dict[frozenset[str], list[str]] = {}
        for ids, are in circles:
            for pair in combinations(dict.fromkeys(ids), 2):
                ties.setdefault(frozenset(pair), []).append(are.strip().rstrip("."))
        return cls({pair: " and ".join(dict.fromkeys(filter(None, said))) for pair, said in ties.items()})

    def __bool__(self) -> bool:
        return bool(self.ties)

    def check(self, people: Iterable[Persona]) -> None:
        """Raises Mistake for ids that nobody has."""
        ids = {persona.id for persona in people}
        if unknown := sorted(set().union(*self.ties) - ids):
            raise Mistake(f"`cast.social_graph`: {'; '.join(nobody(known, ids) for known in unknown[:5])}")

    def related(self, cast: Sequence[Persona]) -> tuple[Persona, ...]:
        """The cast, each member's public relation to the others filled in where the graph has one."""
        return tuple(self._told(persona, cast) for persona in cast)

    def _told(self, persona: Persona, cast: Sequence[Persona]) -> Persona:
        relations = list(self._relations(persona, cast))
        if not relations:
            return persona
        own = [f"{persona.relation.rstrip('. ')}."] if persona.relation.strip() else []
        return persona.model_copy(update={"relation": " ".join([*own, *relations])})

    def _relations(self, persona: Persona, cast: Sequence[Persona]) -> Iterator[str]:
        for other in cast:
            relation = self.ties.get(frozenset((persona.id, other.id)), "") if other.id != persona.id else ""
            if relation:
                yield f"{persona.name} and {other.name} are {relation}."


def nobody(known: str, ids: Iterable[str]) -> str:
    """What to say of an id that none of the people has."""
    meant = closest(known, ids)
    hint = f"did you mean {meant!r}?" if meant else "`tertulia personas list FILE` shows the ids"
    return f"no persona has the id {known!r}; {hint}"
