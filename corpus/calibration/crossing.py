"""Does a learned gate hold for dialogues that it was not fitted to? Cross-validation, twice nested."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest
from sklearn.metrics import log_loss
from sklearn.model_selection import StratifiedKFold
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from .deserving import LEVEL, auc
from .gate import Array, Fitted, Scores, fit

STRENGTHS = (0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
"""Of the L2 penalty, tried by cross-validation."""
FEWEST_ACCEPTED = 5
"""A threshold that lets fewer pass says nothing of its precision."""
DIGITS = 4

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Standing:
    """How well one way to decide does on the labelled dialogues that come to a vote."""

    name: str
    accuracy: float
    low: float
    high: float
    """Wilson's interval of the accuracy, 95 %."""
    balanced: float
    """Mean of the shares of good and of bad dialogues that are decided right: 0.5 is a coin."""
    auc: float | None
    log_loss: float | None
    """Natural, of P(good); None for what gives no probability."""
    accepts: float
    """Share that it accepts."""
    precision: float | None
    """Of what it accepts, the share that people accept."""
    recall: float | None
    """Of what people accept, the share that it accepts."""

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


class Crossed(NamedTuple):
    """A gate, and how gates that are made in the same way do on dialogues that were held back."""

    fitted: Fitted
    threshold: float
    strength: float
    folds: int
    held_back: Standing
    reaches: bool
    """Whether a threshold reaches the precision that was asked for."""


def cross(table: Scores, folds: int, seed: int, precision: float | None = None) -> Crossed:
    """Fit a gate; the strength and the threshold are chosen by cross-validation.

    How well it does is measured on dialogues that neither weights nor strength nor threshold were chosen on: the
    choice is made again within each fold. `precision` (0 to 1): the lowest threshold that reaches it; without one, the
    threshold of the best balanced accuracy. One thread: for arrays so small, several would only wait for each other.
    """
    with threadpool_limits(limits=1):
        return _cross(table, min(folds, _fewest(table)), seed, precision)


def _cross(table: Scores, folds: int, seed: int, precision: float | None) -> Crossed:
    good, accepts = np.empty(len(table)), np.empty(len(table), dtype=np.bool_)
    for train, test in _splits(table.people, folds, seed):
        part = table.part(train)
        strength, inner = _strongest(part, min(folds, _fewest(part)), seed)
        threshold = _threshold(part.people, inner, precision)[0]
        good[test] = fit(part, strength).good(table.part(test))
        accepts[test] = good[test] >= threshold
    strength, outer = _strongest(table, folds, seed)
    threshold, reaches = _threshold(table.people, outer, precision)
    held_back = standing("learned vote", table.people, accepts, good, probable=True)
    return Crossed(fit(table, strength), threshold, strength, folds, held_back, reaches)


def _fewest(table: Scores) -> int:
    """Dialogues of the rarer kind."""
    return int(min(table.people.sum(), (~table.people).sum()))


def _splits(people: Bools, folds: int, seed: int) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    kind = StratifiedKFold(folds, shuffle=True, random_state=seed % 2**32)
    return iter(kind.split(np.zeros(len(people)), people))


def _strongest(table: Scores, folds: int, seed: int) -> tuple[float, Array]:
    """The strength of least log-loss on held-back folds, and P(good) there; of equal ones the greatest."""
    tried = [(strength, _held_back(table, strength, folds, seed)) for strength in reversed(STRENGTHS)]
    return min(tried, key=lambda one: round(_loss(table.people, one[1]), 6))


def _held_back(table: Scores, strength: float, folds: int, seed: int) -> Array:
    good = np.empty(len(table))
    for train, test in _splits(table.people, folds, seed):
        good[test] = fit(table.part(train), strength).good(table.part(test))
    return good


def _loss(people: Bools, good: Array) -> float:
    return float(log_loss(people, good, labels=[False, True]))


def _threshold(people: Bools, good: Array, precision: float | None) -> tuple[float, bool]:
    """(threshold, whether the precision is reached; else the best balanced accuracy decides)."""
    marks = _marks(good)
    if precision is not None:
        for mark in marks:
            accepts = good >= mark
            if accepts.sum() >= FEWEST_ACCEPTED and people[accepts].mean() >= precision:
                return mark, True
    best = max(marks, key=lambda mark: (round(_balanced(people, good >= mark), 9), -abs(mark - 0.5)))
    return best, precision is None


def _marks(good: Array) -> list[float]:
    """All thresholds that differ: halfway between neighbours, and below the least."""
    values = np.unique(np.round(good, DIGITS))
    between = np.round((values[1:] + values[:-1]) / 2, DIGITS + 1)
    return [0.0, *map(float, between)]


def _balanced(people: Bools, accepts: Bools) -> float:
    return float((accepts[people].mean() + (~accepts[~people]).mean()) / 2)


def standing(
    name: str, people: Bools, accepts: Bools, scores: Sequence[float] | Array | None, probable: bool = False
) -> Standing:
    """`scores` order the dialogues; with `probable` they are P(good)."""
    right = int((people == accepts).sum())
    interval = binomtest(right, len(people)).proportion_ci(LEVEL, "wilson")
    given = None if scores is None else np.asarray(scores, dtype=np.float64)
    return Standing(
        name=name,
        accuracy=right / len(people),
        low=float(interval.low),
        high=float(interval.high),
        balanced=_balanced(people, accepts),
        auc=0.5 if given is None else auc(people.tolist(), given.tolist()),
        log_loss=_loss(people, given) if probable and given is not None else None,
        accepts=float(accepts.mean()),
        precision=float(people[accepts].mean()) if accepts.any() else None,
        recall=float(accepts[people].mean()),
    )


def majority(people: Bools) -> Standing:
    """Always what most people say; its P(good) is the share that they accept."""
    share = float(people.mean())
    said = np.full(len(people), share >= 0.5)
    name = f"always {'accept' if share >= 0.5 else 'reject'}"
    return standing(name, people, said, np.full(len(people), share), probable=True)
