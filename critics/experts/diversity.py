"""Do too many dialogues of a round talk about the same?"""

from asyncio import to_thread
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from itertools import islice
from math import floor
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, NamedTuple, TypeVar

from pydantic import Field

from ...agents import Dialogue, Turn
from ...models.scorer import Embedder
from ..case import Case
from ..critic import CorpusCritic, Neighbours
from ..language import speaks, unspoken
from ..verdict import Abstention, Finding, Verdict, Why

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Spoken = TypeVar("Spoken", Case, Dialogue)

PAGE = 32
"""Dialogues that are embedded at a time."""
ADVICE = "Many conversations of this round are about the same. Talk of something else from your own life."


class Topic(NamedTuple):
    """Where a dialogue of a round belongs."""

    first: int
    """Number of the first dialogue of its topic, in the order of the round."""
    size: int
    """How many are of this topic, up to this one."""
    topics: int
    """How many topics there are, up to this one."""


@dataclass(frozen=True)
class Diversity(CorpusCritic):
    """No topic takes more than its share of a round.

    A dialogue is the mean of its turns' embeddings, weighted by their words, less the mean of its round: what sets it
    apart. In their order, each joins the nearest topic (leader clustering, Hartigan 1975), or is the first of a new
    one. Dialogues are approved until a topic has its share; accepted ones of the round count, and come first. The score
    is 1 for those, and then falls with every further one.
    """

    share: Annotated[float, Field(gt=0, le=1)] = 0.15
    """How many of the round's dialogues may be of one topic."""
    least: Annotated[int, Field(ge=1)] = 20
    """With fewer dialogues in the round nothing is rejected."""
    near: Annotated[float, Field(gt=-1, lt=1)] | None = None
    """Cosine from which a dialogue belongs to a topic; by default the one above which the embedder's clusters merge."""
    same: Annotated[float, Field(gt=0, le=1)] = 0.9
    """Cosine of whole dialogues, nothing taken away, from which they are of one topic: where all of a round talks about
    one thing, nothing sets them apart."""
    embedder: Embedder | None = None

    needs: ClassVar[tuple[str, ...]] = ("embedder",)

    _known: "dict[str, NDArray[np.float32]]" = field(default_factory=dict, init=False, compare=False, repr=False)
    """Vectors of the round's dialogues, kept from barrier to barrier."""

    async def review_round(self, cases: Sequence[Case], corpus: Neighbours) -> Sequence[Verdict | Abstention]:
        settled = list(corpus.settled_ids())
        strange = [unspoken(case.language, self.embedder) for case in cases]
        present = [(case.id, [chair.seat for chair in case.chairs]) async for case in self._seen(cases)]
        self._forget({*settled, *(id for id, _ in present)})
        async for _ in self._seen(corpus.read([id for id in settled if id not in self._known])):
            pass
        said = [id for id in (*settled, *(id for id, _ in present)) if id in self._known]
        topics = dict(zip(said, await to_thread(self._topics, said), strict=True))
        most = max(1, floor(self.share * len(said) + 1e-9)) if len(said) >= self.least else len(said)
        verdicts = [self._verdict(seats, topics.get(id), said, most) for id, seats in present]
        return [odd or verdict for odd, verdict in zip(strange, verdicts, strict=True)]

    async def _seen(self, dialogues: Iterable[Spoken]) -> AsyncIterator[Spoken]:
        """Each, once its vector is known; none is of one in which nothing is said, or in a language that the embedder
        does not know."""
        assert self.embedder is not None
        walk = iter(dialogues)
        while page := list(islice(walk, PAGE)):
            new = (one for one in page if one.id not in self._known and speaks(self.embedder, one.language))
            texts = {one.id: _texts(one.turns) for one in new}
            vectors = iter(await self.embedder.embed([text for of in texts.values() for text in of]))
            self._known.update({id: _mean(list(islice(vectors, len(of))), of) for id, of in texts.items() if of})
            for one in page:
                yield one

    def _forget(self, names: Set[str]) -> None:
        """All others: they are of another round, or count no more."""
        for name in self._known.keys() - names:
            del self._known[name]

    def _topics(self, names: Sequence[str]) -> list[Topic]:
        import numpy as np

        assert self.embedder is not None
        if not names:
            return []
        near = self.embedder.merge_above if self.near is None else self.near
        return list(_joined(np.stack([self._known[name] for name in names]), near, self.same))

    def _verdict(
        self, seats: Iterable[str], topic: Topic | None, names: Sequence[str], most: int
    ) -> Verdict | Abstention:
        if topic is None:
            return Abstention(Why.NOT_APPLICABLE, "nothing is said")
        figures = {"topics": topic.topics, "of its topic": topic.size}
        if topic.size <= most:
            return Verdict(True, 1.0, figures=figures)
        text = f"one of {topic.size} of {len(names)} that are about the same as the dialogue {names[topic.first]}"
        advice = dict.fromkeys(seats, ADVICE)
        return Verdict(False, round(most / topic.size, 4), (Finding(text),), advice, figures)


def _texts(turns: Iterable[Turn]) -> list[str]:
    return [turn.text for turn in turns if turn.text.split()]


def _mean(vectors: Sequence[Any], texts: Sequence[str]) -> "NDArray[np.float32]":
    """Of a dialogue's turns, a unit vector; a turn counts as often as it has words."""
    import numpy as np

    return _unit(np.average(np.stack(vectors), axis=0, weights=[len(text.split()) for text in texts]))


def _joined(vectors: "NDArray[np.float32]", near: float, same: float) -> Iterator[Topic]:
    """The topic of each dialogue. A topic stays where its first dialogue is."""
    import numpy as np

    apart = _unit(vectors - vectors.mean(axis=0))
    leaders = np.empty_like(vectors), np.empty_like(apart)
    firsts: list[int] = []
    sizes: list[int] = []
    for at, (whole, own) in enumerate(zip(vectors, apart, strict=True)):
        count = len(firsts)
        alike = np.round(leaders[1][:count] @ own, 4)
        alike[np.round(leaders[0][:count] @ whole, 4) >= same] = 1.0
        best = int(alike.argmax()) if count else 0
        if not count or alike[best] < near:
            best = count
            leaders[0][best], leaders[1][best] = whole, own
            firsts.append(at)
            sizes.append(0)
        sizes[best] += 1
        yield Topic(firsts[best], sizes[best], len(firsts))


def _unit(vectors: Any) -> "NDArray[np.float32]":
    """Scaled to length 1; what has no length stays."""
    import numpy as np

    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9), dtype=np.float32)
