"""What does a judge fill in? A score for each dimension, on one scale; and what follows from the scores."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean

from .verdict import Finding, Verdict

RESERVED = ("advice", "findings", "reason", "scores")
"""Keys of a reply that mean something else; no dimension can have one of their names."""


def key_of(name: str) -> str:
    """The same for `Content`, `content score` and `content_score`."""
    key = re.sub(r"[\W_]+", "-", name.strip().lower()).strip("-")
    return key.removesuffix("-score").removesuffix("-rating") or key


def check_names(names: Iterable[str]) -> None:
    """Raises ValueError where a dimension can't be told from the rest of a reply."""
    if wrong := next((name for name in names if key_of(name) in RESERVED), None):
        raise ValueError(
            f"nothing that is scored can be called {wrong!r}: {', '.join(RESERVED)} stand for other things in a "
            "judge's reply; choose another name"
        )


@dataclass(frozen=True)
class Grades:
    """A form that is filled in."""

    scores: Mapping[str, float]
    """By dimension, on the form's scale."""
    findings: tuple[Finding, ...] = ()
    advice: Mapping[str, str] = field(default_factory=dict)

    @property
    def mean(self) -> float:
        return fmean(self.scores.values())


@dataclass(frozen=True)
class Form:
    """The dimensions that are scored at once."""

    dimensions: Mapping[str, str]
    """What each looks at, by name; "" where the rubric's text says it."""
    low: int = 1
    high: int = 5
    threshold: float = 3
    """The mean score from which a dialogue is approved, on the form's scale."""
    samples: int = 1
    """How often it is filled in."""

    @property
    def only(self) -> str | None:
        """The one dimension, where there is just one."""
        return next(iter(self.dimensions)) if len(self.dimensions) == 1 else None

    @property
    def sample_scores(self) -> dict[str, int]:
        """Scores for an example, spread over the scale."""
        shares = (0.75, 0.5, 0.25)
        return {
            name: round(self.low + shares[number % 3] * (self.high - self.low))
            for number, name in enumerate(self.dimensions)
        }

    def verdict(self, filled: Sequence[Grades]) -> Verdict:
        """Of one filled-in form or several samples of it: the mean of their scores decides, and what the sample
        nearest to the mean gives for reasons is kept. Figures are mean scores by dimension, on the form's scale."""
        figures = {name: round(fmean(grades.scores[name] for grades in filled), 4) for name in self.dimensions}
        mean = fmean(figures.values())
        approve = round(mean, 4) >= self.threshold
        typical = min(filled, key=lambda grades: abs(grades.mean - mean))
        score = round((mean - self.low) / (self.high - self.low), 4)
        return Verdict(approve, score, typical.findings, {} if approve else typical.advice, figures)
