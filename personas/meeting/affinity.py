"""Who has something to say to whom? A graph of people, weighted by what two share, or how far apart they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import networkx as nx
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

Matrix = NDArray[np.int64]


@dataclass(frozen=True)
class Affinity:
    """The people of a cast, as numbered by its Seating, and the pairs of them that may meet."""

    kind: str
    graph: nx.Graph
    """Edges have a `weight`: attribute pairs in the same cluster, or contrast times 1,000."""
    qualified: int
    possible: int
    """Pairs that the seats allow."""
    by: str = ""
    """Name of the embedder."""

    @property
    def share(self) -> float:
        """Of the possible pairs, those that qualify."""
        return self.qualified / self.possible if self.possible else 0.0


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
    together = await _together(people, embedder, merge_above, events)
    seated = allowed(seating)
    together[(together <= more_than) | ~seated] = 0
    affinity = _graph("shared-interest", together, seated, embedder.name)
    _telling(affinity, more_than, merge_above)
    return _acquainted(affinity, people, knows)


async def contrast(
    seating: Seating, embedder: Embedder, *, knows: SocialGraph | None = None, events: Events = unwatched
) -> Affinity:
    """Far in traits, near in topics: the weight is the distance of the trait vectors (1 for opposite poles in all five)
    times the cosine of the mean sentence vectors. Raises Mistake where somebody has no traits or no profile."""
    people = everyone(seating)
    _check_traits(people)
    events(Progressed("embed", 0, len(people)))
    topics = await _topics(people, embedder)
    traits = np.array([[persona.traits.level(t) for t in Trait] for persona in people if persona.traits], dtype=float)
    apart = np.sqrt(((traits[:, None, :] - traits[None, :, :]) ** 2).sum(-1)) / FARTHEST
    near = np.clip(np.round(topics @ topics.T, 4), 0, 1)
    weights, seated = np.round(apart * near * SCALE).astype(np.int64), allowed(seating)
    weights[~seated] = 0
    return _acquainted(_graph("contrast", weights, seated, embedder.name), people, knows)


def acquainted(kind: str, seating: Seating, knows: SocialGraph) -> Affinity:
    """Whoever knows one another, all alike. Raises Mistake where none of them can sit together."""
    people, seated = everyone(seating), allowed(seating)
    return _acquainted(_graph(kind, seated.astype(np.int64), seated, ""), people, knows)


def everyone(seating: Seating) -> list[Persona]:
    """A persona for each person's number. Raises Mistake where they are too many to look at every two."""
    known: dict[int, Persona] = {}
    for person, persona in zip(chain(*seating.persons), chain(*seating.pools), strict=True):
        known.setdefault(person, persona)
    if len(known) > MOST:
        raise Mistake(f"{len(known)} people are too many to weigh every two of them: give a file of at most {MOST}")
    return [known[person] for person in range(len(known))]


def allowed(seating: Seating) -> NDArray[np.bool_]:
    """(people, people): whether the seats let two people meet."""
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


def _check_traits(people: Sequence[Persona]) -> None:
    for persona in people:
        if persona.traits is None:
            raise Mistake(
                f"pairing 'contrast' compares traits, and {persona.id!r} has none: give each persona `traits`, "
                "set `cast.personality`, or take 'shared-interest'"
            )
        if not persona.profile:
            raise Mistake(f"pairing 'contrast' compares topics, and the profile of {persona.id!r} is empty")


async def _together(people: Sequence[Persona], embedder: Embedder, merge_above: float, events: Events) -> Matrix:
    """(people, people): how many attribute pairs of two people fall into the same cluster."""
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
    ones = np.ones(len(spots), dtype=np.int64)
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


def _graph(kind: str, weights: Matrix, seated: NDArray[np.bool_], by: str) -> Affinity:
    graph = nx.Graph()
    graph.add_nodes_from(range(len(weights)))
    firsts, seconds = np.nonzero(np.triu(weights, 1))
    values = weights[firsts, seconds]
    graph.add_weighted_edges_from(zip(firsts.tolist(), seconds.tolist(), values.tolist(), strict=True))
    return Affinity(kind, graph, graph.number_of_edges(), int(np.triu(seated, 1).sum()), by)


def _telling(affinity: Affinity, more_than: int, merge_above: float) -> None:
    if NARROW <= affinity.share <= WIDE:
        return
    said = f"{affinity.qualified} of {affinity.possible} pairs ({affinity.share:.1%}) share more than {more_than}"
    many = affinity.share > WIDE
    raise Mistake(
        f"pairing 'shared-interest': {said} attribute clusters, so the threshold says nothing: "
        f"{'raise' if many else 'lower'} `merge_above` (now {merge_above:g}, by {affinity.by}) "
        f"or {'raise' if many else 'lower'} `more_than` (now {more_than})"
    )


def _acquainted(affinity: Affinity, people: Sequence[Persona], knows: SocialGraph | None) -> Affinity:
    """Without the pairs that do not know each other, where it is known who does."""
    if not knows:
        return affinity
    knows.check(people)
    strangers = [edge for edge in affinity.graph.edges if not knows.know(people[edge[0]], people[edge[1]])]
    graph = affinity.graph.copy()
    graph.remove_edges_from(strangers)
    if not graph.number_of_edges():
        raise Mistake(f"`cast.social_graph`: nobody who knows one another may meet by the pairing {affinity.kind!r}")
    return Affinity(affinity.kind, graph, affinity.qualified, affinity.possible, affinity.by)
