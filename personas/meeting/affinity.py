"""Who has something to say to whom? People in a graph, weighted by what two share, or how far apart they are."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from ...models.errors import Mistake
from ...models.request import Events, unwatched
from ...models.scorer import Embedder
from ..event import Progressed
from ..expansion.clustering import clusters
from ..persona import Persona
from ..traits import Trait
from .acquaintance import SocialGraph
from .seating import Seating

MOST = 5_000
"""People; every two of them are looked at."""
WIDE, NARROW = 0.9, 0.01
"""Shares of pairs that qualify, beyond which the threshold says nothing."""
SCALE = 1_000
"""Weights are whole numbers, so that sums of them are exact: a contrast of 1 weighs so much."""
FARTHEST = np.sqrt(len(Trait) * 10.0**2)
"""Distance of two trait vectors at opposite poles."""

Matrix = NDArray[np.int32]
"""(people, people), symmetric."""
Met = NDArray[np.bool_]
"""(people, people), symmetric."""


@dataclass(frozen=True)
class Affinity:
    """The people of a cast, as numbered by its Seating, and the pairs of them that may meet."""

    kind: str
    weights: Matrix
    """0 where two don't meet; else attribute pairs in the same cluster, or contrast times 1,000. Two of one name
    weigh 1 at most: they meet where nobody else is left for them."""
    qualified: int
    possible: int
    """Pairs that the seats allow."""
    by: str = ""
    """Name of the embedder."""

    @property
    def share(self) -> float:
        """Of the possible pairs, those that qualify."""
        return self.qualified / self.possible if self.possible else 0.0

    def edges(self) -> list[tuple[int, int]]:
        """The pairs that may meet, smaller number first, sorted."""
        firsts, seconds = np.nonzero(np.triu(self.weights, 1))
        return list(zip(firsts.tolist(), seconds.tolist(), strict=True))


async def shared_interest(
    seating: Seating,
    embedder: Embedder,
    *,
    more_than: int = 2,
    merge_above: float | None = None,
    knows: SocialGraph | None = None,
    events: Events = unwatched,
) -> Affinity:
    """Two people qualify when more than `more_than` of their attribute pairs fall into the same cluster (Jandaghi et
    al. 2023); the weight is how many do. Clusters merge above the cosine `merge_above`, by default the embedder's own.

    Raises Mistake when more than 90 % or fewer than 1 % of the pairs qualify: the threshold then says nothing.
    """
    people = everyone(seating)
    merge_above = embedder.merge_above if merge_above is None else merge_above
    together, seated = await _together(people, embedder, merge_above, events), allowed(seating)
    together[~seated] = 0
    weights = np.where(together > more_than, together, 0).astype(np.int32)
    affinity = _affinity("shared-interest", weights, seated, people, embedder.name)
    _check_telling(affinity, together, more_than, merge_above)
    return _acquainted(affinity, seating, knows)


async def contrast(
    seating: Seating, embedder: Embedder, *, knows: SocialGraph | None = None, events: Events = unwatched
) -> Affinity:
    """Far in traits, near in topics: the weight is the distance of the trait vectors (1 for opposite poles in all five)
    times the cosine of the mean sentence vectors. Raises Mistake where somebody has no traits or no profile."""
    people = everyone(seating)
    for persona in people:
        check_contrast(persona)
    events(Progressed("embed", 0, len(people)))
    topics = await _topics(people, embedder)
    near = np.clip(np.round(topics @ topics.T, 4), 0, 1)
    weights, seated = np.round(_apart(people) * near * SCALE).astype(np.int32), allowed(seating)
    weights[~seated] = 0
    return _acquainted(_affinity("contrast", weights, seated, people, embedder.name), seating, knows)


def acquainted(kind: str, seating: Seating, knows: SocialGraph) -> Affinity:
    """Whoever knows one another, all alike. Raises Mistake where none of them can sit together."""
    people, seated = everyone(seating), allowed(seating)
    return _acquainted(_affinity(kind, seated.astype(np.int32), seated, people, ""), seating, knows)


def everyone(seating: Seating) -> list[Persona]:
    """A persona for each person's number. Raises Mistake where they are too many to look at every two."""
    known: dict[int, Persona] = {}
    for person, persona in zip(chain(*seating.persons), chain(*seating.pools), strict=True):
        known.setdefault(person, persona)
    if len(known) > MOST:
        raise Mistake(f"{len(known)} people are too many to weigh every two of them: give a file of at most {MOST}")
    return [known[person] for person in range(len(known))]


def allowed(seating: Seating) -> Met:
    """Whether the seats let two people meet."""
    size = max(chain(*seating.persons)) + 1
    sits = np.zeros((len(seating.pools), size), dtype=bool)
    for seat, persons in enumerate(seating.persons):
        sits[seat, list(persons)] = True
    meet = np.zeros((size, size), dtype=bool)
    for first in range(len(sits)):
        for second in range(len(sits)):
            if first != second:
                meet |= sits[first][:, None] & sits[second][None, :]
    np.fill_diagonal(meet, False)
    return meet


