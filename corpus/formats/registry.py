"""Which formats are there, and what does each have to do?"""

from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import IO, ClassVar, Protocol

from ...agents import Dialogue
from ...models.errors import Mistake
from ...models.suggesting import suggest
from ..record import Record
from .imported import OnOdd

FORMATS: Mapping[str, str] = {
    "messages": "messages:Messages",
    "sharegpt": "sharegpt:ShareGPT",
    "parlai": "parlai:ParlAI",
    "spc": "spc:SyntheticPersonaChat",
    "provenance": "provenance:Provenance",
    "parquet": "parquet:Parquet",
    "script": "script:Script",
}
"""Name -> module of this folder and class in it."""


class Format(Protocol):
    """A file of one format, made with its path."""

    suffixes: ClassVar[tuple[str, ...]]
    """Of the files that are written; the first where none is given."""
    everything: ClassVar[bool]
    """Whether an export takes all tries by default, and not the accepted ones alone."""

    def __init__(self, path: Path) -> None: ...

    def write(self, records: Iterable[Record], file: IO[bytes]) -> None:
        """Write records one by one. `file` may have another name than the path it will get."""
        ...

    def read(self, on_odd: OnOdd) -> Iterator[Dialogue]:
        """Dialogues one by one. Raises Mistake with `file:line`."""
        ...


def opened(name: str, path: Path) -> Format:
    """The file at `path` as one of format `name`; nothing is read yet. Raises Mistake for an unknown name."""
    made: Format = format_class(name)(path)
    return made


def format_class(name: str) -> type[Format]:
    """Raises Mistake for an unknown name."""
    if name not in FORMATS:
        raise Mistake(f"no file format {name!r}{suggest(name, FORMATS)}")
    module, _, kind = FORMATS[name].partition(":")
    found: type[Format] = getattr(import_module(f".{module}", __package__), kind)
    return found
