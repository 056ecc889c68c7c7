"""Where is a run kept, so that nothing is lost when it dies?

What was awaited is committed. One writer owns the connection that writes (`writer.py`); reads run on the event loop's
thread and see every write that was acknowledged (`reading.py`); model replies go through `Ledger.replies`
(`replies.py`).
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Table, bindparam, select, update

from ..agents import Dialogue, Job
from ..critics import Outcome, Review
from ..critics.tournament.comparison import Comparison
from ..models.errors import Mistake
from . import coding, querying, schema
from .opening import Site, found, hold, locate, lock, prepare
from .reading import Reader
from .record import RunInfo
from .replies import Replies, Spent
from .storing import (
    FIT,
    FORGET_COMPARISONS,
    FORGET_OUTCOMES,
    FORGET_REVIEW,
    FORGET_VERDICTS,
    REOPEN,
    REOPEN_ALL,
    REOPEN_JOB,
    REOPEN_ROUND,
    SET_ALL_ASIDE,
    SET_ASIDE,
    SUPERSEDE,
    Shelf,
    Stored,
    adding,
    at,
    replacing,
)
from .writer import LoopWriter, ThreadWriter, Write, Writer

SET_INFO = update(schema.runs).where(schema.runs.c.id == bindparam("at_run")).values(info=bindparam("text"))


class Ledger(Reader):
    """Every job, dialogue, review, outcome and reply of a run, in SQL."""

    def __init__(self, site: Site, write: bool, closing: ExitStack) -> None:
        """Use `open`."""
        self._closing = closing
        self._writer = self._start(site) if write else None
        self._desk: tuple[Shelf, Replies] | None = None
        reading = site.connect(write=False)
        closing.callback(reading.engine.dispose)
        closing.callback(reading.close)
        super().__init__(reading, site.name, 0)

    def _start(self, site: Site) -> Writer:
        if site.path:
            self._closing.callback(lock(site.path).release)
        connection = site.connect(write=True)
        with ExitStack() as undo:
            undo.callback(connection.close)
            prepare(connection, site)
            undo.pop_all()
        writer = LoopWriter(connection, site.name) if site.path else ThreadWriter(connection, site.name)
        self._closing.callback(writer.close)
        return writer

    @classmethod
    def open(cls, where: str | Path, *, write: bool = True, run: str | None = None) -> Self:
        """`where` is a SQLite file, a folder that holds or gets `ledger.sqlite`, or a database URL.

        With `write`, the ledger is made where there is none, brought to this version's schema, and locked until `close`
        or the death of the process; without, it must be there, and may be read while a run writes it. `run` chooses a
        run by name where a ledger holds several. Raises Mistake, StorageFailed.
        """
        site = locate(where)
        version = found(site)
        if not write and not version:
            raise Mistake(f"no ledger at {site.name}: name the output folder of a run, or start one: `tertulia run`")
        if not write and version < schema.version():
            cls.open(where).close()
        with ExitStack() as closing:
            ledger = cls(site, write, closing)
            ledger._choose(run)
            ledger._closing = closing.pop_all()
        return ledger

    def close(self) -> None:
        """Commit what waits, let go of the lock. May be called twice."""
        self._closing.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    @property
    def replies(self) -> Replies:
        """The reply store, for the model clients. Raises Mistake before `begin`."""
        return self._at_desk()[1]

    def begin(self, info: RunInfo) -> None:
        """Make the run of this name, or go on with it: then `info()` is what was stored, not what is given here."""
        row = {"name": info.name, "info": coding.info_text(info)}
        statement = adding(schema.runs, self._dialect, "name")
        self._pen.call(lambda connection: connection.execute(statement, row))
        self._choose(info.name)

    async def set_info(self, info: RunInfo) -> None:
        """Replace what is known of the run: its judging or volume has changed. The name stays."""
        await self._write([(SET_INFO, {"at_run": self._run, "text": coding.info_text(info)})])

    async def keep_job(self, job: Job) -> None:
        row, texts = coding.job_row(job)
        await self._write([*self._shelf.rows(texts), self._replacing(schema.jobs, row)], about=(job.round, job.index))

    async def keep_dialogue(self, dialogue: Dialogue) -> None:
        """Store a try (idempotent). Another dialogue at its place becomes superseded, and the job is open again under
        every panel. Raises ValueError for a dialogue without a place."""
        row = coding.dialogue_row(dialogue)
        place = at(run=self._run, **{name: row[name] for name in ("id", "round", "idx", "attempt", "candidate")})
        rows = [*self._shelf.rows(coding.persona_texts(dialogue.cast)), (REOPEN, place), (SUPERSEDE, place)]
        rows = [*rows, self._replacing(schema.dialogues, row)]
        await self._change(row["round"], rows, about=(row["round"], row["idx"]))

    async def keep_review(self, review: Review) -> None:
        """Store one panel's review of a dialogue, in the place of an earlier one by the same panel."""
        whose = at(run=self._run, dialogue=review.dialogue, panel=review.panel)
        ballots = [self._replacing(schema.verdicts, row) for row in coding.verdict_rows(review)]
        stored = self._replacing(schema.reviews, coding.review_row(review))
        await self._write([(FORGET_VERDICTS, whose), *ballots, stored], about=(review.dialogue, review.panel))

    async def ask_again(self, panel: str) -> int:
        """Forget the reviews of a panel of which a critic has failed every time, and what a policy of its tournament
        has failed to compare so, and open their jobs: it may be mended by now. Returns how many reviews there were."""
        found = list(self._reading.execute(querying.in_vain(self._run, panel)))
        for id, round, index in found:
            whose, job = at(run=self._run, dialogue=id, panel=panel), {"round": round, "idx": index, "panel": panel}
            outcomes, state = at(run=self._run, **job), self._replacing(schema.states, {**job, "done": 0})
            rows: list[Stored] = [(FORGET_VERDICTS, whose), (FORGET_REVIEW, whose), (FORGET_OUTCOMES, outcomes), state]
            await self._change(round, rows, about=(round, index))
        for policy, round, index in list(self._reading.execute(querying.compared_in_vain(self._run, panel))):
            job = {"round": round, "idx": index, "panel": panel}
            outcomes, state = at(run=self._run, **job), self._replacing(schema.states, {**job, "done": 0})
            rows = [(FORGET_COMPARISONS, {**outcomes, "at_policy": policy}), (FORGET_OUTCOMES, outcomes), state]
            await self._change(round, rows, about=(round, index))
        return len(found)

    async def keep_comparisons(self, round: int, index: int, panel: str, comparisons: Sequence[Comparison]) -> None:
        """Store what was compared for a job under a panel, all of it or nothing."""
        job = {"round": round, "idx": index, "panel": panel}
        rows = [self._replacing(schema.comparisons, {**job, **coding.comparison_row(one)}) for one in comparisons]
        await self._write(rows, about=(round, index))

    async def settle(
        self, round: int, index: int, panel: str, outcomes: Mapping[str, tuple[Outcome, str]], done: bool
    ) -> None:
        """What became of a job's tries under a panel: outcome and why by dialogue id, of all of them; those that were
        settled before and are not named have no outcome any more."""
        job = {"round": round, "idx": index, "panel": panel}
        became = [
            self._replacing(schema.outcomes, {**job, "dialogue": id, **coding.outcome_row(outcome, why)})
            for id, (outcome, why) in outcomes.items()
        ]
        state = self._replacing(schema.states, {**job, "done": int(done)})
        rows = [(FORGET_OUTCOMES, at(run=self._run, **job)), *became, state]
        await self._change(round, rows, about=(round, index))

    async def set_aside(self, round: int, index: int, ids: Iterable[str]) -> None:
        """Supersede tries that a job does not come to any more; it is open again, under every panel."""
        job = at(run=self._run, round=round, idx=index)
        rows: list[Stored] = [(SET_ASIDE, {**job, "at_id": id}) for id in ids]
        await self._change(round, [(REOPEN_JOB, job), *rows], about=(round, index))

    async def fit(self, round: int, jobs: int) -> None:
        """From now on a round is its first `jobs` jobs: tries of later ones count no more, and are done no more, until
        more jobs are asked for; then they are as they were."""
        await self._change(round, [(statement, at(run=self._run, round=round, jobs=jobs)) for statement in FIT])

    async def reopen(self, round: int | None = None) -> None:
        """The jobs of a round are open again, under every panel; what is kept of them stays. Without a round all jobs
        are, and all dialogues are superseded."""
        if round is None:
            run = at(run=self._run)
            await self._change(None, [(REOPEN_ALL, run), (SET_ALL_ASIDE, run)])
        else:
            await self._change(round, [(REOPEN_ROUND, at(run=self._run, round=round))])

    def accepted(self, round: int, panel: str | None = None) -> Sequence[str]:
        """As long as nothing of the round changes it is asked for once: who writes is alone with the run."""
        if not self._writer:
            return super().accepted(round, panel)
        of = round, self._panel(panel)
        if of not in self._accepted:
            self._accepted[of] = super().accepted(*of)
        return self._accepted[of]

    def spent(self) -> Spent:
        return self._desk[1].spent if self._desk else super().spent()

    def _choose(self, name: str | None) -> None:
        """Turn to the run of this name, or to the only one."""
        found = {row.name: row.id for row in self._reading.execute(select(schema.runs.c.name, schema.runs.c.id))}
        if name is None and len(found) == 1:
            self._turn_to(*found.values())
        elif name in found:
            self._turn_to(found[name])
        elif name is not None or (found and not self._writer):
            raise Mistake(f"{self._name}: which run? it holds {', '.join(map(repr, sorted(found))) or 'none'}")

    def _turn_to(self, run: int) -> None:
        self._accepted: dict[tuple[int, str], Sequence[str]] = {}
        if self._writer and run and run != self._run:
            self._writer.call(lambda connection: hold(connection, run, self._name))
            shelf = Shelf(run, self._dialect)
            self._desk = shelf, Replies(run, self._writer, self._reading, shelf)
        super()._turn_to(run)

    @property
    def _pen(self) -> Writer:
        if self._writer is None:
            raise Mistake(f"{self._name} was opened to be read: open it with write=True")
        return self._writer

    def _at_desk(self) -> tuple[Shelf, Replies]:
        """Raises Mistake where nothing can be written yet."""
        if self._desk is None:
            raise Mistake(f"{self._pen and self._name}: no run has begun: call begin() first")
        return self._desk

    @property
    def _shelf(self) -> Shelf:
        return self._at_desk()[0]

    @property
    def _dialect(self) -> str:
        return self._reading.dialect.name

    def _replacing(self, table: Table, row: Mapping[str, Any]) -> Stored:
        return replacing(table, self._dialect), {"run": self._run, **row}

    async def _change(self, round: int | None, rows: Sequence[Stored], about: Hashable = None) -> None:
        """Write what may change who is accepted, in a round or (None) in all."""
        try:
            await self._write(rows, about)
        finally:
            for of in [of for of in self._accepted if round in (None, of[0])]:
                del self._accepted[of]

    async def _write(self, rows: Sequence[Stored], about: Hashable = None) -> None:
        self._at_desk()
        await self._pen.write(Write(rows, about))
