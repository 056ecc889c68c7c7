"""From which checkpoint can a training go on? From the newest whole one: it says itself that it is whole."""

from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree

FOLDER = "checkpoints"
PREFIX = "checkpoint-"
WHOLE = "whole"
"""Written last of all, deleted first of all."""


def checkpoints(folder: Path) -> list[Path]:
    """The whole checkpoints of an output folder, oldest first."""
    return [found for found in _every(folder) if (found / WHOLE).is_file()]


def newest(folder: Path) -> Path | None:
    """The checkpoint to go on from, if there is one."""
    return next(reversed(checkpoints(folder)), None)


def step_of(checkpoint: Path) -> int:
    return int(checkpoint.name.removeprefix(PREFIX))


def seal(checkpoint: Path) -> None:
    """Say of a checkpoint, when all of it is written, that it is whole."""
    (checkpoint / WHOLE).touch()


def thin(folder: Path, keep: int, best: int | None) -> None:
    """Delete all but the newest, and of them all but `keep`, the one of step `best` included."""
    found = checkpoints(folder)
    kept = {step_of(found[-1])} | ({best} if best is not None else set()) if found else set()
    for checkpoint in reversed(found):
        if len(kept) < keep:
            kept.add(step_of(checkpoint))
    for checkpoint in found:
        if step_of(checkpoint) not in kept:
            drop(checkpoint)


def sweep(folder: Path) -> None:
    """Delete what is left of checkpoints that were being written or deleted when the process ended."""
    for found in _every(folder):
        if not (found / WHOLE).is_file():
            rmtree(found, ignore_errors=True)


def drop(checkpoint: Path) -> None:
    """It stops being whole before anything of it is gone."""
    (checkpoint / WHOLE).unlink(missing_ok=True)
    rmtree(checkpoint, ignore_errors=True)


def _every(folder: Path) -> Iterator[Path]:
    found = (path for path in (folder / FOLDER).glob(f"{PREFIX}*") if path.name.removeprefix(PREFIX).isdigit())
    return iter(sorted(found, key=step_of))
