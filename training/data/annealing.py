"""Which people are best set apart, where everybody has met somebody who has met everybody?

Whoever is set apart takes the dialogues with those who are not along, and they are lost. Simulated annealing
(Kirkpatrick, Gelatt and Vecchi 1983) looks for a group that talked among themselves as much as is wanted, and with
others as little as can be; a greedy choice, one dialogue after another, never begins with a busy person, though it is
cheap to take one with all of those who talked with nobody else.
"""

from collections.abc import Sequence
from math import exp
from random import Random

WORTH = 2
"""What a dialogue of the group counts, up to as many as are wanted, against one that may still be learned from."""
WARM, COOL = 2.0, 0.05
"""Temperatures, in dialogues."""
SWEEPS, MOST = 400, 1_000_000
"""How often each person is looked at, and how many looks there are at most: seconds."""


class Group:
    """People who are set apart, by their numbers, and what that does to the dialogues."""

    def __init__(self, has: Sequence[Sequence[int]], reach: Sequence[Sequence[int]], size: int) -> None:
        """`has`: the dialogues of each person; `reach`: those that can't be learned from when the person is set apart;
        `size`: of all dialogues, those of nobody included."""
        self._has, self._reach = has, reach
        self._missing, self._hits = [0] * size, [0] * size
        for dialogues in has:
            for dialogue in dialogues:
                self._missing[dialogue] += 1
        self.members = [False] * len(has)
        self.inner = 0
        """Dialogues among themselves."""
        self.outer = sum(1 for missing in self._missing if missing)
        """Dialogues that nobody of the group reaches."""

    def change(self, person: int) -> tuple[int, int]:
        """How many inner and outer dialogues there are more if the person comes, or goes who is in."""
        missing, hits = self._missing, self._hits
        if self.members[person]:
            inner = -sum([not missing[dialogue] for dialogue in self._has[person]])
            return inner, sum([hits[dialogue] == 1 for dialogue in self._reach[person]])
        inner = sum([missing[dialogue] == 1 for dialogue in self._has[person]])
        return inner, -sum([not hits[dialogue] for dialogue in self._reach[person]])

    def move(self, person: int, change: tuple[int, int]) -> None:
        """The person comes or goes, which changes the numbers so."""
        step = -1 if self.members[person] else 1
        self.members[person] = not self.members[person]
        self.inner, self.outer = self.inner + change[0], self.outer + change[1]
        for dialogue in self._has[person]:
            self._missing[dialogue] -= step
        for dialogue in self._reach[person]:
            self._hits[dialogue] += step


def anneal(group: Group, wanted: int, chance: Random) -> list[bool]:
    """Whether each person is set apart, so that at least `wanted` dialogues are among them; the best group that was
    met, or nobody where no such group was."""
    count = len(group.members)
    steps = min(SWEEPS * count, MOST)
    best, most = [False] * count, -1
    for step in range(steps):
        warmth = WARM * (1 - step / steps) + COOL
        person = int(chance.random() * count)
        change = group.change(person)
        inner = min(group.inner + change[0], wanted) - min(group.inner, wanted)
        gain = change[1] + WORTH * inner
        if gain >= 0 or chance.random() < exp(gain / warmth):
            group.move(person, change)
            if group.inner >= wanted and group.outer > most:
                best, most = group.members.copy(), group.outer
    return best
