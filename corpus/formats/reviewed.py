"""How does a review stand in JSON?"""

from collections.abc import Mapping
from typing import Any

from ...critics import Abstention, Ballot, Decision, Finding, Outcome, Review, SeatKind, Verdict, Why

_FINDING = ("text", "turn", "seat", "sentence", "span")


def review_to(review: Review) -> dict[str, Any]:
    """Plain JSON data; `review_from` gives the review back."""
    decision = review.decision
    return {
        "dialogue": review.dialogue,
        "panel": review.panel,
        "complete": review.complete,
        "ballots": [_ballot_to(ballot) for ballot in review.ballots],
        "decision": {
            "outcome": decision.outcome,
            "by": list(decision.by),
            "why": decision.why,
            "score": decision.score,
        },
    }


def review_from(values: Mapping[str, Any]) -> Review:
    """Raises KeyError, TypeError or ValueError for what `review_to` did not make."""
    decided = values["decision"]
    return Review(
        dialogue=values["dialogue"],
        panel=values["panel"],
        complete=values["complete"],
        ballots=tuple(_ballot_from(ballot) for ballot in values["ballots"]),
        decision=Decision(Outcome(decided["outcome"]), tuple(decided["by"]), decided["why"], decided["score"]),
    )


def _ballot_to(ballot: Ballot) -> dict[str, Any]:
    return {
        "critic": ballot.critic,
        "role": ballot.role,
        "weight": ballot.weight,
        "optional": ballot.optional,
        "answer": _answer_to(ballot.answer),
    }


def _ballot_from(values: Mapping[str, Any]) -> Ballot:
    return Ballot(
        critic=values["critic"],
        answer=_answer_from(values["answer"]),
        role=SeatKind(values["role"]),
        weight=values["weight"],
        optional=values["optional"],
    )


def _answer_to(answer: Verdict | Abstention) -> dict[str, Any]:
    if isinstance(answer, Abstention):
        return {"abstains": answer.kind, "why": answer.why}
    return {
        "approve": answer.approve,
        "score": answer.score,
        "findings": [{name: getattr(finding, name) for name in _FINDING} for finding in answer.findings],
        "advice": dict(answer.advice),
        **({"figures": dict(answer.figures)} if answer.figures else {}),
    }


def _answer_from(values: Mapping[str, Any]) -> Verdict | Abstention:
    if "abstains" in values:
        return Abstention(Why(values["abstains"]), values["why"])
    findings = tuple(Finding(**finding) for finding in values["findings"])
    return Verdict(values["approve"], values["score"], findings, values["advice"], values.get("figures", {}))
