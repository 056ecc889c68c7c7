"""What happens when a round's jobs are made? The corpus critics answer, once, in (round, index) order."""

from collections.abc import Iterator, Sequence
from typing import overload

from ..agents import Dialogue, Job
from ..corpus.ledger import Ledger
from ..critics import Outcome, Review
from ..critics.refine import Ending, Try
from .court import Court


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

    def in_order(self) -> list[tuple[Job, str]]:
        return [self._chosen[index] for index in sorted(self._chosen)]


class Chosen(Sequence[tuple[Dialogue, Review]]):
    """The dialogues of waiting jobs with their reviews, read from the ledger as they are walked."""

    def __init__(self, ledger: Ledger, panel: str, jobs: Sequence[tuple[Job, str]]) -> None:
        self._ledger, self._panel, self._jobs = ledger, panel, jobs

    def __len__(self) -> int:
        return len(self._jobs)

    def __iter__(self) -> Iterator[tuple[Dialogue, Review]]:
        return (self._read(*job) for job in self._jobs)

    @overload
    def __getitem__(self, at: int) -> tuple[Dialogue, Review]: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[tuple[Dialogue, Review]]: ...
    def __getitem__(self, at: int | slice) -> tuple[Dialogue, Review] | Sequence[tuple[Dialogue, Review]]:
        if isinstance(at, slice):
            return Chosen(self._ledger, self._panel, self._jobs[at])
        return self._read(*self._jobs[at])

    def _read(self, job: Job, id: str) -> tuple[Dialogue, Review]:
        tries = self._ledger.tries(job.round, job.index, self._panel)
        record = next(record for record in tries if record.dialogue.id == id)
        assert record.review is not None
        return record.dialogue, record.review


class Accepted:
    """What corpus critics may know of other dialogues: those that are accepted, streamed."""

    def __init__(self, ledger: Ledger, round: int, panel: str) -> None:
        self._ledger, self._round, self._panel = ledger, round, panel

    def earlier(self) -> Iterator[Dialogue]:
        rounds = tuple(range(1, self._round))
        return self._read(rounds) if rounds else iter(())

    def settled(self) -> Iterator[Dialogue]:
        return self._read((self._round,))

    def _read(self, rounds: tuple[int, ...]) -> Iterator[Dialogue]:
        for record in self._ledger.records(rounds=rounds, panel=self._panel):
            yield record.dialogue


async def conclude(court: Court, waiting: Waiting) -> list[Job]:
    """Let the corpus critics answer on the chosen try of each waiting job, and settle those that they let pass.

    Returns the jobs to work on again, whose chosen try is rejected after all.
    """
    jobs = waiting.in_order()
    chosen = Chosen(court.ledger, court.judging, jobs)
    corpus = Accepted(court.ledger, jobs[0][0].round, court.judging)
    reviews = court.panel.conclude(chosen, corpus, court.limits)
    reopened = []
    position = 0
    async for review in reviews:
        job, _ = jobs[position]
        position += 1
        if not await _concluded(court, job, review):
            reopened.append(job)
    return reopened


async def _concluded(court: Court, job: Job, review: Review) -> bool:
    """Keep a complete review, and settle its job if it accepts."""
    tries = court.tries(job.round, job.index)
    at = next(number for number, this in enumerate(tries) if this.dialogue.id == review.dialogue)
    tries[at] = Try(tries[at].dialogue, await court.keep(tries[at].dialogue, review))
    if tries[at].outcome is not Outcome.ACCEPTED:
        return False
    await court.settle(job.round, job.index, Ending(tuple(tries), tries[at]))
    return True
