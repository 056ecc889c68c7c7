"""Who may sit together? Never one person in two seats, even under two names."""

from collections.abc import Collection, Hashable, Sequence

from ...models.errors import Mistake
from ..persona import Persona

Pools = Sequence[Sequence[Persona]]
"""One sequence of personas a seat; the same sequence may serve several seats."""


class Seating:
    """The pools of a cast, with each persona numbered by the person it is.

    Personas with one id, or with one non-empty profile, are one person.
    """

    def __init__(self, pools: Pools) -> None:
        """Raises Mistake where the pools can't fill the seats."""
        self.pools = tuple(tuple(pool) for pool in pools)
        self.persons = _numbered(self.pools)
        self.members = tuple(map(frozenset, self.persons))
        """By seat: the persons who may sit there."""
        self.groups = _groups(self.pools)
        self._few = {seat: few for seat, few in enumerate(map(self._choices, self.persons)) if few is not None}
        if not self.pools or not self.open(range(len(self.pools)), ()):
            raise Mistake(_too_small(self.persons))

    def open(self, seats: Collection[int], taken: Collection[int]) -> bool:
        """Whether the seats can all be filled by different persons, none of them taken."""
        scarce = [self._few[seat].difference(taken) for seat in seats if seat in self._few]
        return _matched(scarce)

    def usable(self, seat: int) -> list[int]:
        """Positions in the seat's pool of those who leave a person for every other seat."""
        if not self._few:
            return list(range(len(self.pools[seat])))
        others = [other for other in range(len(self.pools)) if other != seat]
        fits = {person: self.open(others, (person,)) for person in set(self.persons[seat])}
        return [card for card, person in enumerate(self.persons[seat]) if fits[person]]

    def _choices(self, persons: Sequence[int]) -> frozenset[int] | None:
        """A seat's persons, or None where they are at least as many as the seats: it can always be filled."""
        different = frozenset(persons)
        return different if len(different) < len(self.pools) else None


def _numbered(pools: Sequence[tuple[Persona, ...]]) -> tuple[tuple[int, ...], ...]:
    above: dict[Hashable, Hashable] = {}

    def root(key: Hashable) -> Hashable:
        while (parent := above.setdefault(key, key)) != key:
            above[key] = key = above[parent]
        return key

    for persona in {id(persona): persona for pool in pools for persona in pool}.values():
        if persona.profile:
            above[root(tuple(sorted(persona.sentences)))] = root(persona.id)
    numbers: dict[Hashable, int] = {}
    return tuple(tuple(numbers.setdefault(root(p.id), len(numbers)) for p in pool) for pool in pools)


def _groups(pools: Sequence[tuple[Persona, ...]]) -> list[list[int]]:
    """Seats that draw from one pool, together."""
    groups: list[list[int]] = []
    for seat, pool in enumerate(pools):
        mine = next((group for group in groups if pools[group[0]] == pool), None)
        if mine is None:
            groups.append([seat])
        else:
            mine.append(seat)
    return groups


def _matched(choices: Sequence[Collection[int]]) -> bool:
    """Whether each chooser can have one of its choices for itself (augmenting paths)."""
    holder: dict[int, int] = {}

    def settle(chooser: int, tried: set[int]) -> bool:
        for choice in choices[chooser]:
            if choice not in tried:
                tried.add(choice)
                if choice not in holder or settle(holder[choice], tried):
                    holder[choice] = chooser
                    return True
        return False

    return all(settle(chooser, set()) for chooser in range(len(choices)))


def _too_small(persons: Sequence[Sequence[int]]) -> str:
    sizes = ", ".join(str(len(set(pool))) for pool in persons)
    return (
        f"too few different people for {len(persons)} seats: their pools hold {sizes or 'nobody'}; "
        "add personas, name a larger file, or take seats away"
    )
