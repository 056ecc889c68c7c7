"""Who meets whom? A pairing turns the pools of the seats into casts, one after another."""

from collections.abc import Callable, Iterator
from math import comb, prod

from ...models.errors import Mistake
from ...models.stream import sampling_seed, stream
from ...models.suggesting import suggest
from ..persona import Persona
from .deck import Deck
from .seating import Pools, Seating
from .walking import combination, walk

Cast = tuple[Persona, ...]
"""One persona a seat."""


def pairing(kind: str, pools: Pools, seed: int, round: int) -> Iterator[Cast]:
    """The casts of a round, one persona a seat, never one person twice in a cast.

    Equal arguments give equal casts, however many are taken. `pools`: one sequence of personas a seat. Raises Mistake
    at once for an unknown kind, and for pools that can't fill the seats.
    """
    if kind not in PAIRINGS:
        raise Mistake(f"no pairing is called {kind!r}{suggest(kind, PAIRINGS)}")
    return PAIRINGS[kind](Seating(pools), seed, round)


def pair_count(pools: Pools) -> int:
    """How many casts `all-pairs` gives. Raises Mistake for pools that can't fill the seats."""
    seating = Seating(pools)
    ways = {tuple(0 for _ in seating.groups): 1}
    for sizes in _copies(seating):
        ways = _with_one_more(ways, sizes, seating)
    return ways.get(tuple(len(group) for group in seating.groups), 0)


def _random(seating: Seating, seed: int, round: int) -> Iterator[Cast]:
    """Without an end; evenly spread over the people of each seat, and over seats that share a pool."""
    seats = range(len(seating.pools))
    decks = [Deck(seating, seat, seed, round) for seat in seats]
    while True:
        yield tuple(seating.pools[seat][card] for seat, card in enumerate(_drawn(seating, decks)))


def _drawn(seating: Seating, decks: list[Deck]) -> list[int]:
    cards: list[int] = []
    taken: set[int] = set()
    names: set[str] = set()
    for seat, deck in enumerate(decks):
        card = _card(seating, seat, deck, taken, names)
        cards.append(card)
        taken.add(seating.persons[seat][card])
        names.add(_name(seating.pools[seat][card]))
    return cards


def _card(seating: Seating, seat: int, deck: Deck, taken: set[int], names: set[str]) -> int:
    pool, persons = seating.pools[seat], seating.persons[seat]
    rest = range(seat + 1, len(seating.pools))

    def fits(card: int) -> bool:
        return persons[card] not in taken and seating.open(rest, {*taken, persons[card]})

    return deck.draw(fits, suits=lambda card: _name(pool[card]) not in names)


def _name(persona: Persona) -> str:
    return persona.name.strip().casefold()


def _all_pairs(seating: Seating, seed: int, round: int) -> Iterator[Cast]:
    """Each cast once: unordered among seats that share a pool, ordered across pools; then it ends."""
    sizes = [comb(len(seating.pools[group[0]]), len(group)) for group in seating.groups]
    for rank in walk(prod(sizes), sampling_seed(seed, "pairing", round)):
        cards = _ranked(seating, sizes, rank, seed, round)
        if len({seating.persons[seat][card] for seat, card in cards.items()}) == len(cards):
            yield tuple(seating.pools[seat][cards[seat]] for seat in range(len(cards)))


def _ranked(seating: Seating, sizes: list[int], rank: int, seed: int, round: int) -> dict[int, int]:
    """The rank-th cast: seat -> card. Chance says who of a shared pool takes which of its seats."""
    cards: dict[int, int] = {}
    shuffle = stream(seed, "pairing", round, rank).shuffle
    for group, size in zip(seating.groups, sizes, strict=True):
        rank, here = divmod(rank, size)
        chosen = combination(here, len(seating.pools[group[0]]), len(group))
        shuffle(chosen)
        cards.update(zip(group, chosen, strict=True))
    return cards


def _copies(seating: Seating) -> list[list[int]]:
    """For each person: how many personas of each pool it is."""
    copies: dict[int, list[int]] = {}
    for number, group in enumerate(seating.groups):
        for person in seating.persons[group[0]]:
            copies.setdefault(person, [0] * len(seating.groups))[number] += 1
    return list(copies.values())


def _with_one_more(ways: dict[tuple[int, ...], int], copies: list[int], seating: Seating) -> dict[tuple[int, ...], int]:
    """Ways to fill seats (so many a pool -> count), when one more person may take at most one seat."""
    more = dict(ways)
    for filled, count in ways.items():
        for number, copy in enumerate(copies):
            if copy and filled[number] < len(seating.groups[number]):
                target = (*filled[:number], filled[number] + 1, *filled[number + 1 :])
                more[target] = more.get(target, 0) + count * copy
    return more


PAIRINGS: dict[str, Callable[[Seating, int, int], Iterator[Cast]]] = {"random": _random, "all-pairs": _all_pairs}
"""Kinds of pairing that look at nobody, by name."""
WEIGHED = ("shared-interest", "contrast")
"""Kinds of pairing that weigh every two people: see affinity.py."""
