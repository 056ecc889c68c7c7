"""`parquet`: a row for each dialogue, as Hugging Face datasets load it. Needs the extra `parquet`."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from json import loads
from pathlib import Path
from typing import IO, Any, ClassVar

from ...agents import Dialogue
from ...models.errors import Mistake
from ..record import Record
from .imported import OnOdd, Spot
from .jsonlines import canonical
from .provenance import record_from, record_to, with_source

GROUP = 500
"""Rows that are in memory at a time."""


@dataclass(frozen=True)
class Parquet:
    """Columns to filter and train by, and `provenance`: the whole record as JSON, which an import reads."""

    path: Path
    suffixes: ClassVar[tuple[str, ...]] = (".parquet",)
    everything: ClassVar[bool] = False

    def write(self, records: Iterable[Record], file: IO[bytes]) -> None:
        arrow, files = _arrow()
        schema = _schema(arrow)
        with files.ParquetWriter(file, schema, compression="zstd") as writer:
            rest = iter(records)
            while rows := [_row(record) for record in islice(rest, GROUP)]:
                writer.write_table(arrow.Table.from_pylist(rows, schema), row_group_size=GROUP)

    def read(self, on_odd: OnOdd) -> Iterator[Dialogue]:
        arrow, files = _arrow()
        try:
            with files.ParquetFile(self.path) as opened:
                _check(self.path, opened.schema_arrow.names)
                batches = (batch.to_pylist() for batch in opened.iter_batches(GROUP, columns=["provenance"]))
                for number, row in enumerate(chain.from_iterable(batches), 1):
                    spot = Spot(self.path, number)
                    yield with_source(record_from(loads(row["provenance"]), spot).dialogue, spot)
        except (arrow.ArrowInvalid, OSError) as error:
            raise Mistake(f"{self.path}: not a Parquet file that can be read: {error}; export it again") from error


def copy_rows(source: Path, kept: Iterator[int], file: IO[bytes]) -> None:
    """The rows of these numbers (from 0, rising), with all their columns."""
    arrow, files = _arrow()
    wanted, start = next(kept, None), 0
    with files.ParquetFile(source) as opened, files.ParquetWriter(file, opened.schema_arrow, compression="zstd") as to:
        for batch in opened.iter_batches(GROUP):
            mask = [False] * len(batch)
            while wanted is not None and wanted < start + len(batch):
                mask[wanted - start] = True
                wanted = next(kept, None)
            to.write_batch(batch.filter(arrow.array(mask)))
            start += len(batch)


def _row(record: Record) -> dict[str, Any]:
    dialogue = record.dialogue
    names = {member.seat: _valid(member.name) for member in dialogue.cast}
    return {
        "id": dialogue.id,
        "outcome": record.outcome and record.outcome.value,
        **dict(zip(("round", "index", "attempt", "candidate"), dialogue.place or (None,) * 4, strict=True)),
        "score": record.review.decision.score if record.review else None,
        "setting": _valid(dialogue.setting),
        "language": dialogue.language,
        "stop": dialogue.stop.value,
        "cast": [_member(member) for member in dialogue.cast],
        "turns": [{"seat": turn.seat, "name": names[turn.seat], "text": _valid(turn.text)} for turn in dialogue.turns],
        "exemplars": list(dialogue.exemplars),
        "provenance": canonical(record_to(record)).decode().rstrip("\n"),
    }


def _member(member: Any) -> Mapping[str, Any]:
    profile = [_valid(sentence) for sentence in member.persona.sentences]
    return {
        "seat": member.seat,
        "name": _valid(member.name),
        "role": member.role,
        "model": member.model,
        "profile": profile,
    }


def _valid(text: str) -> str:
    """Arrow refuses a lone surrogate; `provenance` keeps it escaped."""
    return text.encode("utf-8", "replace").decode()


def _schema(arrow: Any) -> Any:
    text, number = arrow.string(), arrow.int64()
    member = {"seat": text, "name": text, "role": text, "model": text, "profile": arrow.list_(text)}
    turn = {"seat": text, "name": text, "text": text}
    return arrow.schema(
        {
            **dict.fromkeys(("id", "outcome"), text),
            **dict.fromkeys(("round", "index", "attempt", "candidate"), number),
            "score": arrow.float64(),
            **dict.fromkeys(("setting", "language", "stop"), text),
            "cast": arrow.list_(arrow.struct(member)),
            "turns": arrow.list_(arrow.struct(turn)),
            "exemplars": arrow.list_(text),
            "provenance": text,
        }
    )


def _check(path: Path, columns: list[str]) -> None:
    if "provenance" not in columns:
        found = ", ".join(columns)
        raise Mistake(f"{path}: no column 'provenance'; found: {found}; only Tertulia's own Parquet files are read")


def _arrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise Mistake("format 'parquet' needs pyarrow; install it with: pip install 'tertulia[parquet]'") from error
    return pyarrow, pyarrow.parquet
