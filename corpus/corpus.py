"""What did a run give? Its ledger, open for reading."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from ..agents import Dialogue
from ..critics import Outcome
from .ledger import Ledger
from .record import Record, RunInfo


class Corpus:
    """Every dialogue of a run with its verdicts; iterating gives the accepted ones, streamed."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    @classmethod
    def open(cls, where: str | Path, run: str | None = None) -> Self:
        """`where`: the folder of a run, its ledger file, or a database URL; `run`: its name, where that holds several.

        Raises Mistake where there is none.
        """
        return cls(Ledger.open(where, write=False, run=run))

    @property
    def info(self) -> RunInfo:
        info = self.ledger.info()
        assert info is not None
        return info

    def accepted(self) -> Iterator[Dialogue]:
        """In (round, index) order."""
        for record in self.records():
            yield record.dialogue

    __iter__ = accepted

    def records(self, outcomes: Iterable[Outcome] | None = (Outcome.ACCEPTED,)) -> Iterator[Record]:
        """Dialogues with their reviews and outcomes, in (round, index, attempt, candidate) order; None: all of them."""
        return self.ledger.records(outcomes=None if outcomes is None else tuple(outcomes))

    def __len__(self) -> int:
        """How many are accepted."""
        return self.ledger.count()

    def close(self) -> None:
        self.ledger.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
