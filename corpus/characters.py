"""Who speaks in a corpus, and in which pieces is what they say read?"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from ..agents import Dialogue, Member, Turn
from ..critics import Case, Chair
from ..models.counting import estimate_text

By = Literal["speaker", "dialogue"]
PIECE = 3_000
"""Tokens of talk that are read at once, estimated."""
OWN = "own"
"""The seat of the character in a piece."""
AROUND = 8
"""What a turn's number and name take, in tokens."""

_NOBODY = re.compile(r"(?:user|speaker|person|human|assistant|agent|system|bot|gpt|other)[ _-]?\d*", re.IGNORECASE)


@dataclass(frozen=True)
class Character:
    """Somebody, with every dialogue in which they speak."""

    name: str
    parts: tuple[tuple[Dialogue, str], ...]
    """(dialogue, seat there)"""

    @property
    def member(self) -> Member:
        """As they sit in their first dialogue."""
        dialogue, seat = self.parts[0]
        return dialogue.member(seat)

    @property
    def id(self) -> str:
        """From where they first speak; nothing of the persona is in it."""
        dialogue, seat = self.parts[0]
        return f"{dialogue.id}:{seat}"


@dataclass(frozen=True)
class Piece:
    """What of a character is read in one call."""

    case: Case
    """The character's seat is OWN; no persona is in it."""
    places: tuple[tuple[int, int], ...]
    """Of each turn of the case: (number of the dialogue among the character's, index of the turn there)."""


def characters(dialogues: Iterable[Dialogue], by: By) -> Iterator[Character]:
    """Everybody who speaks, in the order of their first words.

    By `dialogue`, each speaker of each dialogue is one, as dialogues come. By `speaker`, one persona (name, profile and
    traits) is one over the whole file, which is held in memory; those without a name of their own, such as `User 1`,
    and without a profile, are somebody else in each dialogue.
    """
    if by == "dialogue":
        for dialogue in dialogues:
            yield from (Character(m.name, ((dialogue, m.seat),)) for m in _speaking(dialogue))
        return
    found: dict[str, list[tuple[Dialogue, str]]] = {}
    for dialogue in dialogues:
        for member in _speaking(dialogue):
            found.setdefault(_who(dialogue, member), []).append((dialogue, member.seat))
    for parts in found.values():
        dialogue, seat = parts[0]
        yield Character(dialogue.member(seat).name, tuple(parts))


def _speaking(dialogue: Dialogue) -> list[Member]:
    """In the order in which they first say something."""
    seats = dict.fromkeys(turn.seat for turn in dialogue.turns if turn.text.strip())
    return [dialogue.member(seat) for seat in seats]


def _who(dialogue: Dialogue, member: Member) -> str:
    persona = member.persona
    if not persona.profile and _NOBODY.fullmatch(persona.name.strip()):
        return f"{dialogue.id}\x1f{member.seat}"
    return f"{persona.id}\x1f{persona.name}\x1f{persona.traits.line() if persona.traits else ''}"


def pieces(character: Character, size: int = PIECE, seed: int = 0) -> Iterator[Piece]:
    """All that a character says, with what the others say around it: as many whole dialogues at a time as fit into
    `size` tokens. A dialogue that doesn't fit is cut between turns; parts in which they are silent are left out.
    """
    held: list[_Spoken] = []
    taken = 0
    number = 0
    for part in _parts(character, size):
        weight = sum(spoken.weight for spoken in part)
        if held and taken + weight > size:
            yield _piece(character, held, number, seed)
            held, taken, number = [], 0, number + 1
        held, taken = [*held, *part], taken + weight
    if held:
        yield _piece(character, held, number, seed)


@dataclass(frozen=True)
class _Spoken:
    """A turn on its way into a piece."""

    who: str
    """OWN, or what tells one other from another over all dialogues: the name, and which of that name."""
    name: str
    text: str
    place: tuple[int, int]

    @property
    def weight(self) -> int:
        return estimate_text(self.text) + AROUND


def _parts(character: Character, size: int) -> Iterator[list[_Spoken]]:
    """Whole dialogues, or as much of one as fits; the character speaks in each."""
    for number, (dialogue, seat) in enumerate(character.parts):
        keys = _keys(dialogue, seat)
        part: list[_Spoken] = []
        for index, turn in enumerate(dialogue.turns):
            spoken = _Spoken(keys[turn.seat], dialogue.member(turn.seat).name, turn.text, (number, index))
            if part and sum(one.weight for one in part) + spoken.weight > size:
                yield from _if_heard(part)
                part = []
            part.append(spoken)
        yield from _if_heard(part)


def _if_heard(part: list[_Spoken]) -> Iterator[list[_Spoken]]:
    if any(spoken.who == OWN and spoken.text.strip() for spoken in part):
        yield part


def _keys(dialogue: Dialogue, own: str) -> dict[str, str]:
    """By seat. Others of one name are one person over all dialogues, but not two in the same."""
    seen: Counter[str] = Counter()
    keys = {}
    for member in dialogue.cast:
        seen[member.name] += 1
        keys[member.seat] = OWN if member.seat == own else f"{member.name}#{seen[member.name]}"
    return keys


def _piece(character: Character, spoken: Sequence[_Spoken], number: int, seed: int) -> Piece:
    names = {OWN: character.name, **{one.who: one.name for one in spoken if one.who != OWN}}
    case = Case(
        id=f"{character.id}:{number}",
        turns=tuple(Turn(one.who, one.text) for one in spoken),
        chairs=tuple(Chair(who, name) for who, name in names.items()),
        language=character.parts[0][0].language,
        seed=seed,
    )
    return Piece(case, tuple(one.place for one in spoken))
