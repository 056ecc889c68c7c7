"""Has this dialogue been held before, in nearly the same words?"""

from asyncio import to_thread
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Annotated, TypeVar

from pydantic import Field

from ...agents import Dialogue, Turn
from ..case import Case
from ..critic import CorpusCritic, Neighbours
from ..language import Pack, pack, unknown
from ..verdict import Abstention, Finding, Verdict, Why

if TYPE_CHECKING:
    from ..minhash import Nearest, Sketch, Sketches

T = TypeVar("T")

PAGE = 64
"""Dialogues that are held at a time."""
ADVICE = "This conversation is nearly the same as one that was held before. Talk about other things, in other words."


@dataclass(frozen=True)
class Novelty(CorpusCritic):
    """No dialogue is nearly the same as one that was accepted before, in an earlier round or in its own.

    How alike two are is the share of word runs that they have in common, of all that either has (Jaccard). Of a round's
    dialogues the first of several is approved: it is compared with what was accepted, and with those of lower index
    that this critic approves. MinHash with bands finds what to compare (Broder 1997; Leskovec et al., Mining of
    Massive Datasets, chapter 3), and that is compared exactly; the score is 1 less the highest similarity found. What
    was accepted is read once, and remembered as sketches from barrier to barrier.
    """

    threshold: Annotated[float, Field(ge=0.2, le=1)] = 0.3
    """Similarity from which two dialogues are the same; 1: only those that are so word for word."""
    shingle: Annotated[int, Field(ge=1, le=10)] = 4
    """Words in a run."""

    _known: "Sketches" = field(init=False, compare=False, repr=False)
    """What is accepted, and what it let pass since; another instance that is asked the same has the same answers."""

    def __post_init__(self) -> None:
        from ..minhash import Sketches

        object.__setattr__(self, "_known", Sketches(2 / 3 * self.threshold))

    async def review_round(self, cases: Sequence[Case], corpus: Neighbours) -> Sequence[Verdict | Abstention]:
        await self._learn(corpus)
        answers: list[Verdict | Abstention] = []
        for page in _pages(cases):
            answers += await to_thread(self._answers, page)
        return answers

    async def _learn(self, corpus: Neighbours) -> None:
        """Know what is accepted now, and nothing else."""
        ids = [*corpus.earlier_ids(), *corpus.settled_ids()]
        self._known.keep(set(ids))
        for page in _pages(corpus.read(self._known.lacking(ids))):
            await to_thread(self._add, page)

    def _add(self, dialogues: Sequence[Dialogue]) -> None:
        self._known.add(self._sketch(dialogue) for dialogue in dialogues)

    def _answers(self, page: Sequence[Case]) -> list[Verdict | Abstention]:
        """What is approved is known from now on; if it is not accepted after all, the next barrier forgets it."""
        answers: list[Verdict | Abstention] = []
        for case in page:
            text = self._sketch(case)
            answers.append(answer := self._answer(case, text))
            if isinstance(answer, Verdict) and answer.approve:
                self._known.add([text])
        return answers

    def _answer(self, case: Case, text: "Sketch") -> Verdict | Abstention:
        words = pack(case.language)
        if not words:
            return unknown(case.language)
        if not len(text.shingles):
            return Abstention(Why.NOT_APPLICABLE, "nothing is said")
        nearest = self._known.nearest(text)
        if nearest is None:
            return _NEW
        score = round(1.0 - nearest.similarity, 4)
        if nearest.similarity < self.threshold:
            return Verdict(True, score)
        finding = self._finding(case.turns, nearest, words)
        return Verdict(False, score, (finding,), {chair.seat: ADVICE for chair in case.chairs})

    def _finding(self, turns: Sequence[Turn], nearest: "Nearest", words: Pack) -> Finding:
        """Names the other dialogue, and the turn that has most in common with it."""
        from ..minhash import common_with, shingles

        other = self._known[nearest.name]
        common = [common_with(shingles(words.tokens(turn.text), self.shingle), other) for turn in turns]
        most = max(common)
        text = (
            f"{nearest.similarity:.0%} of the runs of {self.shingle} words are shared with the dialogue {nearest.name}"
        )
        if not most:
            return Finding(text)
        turn = turns[common.index(most)]
        return Finding(f"{text}, most of them here", common.index(most), turn.seat, span=turn.text)

    def _sketch(self, said: Case | Dialogue) -> "Sketch":
        from ..minhash import sketch

        words = pack(said.language)
        every = [word for turn in said.turns for word in words.tokens(turn.text)] if words else ()
        return sketch(said.id, every, self.shingle)


def _pages(every: Iterable[T]) -> Iterator[list[T]]:
    walk = iter(every)
    while page := list(islice(walk, PAGE)):
        yield page


_NEW = Verdict(approve=True, score=1.0)
