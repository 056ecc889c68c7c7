"""What does a failed validation say, in words that help?"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ..models.suggesting import suggest
from .form import keys_at
from .secret import secret
from .source import Loc, Problem

SHOWN = 60
"""Characters of a value that a message repeats."""

Said = Callable[[Mapping[str, Any], str], str]

SAID: Mapping[str, Said] = {
    "missing": lambda context, value: "is missing",
    "greater_than_equal": lambda context, value: f"must be {context['ge']:g} or more, not {value}",
    "greater_than": lambda context, value: f"must be more than {context['gt']:g}, not {value}",
    "less_than_equal": lambda context, value: f"must be {context['le']:g} or less, not {value}",
    "less_than": lambda context, value: f"must be less than {context['lt']:g}, not {value}",
    "too_short": lambda context, value: (
        f"needs at least {context['min_length']} entries, not {context['actual_length']}"
    ),
    "too_long": lambda context, value: f"takes at most {context['max_length']} entries, not {context['actual_length']}",
    "string_too_short": lambda context, value: "must not be empty",
    "string_pattern_mismatch": lambda context, value: f"does not look right: {value} (pattern {context['pattern']})",
}
KINDS = {
    "int": "a whole number", "float": "a number", "bool": "true or false", "string": "text", "tuple": "a list",
    "list": "a list", "dict": "a mapping", "mapping": "a mapping", "model": "a mapping",
}  # fmt: skip
"""What `int_type`, `int_parsing`, ... ask for."""


def problems_of(error: ValidationError, data: Any) -> Iterator[Problem]:
    """One problem for each thing that is wrong, at its place in the data."""
    return (_problem(found, data) for found in error.errors(include_url=False))


def _problem(found: ErrorDetails, data: Any) -> Problem:
    loc, rest = _walked(found["loc"], data)
    if found["type"] in ("missing", "extra_forbidden"):
        name = found["loc"][-1]
        loc = (*loc, name) if loc[-1:] != (name,) else loc
        return Problem(loc, _unknown(loc) if found["type"] == "extra_forbidden" else "is missing")
    inside = [step for step in rest if step in keys_at(loc)]
    return _about(loc, "".join(f"{step}: " for step in inside) + _said(found, loc))


def _walked(loc: Loc, data: Any) -> tuple[Loc, Loc]:
    """(the steps that lead to something in the data, the others: branches of unions, and fields of short strings)."""
    path: list[str | int] = []
    rest: list[str | int] = []
    for step in loc:
        if (isinstance(data, Mapping) and step in data) or (isinstance(data, list) and step in range(len(data))):
            path.append(step)
            data = data[step]  # type: ignore[index]
        else:
            rest.append(step)
    return tuple(path), tuple(rest)


def _unknown(loc: Loc) -> str:
    return f"no such key{suggest(str(loc[-1]), keys_at(loc[:-1]))}"


def _said(found: ErrorDetails, loc: Loc) -> str:
    kind, context = found["type"], found.get("ctx", {})
    value = "this" if secret(loc) else _short(found["input"])
    if kind in SAID:
        return SAID[kind](context, value)
    if kind in ("literal_error", "enum"):
        return f"{value} is not one of the choices{suggest(str(found['input']), _choices(context))}"
    if kind == "value_error":
        return str(context["error"])
    if wanted := KINDS.get(kind.partition("_")[0]):
        return f"must be {wanted}, not {value}"
    return f"{found['msg'][:1].lower()}{found['msg'][1:]}, not {value}"


def _about(loc: Loc, text: str) -> Problem:
    """A message that begins with a field's name, such as `api_key: ...`, is about that field."""
    named = re.match(r"([a-z_]+)((?:\.\w+)*): (.+)", text, re.DOTALL)
    if named and named[1] in keys_at(loc):
        return Problem((*loc, named[1], *named[2].split(".")[1:]), named[3])
    return Problem(loc, text)


def _choices(context: Mapping[str, Any]) -> list[str]:
    return re.findall(r"'([^']*)'", str(context.get("expected", "")))


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 3]}..."
