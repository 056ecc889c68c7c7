"""Who was read to have which traits? The personality-dialogue set that `tertulia critics assess` writes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...agents import Dialogue, Member, Turn
from ...corpus.formats.imported import Spot
from ...corpus.formats.jsonlines import objects
from ...models.errors import Mistake
from ...personas import Persona, Trait
from .texts import Levels, Seat

HAS = frozenset(("levels", "speaker", "dialogues"))
"""Keys of a line that tell such a file."""


def is_assessed(path: Path) -> bool:
    """Whether a file is such a set, by its first line."""
    if path.suffix.lower() not in (".json", ".jsonl") or not path.is_file():
        return False
    first = next((found for _, found in objects(path)), {})
    return first.keys() >= HAS


def read_assessed(path: Path) -> tuple[tuple[Dialogue, ...], Mapping[Seat, Levels]]:
    """The dialogues of the file, each once, whoever of its speakers was read; and the levels of each who was.

    A persona's only profile sentence is the id of its line: so a split keeps one character on one side. Raises Mistake
    with `file:line` for a broken line.
    """
    talks: dict[str, _Talk] = {}
    for spot, line in objects(path):
        try:
            _take(talks, line)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            what = f"no {error}" if isinstance(error, KeyError) else " ".join(str(error).split())
            raise Mistake(
                f"{spot}: not a line of `tertulia critics assess`: {what}; assess the dialogues again"
            ) from error
    return tuple(talk.dialogue(path) for talk in talks.values()), {
        (talk.id, seat): levels for talk in talks.values() for seat, levels in talk.levels.items()
    }


@dataclass
class _Talk:
    """A dialogue in the making, of as many lines as there are characters in it."""

    id: str
    source: str
    turns: list[tuple[str, str]]
    """(name, text)"""
    owners: dict[int, str] = field(default_factory=dict)
    """Seat by turn, of those who were read."""
    people: dict[str, Persona] = field(default_factory=dict)
    levels: dict[str, Levels] = field(default_factory=dict)

    def dialogue(self, path: Path) -> Dialogue:
        seats = [self.owners.get(at, f"other {name}") for at, (name, _) in enumerate(self.turns)]
        others = {seat: Persona(name=seat.removeprefix("other ")) for seat in seats if seat not in self.people}
        cast = tuple(Member(seat, persona) for seat, persona in {**self.people, **others}.items())
        turns = tuple(Turn(seat, text) for seat, (_, text) in zip(seats, self.turns, strict=True))
        return Dialogue(self.id, cast, turns, source=self.source or Spot(path, 1).source)


def _take(talks: dict[str, _Talk], line: Mapping[str, Any]) -> None:
    levels = {trait: _level(line["levels"].get(trait.value)) for trait in Trait}
    persona = Persona(name=str(line["speaker"]), profile=(f"{line['id']}",))
    for held in line["dialogues"]:
        turns: Iterable[Mapping[str, Any]] = held["turns"]
        said = [(str(turn["speaker"]), str(turn["text"])) for turn in turns]
        talk = talks.setdefault(str(held["id"]), _Talk(str(held["id"]), str(held.get("source") or ""), said))
        seat = f"own {line['id']}"
        talk.owners.update({at: seat for at, turn in enumerate(turns) if turn.get("own")})
        talk.people[seat], talk.levels[seat] = persona, levels


def _level(value: Any) -> int | None:
    if value is not None and not (isinstance(value, int) and -5 <= value <= 5):
        raise ValueError(f"a level goes from -5 to 5, not {value!r}")
    return value
