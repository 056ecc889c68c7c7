"""How varied are the dialogues of one round, as a whole and without each of them?

Each function gives (measure, the measure without the first dialogue, without the second, ...), in one pass over their
words; the second part is empty where a measure without one of them has no meaning.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from math import fsum, log2, sqrt

from .wording import Wording

Measured = tuple[float, list[float]]


def distinct_2(wordings: Sequence[Wording]) -> Measured:
    """Different word pairs over all word pairs, 0 to 1 (distinct-2, Li et al. 2016)."""
    owners = Counter(pair for wording in wordings for pair in set(wording.bigrams))
    totals = [len(wording.bigrams) for wording in wordings]
    alone = [sum(owners[pair] == 1 for pair in set(wording.bigrams)) for wording in wordings]
    total, different = sum(totals), len(owners)
    without = [_ratio(different - own, total - size) for own, size in zip(alone, totals, strict=True)]
    return _ratio(different, total), without if len(wordings) > 1 else []


def mean_similarity(wordings: Sequence[Wording]) -> Measured:
    """Mean over all pairs of dialogues of the cosine of their word sets, 0 to 1.

    With unit vectors v of n word sets, the sum over pairs is (|sum of v|^2 - n) / 2: no pair is looked at.
    """
    weight: defaultdict[str, float] = defaultdict(float)
    for wording in wordings:
        unit = _unit(wording)
        for word in wording.vocabulary:
            weight[word] += unit
    together = fsum(value * value for value in weight.values())
    count, filled = len(wordings), sum(bool(wording.vocabulary) for wording in wordings)
    without = [_without(wording, weight, together, filled, count) for wording in wordings] if count > 2 else []
    return _mean(together - filled, count), without


def _unit(wording: Wording) -> float:
    """Each coordinate of the unit vector of a word set."""
    return 1 / sqrt(len(wording.vocabulary) or 1)


def _without(wording: Wording, weight: Mapping[str, float], together: float, filled: int, count: int) -> float:
    own = bool(wording.vocabulary)
    shared = fsum(weight[word] for word in wording.vocabulary) * _unit(wording)
    return _mean(together - 2 * shared + own - (filled - own), count - 1)


def _mean(ordered_pairs: float, count: int) -> float:
    return ordered_pairs / (count * (count - 1)) if count > 1 else 0.0


def opener_entropy(wordings: Sequence[Wording]) -> Measured:
    """Shannon entropy of the openers in bits: 0 when all open alike, log2(n) when all n open differently."""
    openers = [wording.opener for wording in wordings]
    counts = Counter(openers)
    load = fsum(map(_load, counts.values()))
    count = len(openers)
    without = [
        _entropy(load - _load(counts[opener]) + _load(counts[opener] - 1), count - 1) for opener in openers if count > 1
    ]
    return _entropy(load, count), without


def _load(count: int) -> float:
    return count * log2(count) if count else 0.0


def _entropy(load: float, count: int) -> float:
    return max(0.0, log2(count) - load / count) if count else 0.0


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
