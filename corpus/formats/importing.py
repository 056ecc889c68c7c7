"""Which format has a file, and which dialogues are in it?"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ...agents import Dialogue
from ...models.errors import Mistake
from .imported import OnOdd, unnoticed
from .jsonlines import objects
from .registry import FORMATS, Format, opened
from .script import is_script

SUFFIXES = {".csv": "spc", ".parquet": "parquet", ".script": "script", ".fountain": "script"}
"""Formats that a suffix tells; a `.txt` is ParlAI's if its first line is numbered, else a script."""
MARKS = {"dialogue": "provenance", "messages": "messages", "conversations": "sharegpt"}
"""Formats of JSON that a key of the first object tells."""


def read_dialogues(path: Path, format: str | None = None, on_odd: OnOdd = unnoticed) -> Iterator[Dialogue]:
    """The dialogues of a file, one by one, each with `source` (`data.csv:17`) and an id that is always the same.

    Without `format` the suffix tells, and for JSON the first object. `on_odd(where, what)` is called for each thing
    that had to be put right. Raises Mistake at once for a file that can't be read or whose format can't be told, and
    with `file:line` for a broken one when it is reached.
    """
    if not path.is_file():
        what = "is a folder; give a file in it" if path.is_dir() else "no such file; look at the path"
        raise Mistake(f"{path}: {what}")
    return _dialogues(opened(format or format_of(path), path), path, on_odd)


def format_of(path: Path) -> str:
    """The name of a file's format. Raises Mistake with the choices."""
    suffix = path.suffix.lower()
    if suffix in SUFFIXES:
        return SUFFIXES[suffix]
    if suffix == ".txt":
        with _readable(path):
            return "script" if is_script(path) else "parlai"
    if suffix not in (".json", ".jsonl"):
        kinds = (
            ".csv (spc), .txt (parlai, script), .script, .fountain, .parquet, .json or .jsonl (messages, sharegpt, "
            "provenance)"
        )
        raise Mistake(f"{path}: format unknown by the suffix {suffix!r}; known: {kinds}; or name one: {_choices()}")
    return _format_of_json(path)


def _format_of_json(path: Path) -> str:
    with _readable(path):
        spot, first = next(objects(path), (None, {}))
    if spot is None:
        raise _empty(path)
    for key, name in MARKS.items():
        if key in first:
            return name
    keys = ", ".join(map(repr, MARKS))
    raise Mistake(f"{spot}: format unknown: the first object has none of {keys}; name a format: {_choices()}")


def _dialogues(format: Format, path: Path, on_odd: OnOdd) -> Iterator[Dialogue]:
    found = False
    with _readable(path):
        for dialogue in format.read(on_odd):
            found = True
            yield dialogue
    if not found:
        raise _empty(path)


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """What a file that can't be read says."""
    try:
        yield
    except OSError as error:
        raise Mistake(f"{path}: can't be read: {error.strerror or error}; look at its permissions") from error


def _empty(path: Path) -> Mistake:
    return Mistake(f"{path}: no dialogue in it; give a file that holds at least one")


def _choices() -> str:
    return ", ".join(FORMATS)
