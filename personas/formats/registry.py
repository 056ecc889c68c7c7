"""Which formats of persona files are there, and which does a path mean?"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from ...models.errors import Mistake
from ...models.suggesting import suggest
from ..persona import Persona
from .entry import Found, read_lines
from .sink import Sink, opened_text

FORMATS = {
    "yaml": (".yaml", ".yml"),
    "jsonl": (".jsonl",),
    "parlai": (".txt",),
    "spc": (".csv",),
    "parquet": (".parquet",),
    "datasets": (".dataset",),
}
"""Name -> suffixes of its files; `datasets` is a folder, and any other folder is taken for one."""
TABLES = ("parquet", "datasets")
"""Those made of rows and columns; each needs the extra of its name."""
SENTENCES_ALONE = ("parlai", "spc")
"""Those that carry nothing of a persona but what its profile says."""


STATE = "state.json"
"""What every folder that is a dataset holds."""


@dataclass(frozen=True)
class Format:
    """The two directions of one format.

    A module of a text format has `read(lines)` and `written(personas)`; one of a table has `read_path(path)`,
    `written(personas)` and `opened(path)`.
    """

    read: Callable[[Path], Found]
    """From a file or folder. Raises Unreadable and OSError."""
    written: Callable[[Iterable[Persona]], Iterator[Any]]
    """The pieces of a file, in order."""
    opened: Callable[[Path], Sink] = opened_text
    """What takes the pieces; makes the file or folder. Raises OSError."""
    step: str = "line"
    """What the places in a file are counted in."""


def format_of(path: Path, name: str | None) -> Format:
    """The format of that name, or else the one that the path means. Raises Mistake."""
    name = name_of(path, name)
    module = import_module(f".{name}_file", __package__)
    if name in TABLES:
        return Format(module.read_path, module.written, module.opened, step="row")
    return Format(partial(read_lines, module.read), module.written)


def name_of(path: Path, name: str | None = None) -> str:
    """The name, if it is one of FORMATS; without any, the one that the path means. Raises Mistake."""
    if name is None:
        return by_suffix(path) or _refuse(path)
    if name not in FORMATS:
        raise Mistake(f"no format of persona files is called {name!r}{suggest(name, FORMATS)}")
    return name


def is_dataset(path: Path) -> bool:
    """Whether it is a folder that `save_to_disk` has written."""
    return (path / STATE).is_file()


def by_suffix(path: Path) -> str | None:
    """The format that the suffix means; `datasets` for a folder whose suffix means none."""
    found = (name for name, suffixes in FORMATS.items() if path.suffix.lower() in suffixes)
    return next(found, "datasets" if path.is_dir() else None)


def _refuse(path: Path) -> str:
    known = ", ".join(suffix for suffixes in FORMATS.values() for suffix in suffixes)
    raise Mistake(
        f"{path}: the suffix {path.suffix!r} is of no persona file; known: {known}; rename it, or name its format"
    )
