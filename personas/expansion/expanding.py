"""How does a seed set of profile sentences grow? Persona expansion (Jandaghi et al. 2023, section 3.1)."""

from asyncio import to_thread
from collections.abc import Sequence
from dataclasses import dataclass

from ...models.client import ChatClient
from ...models.errors import Mistake
from ...models.request import Events, unwatched
from ...models.scorer import Embedder
from ..categorising import categorise
from ..event import Progressed
from ..persona import ProfileSentence
from ..taxonomy import Taxonomy
from .asking import Asker
from .bootstrapping import Rejected, bootstrap
from .clustering import Indices, check_merging, clusters
from .inducing import QUERIES, SHOWN_SENTENCES, STEPS, clusters_of_three, induce, multiply
from .nearness import TOO_CLOSE, Neighbourhood, Vectors
from .portrait import Portrait, portrait


@dataclass(frozen=True)
class Expanded:
    """What an expansion made."""

    given: tuple[ProfileSentence, ...]
    """The sentences that it began with, in their order; those without a category have one now."""
    added: tuple[ProfileSentence, ...]
    rejected: tuple[Rejected, ...]
    queries: tuple[str, ...]
    induced: int
    """How many of the queries were induced from clusters; they stand first."""
    before: Portrait
    after: Portrait
    merge_above: float
    dry: bool
    """Whether fewer were added than were wanted, because hardly anything new came any more."""


async def expand(
    client: ChatClient,
    sentences: Sequence[ProfileSentence],
    *,
    embedder: Embedder,
    taxonomy: Taxonomy,
    count: int,
    queries: int | None = None,
    steps: int = STEPS,
    merge_above: float | None = None,
    too_close: float = TOO_CLOSE,
    seed: int = 0,
    concurrency: int = 8,
    events: Events = unwatched,
) -> Expanded:
    """At most `count` new sentences, each with a category of the taxonomy; the same for any concurrency.

    Clusters are found, questions are induced from them (half of `queries`: 188, or one a sentence where there are
    fewer) and multiplied in at most `steps` steps, and each is answered by made-up people until there are enough new
    sentences with no cosine above `too_close` to another. `merge_above` is the embedder's own where none is given.
    Raises Mistake, and Stopped when the model can't go on.
    """
    check(len(sentences), count, queries, merge_above, too_close)
    threshold = embedder.merge_above if merge_above is None else merge_above
    asker = Asker(client, seed, concurrency)
    texts = [sentence.text for sentence in sentences]
    grown = await Neighbourhood.of(texts, embedder, events)

    labels = await clustered(grown.vectors, threshold, events)
    before = portrait(grown.vectors, labels, texts)

    wanted = queries or min(QUERIES, len(texts))
    groups = await clusters_of_three(grown, labels, threshold)
    questions = await induce(asker, texts, groups, (wanted + 1) // 2, embedder, events)
    induced = len(questions)
    await multiply(asker, questions, wanted, steps, embedder, events)

    harvest = await bootstrap(asker, grown, questions.texts, count, embedder, too_close, events)
    labels = await clustered(grown.vectors, threshold, events)
    after = portrait(grown.vectors, labels, harvest.added)

    everyone = [*sentences, *(ProfileSentence(text=text) for text in harvest.added)]
    known = tuple(await categorise(everyone, taxonomy, embedder=embedder, events=events))
    given, added = known[: len(texts)], known[len(texts) :]
    return Expanded(
        given, added, tuple(harvest.rejected), tuple(questions.texts), induced, before, after, threshold, harvest.dry
    )


async def clustered(vectors: Vectors, merge_above: float, events: Events = unwatched) -> Indices:
    """The cluster of each vector; the event loop goes on meanwhile."""
    events(Progressed("cluster", 0, len(vectors)))
    labels = await to_thread(clusters, vectors, merge_above)
    events(Progressed("cluster", len(vectors), len(vectors)))
    return labels


def check(
    given: int, count: int, queries: int | None = None, merge_above: float | None = None, too_close: float = TOO_CLOSE
) -> None:
    """Raises Mistake for what can't be asked for."""
    if given < SHOWN_SENTENCES:
        raise Mistake(f"{given} sentences are too few to expand: give at least {SHOWN_SENTENCES}")
    if count < 1:
        raise Mistake(f"count: {count!r} sentences can't be added: give a number from 1")
    if queries is not None and queries < 1:
        raise Mistake(f"queries: {queries!r} questions can't be asked: give a number from 1")
    if merge_above is not None:
        check_merging(merge_above)
    if not 0 < too_close <= 1:
        raise Mistake(f"too_close: {too_close!r} is no similarity: give a number above 0, up to 1")
