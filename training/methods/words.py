"""Which words tell the traits, or the label? Linear weights, as strong as cross-validation finds best."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GroupKFold, StratifiedGroupKFold
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from ...models.local.wordbag import Bag, features, vectorizers

STRENGTHS = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
"""Of the L2 penalty, tried by cross-validation."""
FOLDS = 5
OFTEN = 200
"""Texts from which an n-gram has to occur in two of them to count."""

Array = NDArray[np.float64]
Parts = Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]


def fit_levels(texts: Sequence[str], levels: Array, groups: Sequence[str]) -> tuple[Bag, dict[int, float]]:
    """Ridge regressions (Hoerl and Kennard 1970), one a column of `levels` (texts, traits); NaN: not known.

    Returns the weights and by column the strength, chosen over folds that no group is in twice; a column in which
    nothing differs gets its mean as bias, and no strength. One thread: for so little, several wait for each other.
    """
    with threadpool_limits(limits=1):
        losses = _losses_of_levels(texts, levels, groups)
        words, pieces, rows = _features(texts)
        weights, bias, chosen = np.zeros((rows.shape[1], levels.shape[1])), np.zeros(levels.shape[1]), {}
        for column in range(levels.shape[1]):
            known = ~np.isnan(levels[:, column])
            bias[column] = levels[known, column].mean() if known.any() else 0.0
            if varies(levels[:, column]):
                chosen[column] = _best(losses[column])
                found = Ridge(alpha=chosen[column], solver="sparse_cg").fit(rows[known], levels[known, column])
                weights[:, column], bias[column] = found.coef_, found.intercept_
    return Bag(words, pieces, weights, bias), chosen


def fit_labels(texts: Sequence[str], labels: Array, groups: Sequence[str]) -> tuple[Bag, float]:
    """A logistic regression whose two classes weigh the same; `labels` (texts,) of 0 and 1.

    Returns the weights, of two outputs whose softmax is the probability of each class, and the strength.
    """
    with threadpool_limits(limits=1):
        strength = _best(_losses_of_labels(texts, labels, groups))
        words, pieces, rows = _features(texts)
        found = _logistic(strength).fit(rows, labels)
    half, bias = found.coef_[0] / 2, found.intercept_[0] / 2
    return Bag(words, pieces, np.stack([-half, half], axis=1), np.array([-bias, bias])), strength


def varies(values: Array) -> bool:
    """Whether there is anything to learn from a column."""
    known = values[~np.isnan(values)]
    return len(known) > 1 and bool(known.min() < known.max())


def _features(texts: Sequence[str]) -> tuple[Any, Any, Any]:
    words, pieces = vectorizers(2 if len(texts) >= OFTEN else 1)
    words.fit(texts)
    pieces.fit(texts)
    return words, pieces, features(words, pieces, texts)


def _losses_of_levels(texts: Sequence[str], levels: Array, groups: Sequence[str]) -> list[dict[float, float]]:
    """By column and strength, the sum of squared errors on texts that were held back."""
    losses = [dict.fromkeys(STRENGTHS, 0.0) for _ in range(levels.shape[1])]
    for train, test in _folds(groups):
        words, pieces, rows = _features([texts[place] for place in train])
        held = features(words, pieces, [texts[place] for place in test])
        for column, by_strength in enumerate(losses):
            learn, check = (~np.isnan(levels[part, column]) for part in (train, test))
            if not check.any() or not varies(levels[train, column]):
                continue
            for strength in STRENGTHS:
                model = Ridge(alpha=strength, solver="sparse_cg").fit(rows[learn], levels[train, column][learn])
                by_strength[strength] += float(((model.predict(held[check]) - levels[test, column][check]) ** 2).sum())
    return losses


def _losses_of_labels(texts: Sequence[str], labels: Array, groups: Sequence[str]) -> dict[float, float]:
    """By strength, the sum of log-losses on texts that were held back, each class weighing the same."""
    losses = dict.fromkeys(STRENGTHS, 0.0)
    share = labels.mean()
    weight = np.where(labels == 1, 1 / share, 1 / (1 - share))
    for train, test in _folds(groups, labels):
        if not varies(labels[train]):
            continue
        words, pieces, rows = _features([texts[place] for place in train])
        held = features(words, pieces, [texts[place] for place in test])
        for strength in STRENGTHS:
            good = _logistic(strength).fit(rows, labels[train]).predict_proba(held)[:, 1].clip(1e-9, 1 - 1e-9)
            truth = np.where(labels[test] == 1, good, 1 - good)
            losses[strength] -= float((np.log(truth) * weight[test]).sum())
    return losses


def _folds(groups: Sequence[str], labels: Array | None = None) -> Parts:
    """None where all texts belong together."""
    number = min(FOLDS, len(set(groups)))
    if number < 2:
        return iter(())
    empty = np.zeros(len(groups))
    if labels is None:
        return iter(GroupKFold(number).split(empty, groups=groups))
    fewest = int(min(labels.sum(), len(labels) - labels.sum()))
    if fewest < 2:
        return iter(())
    return iter(StratifiedGroupKFold(min(number, fewest)).split(empty, labels, groups))


def _best(losses: dict[float, float]) -> float:
    """Of equal ones the greatest: where nothing could be tried, it trusts the words least."""
    return min(reversed(STRENGTHS), key=lambda strength: round(losses[strength], 6))


def _logistic(strength: float) -> LogisticRegression:
    return LogisticRegression(C=1 / strength, class_weight="balanced", max_iter=1000)
