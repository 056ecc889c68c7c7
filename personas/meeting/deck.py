"""Who is next in a seat? Shuffled decks, so that everyone plays once before anyone plays twice."""

from collections import Counter
from collections.abc import Callable
from itertools import pairwise

from ...models.stream import stream
from .seating import Seating

LOOK = 32
"""How many cards are looked through for one that suits, before one that merely fits is taken."""

Test = Callable[[int], bool]


class Deck:
    """The people of one seat, as card numbers (positions in the seat's pool), in seeded order without an end."""

    def __init__(self, seating: Seating, seat: int, seed: int, round: int) -> None:
        self._sharers = next(group for group in seating.groups if seat in group)
        self._cards = seating.usable(seat)
        self._seat, self._seed, self._round = seat, seed, round
        self._hand: list[int] = []  # the top is at the end
        self._cycle = 0

    def draw(self, fits: Test, suits: Test) -> int:
        """The first card that fits and suits; failing that, the first that fits. One card at least must fit.

        Cards passed over stay on top.
        """
        depth = self._search(lambda card: suits(card) and fits(card), LOOK)
        if depth is None:
            depth = self._search(fits, 2 * len(self._cards))
        if depth is None:
            raise LookupError("no card fits")
        return self._hand.pop(-1 - depth)

    def _search(self, test: Test, limit: int) -> int | None:
        for depth in range(min(limit, 2 * len(self._cards))):
            if depth >= len(self._hand):
                self._refill()
            if depth >= len(self._hand):
                return None
            if test(self._hand[-1 - depth]):
                return depth
        return None

    def _refill(self) -> None:
        """Another deck goes under the hand. Nobody is held more than twice: the hand never grows past two decks."""
        held = Counter(self._hand)
        self._hand[:0] = [card for card in reversed(self._dealt()) if held[card] < 2]

    def _dealt(self) -> list[int]:
        """One order of all cards.

        Seats that share a pool cut one shuffled deck at different places, then each shuffles its parts: at any time
        they are in different parts, so the pool is used up evenly over all its seats, and they seldom collide.
        """
        parts, share = len(self._sharers), self._sharers.index(self._seat)
        cards, size = list(self._cards), len(self._cards)
        stream(self._seed, "pairing", self._round, self._sharers[0], self._cycle).shuffle(cards)
        own = stream(self._seed, "pairing", self._round, self._seat, self._cycle, "parts")
        cut = size * share // parts
        cards = cards[cut:] + cards[:cut]
        self._cycle += 1
        edges = [size * part // parts for part in range(parts + 1)]
        return [card for a, b in pairwise(edges) for card in own.sample(cards[a:b], b - a)]
