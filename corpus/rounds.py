"""Does a round gain on the ones before it, and does it lose diversity?

How varied a round is, is measured on the first try of its jobs, before critics choose: as many dialogues in each round,
however many are accepted (distinct-2 falls as a text grows, so accepted ones could not be compared). Of a round with
more than `MEASURED` jobs, as many are drawn by a hash of their ids.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import groupby
from typing import Any, Self

from ..agents import Dialogue
from ..critics import Outcome
from ..models.stream import stream
from .change import DIGITS, Change, Values, compare, pseudo_values
from .measuring import Measured, distinct_2, mean_similarity, opener_entropy
from .record import Record
from .sample import Sample
from .wording import Wording

MEASURED = 256
"""Dialogues of a round that its diversity is measured on, at most."""
APPROVED = (Outcome.ACCEPTED, Outcome.PASSED_OVER)


@dataclass(frozen=True, slots=True)
class RoundSummary:
    """A closed round in numbers. Small: to be stored with the run."""

    round: int
    jobs: int
    tries: int
    accepted: int
    """Jobs that have an accepted dialogue."""
    acceptance: float
    """Share of the first attempts that the panel approves (accepted or passed over), mean over jobs."""
    measured: int
    """Dialogues that the next three are measured on."""
    distinct_2: float
    similarity: float
    """Mean cosine of the word sets of two dialogues, 0 to 1."""
    opener_entropy: float
    """Bits; log2(measured) at most."""
    exemplars: int
    """Different dialogues that stood in the prompts."""
    reuse: float
    """Share of the jobs that had the most used exemplar in their prompts."""

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON data; `from_dict` gives the summary back."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        return cls(**data)


MEASURES = ("acceptance", "distinct_2", "similarity", "opener_entropy", "reuse")
"""Fields of a summary that changes are given for."""


@dataclass(frozen=True, slots=True)
class RoundReport:
    """A round with its changes by measure; both empty for the first round."""

    summary: RoundSummary
    since_first: Mapping[str, Change]
    since_previous: Mapping[str, Change]

    def to_dict(self) -> dict[str, Any]:
        return {
            **self.summary.to_dict(),
            "since_first": {name: change.to_dict() for name, change in self.since_first.items()},
            "since_previous": {name: change.to_dict() for name, change in self.since_previous.items()},
        }


def summarise(number: int, records: Iterable[Record]) -> RoundSummary:
    """The summary of round `number`, from its records in order, walked once."""
    return _closed(number, records).summary


def report_rounds(records: Iterable[Record], seed: int = 0) -> Iterator[RoundReport]:
    """A report for each round, from all records in order, walked once. Equal seeds give equal intervals.

    Dialogues without a place are not part of a round and are left out.
    """
    placed = (record for record in records if record.dialogue.place)
    first = previous = None
    for number, group in groupby(placed, key=_round):
        this = _closed(number, group)
        yield RoundReport(this.summary, _changes(first, this, seed), _changes(previous, this, seed))
        first, previous = first or this, this


def gains(history: Sequence[RoundSummary], no_gain: int | None, diversity_drop: float | None) -> str | None:
    """Why to stop after the latest closed round, or None. `history` begins with the first round.

    `no_gain`: so many rounds in a row did not raise the acceptance above the best before them. `diversity_drop`:
    distinct-2, or 1 - similarity, lies by more than this share (0 to 1) below that of the first round.
    """
    if no_gain and len(history) > no_gain:
        best = max(past.acceptance for past in history[:-no_gain])
        if all(late.acceptance <= best for late in history[-no_gain:]):
            return f"acceptance did not rise above {best:.2f} for {no_gain} round{'s' * (no_gain > 1)}"
    if diversity_drop is not None and len(history) > 1:
        return _drop(history[0], history[-1], diversity_drop)
    return None


def _drop(first: RoundSummary, last: RoundSummary, limit: float) -> str | None:
    measures = {
        "distinct-2": (first.distinct_2, last.distinct_2),
        "1 - mean similarity": (1 - first.similarity, 1 - last.similarity),
    }
    for name, (before, after) in measures.items():
        if before > 0 and (before - after) / before > limit:
            return f"{name} fell from {before:.3f} to {after:.3f}, by more than {limit:.0%} since round {first.round}"
    return None


def _round(record: Record) -> int:
    return record.dialogue.place.round if record.dialogue.place else 0


@dataclass
class _Job:
    """What the tries of one job came to."""

    first: Dialogue
    tries: int = 0
    accepted: bool = False
    approved: list[bool] = field(default_factory=list)
    """Settled tries of the first attempt."""

    def add(self, record: Record) -> None:
        self.tries += 1
        self.accepted |= record.outcome is Outcome.ACCEPTED
        if record.outcome and not (record.dialogue.place and record.dialogue.place.attempt):
            self.approved.append(record.outcome in APPROVED)


@dataclass(frozen=True)
class _Closed:
    """A round's summary, and the values behind its measures."""

    summary: RoundSummary
    values: Mapping[str, Values]


