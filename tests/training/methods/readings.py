"""Dialogues whose words tell how lively their speakers are, written to files."""

import json
from collections.abc import Iterable
from pathlib import Path
from random import Random

from tertulia.agents import Dialogue, Member, Turn
from tertulia.corpus.formats.jsonlines import canonical
from tertulia.corpus.formats.provenance import record_to
from tertulia.corpus.record import Record
from tertulia.personas import BigFive, Persona

LIVELY, CALM = ("party", "dance", "friends", "wow", "everybody"), ("alone", "book", "silence", "hush", "corner")
PLAIN = ("the", "a", "we", "you", "and", "it", "is", "was", "so", "go", "to", "at", "night", "day", "some", "while")


def talks(count: int = 60, seed: int = 1, traits: bool = True) -> list[Dialogue]:
    """Of two people each, who are in no other; extraversion is -4, -2, 2 or 4, and shows in every third word."""
    chance = Random(seed)
    return [_talk(chance, number, traits) for number in range(count)]


def _talk(chance: Random, number: int, traits: bool) -> Dialogue:
    levels = {seat: chance.choice((-4, -2, 2, 4)) for seat in "ab"}
    cast = tuple(Member(seat, _person(chance, f"{seat}{number}", level, traits)) for seat, level in levels.items())
    turns = tuple(Turn(seat, said(chance, levels[seat])) for seat in "ababab")
    return Dialogue(f"talk-{number}", cast, turns)


def _person(chance: Random, name: str, level: int, traits: bool) -> Persona:
    profile = (f"I am {name}, and my number is {chance.random()}.",)
    return Persona(name=name, profile=profile, traits=BigFive(extraversion=level) if traits else None)


def said(chance: Random, level: int, words: int = 12) -> str:
    lively = 0.5 + level / 10
    marked = (chance.choice(LIVELY if chance.random() < lively else CALM) for _ in range(words))
    return " ".join(word if chance.random() < 0.35 else chance.choice(PLAIN) for word in marked)


def is_lively(dialogue: Dialogue) -> bool:
    """Whether those who speak are so together."""
    return sum(member.persona.traits.extraversion for member in dialogue.cast if member.persona.traits) > 0


def written(dialogues: Iterable[Dialogue], file: Path) -> str:
    """In the format `provenance`, which keeps traits."""
    file.write_bytes(b"".join(canonical(record_to(Record(dialogue))) for dialogue in dialogues))
    return str(file)


def labelled(dialogues: Iterable[Dialogue], file: Path) -> str:
    """Lively ones are accepted."""
    rows = (f"{dialogue.id},{'accept' if is_lively(dialogue) else 'reject'}\n" for dialogue in dialogues)
    file.write_text("dialogue,label\n" + "".join(rows), encoding="utf-8")
    return str(file)


def assessed(dialogues: Iterable[Dialogue], file: Path) -> str:
    """As `tertulia critics assess` writes it: a line for each who speaks, other traits than extraversion not seen."""
    lines = (_assessed(dialogue, member) for dialogue in dialogues for member in dialogue.cast)
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return str(file)


def _assessed(dialogue: Dialogue, member: Member) -> dict[str, object]:
    assert member.persona.traits is not None
    names = {one.seat: one.name for one in dialogue.cast}
    own = {"own": True}
    turns = [
        {"speaker": names[turn.seat], **(own if turn.seat == member.seat else {}), "text": turn.text}
        for turn in dialogue.turns
    ]
    levels = {"openness": None, "extraversion": member.persona.traits.extraversion}
    held = {"id": dialogue.id, "source": "talk.csv:2", "turns": turns}
    return {"id": f"{dialogue.id}:{member.seat}", "speaker": member.name, "levels": levels, "dialogues": [held]}
