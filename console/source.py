"""What does a place hold: people, a pool of sentences, or the casts of a run?"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from ..corpus.corpus import Corpus
from ..corpus.opening import FILE, is_run
from ..corpus.record import Record
from ..models.errors import Mistake
from ..models.suggesting import suggest
from ..personas import Persona, ProfileSentence, read_personas, shelves, shipped
from ..personas.formats.registry import is_dataset
from ..personas.pool import is_pool, read_pool
from ..personas.shelf import PREFIX


@dataclass(frozen=True)
class Source:
    """Something with profile sentences in it; reads as it goes."""

    where: str

    @property
    def run(self) -> bool:
        """Whether it is a ledger, or the folder of one."""
        return is_run(self.where)

    @property
    def pool(self) -> bool:
        return not self.run and is_pool(self.path)

    @property
    def path(self) -> Path:
        """Of a file or a folder, or of a shipped library by its name. Raises Mistake."""
        path = Path(self.where)
        if not path.exists() and self.where.removeprefix(PREFIX) in shelves():
            return shipped(self.where)
        if not path.exists() and not path.suffix:
            meant = suggest(self.where.removeprefix(PREFIX), shelves())
            raise Mistake(f"{path} is not there: name a file, a run or a library{meant}")
        if path.is_dir() and not path.suffix and not is_dataset(path):
            raise Mistake(
                f"{path} is a folder with neither a ledger ({FILE}) nor a dataset in it; name a file, or a run"
            )
        return path

    def people(self) -> Iterator[Persona]:
        """The persons of a file; of a run each that was cast, once, as in their first dialogue. Raises Mistake."""
        if not self.run:
            yield from read_personas(self.path)
            return
        seen: set[str] = set()
        for persona in self.casts():
            if persona.id not in seen:
                seen.add(persona.id)
                yield persona
        if not seen:
            raise Mistake(f"{self.where}: nobody has spoken in this run yet; let it run first")

    def sentences(self) -> Iterator[ProfileSentence]:
        """Of a pool, or of all people. Raises Mistake."""
        if self.pool:
            yield from read_pool(self.path)
            return
        for persona in self.people():
            yield from persona.profile

    def casts(self) -> Iterator[Persona]:
        """Of a run: the personas of each job, as they were cast; its tries have the same ones. Raises Mistake."""
        with Corpus.open(self.where) as corpus:
            for _, tries in groupby(corpus.records(outcomes=None), key=_job):
                yield from (member.persona for member in next(tries).dialogue.cast)


def _job(record: Record) -> tuple[int | str, ...]:
    place = record.dialogue.place
    return place[:2] if place else (record.dialogue.id,)
