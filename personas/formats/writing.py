"""How does a persona file come to be? Whole, or not at all."""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from shutil import copymode, rmtree
from typing import IO, Any, TypeVar

from ...models.errors import Mistake
from ..persona import Persona
from .registry import format_of
from .sink import Sink, opened_text

S = TypeVar("S", bound=Sink)


def write_personas(personas: Iterable[Persona], path: Path, format: str | None = None) -> int:
    """Write the personas one by one, and return how many; `format` as in read_personas.

    Takes them as it goes (tables: 1,000 at a time). The file or folder changes only when all are written: until then,
    and if `personas` raises, it is what it was. Raises Mistake for an unknown format or a missing extra, a persona that
    the format can't carry, and a place that can't be written.
    """
    path = Path(path)
    kind = format_of(path, format)
    count = 0

    def counted() -> Iterator[Persona]:
        nonlocal count
        for persona in personas:
            count += 1
            yield persona

    write_pieces(lambda: kind.written(counted()), path, kind.opened)
    return count


def write_pieces(pieces: Callable[[], Iterable[Any]], path: Path, opened: Callable[[Path], Sink]) -> None:
    """Write them whole or not at all; they are asked for when the place is known to be good. Raises Mistake."""
    with renewing(path, opened) as sink:
        for piece in pieces():
            with telling(path):
                sink.write(piece)


@contextmanager
def replacing(path: Path) -> Iterator[IO[str]]:
    """A text file beside the path, which takes its place in one step when all went well, and is gone otherwise."""
    with renewing(path, opened_text) as file:
        yield file


@contextmanager
def renewing(path: Path, opened: Callable[[Path], S]) -> Iterator[S]:
    """As `replacing`, for whatever file or folder `opened` makes."""
    path, shown = path.resolve(), path
    part = path.with_name(f".{path.name}.{token_hex(6)}.part")
    sink: S | None = None
    try:
        with telling(shown):
            sink = opened(part)
        _check_place(part, path, shown)
        yield sink
        with telling(shown):
            sink.close()
            _put_in_place(part, path)
    except BaseException:
        with suppress(Exception):
            if sink is not None:
                sink.close()
        _remove(part)
        raise


def _check_place(part: Path, path: Path, shown: Path) -> None:
    """A folder takes the place of a dataset or of nothing, lest somebody's files go with it."""
    if not path.exists() or (part.is_file() and path.is_file()):
        return
    if not part.is_dir() or not path.is_dir():
        kind = "folder" if path.is_dir() else "file"
        raise Mistake(f"{shown}: can't be written (a {kind} is there); give another path, or remove it")
    foreign = sorted(entry.name for entry in path.iterdir() if not _of_dataset(entry))
    if foreign:
        raise Mistake(f"{shown}: the folder holds {foreign[0]!r}, which is of no dataset; give another path")


def _of_dataset(path: Path) -> bool:
    return path.is_file() and (path.suffix == ".arrow" or path.name in ("state.json", "dataset_info.json"))


def _put_in_place(part: Path, path: Path) -> None:
    for file in part.iterdir() if part.is_dir() else [part]:
        with file.open("r+b") as opened:
            os.fsync(opened.fileno())
    if path.exists():
        copymode(path, part)
    if path.is_dir():
        _exchange(part, path)
    else:
        os.replace(part, path)


def _exchange(part: Path, path: Path) -> None:
    """No system replaces a folder that is not empty in one step: the old one goes last."""
    old = part.with_suffix(".old")
    os.replace(path, old)
    try:
        os.replace(part, path)
    except BaseException:
        os.replace(old, path)
        raise
    rmtree(old, ignore_errors=True)


def _remove(part: Path) -> None:
    if part.is_dir():
        rmtree(part, ignore_errors=True)
    else:
        part.unlink(missing_ok=True)


@contextmanager
def telling(path: Path) -> Iterator[None]:
    """What the system says of a file, as a Mistake."""
    try:
        yield
    except OSError as error:
        why = error.strerror or str(error)
        raise Mistake(f"{path}: can't be written ({why}); check the folder, its permissions and the disk") from error
