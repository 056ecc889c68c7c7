"""Would people accept it, to a classifier that learned from dialogues they have labelled?"""

from asyncio import to_thread
from collections.abc import Sequence
from dataclasses import dataclass
from os.path import expanduser
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, ValidationInfo

from ...agents import Turn
from ...models.errors import Mistake
from ...models.local.reader import Reader
from ..case import Case
from ..critic import Critic
from ..verdict import Abstention, Verdict, Why
from ..weighing import digest_of_reader

ACCEPT = "accept"
"""The label whose probability is the score."""
MARKS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _placed(value: Any, info: ValidationInfo) -> Any:
    """A folder relative to the scenario's."""
    base = (info.context or {}).get("base")
    return str((base or Path()) / expanduser(value)) if isinstance(value, str) and value else value


@dataclass(frozen=True)
class Classifier(Critic):
    """A classifier that learned from labelled dialogues would accept it.

    `tertulia train classifier` makes one from dialogues that people, or another panel, have labelled with accept and
    reject. It reads the turns, and neither names nor personas. The score is the probability of `accept`.
    """

    folder: Annotated[str, BeforeValidator(_placed), Field(min_length=1)]
    """What `tertulia train classifier DATA --labels FILE` wrote; relative to the scenario's folder."""
    threshold: Annotated[float, Field(gt=0, lt=1)] = 0.5
    """Probability of `accept` from which it approves."""
    device: str = "auto"
    """auto, cpu, cuda, cuda:1, mps; for classifiers that were fine-tuned from a network."""

    def __post_init__(self) -> None:
        """Raises Mistake for a folder that is no classifier of accept and reject."""
        if ACCEPT not in self._reader.classes:
            known = ", ".join(map(repr, self._reader.classes))
            raise Mistake(f"critic 'classifier': {self.folder!r} knows the labels {known}, and {ACCEPT!r} is not there")

    @property
    def fingerprint(self) -> str:
        """What the classifier's files hold."""
        return digest_of_reader(Path(self.folder))

    @property
    def _reader(self) -> Reader:
        from ...models.local.connecting import connect_reader

        return connect_reader(self.folder, "labels", device=self.device)

    async def review(self, case: Case) -> Verdict | Abstention:
        text = as_read(case.turns)
        if not text:
            return Abstention(Why.NOT_APPLICABLE, "nothing is said in it")
        (row,) = await to_thread(self._reader.probabilities, [text])
        score = float(row[self._reader.classes.index(ACCEPT)])
        return Verdict(score >= self.threshold, score, figures={ACCEPT: score})


def as_read(turns: Sequence[Turn]) -> str:
    """A line a turn, led by a letter for who speaks, in the order in which they first do; empty turns are left out."""
    said = [turn for turn in turns if turn.text.strip()]
    seats = list(dict.fromkeys(turn.seat for turn in said))
    return "\n".join(f"{MARKS[seats.index(turn.seat) % len(MARKS)]}: {' '.join(turn.text.split())}" for turn in said)
