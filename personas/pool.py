"""Where do profile sentences lie before anyone has them? In a pool: one sentence a line, with its category."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from .persona import ProfileSentence

SUFFIX = ".jsonl"


def read_pool(path: Path) -> Iterator[ProfileSentence]:
    """The sentences of a pool file (JSONL: `{"text", "category", "entity"}`), or those of the personas of any persona
    file, each text once, in order. Streams. Raises Mistake with file and line."""
    raise NotImplementedError


def write_pool(sentences: Iterable[ProfileSentence], path: Path) -> int:
    """Write a pool whole or not at all; returns how many. Raises Mistake."""
    raise NotImplementedError