def check_contrast(persona: Persona) -> None:
    """Raises Mistake for somebody whose traits, or topics, can't be compared."""
    if persona.traits is None:
        raise Mistake(
            f"pairing 'contrast' compares the traits in the personas, and {persona.id!r} has none: "
            "give each persona `traits`, or take 'shared-interest'"
        )
    if not persona.profile:
        raise Mistake(f"pairing 'contrast' compares topics, and the profile of {persona.id!r} is empty")


async def _together(people: Sequence[Persona], embedder: Embedder, merge_above: float, events: Events) -> Matrix:
    """How many attribute pairs of two people fall into the same cluster."""
    from asyncio import to_thread

    from scipy.sparse import csr_array

    texts = list(dict.fromkeys(text for persona in people for text in persona.sentences))
    if not texts:
        raise Mistake("pairing 'shared-interest' compares profile sentences, and nobody has any")
    events(Progressed("embed", 0, len(texts)))
    labels = await to_thread(clusters, await embedder.embed(texts), merge_above)
    events(Progressed("cluster", len(texts), len(texts), f"{int(labels.max()) + 1} clusters"))
    where = dict(zip(texts, map(int, labels), strict=True))
    spots = [(person, where[text]) for person, persona in enumerate(people) for text in persona.sentences]
    rows, columns = zip(*spots, strict=True)
    ones = np.ones(len(spots), dtype=np.int32)
    counts = csr_array((ones, (rows, columns)), shape=(len(people), int(labels.max()) + 1))
    together: Matrix = (counts @ counts.T).toarray()
    return together


async def _topics(people: Sequence[Persona], embedder: Embedder) -> NDArray[np.float64]:
    """(people, dimensions): the unit vector of each person's mean sentence."""
    texts = list(dict.fromkeys(text for persona in people for text in persona.sentences))
    vectors = np.asarray(await embedder.embed(texts), dtype=np.float64)
    place = {text: at for at, text in enumerate(texts)}
    means = np.stack([vectors[[place[text] for text in persona.sentences]].mean(0) for persona in people])
    units: NDArray[np.float64] = means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-12)
    return units


def _apart(people: Sequence[Persona]) -> NDArray[np.float64]:
    """Distances of the trait vectors, 0 to 1; a trait at a time, since all at once takes a gigabyte for MOST people."""
    squares = np.zeros((len(people), len(people)))
    for trait in Trait:
        levels = np.array([persona.traits.level(trait) for persona in people if persona.traits], dtype=float)
        squares += np.subtract.outer(levels, levels) ** 2
    distances: NDArray[np.float64] = np.sqrt(squares) / FARTHEST
    return distances


def _affinity(kind: str, weights: Matrix, seated: Met, people: Sequence[Persona], by: str) -> Affinity:
    qualified, possible = _pairs(weights), _pairs(seated)
    return Affinity(kind, _namesakes_apart(weights, people), qualified, possible, by)


def _pairs(matrix: Matrix | Met) -> int:
    return int(np.count_nonzero(matrix)) // 2


def _namesakes_apart(weights: Matrix, people: Sequence[Persona]) -> Matrix:
    """Two of one name are hard to tell apart for whoever reads, and for who writes a script."""
    bearers: dict[str, list[int]] = {}
    for person, persona in enumerate(people):
        bearers.setdefault(persona.name.strip().casefold(), []).append(person)
    for same in bearers.values():
        weights[np.ix_(same, same)] = np.minimum(weights[np.ix_(same, same)], 1)
    return weights


def _check_telling(affinity: Affinity, together: Matrix, more_than: int, merge_above: float) -> None:
    """Raises Mistake for a threshold that lets nearly all pass, or hardly any."""
    if NARROW <= affinity.share <= WIDE:
        return
    said = f"{affinity.qualified} of {affinity.possible} pairs ({affinity.share:.1%}) have more than {more_than}"
    way = "raise" if affinity.share > WIDE else "lower"
    raise Mistake(
        f"pairing 'shared-interest': {said} attribute pairs in one cluster, so the threshold says nothing: "
        f"{way} `merge_above` (now {merge_above:g}, by {affinity.by}) or {way} `more_than` (now {more_than})"
        + _better(affinity.possible, together)
    )


def _better(possible: int, together: Matrix) -> str:
    """The thresholds that would do, with the share that they let pass."""
    found = []
    for threshold in range(int(together.max(initial=0))):
        share = np.count_nonzero(together > threshold) / 2 / possible if possible else 0.0
        if NARROW <= share <= WIDE:
            found.append(f"`more_than: {threshold}` ({share:.1%})")
    return f"; here {' or '.join(found[-2:])} would do" if found else ""


def _acquainted(affinity: Affinity, seating: Seating, knows: SocialGraph | None) -> Affinity:
    """Without the pairs that do not know each other, where it is known who does."""
    if not knows:
        return affinity
    everybody = list(chain(*seating.pools))
    knows.check(everybody)
    number = {persona.id: person for persona, person in zip(everybody, chain(*seating.persons), strict=True)}
    met = np.zeros_like(affinity.weights)
    for first, second in map(tuple, knows.ties):
        met[number[first], number[second]] = met[number[second], number[first]] = 1
    weights = affinity.weights * met
    if not weights.any():
        raise Mistake(f"`cast.social_graph`: nobody who knows one another may meet by the pairing {affinity.kind!r}")
    return replace(affinity, weights=weights, qualified=_pairs(weights))
