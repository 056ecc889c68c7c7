"""How does a panel decide? Pure arithmetic over ballots: their order never matters."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from math import fsum
from typing import Annotated, Any, NamedTuple, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, model_validator

from .file import text_of
from .learned import DIGITS, weighted_mean
from .learned import Weights as Weights
from .member import PanelMember
from .review import Ballot, Decision, Outcome, SeatKind
from .verdict import Abstention, Verdict, Why


class Rule(StrEnum):
    """What the voters that did not abstain have to reach."""

    MAJORITY = "majority"
    """More approvals than rejections: a tie rejects."""
    WEIGHTED = "weighted"
    """Approvals hold strictly more than half of the weight."""
    UNANIMOUS = "unanimous"
    AT_LEAST = "at-least"
    """`k` approvals."""
    MEAN = "mean"
    """A weighted mean score of `t` or more."""
    LEARNED = "learned"
    """A logistic of the scores with non-negative weights reaches its threshold."""


def _read(value: Any, info: ValidationInfo) -> Any:
    """Weights, or the path of a JSON or YAML file of them, relative to the folder `base` in the validation context."""
    if not isinstance(value, str):
        return value
    from yaml import YAMLError, safe_load

    try:
        found = safe_load(text_of(value, (info.context or {}).get("base")))
    except YAMLError as error:
        raise ValueError(f"{value!r} is neither JSON nor YAML: {' '.join(str(error).split())}") from error
    if found is None:
        raise ValueError(f"the weights file {value!r} is empty; `tertulia critics calibrate` writes one")
    return found


class Voting(BaseModel):
    """The rule of a panel; in YAML a mapping, or the rule's name alone."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: Rule = Rule.MAJORITY
    """majority | weighted | unanimous | at-least (with k) | mean (with t) | learned (with weights)"""
    quorum: int | None = Field(default=None, ge=1)
    """Fewest verdicts among voters for a decision; by default all non-optional voters less one, at least 1."""
    k: int | None = Field(default=None, ge=1)
    """With at-least: how many approvals."""
    t: float | None = Field(default=None, ge=0, le=1)
    """With mean: the score to reach."""
    weights: Annotated[Weights | None, BeforeValidator(_read, json_schema_input_type=Weights | str | None)] = None
    """With learned: {bias, weights: {critic: weight}, missing: {critic: weight}, threshold}, or the path of a JSON or
    YAML file that holds it, as `tertulia critics calibrate` writes it."""

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, value: Any) -> Any:
        return {"rule": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _complete(self) -> Self:
        for name, rule in (("k", Rule.AT_LEAST), ("t", Rule.MEAN), ("weights", Rule.LEARNED)):
            given = getattr(self, name) is not None
            if given != (rule is self.rule):
                raise ValueError(f"rule {self.rule.value!r} {'takes no' if given else 'needs'} {name!r}")
        if self.weights and self.quorum and self.quorum > (heavy := sum(w > 0 for w in self.weights.weights.values())):
            raise ValueError(f"quorum {self.quorum} can't be reached: critics with a weight: {heavy}")
        return self

    def weight(self, ballot: Ballot) -> float:
        """What a voter's answer weighs under this rule; without weight a voter does not count."""
        if self.weights:
            return self.weights.weights.get(ballot.critic, 0.0)
        return ballot.weight if self.rule in (Rule.WEIGHTED, Rule.MEAN) else 1.0


class _Vote(NamedTuple):
    name: str
    verdict: Verdict
    weight: float


def decide(ballots: Iterable[Ballot], voting: Voting) -> Decision:
    """ACCEPTED, REJECTED or UNDECIDED: vetoes first, then the quorum, then the rule.

    For vote rules, turning a rejection or an abstention into an approval never rejects; for score rules, raising a
    score never rejects.
    """
    cast = sorted(ballots, key=lambda b: b.critic)
    vetoes = [b for b in cast if b.role is SeatKind.VETO and not _absent(b)]
    voters = [b for b in cast if b.role is SeatKind.VOTE and voting.weight(b) > 0]
    votes = [_Vote(b.critic, b.answer, voting.weight(b)) for b in voters if isinstance(b.answer, Verdict)]
    score = _mean(votes or [_Vote(b.critic, b.answer, 1.0) for b in vetoes if isinstance(b.answer, Verdict)])
    return _vetoed(vetoes, score) or _short(voters, len(votes), voting, score) or _ruled(votes, voting, score)


def presume(ballots: Iterable[Ballot], missing: Iterable[PanelMember], voting: Voting) -> Decision:
    """The decision if those who have still to answer approve with score 1.

    Decisions are monotone: what is not ACCEPTED here will not be, whatever they answer.
    """
    best = Verdict(approve=True, score=1.0)
    return decide([*ballots, *(member.ballot(best) for member in missing)], voting)


def _absent(ballot: Ballot) -> bool:
    answer = ballot.answer
    return ballot.optional and isinstance(answer, Abstention) and answer.kind is Why.SKIPPED


def _vetoed(vetoes: Sequence[Ballot], score: float) -> Decision | None:
    against = _names(b.critic for b in vetoes if isinstance(b.answer, Verdict) and not b.answer.approve)
    if against:
        return Decision(Outcome.REJECTED, against, f"vetoed by {', '.join(against)}", score)
    broken = _names(b.critic for b in vetoes if _broke(b.answer))
    if broken:
        return Decision(Outcome.UNDECIDED, broken, f"no verdict from the veto of {', '.join(broken)}", score)
    return None


def _broke(answer: Verdict | Abstention) -> bool:
    return isinstance(answer, Abstention) and answer.kind is not Why.NOT_APPLICABLE


def _short(voters: Sequence[Ballot], verdicts: int, voting: Voting, score: float) -> Decision | None:
    quorum = _quorum(voters, voting)
    if verdicts >= quorum:
        return None
    silent = _names(b.critic for b in voters if isinstance(b.answer, Abstention) and not _absent(b))
    verdict = "verdict" if verdicts == 1 else "verdicts"
    return Decision(Outcome.UNDECIDED, silent, f"{verdicts} {verdict} of voters, the quorum is {quorum}", score)


def _quorum(voters: Sequence[Ballot], voting: Voting) -> int:
    """Without voters on the panel there is nothing to reach, but by a learned vote, which needs a score; fewer than `k`
    can't give `k` approvals."""
    if not voters:
        return 1 if voting.weights else 0
    firm, present = sum(not voter.optional for voter in voters), any(not _absent(voter) for voter in voters)
    usual = max(1, firm - 1) if present or voting.weights else 0
    return max(usual if voting.quorum is None else voting.quorum, voting.k or 0)


def _ruled(votes: Sequence[_Vote], voting: Voting, score: float) -> Decision:
    if not votes:
        return Decision(Outcome.ACCEPTED, (), "no voters", score)
    reached, why = _reached(votes, voting, score)
    if reached:
        return Decision(Outcome.ACCEPTED, (), why, score)
    return Decision(Outcome.REJECTED, _names(v.name for v in votes if not v.verdict.approve), why, score)


def _reached(votes: Sequence[_Vote], voting: Voting, score: float) -> tuple[bool, str]:
    """Whether the rule's mark is reached, and the figures."""
    approvals = sum(vote.verdict.approve for vote in votes)
    count = f"{approvals} of {len(votes)} approve"
    match voting.rule:
        case Rule.MAJORITY:
            return approvals * 2 > len(votes), count
        case Rule.UNANIMOUS:
            return approvals == len(votes), count
        case Rule.AT_LEAST:
            return approvals >= (voting.k or 1), f"{count}, {voting.k} are needed"
        case Rule.WEIGHTED:
            share = _share(votes)
            return share > 0.5, f"approvals weigh {share:.3g} of 1"
        case Rule.MEAN:
            return score >= (voting.t or 0.0), f"mean score {score:.3g}, {voting.t:.3g} is needed"
        case Rule.LEARNED:
            return _learned({vote.name: vote.verdict.score for vote in votes}, voting.weights)


def _learned(scores: Mapping[str, float], learned: Weights | None) -> tuple[bool, str]:
    assert learned is not None
    good = learned.good(scores)
    silent = f" (abstaining counts: {', '.join(told)})" if (told := learned.silent(scores)) else ""
    return good >= learned.threshold, f"P(good) {good:.3g}, {learned.threshold:.3g} is needed{silent}"


def _share(votes: Sequence[_Vote]) -> float:
    """Share of the weight that approves. `fsum` is exact, so the order of the ballots can't change it."""
    return _rounded(fsum(v.weight for v in votes if v.verdict.approve) / fsum(v.weight for v in votes))


def _mean(votes: Sequence[_Vote]) -> float:
    return weighted_mean({v.name: v.verdict.score for v in votes}, {v.name: v.weight for v in votes})


def _rounded(value: float) -> float:
    """So that 0.1 + 0.2 reaches 0.3, and a half is a half."""
    return min(1.0, round(value, DIGITS))


def _names(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(names))


def unheard_of(weights: Mapping[str, float], names: Iterable[str]) -> list[str]:
    """Critics to which learned weights give a weight, and that the panel does not have."""
    return sorted({name for name, weight in weights.items() if weight} - set(names))
