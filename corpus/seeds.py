"""Which dialogues stand in a seed file, before a run has any of its own?"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..agents import Dialogue, Member, SeatRole, Turn
from ..models.errors import Mistake
from ..personas import Persona
from ..personas.shelf import PREFIX, shipped
from .formats import read_dialogues
from .formats.imported import Spot

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Ten times as fast where PyYAML was built with libyaml."""


class SeedSeat(BaseModel):
    """A place in a seed dialogue, and who takes it."""

    model_config = ConfigDict(extra="forbid")

    seat: str = Field(min_length=1)
    persona: Persona
    role: SeatRole | None = None


class SeedTurn(BaseModel):
    """One utterance of a seed dialogue."""

    model_config = ConfigDict(extra="forbid")

    seat: str
    text: str = Field(min_length=1)


class Seed(BaseModel):
    """A dialogue that people wrote, as the YAML of a seed file has it."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(min_length=1)
    setting: str = ""
    language: str = "en"
    cast: list[SeedSeat] = Field(min_length=1)
    turns: list[SeedTurn] = Field(min_length=1)


def read_exemplars(where: str | Path, folder: Path | None = None) -> Iterator[Dialogue]:
    """The dialogues of `library/exemplars`, of a YAML file of that form, or of any file that `read_dialogues` reads.

    A path is looked for in `folder` first, then in the working directory. They have no place: they are of no run.
    Raises Mistake with all that is wrong in a YAML file.
    """
    path = _found(where, folder)
    dialogues = _from_yaml(path) if path.suffix.lower() in (".yaml", ".yml") else read_dialogues(path)
    return (replace(dialogue, place=None) for dialogue in dialogues)


def _found(where: str | Path, folder: Path | None) -> Path:
    if isinstance(where, str) and where.startswith(PREFIX) and not Path(where).suffix:
        return shipped(where)
    places = [(folder or Path()) / where, Path(where)]
    for place in places:
        if place.is_file():
            return place
    looked = " and ".join(dict.fromkeys(repr(str(place)) for place in places))
    raise Mistake(f"no file of exemplars at {looked}; give its path, or {PREFIX}exemplars for the shipped ones")


def _from_yaml(path: Path) -> Iterator[Dialogue]:
    dialogues: list[Dialogue] = []
    problems: list[str] = []
    lines: dict[str, int] = {}
    for spot, entry in _entries(path):
        found = _seed(spot, entry)
        if isinstance(found, Seed) and found.id in lines:
            found = [f"{spot}: id: {found.id!r} is taken by line {lines[found.id]}; give each dialogue its own"]
        if isinstance(found, Seed):
            lines[found.id] = spot.line
            dialogues.append(_dialogue(spot, found))
        else:
            problems += found
    if problems:
        raise Mistake("\n".join(problems))
    yield from dialogues


def _entries(path: Path) -> Iterator[tuple[Spot, Any]]:
    """Each item of the list with the line that it begins in."""
    try:
        loader = _Loader(path.read_text(encoding="utf-8-sig"))
        node = loader.get_single_node()
        value = loader.construct_document(node) if node else None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise Mistake(f"{path}:{line}: not YAML: {error.problem}; check the indentation and the quotes") from error
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise Mistake(f"{path}: can't be read: {' '.join(str(error).split())}; give a UTF-8 YAML file") from error
    if node is None or not isinstance(value, list) or not value:
        raise Mistake(f"{path}:1: no list of dialogues; write `- id: ...` with `cast:` and `turns:` for each")
    for item, part in zip(value, node.value, strict=True):
        yield Spot(path, part.start_mark.line + 1), item


def _seed(spot: Spot, entry: Any) -> Seed | list[str]:
    """The seed, or all that keeps the entry from being one."""
    try:
        seed = Seed.model_validate(entry)
    except ValidationError as error:
        return [f"{spot}: {_place(detail['loc'])}{detail['msg']}" for detail in error.errors(include_url=False)]
    seats = [seat.seat for seat in seed.cast]
    strange = dict.fromkeys(turn.seat for turn in seed.turns if turn.seat not in seats)
    if len(set(seats)) < len(seats):
        return [f"{spot}: cast: a seat stands twice; give each its own name"]
    return [f"{spot}: turns: no seat {seat!r} in the cast; known: {', '.join(seats)}" for seat in strange] or seed


def _place(location: tuple[int | str, ...]) -> str:
    steps = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in location)
    return f"{steps.lstrip('.')}: " if steps else ""


def _dialogue(spot: Spot, seed: Seed) -> Dialogue:
    return Dialogue(
        id=seed.id,
        cast=tuple(Member(seat.seat, seat.persona, seat.role) for seat in seed.cast),
        turns=tuple(Turn(turn.seat, turn.text) for turn in seed.turns),
        setting=seed.setting,
        language=seed.language,
        source=spot.source,
    )
