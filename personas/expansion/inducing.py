"""Which questions do these sentences answer? Some are induced from clusters, the others grow out of those.

Query induction of Jandaghi et al. 2023, section 3.1, with prompts of our own.
"""

from asyncio import to_thread
from collections.abc import Sequence
from random import Random

from ...models.errors import Mistake
from ...models.request import Events, Task, unwatched
from ...models.scorer import Embedder
from ...models.stream import stream
from ..event import Progressed
from .asking import PROMPTS, Asker, Call
from .clustering import Indices, clusters
from .nearness import TOO_CLOSE, Neighbourhood, embedded
from .reading import read_questions

QUERIES = 188
"""The paper's; of a smaller file at most one for each sentence."""
STEPS = 100
SHOWN_SENTENCES, SHOWN_QUESTIONS = 3, 5
MORE = 5
"""Questions asked for in one step."""
WAVE = 8
"""Steps that see the same questions, so that they can be taken at once."""
LOOSER = 0.1
"""By how much clusters are widened until one has three sentences."""


async def induce(
    asker: Asker, sentences: Sequence[str], labels: Indices, most: int, embedder: Embedder, events: Events = unwatched
) -> Neighbourhood:
    """At most `most` questions, each answered by three sentences of one cluster; clusters are drawn by the seed."""
    rng = stream(asker.seed, "induce")
    groups = [group for group in _members(labels) if len(group) >= SHOWN_SENTENCES]
    chosen = sorted(rng.sample(range(len(groups)), min(most, len(groups))))
    shown = [[sentences[index] for index in rng.sample(groups[which], SHOWN_SENTENCES)] for which in chosen]
    calls = [
        Call(Task.QUESTION, number, PROMPTS.render("induce", sentences=three)) for number, three in enumerate(shown)
    ]
    replies = await asker.replies(calls, lambda done, _: events(Progressed("induce", done, len(calls))))
    found = Neighbourhood([], await embedded([], embedder))
    await _add(found, [question for reply in replies for question in read_questions(reply or "")[:1]], most, embedder)
    return found


async def multiply(
    asker: Asker, questions: Neighbourhood, most: int, steps: int, embedder: Embedder, events: Events = unwatched
) -> None:
    """More questions of the kind: each step shows five of those that are there. Near-duplicates are dropped."""
    if not len(questions):
        raise Mistake("no question came out of the sentences: the model's replies hold none; try another model")
    for start in range(0, steps, WAVE):
        if len(questions) >= most:
            break
        calls = [_more(asker.seed, number, questions.texts) for number in range(start, min(start + WAVE, steps))]
        replies = await asker.replies(calls)
        await _add(questions, [new for reply in replies for new in read_questions(reply or "")], most, embedder)
        events(Progressed("question", len(questions), most, questions.texts[-1]))
    events(Progressed("question", len(questions), len(questions)))


async def clusters_of_three(vectors: Neighbourhood, labels: Indices, merge_above: float) -> Indices:
    """Clusters of which at least one has three sentences: these, or wider ones."""
    while max(map(len, _members(labels))) < SHOWN_SENTENCES:
        merge_above = max(-1.0, merge_above - LOOSER)
        labels = await to_thread(clusters, vectors.vectors, merge_above)
    return labels


def _more(seed: int, number: int, questions: Sequence[str]) -> Call:
    shown = _drawn(stream(seed, "multiply", number), questions, SHOWN_QUESTIONS)
    # induction numbers its calls from 0 up, so these are numbered from -1 down
    return Call(Task.QUESTION, -1 - number, PROMPTS.render("more", questions=shown, count=MORE))


def _drawn(rng: Random, texts: Sequence[str], count: int) -> list[str]:
    return rng.sample(texts, min(count, len(texts)))


async def _add(found: Neighbourhood, questions: Sequence[str], most: int, embedder: Embedder) -> None:
    vectors = await embedded(questions, embedder)
    for question, vector in zip(questions, vectors, strict=True):
        if len(found) < most and (not len(found) or found.nearest(vector).similarity <= TOO_CLOSE):
            found.add(question, vector)


def _members(labels: Indices) -> list[list[int]]:
    """The indices in each cluster."""
    members: list[list[int]] = [[] for _ in range(int(labels.max()) + 1 if len(labels) else 0)]
    for index, label in enumerate(labels.tolist()):
        members[label].append(index)
    return members
