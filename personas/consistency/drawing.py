"""Which sentence is next? One of those that fewest personas hold, so that none is heard again and again."""

from collections.abc import Callable, Sequence
from random import Random

LOOK = 64
"""How many sentences a draw looks at before it takes the least used of them; all, where none of these will do."""


class Tray:
    """Counts how many personas hold each sentence, and draws evenly."""

    def __init__(self, size: int, reuse: int | None = None) -> None:
        """`size` sentences, at most `reuse` personas each."""
        self.uses = [0] * size
        self._reuse = reuse

    def draw(self, among: Sequence[int], allowed: Callable[[int], bool], chance: Random) -> int | None:
        """A sentence that is allowed and not used up, now counted as held; None where there is none."""
        looked = chance.sample(among, min(len(among), LOOK))
        chosen = self._least_used(looked, allowed)
        if chosen is None and len(among) > LOOK:
            chosen = self._least_used(chance.sample(among, len(among)), allowed)
        if chosen is not None:
            self.uses[chosen] += 1
        return chosen

    def put_back(self, sentence: int) -> None:
        self.uses[sentence] -= 1

    def _least_used(self, among: Sequence[int], allowed: Callable[[int], bool]) -> int | None:
        fit = [place for place in among if allowed(place) and (self._reuse is None or self.uses[place] < self._reuse)]
        return min(fit, key=self.uses.__getitem__, default=None)
