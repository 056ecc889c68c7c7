"""Which formats of persona files are there, and which does a path mean?"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from ...models.errors import Mistake
from ...models.suggesting import suggest
from ..persona import Persona
from .entry import Found

FORMATS = {"yaml": (".yaml", ".yml"), "jsonl": (".jsonl",), "parlai": (".txt",), "spc": (".csv",)}
"""Name -> suffixes of its files."""


@dataclass(frozen=True)
class Format:
    """The two directions of one format."""

    read: Callable[[Iterable[bytes]], Found]
    """From the lines of a file. Raises Unreadable."""
    written: Callable[[Iterable[Persona]], Iterator[str]]
    """The text of a file, in pieces."""


def format_of(path: Path, name: str | None) -> Format:
    """The format of that name, or else the one that the suffix means. Raises Mistake."""
    if name is not None and name not in FORMATS:
        raise Mistake(f"no format of persona files is called {name!r}{suggest(name, FORMATS)}")
    module = import_module(f".{name or _by_suffix(path)}_file", __package__)
    return Format(module.read, module.written)


def _by_suffix(path: Path) -> str:
    for name, suffixes in FORMATS.items():
        if path.suffix.lower() in suffixes:
            return name
    known = ", ".join(suffix for suffixes in FORMATS.values() for suffix in suffixes)
    raise Mistake(
        f"{path}: the suffix {path.suffix!r} is of no persona file; known: {known}; rename it, or name its format"
    )
