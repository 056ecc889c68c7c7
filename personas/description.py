"""How does a persona alone fill a system message, in an export and on the stage, and how is it read back?"""

import re
from collections.abc import Iterator, Sequence

from pydantic import ValidationError

from .persona import Persona
from .traits import BigFive

_NAME = re.compile(r"You are (.+)\.")
_PROFILE = "What is true of you:"
_TRAITS = "Your personality, each trait from -5 to 5: "
_STYLE = "Your way of talking: "
_STATEMENTS = "What you would say of yourself:"
_GOAL = "What you want: "
_FOCUS = "What you want to let come up: "
_ABOUT = "About you: "
_RELATION = "To the others: "


def described(persona: Persona, *, even_if_only_named: bool = False) -> str:
    """The persona as text in the second person; empty when there is nothing to say of it but a name."""
    lines = [
        *_field(_ABOUT, persona.introduction),
        *_field(_RELATION, persona.relation),
        *_items(_PROFILE, persona.sentences),
        *_items(_STATEMENTS, [statement.text for statement in persona.statements]),
        *_field(_TRAITS, persona.traits.line() if persona.traits else ""),
        *_field(_STYLE, ", ".join(persona.style)),
        *_field(_GOAL, persona.goal),
        *_field(_FOCUS, persona.focus or ""),
    ]
    return "\n".join([f"You are {_one_line(persona.name)}.", *lines]) if lines or even_if_only_named else ""


def undescribed(text: str, name: str) -> Persona | None:
    """The persona of a system message; of a foreign one, called `name`, each line is a profile sentence.

    None when there is no such line.
    """
    first, _, rest = text.partition("\n")
    match = _NAME.fullmatch(first)
    if match is None:
        sentences = tuple(line.strip(" -*•") for line in text.splitlines() if line.strip(" -*•"))
        return Persona.model_validate({"name": name, "profile": sentences}) if sentences else None
    lines = rest.split("\n")
    return Persona.model_validate(
        {
            "name": match[1],
            "introduction": _value(lines, _ABOUT),
            "relation": _value(lines, _RELATION),
            "profile": [item for label, item in _listed(lines) if label != _STATEMENTS],
            "statements": [item for label, item in _listed(lines) if label == _STATEMENTS],
            "traits": _traits(_value(lines, _TRAITS)),
            "style": [word for word in _value(lines, _STYLE).split(", ") if word],
            "goal": _value(lines, _GOAL),
            "focus": _value(lines, _FOCUS) or None,
        }
    )


def _items(label: str, texts: Sequence[str]) -> list[str]:
    return [label, *(f"- {_one_line(text)}" for text in texts)] if texts else []


def _listed(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """(label, item) of the lines that are items."""
    label = ""
    for line in lines:
        if not line.startswith("- "):
            label = line
        elif line[2:].strip():
            yield label, line[2:]


def _field(label: str, value: str) -> list[str]:
    return [label + _one_line(value)] if value else []


def _value(lines: list[str], label: str) -> str:
    return next((line[len(label) :] for line in lines if line.startswith(label)), "")


def _traits(line: str) -> BigFive | None:
    """None where the line is not one of ours."""
    pairs = (item.rpartition(" ") for item in line.split(", "))
    levels = {trait: int(level) for trait, _, level in pairs if re.fullmatch(r"-?\d", level)}
    try:
        return BigFive.model_validate(levels) if levels else None
    except ValidationError:
        return None


def _one_line(text: str) -> str:
    return re.sub(r"[\r\n]+", " ", text)
