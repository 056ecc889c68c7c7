"""Which critic lets how much through, and what becomes of a dialogue that is made again?"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from ..critics import Abstention, Ballot, Outcome, SeatKind, Verdict, Why
from .record import Record


@dataclass(frozen=True, slots=True)
class CriticRow:
    """What one critic of the panel did to all reviewed tries."""

    critic: str
    role: str
    """vote | veto | advise"""
    optional: bool
    approved: int
    rejected: int
    failed: int
    skipped: int
    not_applicable: int
    """Abstentions by their kind."""
    why: str
    """The first reason for an abstention; empty where it always answered."""
    remarked: int
    """Dialogues in which it found something, whether it rejected them or not."""
    sides: int
    """Seats of dialogues about which it found something."""
    survival: float
    """Share of the reviewed tries that neither this critic nor one before it on the panel rejects. An abstention
    rejects nothing; nor does an adviser."""

    @property
    def answered(self) -> int:
        return self.approved + self.rejected

    @property
    def abstained(self) -> int:
        return self.failed + self.skipped + self.not_applicable

    @property
    def rejection(self) -> float | None:
        """Share of this critic's own verdicts that reject; None when it gave none."""
        return self.rejected / self.answered if self.answered else None

    def to_dict(self) -> dict[str, Any]:
        return {**asdict(self), "rejection": self.rejection}


@dataclass(frozen=True, slots=True)
class SurvivalTable:
    """The cumulative survival of PersonaChatGen's filters (Lee et al. 2022), for any panel."""

    reviewed: int
    """Tries that a panel has judged; failed ones have no review."""
    sides: int
    """Seats of all reviewed tries."""
    critics: tuple[CriticRow, ...]
    """In panel order."""
    decided: Mapping[str, int]
    """Reviewed tries by the panel's decision."""

    def to_dict(self) -> dict[str, Any]:
        critics = [row.to_dict() for row in self.critics]
        return {"reviewed": self.reviewed, "sides": self.sides, "critics": critics, "decided": dict(self.decided)}


@dataclass(slots=True)
class _Tally:
    role: SeatKind
    optional: bool
    approved: int = 0
    rejected: int = 0
    fell: int = 0
    """Tries that this critic was the first to reject."""
    remarked: int = 0
    sides: int = 0
    abstained: Counter[Why] = field(default_factory=Counter)
    why: str = ""

    def add(self, answer: Verdict | Abstention) -> None:
        if isinstance(answer, Abstention):
            self.abstained[answer.kind] += 1
            self.why = self.why or answer.why
            return
        self.approved += answer.approve
        self.rejected += not answer.approve
        self.remarked += bool(answer.findings)
        self.sides += len({finding.seat for finding in answer.findings if finding.seat})


class Survival:
    """Gathers the survival table from a stream of records. Only the current panel's reviews count."""

    def __init__(self) -> None:
        self._reviewed = self._sides = 0
        self._critics: dict[str, _Tally] = {}
        self._decided: Counter[str] = Counter()

    def add(self, record: Record) -> None:
        if record.review is None:
            return
        self._reviewed += 1
        self._sides += len(record.dialogue.cast)
        self._decided[record.review.decision.outcome] += 1
        alive = True
        for ballot in record.review.ballots:
            tally = self._tally(ballot)
            tally.add(ballot.answer)
            if alive and _rejects(ballot):
                tally.fell += 1
                alive = False

    def _tally(self, ballot: Ballot) -> _Tally:
        if ballot.critic not in self._critics:
            self._critics[ballot.critic] = _Tally(ballot.role, ballot.optional)
        return self._critics[ballot.critic]

    def table(self) -> SurvivalTable:
        rows, left = [], self._reviewed
        for critic, tally in self._critics.items():
            left -= tally.fell
            rows.append(_row(critic, tally, left / self._reviewed))
        return SurvivalTable(self._reviewed, self._sides, tuple(rows), dict(self._decided))


def _rejects(ballot: Ballot) -> bool:
    return ballot.role is not SeatKind.ADVISE and isinstance(ballot.answer, Verdict) and not ballot.answer.approve


def _row(critic: str, tally: _Tally, survival: float) -> CriticRow:
    return CriticRow(
        critic=critic,
        role=tally.role.value,
        optional=tally.optional,
        approved=tally.approved,
        rejected=tally.rejected,
        failed=tally.abstained[Why.FAILED],
        skipped=tally.abstained[Why.SKIPPED],
        not_applicable=tally.abstained[Why.NOT_APPLICABLE],
        why=tally.why,
        remarked=tally.remarked,
        sides=tally.sides,
        survival=survival,
    )


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """What became of the tries of one attempt (0: the first; 1: made again once; ...)."""

    attempt: int
    tries: int
    rejections: Mapping[str, int]
    """Rejected tries by the critics that the panel's decision names; one try may count for several."""
    outcomes: Mapping[str, int]
    accepted_so_far: int
    """Accepted in this attempt and all before it."""

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


class Attempts:
    """Gathers the filter-by-iteration table (PSYDIAL, Han et al. 2024, Table 4): attempt x critic."""

    def __init__(self) -> None:
        self._outcomes: dict[int, Counter[str]] = {}
        self._rejections: dict[int, Counter[str]] = {}

    def add(self, record: Record) -> None:
        """A try that is not settled does not count."""
        if record.outcome is None:
            return
        attempt = record.dialogue.place.attempt if record.dialogue.place else 0
        self._outcomes.setdefault(attempt, Counter())[record.outcome] += 1
        if record.outcome is Outcome.REJECTED and record.review:
            self._rejections.setdefault(attempt, Counter()).update(record.review.decision.by)

    def table(self) -> tuple[AttemptRow, ...]:
        rows, accepted = [], 0
        for attempt, outcomes in sorted(self._outcomes.items()):
            accepted += outcomes[Outcome.ACCEPTED]
            rejections = dict(self._rejections.get(attempt, {}))
            rows.append(AttemptRow(attempt, outcomes.total(), rejections, dict(outcomes), accepted))
        return tuple(rows)
