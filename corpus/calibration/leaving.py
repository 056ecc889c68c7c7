"""What would the panel decide without one of its critics? The same arithmetic again, and no new call."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ...critics import Ballot, Decision, Outcome, PanelMember, Review, SeatKind, Verdict, Voting, decide
from ..record import RunInfo

CONTENT = Verdict(approve=True, score=1.0)

_NEEDED = re.compile(
    r"(?:, (?P<k>\d+) are needed|mean score \S+, (?P<t>[\d.]+) is needed|the quorum is (?P<quorum>\d+))"
)


@dataclass(frozen=True)
class Bench:
    """A panel as its reviews show it: who sits on it, and by which rule they decide."""

    seats: tuple[Ballot, ...]
    """Everybody with an answer that approves, score 1."""
    voting: Voting | None
    """None where it is not known."""

    def ballots(self, review: Review) -> tuple[Ballot, ...]:
        """Of all critics. Those of the whole round that are not asked yet are taken to approve: what the others reject
        never comes before them."""
        answered = {ballot.critic for ballot in review.ballots}
        return (*review.ballots, *(seat for seat in self.seats if seat.critic not in answered))


def waits(review: Review) -> bool:
    """Whether critics of the whole round may still reject it."""
    return not review.complete and accepted(review.decision)


def decided_without(ballots: Sequence[Ballot], critic: str, voting: Voting) -> Decision:
    """The decision of the others. A quorum or `k` that they are too few for is lowered to their number; to a learned
    vote the critic is one that abstains."""
    left = [ballot for ballot in ballots if ballot.critic != critic]
    voters = sum(ballot.role is SeatKind.VOTE and voting.weight(ballot) > 0 for ballot in left)
    most = max(1, voters)
    lowered = {name: min(given, most) for name in ("quorum", "k") if (given := getattr(voting, name)) is not None}
    return decide(left, voting.model_copy(update=lowered) if lowered else voting)


def seats_of(reviews: Iterable[Review]) -> tuple[Ballot, ...]:
    """Everybody who answers in these reviews."""
    return tuple({b.critic: replace(b, answer=CONTENT) for review in reviews for b in review.ballots}.values())


def members_of(info: RunInfo) -> tuple[Ballot, ...]:
    """Everybody on the run's own panel."""
    entries = info.scenario.get("critics", {}).get("panel", ())
    return tuple(PanelMember.model_validate(entry).ballot(CONTENT) for entry in entries)


def voting_of(info: RunInfo) -> Voting:
    """The rule of the run's own panel."""
    return Voting.model_validate(info.scenario.get("critics", {}).get("voting", {}))


def rule_behind(reviews: Sequence[Review], likely: Voting) -> Voting | None:
    """The rule that gives every one of these decisions again; None where none does.

    A ledger has the scenario of its own panel alone; of another panel it has what was decided, and why.
    """
    seats = seats_of(reviews)
    rules = (likely, *_rules(reviews))
    return next((voting for voting in rules if all(_explains(Bench(seats, voting), one) for one in reviews)), None)


def _explains(bench: Bench, review: Review) -> bool:
    assert bench.voting is not None
    told, known = decide(bench.ballots(review), bench.voting), review.decision
    return (told.outcome, told.why, told.by) == (known.outcome, known.why, known.by)


def _rules(reviews: Iterable[Review]) -> Iterator[Voting]:
    """The plain rules, with the figures that the decisions name."""
    said = [found.groupdict() for review in reviews if (found := _NEEDED.search(review.decision.why))]
    k, t, quorum = (next((one[name] for one in said if one[name]), None) for name in ("k", "t", "quorum"))
    for fewest in dict.fromkeys((None, *([int(quorum)] if quorum else []))):
        yield from (
            Voting.model_validate({"rule": rule, "quorum": fewest}) for rule in ("majority", "weighted", "unanimous")
        )
        if k:
            yield Voting.model_validate({"rule": "at-least", "k": int(k), "quorum": fewest})
        if t:
            yield Voting.model_validate({"rule": "mean", "t": float(t), "quorum": fewest})


def rejects(ballot: Ballot) -> bool:
    """Whether it counts against the dialogue: an adviser's word never does."""
    return ballot.role is not SeatKind.ADVISE and getattr(ballot.answer, "approve", True) is False


def accepted(decision: Decision) -> bool:
    return decision.outcome is Outcome.ACCEPTED
