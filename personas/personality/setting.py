"""Who gets which personality? Levels by chance or pairing, and with each a statement of its pole."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from random import Random
from typing import Literal

from ...models.stream import stream
from ..persona import Persona, Statement
from ..traits import BigFive, Level, Trait, pole_of
from .facet import drawn
from .statements import Statements

Kind = Literal["pole", "level", "pairings"]
Levels = Mapping[Trait, int]
PURPOSE = "personality"
"""The name of the streams."""


@dataclass(frozen=True)
class Setting:
    """How the people of a job come by their personalities (PSYDIAL, personality setting)."""

    traits: tuple[Trait, ...]
    statements: Statements
    kind: Kind = "pole"
    """`pole`: either end, by chance; `level`: any of -5 to 5, by chance; `pairings`: all ways to give the seats an end
    of the trait, job after job."""
    magnitude: Level = 4
    """How far an end lies from the middle, 1 to 5."""
    facets: bool = False
    """Whether everybody gets a random style, too."""
    style: tuple[str, ...] = ()
    """How everybody is asked to talk; random styles leave these facets alone."""

    def cast(
        self, people: Sequence[Persona], seats: Sequence[str], seed: int, round: int, index: int
    ) -> tuple[Persona, ...]:
        """The people of a job with their levels set, one random statement for each that is not 0, and their style.

        What a seat gets depends on its name and on (seed, round, index) alone.
        """
        streams = [stream(seed, PURPOSE, round, index, seat) for seat in seats]
        paired = self._paired(len(seats), seed, round, index)
        given: list[Persona] = []
        for seat, (person, chance) in enumerate(zip(people, streams, strict=True)):
            levels = {trait: self._level(chance, paired.get(trait, ()), seat) for trait in self.traits}
            person = with_statements(with_levels(person, levels), self._drawn(levels, chance), levels)
            given.append(self._styled(person, stream(seed, "style", round, index, seats[seat])))
        return tuple(given)

    def _styled(self, person: Persona, chance: Random) -> Persona:
        style = drawn(person.style, chance, self.style) if self.facets else person.style
        return person.model_copy(update={"style": style})

    def _level(self, chance: Random, paired: Sequence[int], seat: int) -> int:
        if self.kind == "level":
            return chance.randint(-5, 5)
        return self.magnitude * (paired[seat] if paired else chance.choice((1, -1)))

    def _paired(self, seats: int, seed: int, round: int, index: int) -> Mapping[Trait, tuple[int, ...]]:
        """By trait, the end (1, -1) of each seat; empty unless all pairings are gone through.

        The first trait takes them in order: ++, +-, -+, --. Each further one goes through all of them as often, but
        shuffled: else the traits would always go together.
        """
        if self.kind != "pairings":
            return {}
        ways = list(product((1, -1), repeat=seats))
        block, at = divmod(index, len(ways))
        return {
            trait: (stream(seed, PURPOSE, round, trait, block).sample(ways, len(ways)) if nth else ways)[at]
            for nth, trait in enumerate(self.traits)
        }

    def _drawn(self, levels: Levels, chance: Random) -> list[Statement]:
        poles = [(trait, pole) for trait, level in levels.items() if (pole := pole_of(level))]
        return [chance.choice(self.statements[at]) for at in poles]


def with_levels(persona: Persona, levels: Levels) -> Persona:
    """The persona with some trait levels replaced; its id names the same person."""
    if not levels:
        return persona
    traits = (persona.traits or BigFive()).model_copy(update={trait.value: level for trait, level in levels.items()})
    return persona.model_copy(update={"traits": traits})


def with_statements(persona: Persona, statements: Iterable[Statement], traits: Iterable[Trait]) -> Persona:
    """The persona with other statements on these traits; what it says of its other traits stays."""
    replaced = set(traits)
    kept = [statement for statement in persona.statements if statement.trait not in replaced]
    return persona.model_copy(update={"statements": (*kept, *statements)})
