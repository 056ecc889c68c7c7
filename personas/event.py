"""What can be watched while personas are made?"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progressed:
    """One step of a longer job: `generate`, `expand`, `embed`, `cluster`, `assemble`, ..."""

    step: str
    done: int
    total: int
    """0 where it is not known."""
    detail: str = ""
    """One short line for the reader, such as the last sentence that was kept."""
