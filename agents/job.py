"""What is fixed before the first call of a dialogue?"""

from dataclasses import dataclass

from .dialogue import Dialogue, Member


@dataclass(frozen=True)
class Job:
    """One dialogue to be made: its place in the run, its cast, its exemplars. A job has one or more tries."""

    round: int
    index: int
    cast: tuple[Member, ...]
    exemplars: tuple[Dialogue, ...] = ()

    @property
    def scope(self) -> str:
        return f"{self.round}/{self.index}"
