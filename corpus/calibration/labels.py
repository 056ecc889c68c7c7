"""What do people say of the dialogues: accept or reject, alone or together?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import fsum
from pathlib import Path
from typing import Any, NamedTuple

from ...models.errors import Mistake
from .alpha import IntervalAlpha, NominalAlpha
from .table import Row, rows

ACCEPTING = frozenset(
    ("accept", "accepted", "approve", "approved", "yes", "y", "true", "t", "good", "ok", "okay", "keep", "pass", "1")
)
REJECTING = frozenset(("reject", "rejected", "refuse", "no", "n", "false", "f", "bad", "drop", "fail", "remove", "0"))
"""Words of a label, in any case."""
GREATEST = 1e6
"""Of scores, above nought and below it."""
DIGITS = 9
"""Of means, so that 0.1, 0.1 and 0.4 reach 0.2 in any order."""


class Problem(NamedTuple):
    """A row of the file that says nothing."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Label:
    """What people make of one dialogue."""

    name: str
    """As the file has it."""
    line: int
    """In which it is named first."""
    accept: bool
    by_line: bool = False


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels of a file, one a dialogue."""

    labels: tuple[Label, ...]
    rows: int
    """Labels that were read, of all annotators."""
    problems: tuple[Problem, ...] = ()
    empty: int = 0
    """Rows without a label yet."""
    scale: tuple[float, float] | None = None
    """Least and greatest score, where labels are scores."""
    accept_from: float | None = None
    """The score from which a dialogue counts as accepted."""
    annotators: tuple[str, ...] = ()
    several: int = 0
    """Dialogues with two labels or more."""
    alpha: float | None = None
    """Krippendorff's, of the annotators: nominal on accept and reject, interval on scores."""
    tied: tuple[str, ...] = ()
    """Dialogues on which as many accept as reject: they are left out."""

    def to_dict(self) -> dict[str, Any]:
        return {
            "dialogues": len(self.labels),
            "labels": self.rows,
            "accepted": sum(label.accept for label in self.labels),
            "empty": self.empty,
            "scale": self.scale,
            "accept_from": self.accept_from,
            "annotators": list(self.annotators),
            "labelled_by_several": self.several,
            "alpha": self.alpha,
            "tied": list(self.tied),
            "problems": [problem._asdict() for problem in self.problems],
        }


def read_labels(path: Path, accept_from: float | None = None) -> Labels:
    """The labels in a file. Rows that can't be used are told, and left out.

    Words such as accept and reject, or 0 and 1, are taken as they are. Other numbers are scores: accepted from
    `accept_from` on, by default the middle between the least and the greatest. Of several annotators the majority
    counts, of scores the mean. Raises Mistake where no row says anything.
    """
    reading = _Reading(accept_from)
    for row in rows(path):
        reading.add(row)
    found = reading.labels()
    if not found.labels:
        told = "; ".join(f"line {problem.line}: {problem.text}" for problem in found.problems[:3])
        raise Mistake(f"{path}: no label in it{f' ({told})' if told else ''}: write accept or reject, or a number")
    return found


@dataclass
class _Voices:
    """All that is said of one dialogue, by who says it."""

    row: Row
    said: dict[str, str] = field(default_factory=dict)


