"""Do speakers come across as they were meant to? Assigned levels against assessed ones, trait by trait."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..critics import Verdict
from ..critics.assessment import TOLERANCE, read_figures
from ..personas import Trait
from ..personas.traits import pole_of
from .record import Record

Cells = Mapping[int, Mapping[int | None, int]]
"""Speakers by assigned level, and by assessed level; under None those of whom nothing shows the trait."""


@dataclass(frozen=True, slots=True)
class TraitTable:
    """One trait as one critic reads it: the heat map of Liu et al. 2024, and the accuracy of the poles (Han et al.
    2024). Rates are of the speakers of whom something shows the trait; None without any."""

    critic: str
    trait: Trait
    cells: Cells

    @property
    def speakers(self) -> int:
        return sum(count for *_, count in self._counts())

    @property
    def unseen(self) -> int:
        """Speakers of whom nothing shows the trait."""
        return sum(row.get(None, 0) for row in self.cells.values())

    @property
    def mean_error(self) -> float | None:
        """Mean absolute distance of the assessed level from the assigned one, 0 to 10."""
        return _mean((abs(assigned - level), count) for assigned, level, count in self._seen())

    @property
    def within(self) -> float | None:
        """Share whose level is no farther off than 2."""
        return _mean((abs(assigned - level) <= TOLERANCE, count) for assigned, level, count in self._seen())

    @property
    def pole(self) -> float | None:
        """Share that reads on the side of 0 that was assigned; those assigned 0 are left out."""
        return _mean((pole_of(level) is pole_of(meant), count) for meant, level, count in self._seen() if meant)

    def mean(self, assigned: int) -> float | None:
        """Mean level that the speakers of one assigned level read as."""
        return _mean((level, count) for meant, level, count in self._seen() if meant == assigned)

    def _counts(self) -> Iterator[tuple[int, int | None, int]]:
        for assigned, row in self.cells.items():
            yield from ((assigned, level, count) for level, count in row.items())

    def _seen(self) -> Iterator[tuple[int, int, int]]:
        yield from ((meant, level, count) for meant, level, count in self._counts() if level is not None)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON data; levels are keys as text, `unseen` beside them."""
        rows = {
            str(assigned): {"unseen" if level is None else str(level): count for level, count in row.items()}
            for assigned, row in self.cells.items()
        }
        rates = {"mean_absolute_error": self.mean_error, "within_tolerance": self.within, "pole_accuracy": self.pole}
        counts = {"speakers": self.speakers, "unseen": self.unseen, "tolerance": TOLERANCE}
        return {"critic": self.critic, "trait": self.trait.value, **counts, **rates, "assigned": rows}


def _mean(weighted: Iterable[tuple[float, int]]) -> float | None:
    total = number = 0.0
    for value, count in weighted:
        total, number = total + value * count, number + count
    return total / number if number else None


@dataclass(slots=True)
class Confusion:
    """Gathers the tables, from a stream of records (the current panel's reviews count) or level by level."""

    cells: dict[tuple[str, Trait], dict[int, Counter[int | None]]] = field(default_factory=dict)

    def add(self, record: Record) -> None:
        """What critics have measured as `seat/trait`, of all reviewed tries."""
        for ballot in record.review.ballots if record.review else ():
            if isinstance(ballot.answer, Verdict) and ballot.answer.figures:
                traits = {member.seat: member.persona.traits for member in record.dialogue.cast}
                for seat, trait, level in read_figures(ballot.answer.figures):
                    if assigned := traits.get(seat):
                        self.count(ballot.critic, trait, assigned.level(trait), level)

    def count(self, critic: str, trait: Trait, assigned: int, assessed: int | None) -> None:
        """One speaker; None where nothing shows the trait."""
        self.cells.setdefault((critic, trait), {}).setdefault(assigned, Counter())[assessed] += 1

    def tables(self) -> tuple[TraitTable, ...]:
        """In the order in which critics were seen, then of the Big Five; levels from low to high."""
        critics = dict.fromkeys(critic for critic, _ in self.cells)
        order = [(critic, trait) for critic in critics for trait in Trait if (critic, trait) in self.cells]
        return tuple(TraitTable(critic, trait, _sorted(self.cells[critic, trait])) for critic, trait in order)


def _sorted(rows: Mapping[int, Mapping[int | None, int]]) -> Cells:
    return {
        assigned: dict(sorted(row.items(), key=lambda cell: (cell[0] is None, cell[0] or 0)))
        for assigned, row in sorted(rows.items())
    }
