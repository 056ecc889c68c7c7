"""How often do two critics say the same of a dialogue, and is it more than chance would have it?"""

from dataclasses import asdict, dataclass
from typing import Any

TWINS = 0.8
"""Cohen's kappa from which two critics say the same ("almost perfect", Landis and Koch 1977)."""
FEWEST = 10
"""Dialogues that two have to judge before they are called redundant."""
LUCK = 0.05
"""Chance, at most, that one's rejections lie within another's though they have nothing to do with each other."""


@dataclass(slots=True)
class Pair:
    """The contingency table of two critics, over the dialogues that both judge."""

    first: str
    second: str
    both_approve: int = 0
    both_reject: int = 0
    first_rejects: int = 0
    """The first rejects, and the second approves."""
    second_rejects: int = 0

    def add(self, first: bool, second: bool) -> None:
        """Whether each approves a dialogue."""
        self.both_approve += first and second
        self.both_reject += not (first or second)
        self.first_rejects += second and not first
        self.second_rejects += first and not second

    @property
    def judged(self) -> int:
        return self.both_approve + self.both_reject + self.first_rejects + self.second_rejects

    @property
    def telling(self) -> bool:
        """Whether each rejects something: else agreement is all chance."""
        return bool(self.both_reject or (self.first_rejects and self.second_rejects))

    @property
    def agreement(self) -> float | None:
        """Share of the dialogues on which they say the same; None where they share none."""
        return (self.both_approve + self.both_reject) / self.judged if self.judged else None

    @property
    def kappa(self) -> float | None:
        """Cohen's kappa (1960); None where one answer is all that was ever given."""
        n = self.judged
        rejects, also = self.both_reject + self.first_rejects, self.both_reject + self.second_rejects
        chance = rejects * also + (n - rejects) * (n - also)
        if chance == n * n:
            return None
        return ((self.both_approve + self.both_reject) * n - chance) / (n * n - chance)

    def to_dict(self) -> dict[str, Any]:
        return {**asdict(self), "judged": self.judged, "agreement": self.agreement, "kappa": self.kappa}


@dataclass(frozen=True, slots=True)
class Redundancy:
    """A critic that another one makes superfluous, as far as these dialogues tell."""

    critic: str
    other: str
    kind: str
    """`twins`: they say the same (kappa); `within`: whatever it rejects, the other rejects too."""
    kappa: float | None
    rejected: int
    """By the critic itself."""
    other_rejected: int

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def redundancy(pair: Pair, first_rejected: int, second_rejected: int) -> Redundancy | None:
    """What a pair's counts, and each one's rejections over all dialogues, make of the two."""
    kappa = pair.kappa
    if kappa is not None and kappa >= TWINS and pair.judged >= FEWEST:
        return Redundancy(pair.first, pair.second, "twins", kappa, first_rejected, second_rejected)
    for critic, rejected, other, others in (
        (pair.first, first_rejected, pair.second, second_rejected),
        (pair.second, second_rejected, pair.first, first_rejected),
    ):
        if pair.judged >= FEWEST and _within(pair, rejected):
            return Redundancy(critic, other, "within", kappa, rejected, others)
    return None


def _within(pair: Pair, rejected: int) -> bool:
    """Whether the other rejects all that one rejects, and not only because it rejects nearly everything."""
    if rejected != pair.both_reject:
        return False
    others = pair.both_reject + max(pair.first_rejects, pair.second_rejects)
    return (others / pair.judged) ** rejected <= LUCK
