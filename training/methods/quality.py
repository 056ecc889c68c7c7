"""How well does a reader read texts that it has not learned from?"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import pearsonr
from sklearn.metrics import balanced_accuracy_score, roc_auc_score

from ...personas import Trait
from .words import varies

DIGITS = 4
LEAST = 3
"""Texts from which a correlation is told."""

Array = NDArray[np.float64]


def levels_quality(read: Array, truth: Array, means: Array) -> dict[str, Any]:
    """By trait, over the texts whose level is known: `read` and `truth` (texts, traits), NaN where it is not. A trait
    that everybody has at the training part's mean is left out: there is nothing to read.

    `mae`: mean distance in levels, 0 to 10, beside that of always saying the mean of the training part; `correlation`:
    Pearson's; `pole_accuracy`: of the texts whose level is not 0, the share that is read on its side (P-ACC of Han et
    al. 2024 asks for the same). None where there is nothing to tell it from.
    """
    return {
        trait.value: _trait(read[known, at], truth[known, at], float(means[at]))
        for at, trait in enumerate(Trait)
        if (truth[known := ~np.isnan(truth[:, at]), at] != means[at]).any()
    }


def _trait(read: Array, truth: Array, mean: float) -> dict[str, Any]:
    leaning = truth != 0
    right = np.sign(read[leaning]) == np.sign(truth[leaning])
    tells = len(truth) >= LEAST and varies(truth) and varies(read)
    return {
        "texts": len(truth),
        "mae": round(float(np.abs(read - truth).mean()), DIGITS),
        "mae_of_mean": round(float(np.abs(mean - truth).mean()), DIGITS),
        "correlation": round(float(pearsonr(read, truth).statistic), DIGITS) if tells else None,
        "pole_accuracy": round(float(right.mean()), DIGITS) if len(right) else None,
        "leaning": int(leaning.sum()),
    }


def labels_quality(accept: Array, truth: Array) -> dict[str, Any]:
    """`accept`: probability of `accept`; `truth`: 1 where people do. Empty where there is no text.

    `balanced_accuracy` at probability 0.5: mean of the shares of good and bad dialogues that are read right, 0.5 is a
    coin; `auc`: ROC-AUC. None where the texts have one label only.
    """
    if not len(truth):
        return {}
    both = varies(truth)
    return {
        "texts": len(truth),
        "accepted": int(truth.sum()),
        "accuracy": round(float(((accept >= 0.5) == (truth == 1)).mean()), DIGITS),
        "balanced_accuracy": round(float(balanced_accuracy_score(truth, accept >= 0.5)), DIGITS) if both else None,
        "auc": round(float(roc_auc_score(truth, accept)), DIGITS) if both else None,
    }
