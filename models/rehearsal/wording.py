"""How is a turn put together, so that nothing is said twice?"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from .fact import Fact
from .floor import Floor
from .lexicon import Act, Line

_NOTHING: Mapping[str, str] = {}


@dataclass(slots=True)
class Draft:
    """A turn in the making."""

    floor: Floor
    chance: Random
    said: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    told: list[Fact] = field(default_factory=list)
    nature: float = 0.0
    """How often a trait at its end speaks up."""

    @property
    def text(self) -> str:
        return " ".join(self.said)

    def has(self, *acts: Act) -> bool:
        return any(line.act in acts for line in self.lines)

    def pick(self, pool: Sequence[Line], slots: Mapping[str, str] = _NOTHING) -> Line | None:
        """A line of the pool that fits the slots, was not said before, and preferably begins unlike the last turns."""
        if not pool:
            return None
        start = self.chance.randrange(len(pool))
        second: Line | None = None
        for line in (*pool[start:], *pool[:start]):
            if line.text in self.used or line.text in self.floor.used or not line.fits(slots):
                continue
            if self.said or line.head not in self.floor.heads[-4:]:
                return line
            second = second or line
        return second

    def say(self, line: Line | None, slots: Mapping[str, str] = _NOTHING, to: str = "") -> bool:
        """Put the line in, if there is one; `to` is the name that a question is addressed to."""
        if line is None:
            return False
        text = line.filled(slots)
        self.said.append(f"{to}, {_lowered(text)}" if to else text)
        self.lines.append(line)
        self.used.add(line.text)
        return True

    def choose(self, pool: Sequence[Line], slots: Mapping[str, str] = _NOTHING) -> bool:
        """Pick and say; whether there was anything to say."""
        return self.say(self.pick(pool, slots), slots)

    def odds(self, share: float) -> bool:
        """True in about this share of cases."""
        return self.chance.random() < share


def _lowered(text: str) -> str:
    first = text.split(" ", 1)[0]
    keeps = first in ("I", "I'm", "I've", "I'd", "I'll") or not first[1:].islower()
    return text if keeps else text[0].lower() + text[1:]


def weighted(chance: Random, options: Iterable[tuple[str, float]]) -> str:
    """A name by its weight; weights below zero count as zero. Empty when there is no weight at all."""
    held = [(name, weight) for name, weight in options if weight > 0]
    if not held:
        return ""
    left = chance.random() * sum(weight for _, weight in held)
    for name, weight in held:
        left -= weight
        if left <= 0:
            return name
    return held[-1][0]
