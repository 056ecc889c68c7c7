"""Is an entry a persona? If not: what is wrong, where, and what to do about it."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from ...models.suggesting import suggest
from ..naming import first_name
from ..persona import Persona, ProfileSentence, Statement
from ..personality.facet import contradiction
from ..traits import BigFive
from .entry import Entry, Location, Problem

PARTS: Mapping[str, type[BaseModel]] = {"profile": ProfileSentence, "traits": BigFive, "statements": Statement}
ADVICE = {
    "missing": "is missing; add it",
    "string_too_short": "is empty; write some text, or leave it out",
    "string_pattern_mismatch": "is blank; write some text, or leave it out",
    "string_too_long": "is too long ({given}); write one fact in at most 1,000 characters",
    "string_type": "{given} is no text; write text, in quotes if it looks like a number, a date, or yes and no",
    "tuple_type": "{given} is no list; write a list, one `- ` a line",
    "model_type": "{given} is no mapping; write `key: value` lines",
    "model_attributes_type": "{given} is no mapping; write `key: value` lines",
    "greater_than_equal": "{given} is out of range; choose a whole number from -5 to 5",
    "less_than_equal": "{given} is out of range; choose a whole number from -5 to 5",
    "literal_error": "{given} is none of its values; write {expected}, or leave it out",
    "int_type": "{given} is no whole number; choose one from -5 to 5",
}


def checked(entry: Entry) -> Persona | list[Problem]:
    """The persona, or all that keeps the entry from being one. Nameless ones get a name."""
    if not isinstance(entry.value, dict):
        return [
            Problem(entry.line, f"{short(entry.value)} is no persona; write a mapping with a `name` and a `profile`")
        ]
    try:
        persona = Persona.model_validate(_named(entry.value))
    except ValidationError as error:
        return list(problems(entry, error))
    wrong = contradiction(persona.style)
    return [Problem(entry.line_of(("style",)), f"style: {wrong}")] if wrong else persona


def _named(value: dict[str, Any]) -> dict[str, Any]:
    if value.get("name") is not None:
        return value
    profile = value.get("profile")
    sentences = (
        [part.get("text") if isinstance(part, dict) else part for part in profile or ()]
        if isinstance(profile, list)
        else []
    )
    texts = [text for text in sentences if isinstance(text, str)]
    return {**value, "name": first_name(texts)} if texts else value


def problems(entry: Entry, error: ValidationError, model: type[BaseModel] = Persona) -> Iterator[Problem]:
    """What is wrong with an entry that should be a `model`, each with its line."""
    for detail in error.errors(include_url=False):
        place = tuple(detail["loc"])
        yield Problem(entry.line_of(place), f"{_written(place)}: {_what(place, detail, model)}")


def _what(place: Location, detail: ErrorDetails, whole: type[BaseModel]) -> str:
    if detail["type"] == "extra_forbidden":
        model = PARTS.get(str(place[0]), whole) if len(place) > 1 else whole
        return f"no such key{suggest(str(place[-1]), model.model_fields)}"
    advice = ADVICE.get(detail["type"], "{given}: " + detail["msg"].replace("{", "{{").replace("}", "}}"))
    expected = str(detail.get("ctx", {}).get("expected", ""))
    return advice.replace("{given}", short(detail["input"])).replace("{expected}", expected)


def short(value: Any) -> str:
    """A value for a message, in at most 60 characters."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _written(place: Location) -> str:
    """`profile[2].text`"""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place).lstrip(".") or "persona"
