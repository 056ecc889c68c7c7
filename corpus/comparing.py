"""What did the policies of a run's tournaments prefer, and did it matter which dialogue was shown first?"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from ..critics import Abstention, Choice, Preference
from ..critics.tournament.comparison import Comparison


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """All comparisons by one policy."""

    policy: str
    compared: int
    """Those in which both orders were answered; the others count for nothing."""
    ties: int
    """Disagreements among them."""
    disagreed: int
    """Compared, and the two orders did not choose the same dialogue."""
    first: int
    """Answers, two a comparison, that chose the dialogue that was shown first."""
    second: int
    abstained: Mapping[str, int]
    """Comparisons without an answer, by the reason's kind."""
    why: str = ""
    """Why the first of them has none."""

    @property
    def disagreement(self) -> float | None:
        """Share of the comparisons."""
        return self.disagreed / self.compared if self.compared else None

    @property
    def first_share(self) -> float | None:
        """Of the answers that chose one: half where position counts for nothing, since each pair is shown both ways."""
        chosen = self.first + self.second
        return self.first / chosen if chosen else None

    def to_dict(self) -> dict[str, Any]:
        return {**asdict(self), "disagreement": self.disagreement, "first_share": self.first_share}


@dataclass(frozen=True, slots=True)
class Tournaments:
    """The tournaments of a run in numbers."""

    held: int
    """Attempts of jobs in which candidates were compared."""
    policies: tuple[PolicyRow, ...]
    """In alphabetical order."""

    def to_dict(self) -> dict[str, Any]:
        return {"held": self.held, "policies": [row.to_dict() for row in self.policies]}


@dataclass(slots=True)
class _Tally:
    compared: int = 0
    ties: int = 0
    disagreed: int = 0
    answers: Counter[Choice] = field(default_factory=Counter)
    abstained: Counter[str] = field(default_factory=Counter)
    why: str = ""

    def add(self, one: Comparison) -> None:
        if one.choice is None:
            silent = next(answer for answer in (one.forth, one.back) if isinstance(answer, Abstention))
            self.abstained[silent.kind.value] += 1
            self.why = self.why or silent.why
            return
        self.compared += 1
        self.ties += one.choice is Choice.TIE
        self.disagreed += not one.agrees
        self.answers.update(answer.choice for answer in (one.forth, one.back) if isinstance(answer, Preference))

    def row(self, policy: str) -> PolicyRow:
        first, second = self.answers[Choice.FIRST], self.answers[Choice.SECOND]
        return PolicyRow(
            policy, self.compared, self.ties, self.disagreed, first, second, dict(self.abstained), self.why
        )


def tournaments(comparisons: Iterable[tuple[int, int, Comparison]]) -> Tournaments:
    """From (round, index, comparison) in place order, walked once."""
    tallies: dict[str, _Tally] = {}
    held, before = 0, (-1, -1, -1)
    for round, index, one in comparisons:
        held += (round, index, one.attempt) != before
        before = (round, index, one.attempt)
        tallies.setdefault(one.policy, _Tally()).add(one)
    return Tournaments(held, tuple(tally.row(policy) for policy, tally in sorted(tallies.items())))