class _Reading:
    """Labels in the making."""

    def __init__(self, accept_from: float | None) -> None:
        self._accept_from = accept_from
        self._voices: dict[str, _Voices] = {}
        self._problems: list[Problem] = []
        self._annotators: set[str] = set()
        self._empty = 0

    def add(self, row: Row) -> None:
        if not row.label:
            self._empty += 1
        elif not row.dialogue:
            self._problems.append(Problem(row.line, "a label without a dialogue"))
        elif not _is_word(row.label) and _number(row.label) is None:
            told = f"no label {_brief(row.label)}: write accept or reject, 1 or 0, or a score (at most {GREATEST:,.0f})"
            self._problems.append(Problem(row.line, told))
        else:
            self._keep(row)

    def _keep(self, row: Row) -> None:
        voices = self._voices.setdefault(row.dialogue, _Voices(row))
        who = row.annotator or f"#{len(voices.said)}"
        if who in voices.said:
            told = f"{who!r} labels {row.dialogue!r} a second time; the first label counts"
            self._problems.append(Problem(row.line, told))
            return
        voices.said[who] = row.label
        self._annotators.update([row.annotator] if row.annotator else [])

    def labels(self) -> Labels:
        scores = self._scored()
        said = {name: self._values(voices, scores) for name, voices in self._voices.items()}
        numbers = [value for values in said.values() for value in values]
        mark, scale = _mark(numbers, scores, self._accept_from)
        shares = {name: _mean(values) for name, values in said.items() if values}
        tied = tuple(name for name, mean in shares.items() if scale is None and mean == 0.5)
        alpha = _alpha(said.values(), scores)
        return Labels(
            labels=tuple(self._label(name, mean >= mark) for name, mean in shares.items() if name not in tied),
            rows=len(numbers),
            problems=tuple(sorted(self._problems)),
            empty=self._empty,
            scale=scale,
            accept_from=mark if scale else None,
            annotators=tuple(sorted(self._annotators)),
            several=alpha.units,
            alpha=alpha.alpha,
            tied=tied,
        )

    def _scored(self) -> bool:
        """Whether the labels are scores: numbers other than 0 and 1, or numbers with a mark that is given."""
        labels = [label for voices in self._voices.values() for label in voices.said.values()]
        numbers = [label for label in labels if _number(label) is not None]
        words = len(labels) - len(numbers)
        given = self._accept_from is not None
        return not words and (given or any(not _is_word(label) and _number(label) not in (0, 1) for label in numbers))

    def _values(self, voices: _Voices, scores: bool) -> list[float]:
        """What is said as numbers: scores as they are, else 1 for accept and 0 for reject."""
        values = []
        for label in voices.said.values():
            value = _number(label) if scores else _truth(label)
            if value is None:
                told = f"a score ({label}) among accept and reject: keep to one kind of label"
                self._problems.append(Problem(voices.row.line, told))
            else:
                values.append(value)
        return values

    def _label(self, name: str, accept: bool) -> Label:
        row = self._voices[name].row
        return Label(name, row.line, accept, row.by_line)


def _mark(numbers: Sequence[float], scores: bool, given: float | None) -> tuple[float, tuple[float, float] | None]:
    """Where accepting begins, and the least and the greatest score."""
    if not scores or not numbers:
        if given is not None:
            raise Mistake(f"--accept-from {given:g} is for scores, and these labels are words: leave it out")
        return 0.5, None
    least, greatest = min(numbers), max(numbers)
    if given is not None and not least < given <= greatest:
        does = "accepts all" if given <= least else "rejects all"
        raise Mistake(f"--accept-from {given:g} {does}: the scores go from {least:g} to {greatest:g}")
    return round((least + greatest) / 2 if given is None else given, DIGITS), (least, greatest)


def _alpha(said: Iterable[Sequence[float]], scores: bool) -> NominalAlpha | IntervalAlpha:
    alpha = IntervalAlpha() if scores else NominalAlpha()
    for values in said:
        alpha.add(values)
    return alpha


def _is_word(label: str) -> bool:
    return label.casefold() in ACCEPTING | REJECTING


def _truth(label: str) -> float | None:
    if _is_word(label):
        return float(label.casefold() in ACCEPTING)
    value = _number(label)
    return value if value in (0.0, 1.0) else None


def _number(label: str) -> float | None:
    try:
        value = float(label.replace(",", "."))
    except ValueError:
        return None
    return value if abs(value) <= GREATEST else None


def _mean(values: Sequence[float]) -> float:
    return round(fsum(values) / len(values), DIGITS)


def _brief(label: str) -> str:
    return repr(label) if len(label) <= 40 else f"{label[:40]!r}..."
