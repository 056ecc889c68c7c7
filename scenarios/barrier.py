"""What happens when a round's jobs are made? The corpus critics answer, once, in (round, index) order."""

from typing import TYPE_CHECKING

from ..agents import Job
from ..critics.refine import Ending

if TYPE_CHECKING:
    pass


class Waiting:
    """The jobs of a wave whose chosen try awaits the corpus critics: ids alone, whatever the size of the round."""

    def __init__(self) -> None:
        self._chosen: dict[int, tuple[str, Job]] = {}

    def add(self, job: Job, ending: Ending) -> None:
        """Nothing is added for a job that is settled."""
        if not ending.settled and ending.chosen:
            self._chosen[job.index] = (ending.chosen.dialogue.id, job)

    def __bool__(self) -> bool:
        return bool(self._chosen)

    def in_order(self) -> list[tuple[int, str, Job]]:
        return [(index, *self._chosen[index]) for index in sorted(self._chosen)]
