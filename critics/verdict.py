"""What does a critic answer? A verdict, or an abstention: never a no because it broke."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Finding:
    """What a critic found, and where."""

    text: str
    """One sentence for a reader."""
    turn: int | None = None
    """Index of the turn, from 0."""
    seat: str | None = None
    sentence: str | None = None
    """The profile sentence that it is about."""
    span: str | None = None
    """The words of the turn that it is about."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Approve or reject, with a score in [0, 1] where 1 is good."""

    approve: bool
    score: float
    findings: tuple[Finding, ...] = ()
    advice: Mapping[str, str] = field(default_factory=dict)
    """By seat: what this speaker should do better, made from its own persona and what was said alone."""
    figures: Mapping[str, float] = field(default_factory=dict)
    """What was measured beside the score, by name, such as `a/extraversion`: kept, shown, and never counted."""

    def __post_init__(self) -> None:
        if not 0.0 <= self.score <= 1.0:
            raise ValueError(f"a score lies in [0, 1], not {self.score!r}")


class Why(StrEnum):
    """Why a critic abstains."""

    FAILED = "failed"
    SKIPPED = "skipped"
    NOT_APPLICABLE = "not-applicable"


@dataclass(frozen=True, slots=True)
class Abstention:
    """No verdict, with the reason."""

    kind: Why
    why: str


class Choice(StrEnum):
    """Which of two candidates is better."""

    FIRST = "first"
    SECOND = "second"
    TIE = "tie"


@dataclass(frozen=True, slots=True)
class Preference:
    """A choice between two candidates, with its reason."""

    choice: Choice
    why: str = ""
