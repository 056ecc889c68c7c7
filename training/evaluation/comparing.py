"""How far may the values of some models be trusted, and which of them differ by more than chance would make them?

Dialogues are drawn again with replacement, the same ones for every model and measure: the middle 95 % of the values is
the interval (percentile bootstrap, Efron and Tibshirani 1993, chapter 13), and differences are taken draw by draw.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from ...corpus.change import Change
from ...models.stream import stream
from ..event import Measured
from .bench import Bench
from .comparison import Cell, Column, Comparison, Row
from .measures import measure_of
from .sample import Lacking, Samples
from .subject import Subject

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RESAMPLES = 1000
TAILS = (0.025, 0.975)
FEW = 20
"""Dialogues below which the percentile interval of a mean holds it in less than 93 of 100 cases."""


class Note(NamedTuple):
    """What has to be said of a model's values."""

    names: tuple[str, ...]
    """Columns, or measures of which there is no column."""
    why: str

    def __str__(self) -> str:
        return f"{', '.join(self.names)}: {self.why}"


@dataclass(frozen=True)
class Taken:
    """All that was measured of one model."""

    label: str
    model: str
    told: str
    samples: tuple[Samples, ...]
    notes: tuple[Note, ...] = ()


def compare(
    subjects: Iterable[Subject], bench: Bench, measures: Sequence[str], resamples: int = RESAMPLES
) -> Comparison:
    """A row a subject, a column for each measure that one of them has."""
    return tabulate(taken_of(subjects, bench, measures), bench, resamples)


def taken_of(subjects: Iterable[Subject], bench: Bench, measures: Sequence[str]) -> list[Taken]:
    """The subjects may come one by one: who was measured is let go before the next one is loaded."""
    return list(map(partial(take, bench=bench, measures=measures), subjects))


def take(subject: Subject, bench: Bench, measures: Sequence[str]) -> Taken:
    """What the measures find of one model, and which of them could not be taken."""
    found: list[Samples] = []
    said: dict[str, list[str]] = {}
    for name in measures:
        try:
            new = measure_of(name)(subject, bench)
        except Lacking as lack:
            said.setdefault(str(lack), []).append(name)
            continue
        found.extend(new)
        for samples in new:
            said.setdefault(samples.note, []).append(samples.measure)
        values = {samples.measure: value for samples in new if (value := samples.value) is not None}
        bench.tell(Measured(subject.label, values))
    notes = tuple(Note(tuple(names), why) for why, names in said.items() if why)
    return Taken(subject.label, subject.loaded.name, subject.system.value, tuple(found), notes)


def tabulate(taken: Sequence[Taken], bench: Bench, resamples: int = RESAMPLES) -> Comparison:
    """Values, intervals, and differences to the first model."""
    first = {samples.measure: samples for samples in taken[0].samples} if taken else {}
    rows = tuple(
        Row(
            each.label,
            each.model,
            each.told,
            {
                samples.measure: cell
                for samples in each.samples
                if (cell := cell_of(samples, first.get(samples.measure), bench.seed, resamples))
            },
            {samples.measure: samples.detail for samples in each.samples if samples.detail},
        )
        for each in taken
    )
    few = (f"intervals from fewer than {FEW} dialogues are too narrow",) if 1 < len(bench.dialogues) < FEW else ()
    notes = (*bench.notes, *few, *_notes(taken))
    return Comparison(_columns(taken), rows, bench.source, len(bench.dialogues), resamples, bench.seed, notes)


def cell_of(samples: Samples, first: Samples | None, seed: int, resamples: int) -> Cell | None:
    """One value with its interval, and its difference to that of the first model, which may be the same."""
    if samples.value is None:
        return None
    low, high = interval(draws(samples, list(samples.by_dialogue), seed, resamples))
    change = difference(first, samples, seed, resamples) if first and first is not samples else None
    return Cell(samples.value, low, high, len(samples.by_dialogue), change)


def difference(first: Samples, second: Samples, seed: int, resamples: int) -> Change | None:
    """The second value less the first, on the dialogues that both have; None where there is none."""
    both = [dialogue for dialogue in first.by_dialogue if dialogue in second.by_dialogue]
    if not both:
        return None
    value = _statistic(second, both) - _statistic(first, both)
    drawn = [draws(samples, both, seed, resamples) for samples in (second, first)]
    return Change(value, *interval(None if drawn[0] is None or drawn[1] is None else drawn[0] - drawn[1]))


def interval(drawn: "NDArray[np.float64] | None") -> tuple[float | None, float | None]:
    """The middle 95 % of what was drawn."""
    import numpy as np

    if drawn is None:
        return None, None
    low, high = np.quantile(drawn, TAILS)
    return float(low), float(high)


def draws(samples: Samples, dialogues: Sequence[str], seed: int, resamples: int) -> "NDArray[np.float64] | None":
    """The measure of each resample, (resamples,): drawn alike for all that is measured on as many dialogues.

    None with fewer than two dialogues.
    """
    import numpy as np

    size = len(dialogues)
    if size < 2:
        return None
    generator = np.random.default_rng(stream(seed, "resamples", size).getrandbits(64))
    counts = generator.multinomial(size, np.full(size, 1.0 / size), size=resamples)
    items = [samples.by_dialogue[dialogue] for dialogue in dialogues]
    if samples.resampling == "sums":
        sums = counts @ np.array(items, dtype=np.float64)
        return np.array([samples.statistic([tuple(row)]) for row in sums.tolist()])
    if samples.resampling == "jackknife":
        values = pseudo_values(samples, items)
        drawn: NDArray[np.float64] = samples.statistic(items) + counts @ values / size - values.mean()
        return drawn.clip(*samples.limits)
    places = np.arange(size)
    return np.array([samples.statistic([items[at] for at in np.repeat(places, row)]) for row in counts])


def pseudo_values(samples: Samples, items: Sequence[Any]) -> "NDArray[np.float64]":
    """n times the whole less n - 1 times what it is without each one (Efron and Tibshirani 1993, chapter 11)."""
    import numpy as np

    whole, size = samples.statistic(items), len(items)
    without = [samples.statistic([*items[:at], *items[at + 1 :]]) for at in range(size)]
    return size * whole - (size - 1) * np.array(without)


def _statistic(samples: Samples, dialogues: Sequence[str]) -> float:
    return samples.statistic([samples.by_dialogue[dialogue] for dialogue in dialogues])


def _columns(taken: Sequence[Taken]) -> tuple[Column, ...]:
    """Of all models, in the order of the one that has the most; of a measure that nobody has there is no column."""
    ordered = sorted(taken, key=lambda each: -len(each.samples))
    found: dict[str, Column] = {}
    for samples in (samples for each in ordered for samples in each.samples):
        if samples.by_dialogue and samples.measure not in found:
            found[samples.measure] = Column(samples.measure, samples.better, samples.about)
    return tuple(found.values())


def _notes(taken: Sequence[Taken]) -> list[str]:
    """What has to be said of a model's values, once where it is the same for all."""
    who: dict[Note, list[str]] = {}
    for each in taken:
        for note in each.notes:
            who.setdefault(note, []).append(each.label)
    return [str(note) if len(labels) == len(taken) else f"{note} ({', '.join(labels)})" for note, labels in who.items()]
