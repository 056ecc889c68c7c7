"""What happens when a round's jobs are made? The corpus critics answer, once, in (round, index) order."""

from collections.abc import AsyncIterator, Container, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import overload

from ..agents import Dialogue, Job
from ..corpus import Record
from ..corpus.ledger import Ledger
from ..critics import Outcome, Review
from ..critics.refine import Ending, Try
from .court import Court
from .crew import crew

Entry = tuple[int, str]
"""Index of a job, and the id of its dialogue that is before the corpus critics."""

TOGETHER = 64
"""Jobs that are concluded at a time, so that a transaction holds what is kept of several."""
BARRIERS = "barriers"
"""In a run's info: by round and panel, who is before the corpus critics at this moment."""


class Waiting:
    """The jobs of a wave whose chosen try awaits the corpus critics; their dialogues stay in the ledger."""

    def __init__(self) -> None:
        self._chosen: dict[int, tuple[Job, str]] = {}

    def add(self, job: Job, ending: Ending) -> None:
        """Nothing is added for a job that is settled."""
        if not ending.settled and ending.chosen:
            self._chosen[job.index] = (job, ending.chosen.dialogue.id)

    def __bool__(self) -> bool:
        return bool(self._chosen)

    @property
    def round(self) -> int:
        """Of its jobs; there has to be one."""
        return next(iter(self._chosen.values()))[0].round

    def members(self) -> list[Entry]:
        """In order."""
        return [(index, id) for index, (_, id) in sorted(self._chosen.items())]

    def without(self, settled: Container[int]) -> list[Job]:
        """The other jobs, in order."""
        return [job for index, (job, _) in sorted(self._chosen.items()) if index not in settled]


class Chosen(Sequence[tuple[Dialogue, Review]]):
    """The dialogues of waiting jobs with their reviews, read from the ledger as they are walked."""

    def __init__(self, ledger: Ledger, panel: str, round: int, members: Sequence[Entry]) -> None:
        self._ledger, self._panel, self._round, self._members = ledger, panel, round, members

    def __len__(self) -> int:
        return len(self._members)

    def __iter__(self) -> Iterator[tuple[Dialogue, Review]]:
        jobs = self._ledger.tries_of(self._round, [index for index, _ in self._members], self._panel)
        return (_chosen(tries, id) for (_, id), tries in zip(self._members, jobs, strict=True))

    @overload
    def __getitem__(self, at: int) -> tuple[Dialogue, Review]: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[tuple[Dialogue, Review]]: ...
    def __getitem__(self, at: int | slice) -> tuple[Dialogue, Review] | Sequence[tuple[Dialogue, Review]]:
        if isinstance(at, slice):
            return Chosen(self._ledger, self._panel, self._round, self._members[at])
        index, id = self._members[at]
        return _chosen(self._ledger.tries(self._round, index, self._panel), id)


def _chosen(tries: Sequence[Record], id: str) -> tuple[Dialogue, Review]:
    record = next(record for record in tries if record.dialogue.id == id)
    assert record.review is not None
    return record.dialogue, record.review


class Accepted:
    """What corpus critics may know of other dialogues: those that are accepted, streamed."""

    def __init__(self, ledger: Ledger, round: int, panel: str, members: Sequence[Entry]) -> None:
        """`members` are before the critics now, even where some of them are settled already."""
        self._ledger, self._round, self._panel = ledger, round, panel
        self._members = frozenset(id for _, id in members)

    def earlier(self) -> Iterator[Dialogue]:
        rounds = tuple(range(1, self._round))
        return self._read(rounds) if rounds else iter(())

    def settled(self) -> Iterator[Dialogue]:
        return (dialogue for dialogue in self._read((self._round,)) if dialogue.id not in self._members)

    def earlier_ids(self) -> list[str]:
        return [id for round in range(1, self._round) for id in self._ledger.accepted(round, self._panel)]

    def settled_ids(self) -> list[str]:
        return [id for id in self._ledger.accepted(self._round, self._panel) if id not in self._members]

    def read(self, ids: Iterable[str]) -> Iterator[Dialogue]:
        return self._ledger.dialogues(ids)

    def _read(self, rounds: tuple[int, ...]) -> Iterator[Dialogue]:
        for record in self._ledger.records(rounds=rounds, panel=self._panel):
            yield record.dialogue


async def conclude(court: Court, waiting: Waiting) -> list[Job]:
    """Let the corpus critics answer on the chosen try of each waiting job, and settle those that they let pass.

    Who is before them is noted until all is kept: a barrier in which a run was killed is gone through again with the
    same dialogues, whoever waits by then. Returns the jobs to work on again, in order: rejected after all, or too late.
    """
    round, name = waiting.round, f"{waiting.round}/{court.judging}"
    members = _interrupted(court, round, name) or waiting.members()
    await _note(court, name, members)
    chosen = Chosen(court.ledger, court.judging, round, members)
    corpus = Accepted(court.ledger, round, court.judging, members)
    settled: set[int] = set()
    passed = 0
    async for reviews in _pages(court.panel.conclude(chosen, corpus, court.limits)):
        indices = [index for index, _ in members[passed : passed + len(reviews)]]
        settled |= await _concluded(court, round, indices, reviews)
        passed += len(reviews)
    await _note(court, name, ())
    return waiting.without(settled)


async def _pages(reviews: AsyncIterator[Review]) -> AsyncIterator[list[Review]]:
    page: list[Review] = []
    async for review in reviews:
        page.append(review)
        if len(page) == TOGETHER:
            yield page
            page = []
    if page:
        yield page


async def _concluded(court: Court, round: int, indices: Sequence[int], reviews: Sequence[Review]) -> set[int]:
    """Keep complete reviews, and settle the jobs of those that accept. Returns the indices of these jobs."""
    settled: set[int] = set()

    async def conclude_one(this: tuple[int, list[Try], Review]) -> None:
        index, tries, review = this
        at = next(number for number, known in enumerate(tries) if known.dialogue.id == review.dialogue)
        tries[at] = Try(tries[at].dialogue, await court.keep(tries[at].dialogue, review))
        if tries[at].outcome is Outcome.ACCEPTED:
            await court.settle(round, index, Ending(tuple(tries), tries[at]))
            settled.add(index)

    await crew(zip(indices, court.tries_of(round, indices), reviews, strict=True), conclude_one, TOGETHER)
    return settled


def _interrupted(court: Court, round: int, name: str) -> list[Entry]:
    """Who was before the critics when the run was killed; nobody if it was not, or their dialogues are made anew."""
    info = court.ledger.info()
    noted = info.extra.get(BARRIERS, {}).get(name, ()) if info else ()
    members = [(int(index), str(id)) for index, id in noted]
    live = all(id in {this.dialogue.id for this in court.tries(round, index)} for index, id in members)
    return members if live else []


async def _note(court: Court, name: str, members: Sequence[Entry]) -> None:
    info = court.ledger.info()
    assert info is not None
    barriers = {other: noted for other, noted in info.extra.get(BARRIERS, {}).items() if other != name}
    noted = {**barriers, **({name: members} if members else {})}
    await court.ledger.set_info(replace(info, extra={**info.extra, BARRIERS: noted}))
