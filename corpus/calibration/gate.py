"""Which weights make the critics' scores say what people say? L2 logistic regression, no weight below zero."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from ...critics import SeatKind, Verdict, Voting, decide
from ...critics.learned import Weights
from .matching import Labelled

Array = NDArray[np.float64]

DIGITS = 4
"""Of weights in a file."""
FLAT = 1e-3
"""Deviation of the scores below which a critic tells nothing apart."""
SLIGHT = 0.01
"""A critic that moves the vote by less, for one deviation of its score, is left out."""


@dataclass(frozen=True, slots=True)
class Scores:
    """What the critics give labelled dialogues, and what people say."""

    names: tuple[str, ...]
    scores: Array
    """(dialogues, critics), 0 to 1; NaN where a critic gives no verdict."""
    silent: NDArray[np.bool_]
    """(dialogues, critics): where one abstains. One that was not asked, because the dialogue fell before, is not
    silent: it counts as its mean score, else the gate would learn who was rejected."""
    people: NDArray[np.bool_]
    """(dialogues,): whether people accept it."""

    def part(self, rows: Any) -> "Scores":
        return Scores(self.names, self.scores[rows], self.silent[rows], self.people[rows])

    def __len__(self) -> int:
        return len(self.people)


class Fitted(NamedTuple):
    """P(good) = logistic(bias + weights . scores + missing . abstentions)."""

    bias: float
    weights: Array
    missing: Array
    mean: Array
    """Of each critic's scores."""
    pull: Array
    """By how much each critic moves the logit for one standard deviation of its score."""

    def good(self, table: Scores) -> Array:
        """(dialogues,) P(good)."""
        told = np.where(np.isnan(table.scores), self.mean, table.scores)
        logit = self.bias + np.where(table.silent, 0.0, told) @ self.weights + table.silent @ self.missing
        return np.asarray(expit(logit), dtype=np.float64)


def voters(labelled: Sequence[Labelled]) -> tuple[str, ...]:
    """Names of the critics that vote, in panel order."""
    seats = {b.critic: b.role for one in labelled for b in one.review.ballots}
    return tuple(name for name, role in seats.items() if role is SeatKind.VOTE)


def voted(labelled: Sequence[Labelled], names: Sequence[str], vetoes: bool = True) -> list[Labelled]:
    """Those that come to a vote of these critics: one of them gave a verdict and, with `vetoes`, no veto stops it."""
    heard = (one for one in labelled if not (vetoes and _stopped(one)))
    return sorted((one for one in heard if not _scores(one).keys().isdisjoint(names)), key=lambda one: one.id)


def _stopped(one: Labelled) -> bool:
    vetoes = [ballot for ballot in one.review.ballots if ballot.role is SeatKind.VETO]
    return bool(decide(vetoes, Voting()).by)


def _scores(one: Labelled) -> dict[str, float]:
    return {b.critic: b.answer.score for b in one.review.ballots if isinstance(b.answer, Verdict)}


def scores_of(labelled: Sequence[Labelled], names: Sequence[str]) -> Scores:
    given = [_scores(one) for one in labelled]
    asked = [{ballot.critic for ballot in one.review.ballots} for one in labelled]
    shape = len(labelled), len(names)
    table = np.array([[row.get(name, np.nan) for name in names] for row in given], dtype=np.float64).reshape(shape)
    heard = np.array([[name in row for name in names] for row in asked], dtype=np.bool_).reshape(shape)
    people = np.array([one.accept for one in labelled], dtype=np.bool_)
    return Scores(tuple(names), table, np.isnan(table) & heard, people)


def fit(table: Scores, strength: float) -> Fitted:
    """The weights of least log-loss + strength / 2 x (sum of squares).

    Penalised are the weights of standardised scores, and by how much an abstention differs from that critic's mean
    score. No weight is negative; no abstention is worth more than a score of 1, so that votes stay monotone; else its
    sign is free. `strength` > 0 is 1 / C of scikit-learn.
    """
    kept = np.flatnonzero(_spread(table.scores) > FLAT)
    while True:
        fitted = _fit(table.scores[:, kept], table.silent[:, kept], table.people, strength)
        firm = fitted.pull >= SLIGHT
        if firm.all():
            return _wide(fitted, kept, len(table.names))
        kept = kept[firm]


def _fit(scores: Array, abstain: NDArray[np.bool_], people: NDArray[np.bool_], strength: float) -> Fitted:
    """Of critics that tell something apart. Over bias, weights w >= 0, and for each critic how far (u >= 0) its
    abstention lies below a score of 1."""
    count = scores.shape[1]
    silent = abstain.astype(np.float64)
    mean, spread = _mean(scores), _spread(scores)
    moved = np.where(np.isnan(scores), 0.0, (scores - mean) / spread)
    room = (1.0 - mean) / spread
    sign = np.where(people, 1.0, -1.0)

    def cost(theta: Array) -> tuple[float, Array]:
        w, u = theta[1 : count + 1], theta[count + 1 :]
        apart = room * w - u
        margin = sign * (theta[0] + moved @ w + silent @ apart)
        slope = -sign * expit(-margin)
        of_apart = silent.T @ slope + strength * apart
        gradient = [[slope.sum()], moved.T @ slope + strength * w + room * of_apart, -of_apart]
        value = np.logaddexp(0.0, -margin).sum() + strength / 2 * (w @ w + apart @ apart)
        return float(value), np.concatenate(gradient)

    bounds = [(None, None)] + [(0.0, None)] * (2 * count)
    found = minimize(
        cost, np.zeros(2 * count + 1), jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 2000}
    )
    w, u = found.x[1 : count + 1], found.x[count + 1 :]
    weights = w / spread
    return Fitted(float(found.x[0] - weights @ mean), weights, weights - u, mean, w)


def _wide(fitted: Fitted, kept: NDArray[np.intp], count: int) -> Fitted:
    """With nought for the critics that are left out."""
    columns = []
    for values in fitted[1:]:
        columns.append(np.zeros(count))
        columns[-1][kept] = values
    return Fitted(fitted.bias, *columns)


def _mean(scores: Array) -> Array:
    given = ~np.isnan(scores)
    return np.asarray(np.where(given, scores, 0.0).sum(axis=0) / np.maximum(given.sum(axis=0), 1), dtype=np.float64)


def _spread(scores: Array) -> Array:
    """Standard deviation of each critic's scores."""
    return np.sqrt(_mean((scores - _mean(scores)) ** 2))


def weights_of(table: Scores, fitted: Fitted, threshold: float, about: dict[str, Any]) -> Weights:
    """As a file has them; `missing` for critics that were seen to abstain."""
    weights = dict(zip(table.names, map(_rounded, fitted.weights), strict=True))
    abstains = dict(zip(table.names, table.silent.sum(axis=0).tolist(), strict=True))
    missing = {
        name: min(_rounded(value), weights[name])
        for name, value in zip(table.names, fitted.missing, strict=True)
        if abstains[name] and weights[name]
    }
    return Weights(bias=_rounded(fitted.bias), weights=weights, missing=missing, threshold=threshold, about=about)


def _rounded(value: float) -> float:
    return round(float(value), DIGITS)
