"""How is a dialogue told from one seat's side, and how do tellings become a dialogue again?

A telling has the form of what the speaker saw: its own persona alone, its own turns, and the turns of the others.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...agents import Dialogue, Member, SeatRole, Turn
from ...models.request import JOIN, Kind, Part, Role, as_messages
from ...personas import Persona
from ...personas.description import described
from .imported import user_name

LABEL = re.compile(r"([^:\n]{1,40}): ")


def tell(dialogue: Dialogue, seat: str) -> list[dict[str, str]]:
    """Messages from one seat's side: a system message with its own persona, own turns `assistant`, others `user`.

    Neighbours of one role are one message. With more than two at the table the others' turns are labelled `Name: `.
    """
    labelled = len(dialogue.cast) > 2
    parts = [_part(dialogue, turn, seat, labelled) for turn in dialogue.turns]
    if about := described(dialogue.member(seat).persona, even_if_only_named=labelled):
        parts.insert(0, Part(Role.SYSTEM, Kind.PERSONA, about))
    return as_messages(parts)


def speakers(dialogue: Dialogue) -> list[str]:
    """The seats that said something, in the order of the cast."""
    spoke = {turn.seat for turn in dialogue.turns}
    return [member.seat for member in dialogue.cast if member.seat in spoke]


def _part(dialogue: Dialogue, turn: Turn, seat: str, labelled: bool) -> Part:
    if turn.seat == seat:
        return Part(Role.ASSISTANT, Kind.TURN, turn.text)
    label = f"{dialogue.member(turn.seat).name}: " if labelled else ""
    return Part(Role.USER, Kind.TURN, label + turn.text)


@dataclass(frozen=True, slots=True)
class Telling:
    """What a file holds of a dialogue from one side."""

    lines: tuple[tuple[bool, str], ...]
    """(whether the teller says it, text)."""
    seat: str
    me: Persona | None = None
    """None, or with an empty profile, where the file says nothing of the person."""
    them: Persona | None = None
    other: str = "other"
    """The seat of the other side, where there is one."""
    roles: tuple[SeatRole | None, SeatRole | None] = (None, None)
    """Of the teller, and of the other side."""

    @property
    def mirrored(self) -> tuple[tuple[bool, str], ...]:
        """The lines as the other side would tell them."""
        return tuple((not mine, text) for mine, text in self.lines)


def retell(tellings: Sequence[Telling]) -> tuple[tuple[Member, ...], tuple[Turn, ...]]:
    """Cast and turns from the tellings of one dialogue, one for each seat that has one.

    What was merged into one message stays one turn, but for labelled turns of several others, which are taken apart.
    """
    first = tellings[0]
    names = {t.me.name: t.seat for t in tellings[1:] if t.me} or _names(first)
    labelled = bool(names) and _all_labelled(first, names)
    if not labelled:
        return _two(tellings)
    own = Member(first.seat, first.me or Persona(name=user_name(1)), first.roles[0])
    told = {t.seat: t.me for t in tellings[1:]}
    others = tuple(Member(seat, told.get(seat) or Persona(name=name)) for name, seat in names.items())
    return (own, *others), tuple(_turns(first, names))


def _two(tellings: Sequence[Telling]) -> tuple[tuple[Member, ...], tuple[Turn, ...]]:
    """The plain case: the teller and one other side."""
    first = tellings[0]
    other, them = (tellings[1].seat, tellings[1].me) if len(tellings) > 1 else (first.other, first.them)
    opens = bool(first.lines) and first.lines[0][0]
    mine, theirs = (user_name(1), user_name(2)) if opens else (user_name(2), user_name(1))
    me = Member(first.seat, first.me or Persona(name=mine), first.roles[0])
    you = Member(other, them or Persona(name=theirs), first.roles[1])
    turns = tuple(Turn(me.seat if own else you.seat, text) for own, text in first.lines)
    return ((me, you) if opens or len(tellings) > 1 else (you, me)), turns


def _names(telling: Telling) -> dict[str, str]:
    """Names that label every line of the others, when there are at least two of them; each is its own seat."""
    found = [LABEL.match(block) for mine, text in telling.lines if not mine for block in text.split(JOIN)[:1]]
    if not found or not all(found):
        return {}
    blocks = [block for mine, text in telling.lines if not mine for block in text.split(JOIN)]
    names = dict.fromkeys(match[1] for match in map(LABEL.match, blocks) if match)
    return {name: name for name in names} if len(names) > 1 else {}


def _all_labelled(telling: Telling, names: dict[str, str]) -> bool:
    heard = [text for mine, text in telling.lines if not mine]
    return bool(heard) and all(_label(text, names) for text in heard)


def _label(text: str, names: dict[str, str]) -> str | None:
    match = LABEL.match(text)
    return match[1] if match and match[1] in names else None


def _turns(telling: Telling, names: dict[str, str]) -> Iterator[Turn]:
    for mine, text in telling.lines:
        if mine:
            yield Turn(telling.seat, text)
        else:
            yield from _taken_apart(text, names)


def _taken_apart(text: str, names: dict[str, str]) -> Iterator[Turn]:
    """Labelled turns that were merged; a block without a label belongs to the turn before it."""
    label, said = "", ""
    for block in text.split(JOIN):
        if name := _label(block, names):
            if label:
                yield Turn(names[label], said)
            label, said = name, block[len(name) + 2 :]
        else:
            said += JOIN + block
    yield Turn(names[label], said)
