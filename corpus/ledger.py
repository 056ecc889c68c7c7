"""Where is a run kept, so that nothing is lost when it dies?

What is awaited is committed. One thread writes (`writer.py`); reads run on the event loop's thread and see every write
that was acknowledged (`reading.py`); model replies go through `Ledger.replies` (`replies.py`).
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from ..agents import Dialogue, Job
from ..critics import Outcome, Review
from ..models.errors import Mistake
from . import coding, schema
from .opening import Place, locked, locate, prepare, reading_engine, writing_engine
from .reading import Reader
from .record import RunInfo
from .replies import Replies
from .writer import Write, Writer


class Ledger(Reader):
    """Every job, dialogue, review, outcome and reply of a run, in SQL."""

    replies: Replies
    """The reply store: give it to the model clients."""

    @classmethod
    def open(cls, where: str | Path, *, write: bool = True, run: str | None = None) -> Self:
        """`where` is a SQLite file, a folder that holds or gets `ledger.sqlite`, or a database URL.

        With `write`, the ledger is made where there is none, brought to this version's schema, and locked until `close`
        or the death of the process; without, it must be there, and may be read while a run writes it. `run` names the
        run where a ledger holds several. Raises Mistake.
        """
        ...

    def close(self) -> None:
        """Commit what waits, let go of the lock. May be called twice."""

    def begin(self, info: RunInfo) -> None:
        """Make the run of this name, or go on with it: then `info()` is what was stored, not what is given here."""

    async def set_info(self, info: RunInfo) -> None:
        """Replace what is known of the run (judging or volume changed). The name stays."""

    async def keep_job(self, job: Job) -> None: ...

    async def keep_dialogue(self, dialogue: Dialogue) -> None:
        """Store a try (idempotent). Any other dialogue at its place becomes superseded, and its job is open again under
        every panel. Raises ValueError for a dialogue without a place."""

    async def keep_review(self, review: Review) -> None:
        """Store one panel's review of a dialogue, in the place of an earlier one by the same panel."""

    async def settle(
        self, round: int, index: int, panel: str, outcomes: Mapping[str, tuple[Outcome, str]], done: bool
    ) -> None:
        """What became of a job's tries under a panel: outcome and why by dialogue id, all of them; earlier ones go."""

    # Inherited from Reader (all synchronous):
    #   info() -> RunInfo | None
    #   panel -> str                                  current: info().extra["panel"], else info().judging
    #   job(round, index) -> Job | None ; job_count(round) -> int
    #   jobs_done(round, panel=None) -> Indices       `i in done`, len(done), iterable
    #   tries(round, index, panel=None) -> list[Record]
    #   record(id_or_prefix) -> Record                raises Mistake: none, several
    #   records(*, outcomes=(Outcome.ACCEPTED,), rounds=None, panel=None) -> Iterator[Record]   outcomes=None: all tries
    #   count(*, outcomes=(Outcome.ACCEPTED,), rounds=None, panel=None) -> int
    #   counts(panel=None) -> dict[int, dict[Outcome, int]]
    #   spent() -> Spent(usd, prompt_tokens, completion_tokens, calls; .tokens)
    #   usage() -> list[Usage]                        by task and model
    #   requests_of(dialogue_id) -> Iterator[Sent]    Sent(request: Request, reply: Reply, usd, seconds)
    #   requests_in(scope) -> list[Sent] ; all_requests() -> Iterator[Sent]
    # Replies: async get(request), async put(request, reply, *, usd, seconds), forget(scope)
