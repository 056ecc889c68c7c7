"""What happens at `tertulia critics assess`? The Big Five of those who speak in a file are read from what they say."""

import asyncio
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import Any

from ..agents import Dialogue
from ..corpus.characters import By, Character, characters, pieces
from ..corpus.corpus import Corpus
from ..corpus.formats import read_dialogues
from ..corpus.formats.jsonlines import as_line
from ..corpus.labelling import label
from ..critics.assessment import Combine
from ..critics.prompt import fingerprint
from ..models.errors import Mistake
from ..models.metering import Meter
from ..models.request import Events
from ..models.spec import ModelSpec
from ..personas.event import Progressed
from ..personas.formats.writing import replacing, telling
from .assessed import Result, as_json, report, took
from .claiming import claimed, note_written
from .desk import Limit, check_price, desk, keeping
from .generating import rejected_of
from .printing import print_json
from .progress import progress
from .reviewing import is_run
from .terminal import terminal

SUFFIX = ".jsonl"
NO_MODEL = "name a language model that reads personalities, such as --model ollama:llama3.1"


@dataclass(frozen=True)
class Wanted:
    """What was typed."""

    file: Path
    by: By
    model: str | None
    output: Path | None
    limit: int | None
    format: str | None
    size: int
    combine: Combine
    concurrency: int
    budget: Limit

    @property
    def place(self) -> Path:
        """`plays/hamlet.txt` -> `hamlet.personality.jsonl`."""
        return self.output or Path(f"{self.file.stem or 'run'}.personality{SUFFIX}")

    def dialogues(self) -> Generator[Dialogue, None, None]:
        """Of the file, or the accepted ones of a run. Raises Mistake."""
        if is_run(self.file):
            with Corpus.open(self.file) as corpus:
                yield from corpus.accepted()
        else:
            yield from read_dialogues(self.file, self.format)

    def characters(self) -> Iterator[Character]:
        with closing(self.dialogues()) as found:
            yield from islice(characters(found, self.by), self.limit)


def assess_file(wanted: Wanted, *, remake: bool, json: bool, quiet: bool) -> int:
    """Exit code 0, or 1 when nobody's personality could be read. Raises Mistake, Stopped, after saying how to go on."""
    meter, console = Meter(), terminal()
    spec = _checked(wanted)
    view = progress(console, meter, silent=json or quiet)
    with view:
        settings, calls = _prepared(wanted, spec, view)
        with keeping(wanted.place), claimed(wanted.place, settings, remake):
            found = asyncio.run(_labelled(wanted, spec, calls, meter, view))
    note_written(wanted.place)
    if json:
        print_json(as_json(found, wanted.place, wanted.by, meter))
    elif not quiet:
        console.print(report(found, wanted.by))
        console.print(took(found, wanted.place, meter, view.seen.seconds), soft_wrap=True)
    return 0 if found.count else 1


def _checked(wanted: Wanted) -> ModelSpec:
    """Raises Mistake for a model that can't judge, and for an output that is no set."""
    if wanted.model is None:
        raise Mistake(f"--model is missing: {NO_MODEL}")
    spec = ModelSpec.parse(wanted.model)
    if spec.provider == "rehearsal":
        raise Mistake(f"--model {wanted.model}: rehearsal can't judge, it is no language model; {NO_MODEL}")
    if wanted.place.suffix != SUFFIX or wanted.place.is_dir():
        raise Mistake(
            f"--output {str(wanted.place)!r}: the set is a file of JSON lines; name it {wanted.place.stem}{SUFFIX}"
        )
    if wanted.place.resolve() == wanted.file.resolve():
        raise Mistake(f"--output {str(wanted.place)!r} is the file that is read; give it another name")
    check_price(spec, wanted.budget)
    return spec


def _prepared(wanted: Wanted, spec: ModelSpec, events: Events) -> tuple[Mapping[str, Any], int]:
    """(what the output is made with, how many calls it takes). The whole file is read before the first call."""
    events(Progressed("read", 0, 0, str(wanted.file)))
    content = blake2b(digest_size=8)
    for dialogue in wanted.dialogues():
        content.update(repr((dialogue.id, dialogue.turns)).encode())
    calls = sum(1 for character in wanted.characters() for _ in pieces(character, wanted.size))
    if not calls:
        raise Mistake(f"{wanted.file}: nobody speaks in it; give dialogues in which somebody says something")
    events(Progressed("read", calls, calls))
    settings = {
        "content": content.hexdigest(),
        "by": wanted.by,
        "size": wanted.size,
        "combine": wanted.combine,
        "count": wanted.limit,
        "model": str(spec),
        "sampling": {**spec.options, **spec.sampling},
        "prompts": fingerprint(),
    }
    return settings, calls


async def _labelled(wanted: Wanted, spec: ModelSpec, calls: int, meter: Meter, events: Events) -> Result:
    """Written whole or not at all; what can't be read goes beside it."""
    found, place = Result(), wanted.place
    model = f"{spec.provider}:{spec.model}"  # no address: the set may be published

    def came(done: int, name: str) -> None:
        events(Progressed("assess", done, calls, name))

    came(0, "")
    async with desk(place, str(wanted.model), wanted.budget, meter, events) as client:
        with replacing(place) as file:
            labelled = label(
                wanted.characters(),
                client,
                size=wanted.size,
                combine=wanted.combine,
                concurrency=wanted.concurrency,
                came=came,
            )
            async for one in labelled:
                found.add(one)
                if not one.problem:
                    file.write(as_line(one.to_dict(wanted.by, wanted.file.name, model)).decode())
    _write_unread(found, rejected_of(place))
    return found


def _write_unread(found: Result, path: Path) -> None:
    """A line for each whose replies could not be read; no file without any."""
    with telling(path):
        path.unlink(missing_ok=True)
    if found.unread:
        with replacing(path) as file:
            file.writelines(as_line({"speaker": name, "why": why}).decode() for name, why in found.unread)
