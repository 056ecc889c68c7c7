"""Who sits together when more than two do? Groups cut from the graph of who suits whom."""

from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...models.errors import Mistake
from ...models.stream import stream
from .matching import NOISE
from .seating import Seating

Group = tuple[int, ...]
"""People's numbers, as many as there are seats."""
SMALL = 64
"""People of whom all eigenvectors take no longer than one."""
TOLERANCE = 1e-8
"""Of the eigenvalue: who sits on which side is settled long before the last digits."""

Weights = NDArray[Any]
"""(people, people), symmetric."""


def groups(weights: Weights, seating: Seating, cut: str, seed: int, round: int) -> Iterator[list[Group]]:
    """Without an end: the people cut into groups of one a seat, again and again; two who have met weigh less the next
    time. `cut`: `greedy` grows each group around the heaviest edge left, `spectral` bisects by the Fiedler vector
    and grows groups of those who are left over.
    Everybody of a group shares an edge with somebody of it; who can't is left out. Raises Mistake where no group can be
    had."""
    met, number = np.zeros_like(weights), 0
    while True:
        chance = stream(seed, "pairing", round, number)
        worth = weights.astype(np.int64) * NOISE // (1 + met) + _noise(weights, chance)
        free = np.ones(len(worth), dtype=bool)
        found = [] if cut == "greedy" else list(_spectral(worth, free, seating, chance))
        found += _greedy(worth, free, seating)
        if not found:
            raise Mistake(f"no {len(seating.pools)} people suit one another: lower the thresholds of `cast.pairing`")
        for group in found:
            met[np.ix_(group, group)] += 1
        chance.shuffle(found)
        yield found
        number += 1


def _noise(weights: Weights, chance: Random) -> Weights:
    rng = np.random.default_rng(chance.getrandbits(64))
    drawn = np.triu(rng.integers(0, NOISE // 2, weights.shape), 1)
    return np.where(weights > 0, drawn + drawn.T, 0)


def _greedy(worth: Weights, free: Weights, seating: Seating) -> Iterator[Group]:
    seats = len(seating.pools)
    firsts, seconds = np.nonzero(np.triu(worth * np.outer(free, free), 1))
    order = np.lexsort((seconds, firsts, -worth[firsts, seconds]))
    for first, second in zip(firsts[order].tolist(), seconds[order].tolist(), strict=True):
        if free[first] and free[second] and seated((first, second), seating) is not None:
            group = _grown([first, second], worth, free, seating, seats)
            if len(group) == seats:
                free[group] = False
                yield tuple(group)


def _grown(group: list[int], worth: Weights, free: Weights, seating: Seating, seats: int) -> list[int]:
    """The group, with whoever adds the most weight until the seats are full or nobody adds any."""
    while len(group) < seats:
        gain = np.where(free, worth[group].sum(0), 0)
        gain[group] = 0
        order = np.argsort(-gain, kind="stable").tolist()
        best = next((one for one in order if _adds(one, group, gain, seating)), None)
        if best is None:
            return group
        group.append(best)
    return group


def _adds(one: int, group: list[int], gain: Weights, seating: Seating) -> bool:
    return bool(gain[one] > 0) and seated((*group, one), seating) is not None


def _spectral(worth: Weights, free: Weights, seating: Seating, chance: Random) -> Iterator[Group]:
    if len(seating.groups) > 1:
        raise Mistake("`cut: spectral` needs one pool for all seats: take `greedy`, or give `cast.personas` alone")
    seats = len(seating.pools)
    for part in _components(worth):
        for group in _bisected(part, worth, seats):
            if len(group) == seats and len(_components(worth[np.ix_(group, group)])) == 1:
                chance.shuffle(group)
                free[group] = False
                yield tuple(group)


def _components(worth: Weights) -> list[list[int]]:
    """Who is joined to whom, each part in order, by their first."""
    from scipy.sparse.csgraph import connected_components

    count, labels = connected_components(worth > 0, directed=False)
    return sorted(np.flatnonzero(labels == label).tolist() for label in range(count))


def _bisected(part: Sequence[int], worth: Weights, seats: int) -> Iterator[list[int]]:
    """Halves of halves along the second eigenvector of the normalised Laplacian, each a multiple of the seats."""
    if len(part) < 2 * seats:
        yield from ([list(part)] if len(part) == seats else [_closest(part, worth, seats)] if len(part) > seats else [])
        return
    order = [part[at] for at in np.argsort(_fiedler(worth[np.ix_(part, part)]), kind="stable")]
    middle = len(part) // seats // 2 * seats
    for half in (order[:middle], order[middle:]):
        yield from _bisected(sorted(half), worth, seats)


def _closest(part: Sequence[int], worth: Weights, seats: int) -> list[int]:
    """The part without those who weigh least in it."""
    left = list(part)
    while len(left) > seats:
        left.remove(min(left, key=lambda one: (int(worth[one, left].sum()), one)))
    return left


def _fiedler(worth: Weights) -> Weights:
    strength = np.maximum(worth.sum(1).astype(float), 1e-9)
    scale = 1 / np.sqrt(strength)
    vector: Weights = np.round(_second(worth * scale[:, None] * scale[None, :], 1 / scale) * scale, 10)
    return vector if vector[np.argmax(np.abs(vector))] >= 0 else -vector


def _second(scaled: Weights, first: Weights) -> Weights:
    """The eigenvector of the second largest eigenvalue of a connected graph's scaled weights, which is the second
    smallest one's of its normalised Laplacian. `first`: that of the largest, which is known, and is taken out."""
    from scipy.sparse.linalg import ArpackNoConvergence, LinearOperator, eigsh

    if len(scaled) > SMALL:
        top = first / np.linalg.norm(first)
        left = LinearOperator(scaled.shape, matvec=lambda v: scaled @ v.ravel() - top * (top @ v.ravel()), dtype=float)
        start = np.random.default_rng(0).standard_normal(len(top))
        try:
            found: Weights = eigsh(left, k=1, which="LA", v0=start - top * (top @ start), tol=TOLERANCE)[1][:, 0]
            return found
        except ArpackNoConvergence:
            pass
    whole: Weights = np.linalg.eigh(scaled)[1][:, -2]
    return whole


def seated(people: Sequence[int], seating: Seating) -> dict[int, int] | None:
    """A seat for each person, by seat number, or None where they can't all sit (augmenting paths)."""
    at: dict[int, int] = {}

    def settle(person: int, tried: set[int]) -> bool:
        for seat, persons in enumerate(seating.members):
            if person in persons and seat not in tried:
                tried.add(seat)
                if seat not in at or settle(at[seat], tried):
                    at[seat] = person
                    return True
        return False

    return at if all(settle(person, set()) for person in people) else None


def placed(group: Sequence[int], seating: Seating) -> Group:
    """The people in the order of their seats; who comes first in `group` takes the first seat that he may."""
    places = seated(group, seating)
    assert places is not None, "a group that can't be seated"
    return tuple(places[seat] for seat in range(len(places)))