def _jobs(records: Iterable[Record]) -> Iterator[_Job]:
    for _, tries in groupby(records, key=_scope):
        job: _Job | None = None
        for record in tries:
            job = job or _Job(record.dialogue)
            job.add(record)
        if job:
            yield job


def _scope(record: Record) -> str:
    return record.dialogue.place.scope if record.dialogue.place else record.dialogue.id


def _closed(number: int, records: Iterable[Record]) -> _Closed:
    gathering = _Gathering(number)
    for job in _jobs(records):
        gathering.add(job)
    return gathering.closed()


class _Gathering:
    """A round in the making."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.jobs = self.tries = self.accepted = 0
        self.approvals: Counter[float] = Counter()
        self.exemplars: Counter[str] = Counter()
        self.sample: Sample[Dialogue] = Sample(MEASURED)

    def add(self, job: _Job) -> None:
        self.jobs += 1
        self.tries += job.tries
        self.accepted += job.accepted
        self.exemplars.update(set(job.first.exemplars))
        if job.approved:
            self.approvals[sum(job.approved) / len(job.approved)] += 1
        if job.first.turns and not job.first.failure:
            self.sample.offer(job.first.id, job.first)

    def closed(self) -> _Closed:
        used = max(self.exemplars.values(), default=0)
        judged = self.approvals.total()
        measured, values = self._measured()
        summary = RoundSummary(
            round=self.number,
            jobs=self.jobs,
            tries=self.tries,
            accepted=self.accepted,
            acceptance=round(sum(s * n for s, n in sorted(self.approvals.items())) / judged, DIGITS) if judged else 0.0,
            measured=len(self.sample),
            exemplars=len(self.exemplars),
            reuse=round(used / self.jobs, DIGITS) if self.jobs else 0.0,
            **measured,
        )
        users = Counter({1.0: used, 0.0: self.jobs - used})
        return _Closed(summary, {**values, "acceptance": self.approvals, "reuse": +users})

    def _measured(self) -> tuple[dict[str, float], dict[str, Values]]:
        wordings = [Wording(dialogue) for dialogue in self.sample]
        found: dict[str, Measured] = {
            "distinct_2": distinct_2(wordings),
            "similarity": mean_similarity(wordings),
            "opener_entropy": opener_entropy(wordings),
        }
        whole = {name: round(value, DIGITS) for name, (value, _) in found.items()}
        return whole, {name: pseudo_values(value, without) for name, (value, without) in found.items()}


def _changes(before: _Closed | None, after: _Closed, seed: int) -> dict[str, Change]:
    if before is None:
        return {}
    return {name: _change(name, before, after, seed) for name in MEASURES}


def _change(name: str, before: _Closed, after: _Closed, seed: int) -> Change:
    rng = stream(seed, "bootstrap", name, before.summary.round, after.summary.round)
    was, became = getattr(before.summary, name), getattr(after.summary, name)
    return compare(was, became, (before.values[name], after.values[name]), rng)
