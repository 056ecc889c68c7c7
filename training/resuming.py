"""May a training go on in this folder? Only if it is the same one: base, data and knobs."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from shutil import rmtree
from typing import Any

from ..models.errors import Mistake
from . import checkpointing
from .taught import FILE, Taught

FREE = {"device", "keep"}
"""Knobs that may change while a training is under way."""
UNFINISHED = ".part"
"""Ending of a file that was being written when the process ended."""
LENGTH = {"epochs", "steps"}


def recorded(folder: Path, taught: Taught, *, remake: bool = False) -> Taught | None:
    """What a finished training of this folder has written down; None where there is something left to do.

    `taught`: what is asked for; its `base_digest` may be empty where it is not known yet. `remake`: delete what is
    there. Raises Mistake for a folder of something else, and for a training of another base, data, or knobs.
    """
    if not (folder / FILE).is_file():
        _check_free(folder)
        return None
    if remake:
        with alone(folder):
            clear(folder)
        return None
    held = Taught.read(folder)
    check_same(folder, held, taught)
    return held if held.results else None


def check_same(folder: Path, held: Taught, taught: Taught) -> None:
    """Raises Mistake if `taught` asks for another training than the one whose result or checkpoint is there."""
    changed = _changes(held, taught)
    if not changed or not (held.results or checkpointing.newest(folder)):
        return
    told = "; ".join(
        f"{name.replace('_', ' ')} was {_shown(before)} and is {_shown(now)}" for name, (before, now) in changed.items()
    )
    longer = ""
    if held.results and changed.keys() <= LENGTH:
        longer = (
            f" A longer training is another one, since its learning rate falls later; to teach the finished "
            f"model more, give it as the base of a new one (--base {folder})."
        )
    raise Mistake(
        f"{folder} holds another training: {told}. Take the former values to go on with it, another --output to keep "
        f"it, or --remake to delete it and train anew.{longer}"
    )


def clear(folder: Path) -> None:
    """Delete what a training wrote: its files and its checkpoints, and no other folder.

    From the first moment on it has not ended, and its record goes last: whenever the process ends, what is left is
    neither taken for a model nor for somebody else's folder.
    """
    with suppress(Mistake):
        replace(Taught.read(folder), results={}).write(folder)
    for checkpoint in checkpointing.checkpoints(folder):
        checkpointing.drop(checkpoint)
    rmtree(folder / checkpointing.FOLDER, ignore_errors=True)
    for path in sorted(folder.iterdir(), key=lambda path: path.name == FILE):
        if path.is_file():
            path.unlink()


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Raises Mistake while another process trains in the folder."""
    from filelock import FileLock, Timeout

    (folder / checkpointing.FOLDER).mkdir(parents=True, exist_ok=True)
    held = FileLock(str(folder / checkpointing.FOLDER / ".lock"), timeout=0)
    try:
        held.acquire()
    except Timeout as error:
        raise Mistake(f"another process trains in {folder}: wait for it, or give another --output") from error
    try:
        yield
    finally:
        held.release()


def _changes(held: Taught, taught: Taught) -> dict[str, tuple[Any, Any]]:
    """Name -> (before, now)."""
    names = ("method", *_other_base(held, taught), "data_digest", "form", "speaker", "system")
    found = {name: (getattr(held, name), getattr(taught, name)) for name in names}
    before, now = _plain(held.knobs), _plain(taught.knobs)
    found |= {name: (before.get(name), now.get(name)) for name in sorted({*before, *now} - FREE)}
    return {name: pair for name, pair in found.items() if pair[0] != pair[1]}


def _other_base(held: Taught, taught: Taught) -> tuple[str, ...]:
    """A base is known by its digest, wherever it lies; where there is none yet, by its name."""
    if held.base_digest and taught.base_digest:
        other = held.base_digest != taught.base_digest
        return ("base" if held.base != taught.base else "base_digest",) if other else ()
    return ("base",)


def _plain(knobs: Mapping[str, Any]) -> dict[str, Any]:
    """As JSON gives them back: a tuple is a list."""
    plain: dict[str, Any] = json.loads(json.dumps(dict(knobs)))
    return plain


def _shown(value: Any) -> str:
    """A knob that is not turned has no value that could be typed."""
    return "not given" if value is None else repr(value)


def _check_free(folder: Path) -> None:
    if folder.is_dir() and any(
        path.name != checkpointing.FOLDER and path.suffix != UNFINISHED for path in folder.iterdir()
    ):
        raise Mistake(f"{folder} holds other files and no {FILE}: give another --output, an empty or a new folder")
    if folder.exists() and not folder.is_dir():
        raise Mistake(f"{folder} is a file: give another --output, an empty or a new folder")
