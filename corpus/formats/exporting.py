"""How does a corpus become a file with a card beside it, whole or not at all?"""

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from errno import EDQUOT, ENOSPC
from pathlib import Path
from typing import IO

from ...critics import Outcome
from ...models.errors import Mistake, StorageFailed
from ..record import Record, RunInfo
from .card import MADE_WITH, Survey, card
from .registry import Format, format_class

ACCEPTED: Collection[Outcome] = (Outcome.ACCEPTED,)


@dataclass(frozen=True, slots=True)
class ExportSummary:
    """What was written."""

    format: str
    path: Path
    card: Path
    dialogues: int
    """That are in the file."""
    jobs: int
    tries: int
    outcomes: Mapping[str, int]
    """Tries by what became of them; `open` for those that are not settled."""


def export(
    records: Iterable[Record],
    info: RunInfo,
    format: str,
    output: Path,
    include: Collection[Outcome] | None = None,
) -> ExportSummary:
    """Write a data file and its dataset card; both appear when they are whole, in place of older ones.

    `records` are all records of the corpus, in order, and are walked once: the card counts all of them, the file holds
    those whose outcome is in `include` (by default the accepted ones; everything for `provenance`). With a folder as
    `output` the data is `<format>.<suffix>` in it and the card its `README.md` (where that is not somebody's own), else
    the card is `<name>.card.md`.
    Raises Mistake for an unknown format or a path that can't be written, StorageFailed when the disk is full.
    """
    kind = format_class(format)
    path, card_path = _places(kind, format, output)
    survey = Survey()
    with writing(path, card_path) as (data, text):
        kind(path).write(survey.watch(records, _wanted(kind, include)), data)
        text.write(card(info, format, path.name, survey).encode("utf-8", "replace"))
    return ExportSummary(format, path, card_path, survey.exported, survey.jobs, survey.tries, dict(survey.outcomes))


def _wanted(kind: type[Format], include: Collection[Outcome] | None) -> Collection[Outcome | None]:
    if include is not None:
        return include
    return (*Outcome, None) if kind.everything else ACCEPTED


def _places(kind: type[Format], format: str, output: Path) -> tuple[Path, Path]:
    if output.is_dir() or not output.suffix:
        readme = output / "README.md"
        return output / f"{format}{kind.suffixes[0]}", readme if _is_free(readme) else output / f"{format}.card.md"
    if output.suffix.lower() not in kind.suffixes:
        choices = " or ".join(kind.suffixes)
        raise Mistake(f"{output}: a file of format {format!r} ends in {choices}; name it so, or give a folder")
    return output, card_of(output)


def card_of(path: Path) -> Path:
    """Where the card of a data file stands."""
    return path.with_name(f"{path.stem}.card.md")


def _is_free(readme: Path) -> bool:
    """Whether a card may stand there: nothing does, or a card. Somebody's own README is left alone."""
    try:
        return MADE_WITH.encode() in readme.read_bytes()
    except OSError:
        return not readme.exists()


@contextmanager
def writing(*paths: Path) -> Iterator[tuple[IO[bytes], ...]]:
    """Files that take their places together when the block ends well, and vanish when it does not."""
    parts = [path.with_name(f".{path.name}.{os.getpid()}.part") for path in paths]
    try:
        paths[0].parent.mkdir(parents=True, exist_ok=True)
        files = tuple(part.open("wb") for part in parts)
        try:
            yield files
        finally:
            for file in files:
                file.close()
        for part, path in zip(parts, paths, strict=True):
            os.replace(part, path)
    except OSError as error:
        raise _unwritable(paths[0], error) from error
    finally:
        for part in parts:
            with suppress(OSError):
                part.unlink()


def _unwritable(path: Path, error: OSError) -> Exception:
    reason = error.strerror or str(error)
    if error.errno in (ENOSPC, EDQUOT):
        return StorageFailed(f"{path}: {reason}; nothing of the export was kept: make room and export again")
    return Mistake(f"{path}: can't be written: {reason}; choose another place for the export")
