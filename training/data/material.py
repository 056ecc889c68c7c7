"""From which dialogues is a model to learn, and what are they, so that the same ones are known again?"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path

from ...agents import Dialogue
from ...corpus.corpus import Corpus
from ...corpus.formats.importing import read_dialogues
from ...corpus.opening import FILE, is_run
from ...corpus.record import RunInfo
from ...critics import Outcome
from ...models.errors import Mistake

UNSTATED = "unspecified"
"""What a scenario says where nobody has chosen."""


@dataclass(frozen=True)
class Material:
    """Dialogues in the order of their run or file, each with an id of its own."""

    dialogues: tuple[Dialogue, ...]
    source: str
    """As it was given."""
    digest: str
    """16 hex digits: ids, personas and turns, whatever else is noted of a dialogue."""
    licence: str = ""
    """As the run's scenario states it; empty where it does not, and of a file."""


def gather(source: str, format: str | None = None, *, run: str | None = None) -> Material:
    """The accepted dialogues of a run, or all of a file.

    `source`: the folder of a run, its ledger file, a database URL, or a file of any import format. `format`: of a file
    whose name and content don't tell it; `run`: its name, where a ledger holds several. Raises Mistake where there is
    no dialogue.
    """
    path = Path(source).expanduser()
    if is_run(str(path) if "://" not in source else source):
        return _accepted(source, run)
    if path.is_dir():
        raise Mistake(f"{source} is a folder without a ledger ({FILE}) in it; name a run, or a file of dialogues")
    return _material(read_dialogues(path, format), source)


def _material(dialogues: Iterable[Dialogue], source: str, licence: str = "") -> Material:
    every = tuple(_distinct(dialogues))
    return Material(every, source, digest(every), licence)


def _accepted(source: str, run: str | None) -> Material:
    with Corpus.open(source, run=run) as corpus:
        if found := list(corpus):
            return _material(found, source, _licence(corpus.info))
        became = {outcome: corpus.ledger.count(outcomes=(outcome,)) for outcome in Outcome}
    told = ", ".join(f"{count} {outcome}" for outcome, count in became.items() if count) or "none was made yet"
    raise Mistake(
        f"{source}: no accepted dialogue to learn from ({told}); let the run go on (`tertulia run`), look at why they "
        f"fail (`tertulia stats {source}`), or let another panel judge them (`tertulia review {source}`)"
    )


def _licence(info: RunInfo) -> str:
    said = " ".join(str(info.scenario.get("licence") or "").split())
    return "" if said == UNSTATED else said


def _distinct(dialogues: Iterable[Dialogue]) -> Iterator[Dialogue]:
    """An id that a file gives twice is told apart by a number: by its id a dialogue is put into a part."""
    taken: Counter[str] = Counter()
    for dialogue in dialogues:
        id, number = dialogue.id, taken[dialogue.id] + 1
        while number > 1 and taken[id]:
            id = f"{dialogue.id}~{number}"
            number += 1
        taken[dialogue.id] += 1
        taken[id] += id != dialogue.id
        yield dialogue if id == dialogue.id else replace(dialogue, id=id)


def digest(dialogues: Iterable[Dialogue]) -> str:
    """16 hex digits of ids, personas and turns, in order."""
    content = blake2b(digest_size=8)
    for dialogue in dialogues:
        people = (f"{member.seat}\x1f{member.persona.model_dump_json()}" for member in dialogue.cast)
        said = (f"{turn.seat}\x1f{turn.text}" for turn in dialogue.turns)
        for part in (dialogue.id, *people, *said):
            content.update(f"\x1e{part}".encode("utf-8", "surrogatepass"))
        content.update(b"\x1d")
    return content.hexdigest()
