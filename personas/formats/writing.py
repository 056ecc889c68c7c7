"""How does a persona file come to be? Whole, or not at all."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from shutil import copymode
from typing import IO

from ...models.errors import Mistake
from ..persona import Persona
from .registry import format_of


def write_personas(personas: Iterable[Persona], path: Path, format: str | None = None) -> int:
    """Write the personas one by one, and return how many; `format` as in read_personas.

    The file changes only when all are written: until then, and if `personas` raises, it is what it was. Raises Mistake
    for an unknown format, a persona that the format can't carry, and a place that can't be written.
    """
    path = Path(path)
    written = format_of(path, format).written
    count = 0

    def counted() -> Iterator[Persona]:
        nonlocal count
        for persona in personas:
            count += 1
            yield persona

    with replacing(path) as file:
        for piece in written(counted()):
            with telling(path):
                file.write(piece)
    return count


@contextmanager
def replacing(path: Path) -> Iterator[IO[str]]:
    """A file beside the path, which takes its place in one step when all went well, and is gone otherwise."""
    path, shown = path.resolve(), path
    part = path.with_name(f".{path.name}.{token_hex(6)}.part")
    with telling(shown):
        file = part.open("x", encoding="utf-8", newline="")
    try:
        yield file
        with telling(shown):
            _put_in_place(file, part, path)
    except BaseException:
        with suppress(OSError):
            file.close()
        part.unlink(missing_ok=True)
        raise


def _put_in_place(file: IO[str], part: Path, path: Path) -> None:
    file.flush()
    os.fsync(file.fileno())
    file.close()
    if path.exists():
        copymode(path, part)
    os.replace(part, path)


@contextmanager
def telling(path: Path) -> Iterator[None]:
    """What the system says of a file, as a Mistake."""
    try:
        yield
    except OSError as error:
        why = error.strerror or str(error)
        raise Mistake(f"{path}: can't be written ({why}); check the folder, its permissions and the disk") from error
