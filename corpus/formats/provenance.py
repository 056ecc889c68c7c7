"""`provenance`: everything that the corpus knows of each try, one canonical JSON line a try.

The same corpus gives the same bytes: no time, host or retry is in it. What a line holds: the dialogue (cast with
models, turns with the keys of their requests, exemplars, notes, seed), its reviews with every verdict, the outcome.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any, ClassVar

from ...agents import Dialogue
from ...critics import Outcome
from ...models.errors import Mistake
from ..record import Record
from .imported import OnOdd, Spot
from .jsonlines import canonical, objects
from .reviewed import review_from, review_to

VERSION = 1


@dataclass(frozen=True)
class Provenance:
    """A file of whole records."""

    path: Path
    suffixes: ClassVar[tuple[str, ...]] = (".jsonl",)
    everything: ClassVar[bool] = True

    def write(self, records: Iterable[Record], file: IO[bytes]) -> None:
        file.writelines(canonical(record_to(record)) for record in records)

    def read(self, on_odd: OnOdd) -> Iterator[Dialogue]:
        """Dialogues as they were, with `source` set where they had none."""
        for spot, record in self._records():
            yield with_source(record.dialogue, spot)

    def records(self) -> Iterator[Record]:
        """Whole records, exactly as they were written."""
        return (record for _, record in self._records())

    def _records(self) -> Iterator[tuple[Spot, Record]]:
        return ((spot, record_from(values, spot)) for spot, values in objects(self.path))


def with_source(dialogue: Dialogue, spot: Spot) -> Dialogue:
    return dialogue if dialogue.source else replace(dialogue, source=spot.source)


def record_to(record: Record) -> dict[str, Any]:
    """Plain JSON data; `record_from` gives the record back."""
    return {
        "version": VERSION,
        "dialogue": record.dialogue.to_dict(),
        "outcome": record.outcome,
        "why": record.why,
        "reviews": [review_to(review) for review in record.reviews],
    }


def record_from(values: dict[str, Any], spot: Spot) -> Record:
    """Raises Mistake for what is not a record of this version."""
    if (version := values.get("version")) != VERSION:
        raise Mistake(f"{spot}: a provenance record of version {version!r}; this program reads version {VERSION}")
    try:
        return Record(
            Dialogue.from_dict(values["dialogue"]),
            Outcome(values["outcome"]) if values["outcome"] else None,
            values["why"],
            tuple(review_from(review) for review in values["reviews"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        what = f"no {error}" if isinstance(error, KeyError) else " ".join(str(error).split())
        raise Mistake(f"{spot}: not a provenance record: {what}; export it again with --format provenance") from error
