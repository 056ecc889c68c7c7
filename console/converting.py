"""What happens at `tertulia personas convert`? A file of personas, or a pool, is written in another format."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from ..models.errors import Mistake
from ..personas import Persona, read_personas, shipped, write_personas
from ..personas.formats.registry import SENTENCES_ALONE, TABLES, name_of
from ..personas.formats.unnamed import lost, one_line
from ..personas.naming import fingerprint
from ..personas.pool import is_pool, read_pool, write_pool
from ..personas.shelf import PREFIX
from .printing import print_json
from .text import number


@dataclass
class Conversion:
    """What was written, and what of it could not be."""

    source: Path
    target: Path
    format: str
    noun: str = "persona"
    count: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    """Field -> how many personas had something in it that the format can't carry."""
    merged: int = 0
    """Personas that will be read back as one with another, whose sentences are the same."""

    def told(self) -> Text:
        head = Text.assemble(f"wrote {number(self.count, self.noun)} as {self.format} to ", (str(self.target), "bold"))
        return head.append(f"\n{self.loss()}", "yellow") if self.loss() else head

    def loss(self) -> str:
        """One line; empty where everything was carried."""
        if not self.dropped and not self.merged:
            return ""
        fields = ", ".join(f"{name} ({count:,})" for name, count in self.dropped.most_common())
        merged = f"{self.merged:,} with the sentences of another will be read as one" if self.merged else ""
        dropped = f"dropped, and of how many personas: {fields}" if fields else ""
        return f"{self.format} carries sentences alone; " + "; ".join(filter(None, (dropped, merged)))

    def as_json(self) -> dict[str, Any]:
        nouns = {
            "source": str(self.source),
            "path": str(self.target),
            "format": self.format,
            f"{self.noun}s": self.count,
        }
        return {**nouns, "dropped": dict(self.dropped), "merged": self.merged}


def convert(
    console: Console, source: str, target: Path, format: str | None, from_format: str | None, json: bool
) -> int:
    """Exit code 0. Raises Mistake for what can't be read or written; then nothing is."""
    path = shipped(source) if source.startswith(PREFIX) and not Path(source).suffix else Path(source)
    done = Conversion(path, target, name_of(target, format))
    if from_format is None and is_pool(path):
        _convert_pool(done)
    else:
        done.count = write_personas(watched(read_personas(path, from_format), done), target, done.format)
    if json:
        print_json(done.as_json())
    else:
        console.print(done.told(), soft_wrap=True)
    return 0


def _convert_pool(done: Conversion) -> None:
    if done.format not in ("jsonl", *TABLES):
        what = f"{done.source} is a pool: sentences of nobody yet, which {done.format} can't hold"
        raise Mistake(f"{what}; write .jsonl, .parquet or .dataset, or assemble personas of it first")
    done.noun = "sentence"
    done.count = write_pool(read_pool(done.source), done.target, done.format)


def watched(personas: Iterable[Persona], done: Conversion) -> Iterator[Persona]:
    """The same personas; notes what will be lost of each."""
    seen: set[bytes] = set()
    for persona in personas:
        if done.format in SENTENCES_ALONE:
            done.dropped.update(lost(persona))
            said = fingerprint([one_line(text) for text in persona.sentences])
            done.merged += said in seen
            seen.add(said)
        yield persona
