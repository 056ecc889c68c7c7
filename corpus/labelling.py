"""How does a corpus become a set of dialogues with the personalities of those who speak in them?"""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from autogen_core.models import ChatCompletionClient

from ..agents import Dialogue
from ..critics import Abstention, Why
from ..critics.assessing import assess
from ..critics.assessment import Assessment, Combine, combined
from ..personas import Trait
from ..personas.asking import answers
from .characters import OWN, By, Character, Piece, pieces

BATCH = 16
"""Calls in a batch, for each that may be made at once."""

_REFUSED = Abstention(Why.FAILED, "the model refused")

Came = Callable[[int, str], None]
"""Called with (how many calls are answered, whose the last one was)."""


@dataclass(frozen=True)
class Labelled:
    """A character with what was read of them."""

    character: Character
    pieces: tuple[Piece, ...]
    read: tuple[Assessment | Abstention, ...]
    """One for each piece."""
    combine: Combine = "median"

    @property
    def problem(self) -> str:
        """Why no piece could be read; empty where one could."""
        whys = [one.why for one in self.read if isinstance(one, Abstention)]
        return whys[0] if len(whys) == len(self.read) else ""

    @property
    def levels(self) -> Mapping[Trait, int | None]:
        """Of all pieces that could be read together; None where nothing shows a trait."""
        return {trait: combined([one[trait].level for one in self._assessed()], self.combine) for trait in Trait}

    def _assessed(self) -> list[Assessment]:
        return [one for one in self.read if not isinstance(one, Abstention)]

    def to_dict(self, by: By, file: str, model: str) -> dict[str, Any]:
        """A line of the personality-dialogue set (after Liu et al. 2024), plain JSON data."""
        traits = self.character.member.persona.traits
        return {
            "id": self.character.id,
            "speaker": self.character.name,
            "by": by,
            "levels": {trait.value: level for trait, level in self.levels.items()},
            **({"assigned": traits.model_dump()} if traits else {}),
            "evidence": {trait.value: list(self._evidence(trait)) for trait in Trait},
            "readings": len(self._assessed()),
            "combined": self.combine,
            "model": model,
            "file": file,
            "dialogues": [_dialogue(dialogue, seat) for dialogue, seat in self.character.parts],
        }

    def _evidence(self, trait: Trait) -> Iterator[dict[str, Any]]:
        """Of each piece that shows the trait; `turns` are (number of the dialogue, index of the turn), from 0."""
        for piece, read in zip(self.pieces, self.read, strict=True):
            if not isinstance(read, Abstention) and read[trait].level is not None:
                reading = read[trait]
                places = [list(piece.places[turn]) for turn in reading.turns]
                yield {"level": reading.level, "text": reading.evidence, "turns": places}


def _dialogue(dialogue: Dialogue, seat: str) -> dict[str, Any]:
    names = {member.seat: member.name for member in dialogue.cast}
    turns = [
        {"speaker": names[turn.seat], **({"own": True} if turn.seat == seat else {}), "text": turn.text}
        for turn in dialogue.turns
    ]
    return {"id": dialogue.id, "source": dialogue.source, "turns": turns}


async def label(
    characters: Iterable[Character],
    chat: ChatCompletionClient,
    *,
    size: int,
    combine: Combine = "median",
    seed: int = 0,
    concurrency: int = 8,
    came: Came = lambda done, name: None,
) -> AsyncIterator[Labelled]:
    """Every character with its levels, in the order given; `size` is how many tokens of talk are read in one call.

    Equal arguments and replies give equal answers, whatever the concurrency. Raises what stops the run.
    """
    done = 0
    waiting = ((one, tuple(pieces(one, size, seed))) for one in characters)
    for batch in _batches(waiting, BATCH * concurrency):
        calls = [(character, piece) for character, cut in batch for piece in cut]
        told = _told(came, done)
        found = iter(await answers(calls, lambda call: assess(call[1].case, OWN, chat), concurrency, told))
        done += len(calls)
        for character, cut in batch:
            read = tuple(answer or _REFUSED for answer in islice(found, len(cut)))
            yield Labelled(character, cut, read, combine)


def _told(came: Came, before: int) -> Callable[[int, tuple[Character, Piece]], None]:
    return lambda done, call: came(before + done, call[0].name)


def _batches(
    waiting: Iterable[tuple[Character, tuple[Piece, ...]]], calls: int
) -> Iterator[list[tuple[Character, tuple[Piece, ...]]]]:
    """Of at least so many calls."""
    batch: list[tuple[Character, tuple[Piece, ...]]] = []
    for one in waiting:
        batch.append(one)
        if sum(len(cut) for _, cut in batch) >= calls:
            yield batch
            batch = []
    if batch:
        yield batch
