"""What is read back from a ledger: a dialogue with its reviews and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..agents import Dialogue
from ..critics import Outcome, Review


@dataclass(frozen=True, slots=True)
class Record:
    """One try as the corpus holds it. Records always come in (round, index, attempt, candidate) order."""

    dialogue: Dialogue
    outcome: Outcome | None = None
    """None while the try is not settled."""
    why: str = ""
    reviews: tuple[Review, ...] = ()
    """The current panel's review first; other panels' after it."""

    @property
    def review(self) -> Review | None:
        return self.reviews[0] if self.reviews else None


@dataclass(frozen=True, slots=True)
class RunInfo:
    """What a ledger knows of its run as a whole. No key, no host name."""

    name: str
    scenario: Mapping[str, Any]
    """The scenario as loaded, all defaults filled in."""
    making: str
    """Fingerprints of the three parts of the scenario."""
    judging: str
    version: str = ""
    """Of Tertulia."""
    kind: str = "run"
    """run | review"""
    extra: Mapping[str, Any] = field(default_factory=dict)
