"""What does a file reader hand on? Entries, each a persona to be checked, and problems, each with its line."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Location = tuple[int | str, ...]
"""A place inside an entry: `("profile", 2, "text")`."""


@dataclass(frozen=True)
class Entry:
    """What a file says of one persona, not checked yet."""

    line: int
    """Where it starts, from 1; in tables the number of the row."""
    value: Any
    locate: Callable[[Location], int] | None = None
    """Gives the line of a place inside the entry, in formats that spread one over lines."""

    def line_of(self, place: Location) -> int:
        return self.locate(place) if self.locate else self.line


@dataclass(frozen=True)
class Problem:
    """One mistake in a file."""

    line: int
    what: str


class Unreadable(Exception):
    """The rest of the file can't be read."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(what)
        self.problem = Problem(line, what)


Found = Iterator[Entry | Problem]


def decoded(lines: Iterable[bytes]) -> Iterator[str]:
    """The lines as text, their ends kept. Raises Unreadable at the first that is not UTF-8."""
    for number, line in enumerate(lines, start=1):
        try:
            yield line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            what = f"not UTF-8 (byte {line[error.start]:#04x} at column {error.start + 1}); save the file as UTF-8"
            raise Unreadable(number, what) from error


def read_lines(read: Callable[[Iterable[bytes]], Found], path: Path) -> Found:
    """What a reader of lines finds in a file. Raises OSError, and Unreadable as it does."""
    with path.open("rb") as lines:
        yield from read(lines)
