"""What does a ledger hold? Reads in place order, in pages, so that memory does not grow with the corpus."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import Column, Connection, Select, func, select, tuple_

from ..agents import Dialogue, Job
from ..critics import Outcome
from ..critics.tournament.comparison import Comparison
from ..models.errors import Mistake
from . import querying
from .assembling import Assembly
from .coding import comparison_of, from_json, info_of
from .querying import PLACE, of_job
from .record import Record, RunInfo
from .replies import Spent, spent
from .schema import comparisons, dialogues, jobs, runs, states
from .sent import Outbox, Sent

PAGE = 256
JOBS = 64
"""Jobs whose tries are read at a time."""
ACCEPTED = (Outcome.ACCEPTED,)
UNSEEN = ""
"""The panel that has reviewed nothing."""


class Indices(Collection[int]):
    """A set of job indices, a byte each."""

    def __init__(self, indices: Iterable[int]) -> None:
        self._marks = bytearray()
        for index in indices:
            self._marks.extend(bytes(max(0, index + 1 - len(self._marks))))
            self._marks[index] = 1

    def __contains__(self, index: object) -> bool:
        return isinstance(index, int) and 0 <= index < len(self._marks) and bool(self._marks[index])

    def __iter__(self) -> Iterator[int]:
        return (index for index, mark in enumerate(self._marks) if mark)

    def __len__(self) -> int:
        return self._marks.count(1)


class Usage(NamedTuple):
    """What one model was asked for one task, over all resumes."""

    task: str
    model: str
    calls: int
    prompt_tokens: int
    completion_tokens: int
    usd: float
    seconds: float
    """Spent waiting, summed over calls."""


class Reader:
    """The questions that a ledger answers. Panels are named by fingerprint; None is the current one."""

    def __init__(self, connection: Connection, name: str, run: int) -> None:
        self._reading = connection
        self._name = name
        self._turn_to(run)

    def _turn_to(self, run: int) -> None:
        """Read this run; 0 is none, and empty."""
        self._run = run
        self._assembly = Assembly(self._reading, run)
        self._outbox = Outbox(self._reading, run)

    def info(self) -> RunInfo | None:
        """None before the run has begun."""
        text = self._reading.scalar(select(runs.c.info).where(runs.c.id == self._run))
        return info_of(text) if text else None

    @property
    def panel(self) -> str:
        """The current panel: `info().extra["panel"]`, else `info().judging`."""
        info = self.info()
        return str(info.extra.get("panel", info.judging)) if info else ""

    def job(self, round: int, index: int) -> Job | None:
        """As it was kept; None where it was not."""
        query = select(jobs.c.cast, jobs.c.exemplars).where(of_job(jobs, self._run, round, index))
        row = self._reading.execute(query).first()
        if row is None:
            return None
        exemplars = tuple(self._exemplar(**named) for named in from_json(row.exemplars))
        return Job(round, index, self._assembly.cast(from_json(row.cast)), exemplars)

    def _exemplar(self, id: str, text: str | None) -> Dialogue:
        return self.record(id).dialogue if text is None else Dialogue.from_dict(self._assembly.text(text))

    def job_count(self, round: int) -> int:
        """Jobs kept."""
        return self._number(select(func.count()).where(jobs.c.run == self._run, jobs.c.round == round))

    def rounds(self) -> list[int]:
        """Numbers of the rounds that have a dialogue, in order."""
        query = select(dialogues.c.round).where(dialogues.c.run == self._run, dialogues.c.superseded == 0)
        return sorted(self._reading.scalars(query.distinct()))

    def jobs_with_tries(self, round: int) -> Indices:
        """Jobs of a round that have a dialogue; there may be gaps."""
        same = (dialogues.c.run == self._run, dialogues.c.round == round, dialogues.c.superseded == 0)
        return Indices(self._reading.scalars(select(dialogues.c.idx).where(*same)))

    def jobs_done(self, round: int, panel: str | None = None) -> Indices:
        same = (states.c.run == self._run, states.c.round == round, states.c.panel == self._panel(panel))
        query = select(states.c.idx).where(*same, states.c.done == 1).order_by(states.c.idx)
        return Indices(self._reading.scalars(query))

    def tries(self, round: int, index: int, panel: str | None = None) -> list[Record]:
        """A job's tries, without superseded ones, with this panel's review and outcome."""
        panel = self._panel(panel)
        query = querying.tries(self._run, panel).where(of_job(dialogues, self._run, round, index))
        return self._records(query, panel)

    def tries_of(self, round: int, indices: Sequence[int], panel: str | None = None) -> Iterator[list[Record]]:
        """`tries` of several jobs, a list a job in the order of `indices`; read in pages, which costs a tenth."""
        panel = self._panel(panel)
        query = querying.tries(self._run, panel).where(dialogues.c.round == round)
        for start in range(0, len(indices), JOBS):
            found: dict[int, list[Record]] = {index: [] for index in indices[start : start + JOBS]}
            for record in self._records(query.where(dialogues.c.idx.in_(found)), panel):
                assert record.dialogue.place is not None
                found[record.dialogue.place.index].append(record)
            yield from found.values()

    def record(self, id: str) -> Record:
        """The dialogue of this id, or the only one that starts so, superseded or not, with all its reviews.

        Raises Mistake when there is none, or several.
        """
        panel = self.panel
        query = querying.dialogues(self._run, panel)
        found = self._records(query.where(dialogues.c.id == id), None, panel)
        if not found:
            starts = dialogues.c.id.startswith(id, autoescape=True)
            found = self._records(query.where(starts).order_by(dialogues.c.id).limit(5), None, panel)
        if not found:
            raise Mistake(f"{self._name}: no dialogue {id!r}: `tertulia show` without an id lists them")
        if len(found) > 1:
            ids = ", ".join(record.dialogue.id for record in found)
            raise Mistake(f"{self._name}: several dialogues start with {id!r}, such as {ids}: give more of the id")
        return found[0]

    def records(
        self,
        *,
        outcomes: Collection[Outcome] | None = ACCEPTED,
        rounds: Collection[int] | None = None,
        panel: str | None = None,
    ) -> Iterator[Record]:
        """Tries with one of these outcomes under the panel (None: all, unsettled ones too), streamed in place order.

        What is committed while it runs is seen where its place is still to come.
        """
        panel = self._panel(panel)
        query = querying.tries(self._run, panel, outcomes)
        if rounds is None:
            yield from self._pages(query, panel, PLACE)
        else:
            for round in sorted(set(rounds)):
                yield from self._pages(query.where(dialogues.c.round == round), panel, PLACE[1:])

    def accepted(self, round: int, panel: str | None = None) -> Sequence[str]:
        """The ids of the accepted dialogues of a round, in the order of their jobs; no dialogue is read."""
        return self._reading.scalars(querying.accepted(self._run, self._panel(panel), round)).all()

    def dialogues(self, ids: Iterable[str]) -> Iterator[Dialogue]:
        """Of these ids, in their order, streamed, without reviews. Raises KeyError for one that is not there."""
        walk, query = iter(ids), querying.dialogues(self._run, UNSEEN)
        while page := list(islice(walk, PAGE)):
            found = self._records(query.where(dialogues.c.id.in_(page)), UNSEEN)
            known = {record.dialogue.id: record.dialogue for record in found}
            yield from (known[id] for id in page)

    def _pages(self, query: Select[Any], panel: str, key: tuple[Column[Any], ...]) -> Iterator[Record]:
        page = self._records(query.limit(PAGE), panel)
        while page:
            yield from page
            place = tuple(page[-1].dialogue.place or ())
            page = self._records(query.where(tuple_(*key) > place[-len(key) :]).limit(PAGE), panel)

    def count(
        self,
        *,
        outcomes: Collection[Outcome] | None = ACCEPTED,
        rounds: Collection[int] | None = None,
        panel: str | None = None,
        below: int | None = None,
    ) -> int:
        """How many `records` would give; where `below` is given, of jobs whose index is less."""
        query = querying.tries(self._run, self._panel(panel), outcomes).with_only_columns(func.count()).order_by(None)
        query = query if below is None else query.where(dialogues.c.idx < below)
        return self._number(query if rounds is None else query.where(dialogues.c.round.in_(sorted(rounds))))

    def counts(self, panel: str | None = None) -> dict[int, dict[Outcome, int]]:
        """Settled tries by round and outcome."""
        found: dict[int, dict[Outcome, int]] = {}
        for round, outcome, count in self._reading.execute(querying.counts(self._run, self._panel(panel))):
            found.setdefault(round, {})[Outcome(outcome)] = count
        return found

    def comparisons(self, round: int, index: int, panel: str | None = None) -> list[Comparison]:
        """What was compared for a job's tries under the panel, by attempt and policy."""
        query = querying.comparisons(self._run, self._panel(panel))
        query = query.where(of_job(comparisons, self._run, round, index))
        return [comparison_of(row) for row in self._reading.execute(query).mappings()]

    def all_comparisons(self, panel: str | None = None) -> Iterator[tuple[int, int, Comparison]]:
        """(round, index, comparison) of every job, in place order, streamed."""
        query, after = querying.comparisons(self._run, self._panel(panel)), (-1, -1, -1, "", "", "")
        key = [comparisons.c[name] for name in ("round", "idx", "attempt", "policy", "first", "second")]
        while page := self._reading.execute(query.where(tuple_(*key) > after).limit(PAGE)).mappings().all():
            yield from ((row["round"], row["idx"], comparison_of(row)) for row in page)
            after = tuple(page[-1][column.name] for column in key)

    def spent(self) -> Spent:
        """Over all resumes."""
        return spent(self._reading, self._run)

    def usage(self) -> list[Usage]:
        """By task and model, in alphabetical order."""
        return [Usage(*row) for row in self._reading.execute(querying.usage(self._run))]

    def requests_of(self, id: str) -> Iterator[Sent]:
        """The calls whose replies are a dialogue's turns, in the order of the turns. Raises as `record`."""
        dialogue = self.record(id).dialogue
        calls = {sent.request.key: sent for sent in self.requests_in(dialogue.place.scope if dialogue.place else "")}
        for key in dict.fromkeys(turn.request for turn in dialogue.turns):
            if key in calls:
                yield calls[key]

    def requests_in(self, scope: str) -> list[Sent]:
        """All calls of a job (`round/index`) in the order of their replies: those of selectors, judges, and turns that
        were asked again, too."""
        return self._outbox.of_scope(scope)

    def all_requests(self) -> Iterator[Sent]:
        """Every call of the run, job by job, streamed."""
        return self._outbox.all()

    def _records(self, query: Select[Any], panel: str | None, first: str = "") -> list[Record]:
        return list(self._assembly.records(self._reading.execute(query).mappings().all(), panel, first))

    def _panel(self, panel: str | None) -> str:
        return self.panel if panel is None else panel

    def _number(self, query: Select[Any]) -> int:
        return int(self._reading.scalar(query) or 0)
