"""What is in a corpus, in numbers? One pass over its records, in memory that does not grow with them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ..critics import Outcome
from .confusion import Confusion, TraitTable
from .record import Record
from .survival import AttemptRow, Attempts, Survival, SurvivalTable
from .talk import Listening, Talk
from .wording import Wording

OPEN = "open"
"""Stands for the outcome of a try that is not settled."""


@dataclass(frozen=True, slots=True)
class GuardRates:
    """How often replies of one model had to be asked for again. Rates count for one used turn."""

    model: str
    """Of all seats; several are joined by ` + `, because guards are counted by dialogue."""
    tries: int
    turns: int
    asked_again: Mapping[str, int]
    """By guard."""
    failed: int
    """Tries that failed because a guard was exhausted."""

    @property
    def rates(self) -> dict[str, float]:
        return {guard: count / self.turns if self.turns else 0.0 for guard, count in self.asked_again.items()}

    def to_dict(self) -> dict[str, Any]:
        return {**asdict(self), "rates": self.rates}


@dataclass(frozen=True, slots=True)
class Statistics:
    """A corpus in numbers."""

    jobs: int
    tries: int
    outcomes: Mapping[str, int]
    """Tries by what became of them; `open` for those that are not settled."""
    said: Talk
    """Over all tries that hold a turn, rejected ones included."""
    accepted: Talk
    stops: Mapping[str, int]
    """Tries by the reason why they ended."""
    guards: tuple[GuardRates, ...]
    """By model."""
    survival: SurvivalTable
    attempts: tuple[AttemptRow, ...]
    personality: tuple[TraitTable, ...] = ()
    """Assigned levels against assessed ones; empty where no critic has read any."""

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON data."""
        return {
            "jobs": self.jobs,
            "tries": self.tries,
            "outcomes": dict(self.outcomes),
            "said": self.said.to_dict(),
            "accepted": self.accepted.to_dict(),
            "stops": dict(self.stops),
            "guards": [rates.to_dict() for rates in self.guards],
            "survival": self.survival.to_dict(),
            "attempts": [row.to_dict() for row in self.attempts],
            "personality": [table.to_dict() for table in self.personality],
        }


def collect(records: Iterable[Record]) -> Statistics:
    """All numbers of a corpus. Records come in order and are walked once, one at a time."""
    counting = Counting()
    for record in records:
        counting.add(record)
    return counting.statistics()


class Counting:
    """Gathers `Statistics` from a stream of records, for those who walk it for more than that."""

    def __init__(self) -> None:
        self._jobs = self._tries = 0
        self._job: str | None = None
        self._outcomes: Counter[str] = Counter()
        self._stops: Counter[str] = Counter()
        self._said, self._accepted = Listening(), Listening()
        self._guards: dict[str, _Guarded] = {}
        self._survival, self._attempts, self._confusion = Survival(), Attempts(), Confusion()

    def add(self, record: Record) -> None:
        self._count(record)
        self._survival.add(record)
        self._attempts.add(record)
        self._confusion.add(record)
        model = " + ".join(sorted({member.model for member in record.dialogue.cast if member.model}))
        self._guards.setdefault(model, _Guarded()).add(record)
        if record.dialogue.turns:
            wording = Wording(record.dialogue)
            self._said.add(wording)
            if record.outcome is Outcome.ACCEPTED:
                self._accepted.add(wording)

    def _count(self, record: Record) -> None:
        dialogue = record.dialogue
        job = dialogue.place.scope if dialogue.place else dialogue.id
        self._jobs += job != self._job
        self._job = job
        self._tries += 1
        self._outcomes[record.outcome or OPEN] += 1
        self._stops[dialogue.stop] += 1

    def statistics(self) -> Statistics:
        return Statistics(
            jobs=self._jobs,
            tries=self._tries,
            outcomes=dict(self._outcomes),
            said=self._said.talk(),
            accepted=self._accepted.talk(),
            stops=dict(self._stops),
            guards=tuple(guarded.rates(model) for model, guarded in sorted(self._guards.items())),
            survival=self._survival.table(),
            attempts=self._attempts.table(),
            personality=self._confusion.tables(),
        )


class _Guarded:
    """Guard rates in the making."""

    def __init__(self) -> None:
        self.tries = self.turns = self.failed = 0
        self.asked: Counter[str] = Counter()

    def add(self, record: Record) -> None:
        self.tries += 1
        self.turns += len(record.dialogue.turns)
        self.failed += bool(record.dialogue.failure)
        self.asked.update(record.dialogue.guards)

    def rates(self, model: str) -> GuardRates:
        return GuardRates(model, self.tries, self.turns, dict(sorted(self.asked.items())), self.failed)
