"""Which casts follow from who suits whom?"""

from collections.abc import Iterator

from ...models.errors import Mistake
from ...models.stream import stream
from .affinity import Affinity
from .grouping import groups, placed
from .matching import passes
from .pairing import Cast
from .seating import Seating


def gather(affinity: Affinity, seating: Seating, seed: int, round: int, cut: str = "greedy") -> Iterator[Cast]:
    """The casts of a round, one persona a seat: pairs by maximum-weight matching, or groups by `cut` (greedy,
    spectral) where there are more than two seats. Nobody comes again before all have come who can.

    Equal arguments give equal casts, however many are taken; without an end, except for `all-pairs`. Raises Mistake.
    """
    if affinity.kind == "all-pairs":
        tables = _each_once(affinity, seating, seed, round)
    elif len(seating.pools) == 2:
        tables = (pair for found in passes(affinity.weights, seed, round) for pair in found)
    else:
        tables = (group for found in groups(affinity.weights, seating, cut, seed, round) for group in found)
    chance = stream(seed, "pairing", round, "seats")
    return (_cast(list(table), seating, chance.getrandbits(32)) for table in tables)


def _each_once(affinity: Affinity, seating: Seating, seed: int, round: int) -> Iterator[tuple[int, ...]]:
    if len(seating.pools) > 2:
        raise Mistake("`all-pairs` among people who know one another takes two seats: take `pairing: random`")
    edges = affinity.edges()
    stream(seed, "pairing", round).shuffle(edges)
    return iter(edges)


def _cast(table: list[int], seating: Seating, chance: int) -> Cast:
    """Chance says who takes which of the seats that they may take."""
    stream(chance, "seats").shuffle(table)
    persons = placed(table, seating)
    return tuple(seating.pools[seat][seating.persons[seat].index(person)] for seat, person in enumerate(persons))
