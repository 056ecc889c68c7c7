"""What is a seat told before it speaks? The one place where a private persona becomes text, for its own seat alone."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from ..models.local.templating import OPENING
from ..models.request import Kind, Part, Role
from ..personas import Persona, Public
from ..personas.description import described
from ..personas.personality.facet import meanings
from ..personas.personality.level import told
from .dialogue import Dialogue, Member
from .prompt import render
from .staging import Staging, language_name


def briefing(
    member: Member, others: Sequence[Public], exemplars: Sequence[Dialogue], staging: Staging, side: int
) -> tuple[Part, ...]:
    """The system message of one seat, shared parts first: instructions, exemplars told from its side, its persona.

    `side` is the position of the seat in its cast, and picks the side from which an exemplar is told. A seat of
    `staging.bare` is told its persona alone, in the words of an export in the format `messages`.
    """
    seats = len(others) + 1
    if member.seat in staging.bare:
        alone = described(member.persona, even_if_only_named=seats > 2)
        return (Part(Role.SYSTEM, Kind.PERSONA, alone, member.seat),) if alone else ()
    shown = [Part(Role.SYSTEM, Kind.EXEMPLAR, _told(ex, side, n), member.seat) for n, ex in enumerate(exemplars, 1)]
    persona = Part(Role.SYSTEM, Kind.PERSONA, persona_text(member.persona, others), member.seat)
    return (_instructions(staging.setting, staging.language, staging.style, seats), *shown, persona)


def persona_text(persona: Persona, others: Sequence[Public]) -> str:
    """The private persona as its own seat reads it, with what is public of the others."""
    return render(
        "persona",
        name=persona.name,
        introduction=persona.introduction,
        relation=persona.relation,
        profile=persona.sentences,
        traits=list(told(persona.traits)) if persona.traits else (),
        statements=[statement.text for statement in persona.statements],
        style=persona.style,
        meanings=list(meanings(persona.style)),
        goal=persona.goal,
        focus=persona.focus or "",
        others=others,
    )


@lru_cache(maxsize=64)
def _instructions(setting: str, language: str, style: tuple[str, ...], seats: int) -> Part:
    text = render("instructions", setting=setting, language=language_name(language), style=style, seats=seats)
    return Part(Role.SYSTEM, Kind.INSTRUCTIONS, text)


@lru_cache(maxsize=64)
def reminder(name: str) -> Part:
    """A fixed line for the end of a request: opening, closing, not-yet, select-again."""
    return Part(Role.USER, Kind.REMINDER, render(name))


def opened() -> Part:
    """What stands before the first words of a seat that is told its persona alone, as where chat models are trained."""
    return Part(Role.USER, Kind.REMINDER, OPENING)


def again(reason: str, prompt: str = "again") -> Part:
    """Why a first attempt can't be used, which the history does not hold; stands in the next request alone."""
    return Part(Role.USER, Kind.REMINDER, render(prompt, reason=reason))


def note(seat: str, advice: str) -> Part:
    """The director's note for one seat."""
    return Part(Role.USER, Kind.NOTE, render("note", advice=advice.strip()), seat)


def _told(exemplar: Dialogue, side: int, number: int) -> str:
    """An exemplar from one side; kept, since all jobs of a round may share it."""
    place = (id(exemplar), side % len(exemplar.cast), number)
    if place not in _stories:
        if len(_stories) >= 512:
            _stories.clear()
        teller = person(exemplar.cast[place[1]].persona)
        _stories[place] = exemplar, render("exemplar", number=number, persona=teller, turns=named_turns(exemplar))
    return _stories[place][1]


_stories: dict[tuple[int, int, int], tuple[Dialogue, str]] = {}
"""By the dialogue itself, which is held so that its place in memory stays its own: another run may have other words
under the same id."""


def person(persona: Persona) -> Mapping[str, Any]:
    """What an exemplar tells of the one person from whose side it is told."""
    return {"name": persona.name, "introduction": persona.introduction, "profile": persona.sentences}


def named_turns(dialogue: Dialogue) -> list[dict[str, str]]:
    names = {member.seat: member.name for member in dialogue.cast}
    return [{"name": names[turn.seat], "text": turn.text} for turn in dialogue.turns]
