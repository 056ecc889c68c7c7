"""Do the critics of a panel agree, which are redundant, and what would be accepted without each of them?

One pass over the reviews; counts are kept, and no list of dialogues.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from itertools import combinations
from typing import Any

from ...critics import Ballot, Review, SeatKind, Verdict
from ..record import Record
from .alpha import IntervalAlpha, NominalAlpha
from .leaving import Bench, accepted, decided_without, rejects, waits
from .pairwise import Pair, Redundancy, redundancy

EXAMPLES = 3
"""Dialogues that are named for each critic."""


@dataclass(slots=True)
class CriticAlone:
    """What one critic does that no other does."""

    critic: str
    role: str
    """vote | veto | advise"""
    judged: int = 0
    rejected: int = 0
    alone: int = 0
    """Dialogues that it alone rejects, of all whose word counts."""
    accepted_without: int | None = None
    """Dialogues that the panel would accept without it; None for an adviser, and where the rule is not known."""
    examples: list[str] = field(default_factory=list)
    """Ids of dialogues that it alone rejects, the first few."""

    @property
    def rejection(self) -> float | None:
        """Share of its verdicts that reject."""
        return self.rejected / self.judged if self.judged else None


@dataclass(frozen=True, slots=True)
class Agreement:
    """How the critics of one panel go together."""

    panel: str
    rule: str
    """Of the vote; empty where it is not known."""
    reviewed: int
    waiting: int
    """Dialogues on which critics of the whole round have still to answer: they are left out."""
    unasked: int
    """Dialogues that fell before those critics were asked: without the one that rejects, they are taken to approve."""
    accepted: int
    critics: tuple[CriticAlone, ...]
    """In panel order."""
    pairs: tuple[Pair, ...]
    redundant: tuple[Redundancy, ...]
    several: int
    """Dialogues with two verdicts or more: those that alpha is over."""
    alpha: float | None
    """Krippendorff's, of approve and reject."""
    alpha_scores: float | None
    """Krippendorff's, of the scores (interval)."""

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON data."""
        return {
            "panel": self.panel,
            "rule": self.rule,
            "reviewed": self.reviewed,
            "waiting": self.waiting,
            "unasked": self.unasked,
            "accepted": self.accepted,
            "alpha": {"verdicts": self.alpha, "scores": self.alpha_scores, "dialogues": self.several},
            "critics": [{**asdict(critic), "rejection": critic.rejection} for critic in self.critics],
            "pairs": [pair.to_dict() for pair in self.pairs],
            "redundant": [found.to_dict() for found in self.redundant],
        }


def compare_critics(records: Iterable[Record], panel: str, bench: Bench) -> Agreement:
    """All of it, from records with this panel's reviews in front, walked once. Without the rule of the vote nothing is
    decided again."""
    gathering = _Gathering(bench)
    for record in records:
        if record.review:
            gathering.add(record.review)
    return gathering.agreement(panel)


class _Gathering:
    """An agreement in the making."""

    def __init__(self, bench: Bench) -> None:
        self._bench, self._voting = bench, bench.voting
        self._reviewed = self._waiting = self._unasked = self._accepted = 0
        self._critics = {seat.critic: self._row(seat) for seat in bench.seats}
        self._pairs: dict[tuple[str, str], Pair] = {}
        self._verdicts, self._scores = NominalAlpha(), IntervalAlpha()

    def _row(self, seat: Ballot) -> CriticAlone:
        known = self._voting is not None and seat.role is not SeatKind.ADVISE
        return CriticAlone(seat.critic, seat.role.value, accepted_without=0 if known else None)

    def add(self, review: Review) -> None:
        if waits(review):
            self._waiting += 1
            return
        self._reviewed += 1
        self._unasked += not review.complete
        self._accepted += accepted(review.decision)
        given = {ballot.critic: ballot.answer for ballot in review.ballots if isinstance(ballot.answer, Verdict)}
        for ballot in review.ballots:
            self._count(ballot)
        for first, second in combinations(given, 2):
            pair = self._pairs.setdefault((first, second), Pair(first, second))
            pair.add(given[first].approve, given[second].approve)
        self._verdicts.add([answer.approve for answer in given.values()])
        self._scores.add([answer.score for answer in given.values()])
        self._leave_out(review)

    def _count(self, ballot: Ballot) -> None:
        row = self._critics.setdefault(ballot.critic, self._row(ballot))
        if isinstance(ballot.answer, Verdict):
            row.judged += 1
            row.rejected += not ballot.answer.approve

    def _leave_out(self, review: Review) -> None:
        ballots = self._bench.ballots(review)
        against = [ballot.critic for ballot in ballots if rejects(ballot)]
        if len(against) == 1:
            row = self._critics[against[0]]
            row.alone += 1
            row.examples += [review.dialogue] if len(row.examples) < EXAMPLES else []
        for row in self._critics.values():
            if self._voting and row.accepted_without is not None:
                row.accepted_without += accepted(decided_without(ballots, row.critic, self._voting))

    def agreement(self, panel: str) -> Agreement:
        rejected = {name: row.rejected for name, row in self._critics.items()}
        pairs = [self._pairs[key] for key in combinations(self._critics, 2) if key in self._pairs]
        found = (redundancy(pair, rejected[pair.first], rejected[pair.second]) for pair in pairs)
        return Agreement(
            panel=panel,
            rule=self._voting.rule.value if self._voting else "",
            reviewed=self._reviewed,
            waiting=self._waiting,
            unasked=self._unasked,
            accepted=self._accepted,
            critics=tuple(self._critics.values()),
            pairs=tuple(pairs),
            redundant=tuple(one for one in found if one),
            several=self._verdicts.units,
            alpha=self._verdicts.alpha,
            alpha_scores=self._scores.alpha,
        )
