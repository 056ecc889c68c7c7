"""How often does a critic say what people say? Accuracy, precision and recall, ROC-AUC, Cohen's kappa."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from scipy.stats import binomtest
from sklearn.metrics import cohen_kappa_score, confusion_matrix, roc_auc_score

from ...critics import Outcome, Verdict
from .matching import Labelled

LEVEL = 0.95
"""Of the interval."""


class Judged(NamedTuple):
    """What people and a judge say of one dialogue."""

    people: bool
    approve: bool
    score: float


@dataclass(frozen=True, slots=True)
class Deserts:
    """One judge against people's labels. What can't be told from these dialogues is None."""

    name: str
    role: str
    judged: int
    """Labelled dialogues on which it gave a verdict."""
    abstained: int
    right_accepts: int
    """It approves, and so do people."""
    wrong_accepts: int
    right_rejects: int
    wrong_rejects: int
    accuracy: float | None
    """Share on which it says what people say."""
    low: float | None
    high: float | None
    """Wilson's interval of the accuracy, 95 %."""
    auc: float | None
    """Chance that of two dialogues the one that people accept has the higher score: 0.5 is a coin."""
    kappa: float | None
    """Cohen's: agreement beyond chance, 1 is perfect, 0 is none."""

    @property
    def approval_precision(self) -> float | None:
        """Of what it approves, the share that people accept."""
        return _share(self.right_accepts, self.wrong_accepts)

    @property
    def approval_recall(self) -> float | None:
        """Of what people accept, the share that it approves."""
        return _share(self.right_accepts, self.wrong_rejects)

    @property
    def rejection_precision(self) -> float | None:
        """Of what it rejects, the share that people reject."""
        return _share(self.right_rejects, self.wrong_rejects)

    @property
    def rejection_recall(self) -> float | None:
        """Of what people reject, the share that it rejects."""
        return _share(self.right_rejects, self.wrong_accepts)

    def to_dict(self) -> dict[str, Any]:
        shares = ("approval_precision", "approval_recall", "rejection_precision", "rejection_recall")
        return {**asdict(self), **{name: getattr(self, name) for name in shares}}


def critics_deserts(labelled: Sequence[Labelled]) -> list[Deserts]:
    """Of each critic, in panel order."""
    roles = {b.critic: b.role.value for one in labelled for b in one.review.ballots}
    return [deserts(name, role, _verdicts(name, labelled), len(labelled)) for name, role in roles.items()]


def panel_deserts(labelled: Sequence[Labelled]) -> Deserts:
    """Of the panel as it decides now; what is undecided is not accepted."""
    judged = [
        Judged(one.accept, one.review.decision.outcome is Outcome.ACCEPTED, one.review.decision.score)
        for one in labelled
    ]
    return deserts("the whole panel", "", judged, len(labelled))


def deserts(name: str, role: str, judged: Sequence[Judged], labels: int) -> Deserts:
    """The figures of one judge, from what it gave a verdict on."""
    people, approved = [one.people for one in judged], [one.approve for one in judged]
    (right_no, wrong_yes), (wrong_no, right_yes) = (
        confusion_matrix(people, approved, labels=[False, True]).tolist() if judged else ((0, 0), (0, 0))
    )
    interval = binomtest(right_yes + right_no, len(judged)).proportion_ci(LEVEL, "wilson") if judged else None
    return Deserts(
        name=name,
        role=role,
        judged=len(judged),
        abstained=labels - len(judged),
        right_accepts=right_yes,
        wrong_accepts=wrong_yes,
        right_rejects=right_no,
        wrong_rejects=wrong_no,
        accuracy=(right_yes + right_no) / len(judged) if judged else None,
        low=float(interval.low) if interval else None,
        high=float(interval.high) if interval else None,
        auc=auc(people, [one.score for one in judged]),
        kappa=float(cohen_kappa_score(people, approved)) if len({*people, *approved}) > 1 else None,
    )


def auc(people: Sequence[bool], scores: Sequence[float]) -> float | None:
    """ROC-AUC; None where people say the same of all."""
    return float(roc_auc_score(people, scores)) if len(set(people)) > 1 else None


def _verdicts(name: str, labelled: Iterable[Labelled]) -> list[Judged]:
    answers = (
        (one.accept, ballot.answer) for one in labelled for ballot in one.review.ballots if ballot.critic == name
    )
    return [Judged(people, a.approve, a.score) for people, a in answers if isinstance(a, Verdict)]


def _share(part: int, rest: int) -> float | None:
    return part / (part + rest) if part + rest else None
