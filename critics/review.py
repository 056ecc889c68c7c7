"""What did one panel make of one dialogue?"""

from dataclasses import dataclass
from enum import StrEnum

from .verdict import Abstention, Verdict


class SeatKind(StrEnum):
    """How a critic's answer counts."""

    VOTE = "vote"
    VETO = "veto"
    ADVISE = "advise"


class Outcome(StrEnum):
    """What became of a try, or of a dialogue under a panel."""

    ACCEPTED = "accepted"
    PASSED_OVER = "passed-over"
    REJECTED = "rejected"
    UNDECIDED = "undecided"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Ballot:
    """One critic's answer, as the panel counts it."""

    critic: str
    """Its name on the panel."""
    answer: Verdict | Abstention
    role: SeatKind = SeatKind.VOTE
    weight: float = 1.0
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """The panel's arithmetic, done: ACCEPTED, REJECTED or UNDECIDED, by whom and why."""

    outcome: Outcome
    by: tuple[str, ...] = ()
    """The critics that made it so: vetoes or rejecting voters; for undecided, those that are missing."""
    why: str = ""
    score: float = 0.0
    """Weighted mean score of the voters, 0 to 1; for choosing among candidates."""


@dataclass(frozen=True, slots=True)
class Review:
    """One panel's verdicts on one dialogue, and the decision."""

    dialogue: str
    panel: str
    """Fingerprint of the panel: critics, options, voting."""
    ballots: tuple[Ballot, ...]
    decision: Decision
    complete: bool = True
    """False while corpus critics have still to answer at the round's barrier."""
