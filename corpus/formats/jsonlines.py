"""How do JSON objects stand in a file: one a line, or in one array?"""

from collections.abc import Iterator
from json import JSONDecodeError, JSONDecoder, dumps, loads
from pathlib import Path
from typing import IO, Any

from ...models.errors import Mistake
from .imported import Spot, text_lines

CHUNK = 1 << 16


def as_line(value: Any) -> bytes:
    """Compact JSON with a line break, keys as they come. A lone surrogate is escaped: it has no UTF-8."""
    return (dumps(value, separators=(",", ":"), ensure_ascii=False) + "\n").encode("utf-8", "backslashreplace")


def canonical(value: Any) -> bytes:
    """Equal values give equal bytes: keys sorted, compact, UTF-8."""
    text = dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return (text + "\n").encode("utf-8", "backslashreplace")


def objects(path: Path) -> Iterator[tuple[Spot, dict[str, Any]]]:
    """Each object with the line that it begins in. Raises Mistake for what is neither JSON lines nor an array."""
    with path.open("rb") as file:
        start = file.read(CHUNK).removeprefix(b"\xef\xbb\xbf").lstrip()
    for spot, value in (_in_array if start.startswith(b"[") else _in_lines)(path):
        if not isinstance(value, dict):
            raise Mistake(f"{spot}: a JSON object is expected here, not {type(value).__name__}; one for a dialogue")
        yield spot, value


def _in_lines(path: Path) -> Iterator[tuple[Spot, Any]]:
    for spot, line in text_lines(path):
        if line.strip():
            try:
                value = loads(line)
            except JSONDecodeError as error:
                rule = "each line has to hold one whole object"
                raise Mistake(f"{spot}: not JSON: {error.msg} at column {error.colno}; {rule}") from error
            except ValueError as error:
                raise Mistake(f"{spot}: {_unread(error)}") from error
            yield spot, value


def _unread(error: ValueError) -> str:
    """Python reads no whole number of more than 4,300 digits, which JSON allows."""
    return f"a number that can't be read: {str(error).partition(';')[0]}"


def _in_array(path: Path) -> Iterator[tuple[Spot, Any]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from _values(path, _Window(path, file))


def _values(path: Path, window: "_Window") -> Iterator[tuple[Spot, Any]]:
    window.take("[")
    if window.peek() == "]":
        return
    while True:
        spot = Spot(path, window.line)
        yield spot, window.value()
        if window.take(",]") == "]":
            break
        window.peek()
    if window.peek():
        raise Mistake(f"{Spot(path, window.line)}: something follows the array's closing ']'; take it away")


class _Window:
    """The part of an array file that is in memory: grows until it holds one value, then moves on."""

    def __init__(self, path: Path, file: IO[str]) -> None:
        self.path, self.line = path, 1
        self._file = file
        self._text, self._at, self._ended = "", 0, False

    def peek(self) -> str:
        """The next character that is not white space; empty at the end."""
        while True:
            while self._at < len(self._text) and self._text[self._at].isspace():
                self.line += self._text[self._at] == "\n"
                self._at += 1
            if self._at < len(self._text) or not self._more():
                return self._text[self._at : self._at + 1]

    def take(self, expected: str) -> str:
        found = self.peek()
        if not found or found not in expected:
            what = repr(found) if found else "the end of the file"
            raise Mistake(f"{Spot(self.path, self.line)}: not a JSON array: {expected!r} is expected, not {what}")
        self._at += 1
        return found

    def value(self) -> Any:
        self.peek()
        while True:
            try:
                value, end = JSONDecoder().raw_decode(self._text, self._at)
            except JSONDecodeError as error:
                broken = self.line + self._text.count("\n", self._at, error.pos)
                if not self._more():
                    rule = "an array of objects is expected"
                    raise Mistake(f"{Spot(self.path, broken)}: not JSON: {error.msg}; {rule}") from error
            except ValueError as error:
                raise Mistake(f"{Spot(self.path, self.line)}: {_unread(error)}") from error
            else:
                self.line += self._text.count("\n", self._at, end)
                self._at = end
                return value

    def _more(self) -> bool:
        """Drop what is read, and read as much again as is left: a large value is tried few times."""
        left = self._text[self._at :]
        try:
            read = self._file.read(max(CHUNK, len(left)))
        except UnicodeDecodeError as error:
            raise Mistake(f"{Spot(self.path, self.line)}: not UTF-8 after here; save the file as UTF-8") from error
        self._text, self._at = left + read, 0
        return bool(read)
