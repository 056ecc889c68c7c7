"""What can be set on a critic? Its fields, with their types, without the services that the panel binds."""

import ast
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import MISSING, dataclass
from functools import cache
from inspect import Parameter, cleandoc, getdoc, getsource, signature
from itertools import pairwise
from pathlib import Path
from textwrap import dedent
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from pydantic import ConfigDict, PydanticUserError, TypeAdapter, ValidationError

from ..models.suggesting import suggest

REQUIRED = Parameter.empty


@dataclass(frozen=True)
class Option:
    """One option of a critic."""

    name: str
    hint: Any
    default: Any = REQUIRED
    about: str = ""

    @property
    def required(self) -> bool:
        return self.default is REQUIRED

    @property
    def type(self) -> str:
        """The type as a reader sees it: `float`, `bool`, `list[str]`."""
        plain = get_args(self.hint)[0] if get_origin(self.hint) is Annotated else self.hint
        return plain.__name__ if isinstance(plain, type) and not get_args(plain) else str(plain).replace("typing.", "")


def options_of(target: Any) -> Iterator[Option]:
    """Of a class or a function; an object that is made already has none."""
    if not callable(target):
        return
    abouts, services = _abouts(target), services_of(target)
    for parameter in _parameters(target).values():
        if parameter.name not in services:
            hint = _hints(target).get(parameter.name, Any)
            yield Option(parameter.name, hint, _default(target, parameter), abouts.get(parameter.name, ""))


def services_of(target: Any) -> tuple[str, ...]:
    """What the panel binds: a class says it in `needs`; a function that makes an agent has a parameter `chat`."""
    if isinstance(target, type) or hasattr(target, "needs"):
        return tuple(getattr(target, "needs", ()))
    return ("chat",) if "chat" in _parameters(target) else ()


def checked(target: Any, given: Mapping[str, Any], base: Path | None = None) -> tuple[dict[str, Any], list[str]]:
    """(options with their types, what is wrong with them: one message an option)."""
    options, values, wrong = {o.name: o for o in options_of(target)}, {}, []
    for name, value in given.items():
        if name not in options:
            wrong.append(f"no option {name!r}{suggest(name, options) or '; it takes none'}")
            continue
        try:
            values[name] = _adapter(options[name].hint).validate_python(value, context={"base": base})
        except ValidationError as error:
            wrong.append(f"option {name!r}{_said(error, value)}")
    wrong += [f"option {o.name!r} is missing" for o in options.values() if o.required and o.name not in given]
    return values, wrong


def claim_of(target: Any) -> str:
    """The first paragraph of a docstring, as one line."""
    return " ".join((getdoc(target) or "").split("\n\n")[0].split())


def _default(target: Any, parameter: Parameter) -> Any:
    """Of a field with a factory, what it makes."""
    field = getattr(target, "__dataclass_fields__", {}).get(parameter.name)
    return parameter.default if field is None or field.default_factory is MISSING else field.default_factory()


def _parameters(target: Any) -> dict[str, Parameter]:
    kinds = (Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY)
    try:
        return {p.name: p for p in signature(target).parameters.values() if p.kind in kinds}
    except (TypeError, ValueError):
        return {}


@cache
def _hints(target: Any) -> dict[str, Any]:
    """An annotation that can't be resolved leaves its options unchecked."""
    for holder in (target, getattr(target, "__init__", None)):
        with suppress(NameError, TypeError):
            if hints := get_type_hints(holder, include_extras=True):
                return hints
    return {}


@cache
def _adapter(hint: Any) -> TypeAdapter[Any]:
    try:
        return TypeAdapter(hint, config=ConfigDict(arbitrary_types_allowed=True))
    except PydanticUserError:
        return TypeAdapter(hint)


def _said(error: ValidationError, value: Any) -> str:
    """` should be a valid number, not 'high'`: the first complaint, in the words of the library."""
    first = error.errors(include_url=False)[0]
    if first["type"] == "value_error":
        return f": {first['msg']}".replace("Value error, ", "", 1)
    place = "".join(f"[{part!r}]" for part in first["loc"])
    text = f"{first['msg'].removeprefix('Input ')}, not {value!r}"
    return f"{place}: {text}" if place else f" {text}"


def _abouts(target: Any) -> dict[str, str]:
    """The string under each field; nothing where there is no source to read."""
    try:
        body = ast.parse(dedent(getsource(target))).body[0]
    except (OSError, TypeError, SyntaxError, IndexError):
        return {}
    lines = getattr(body, "body", [])
    return {
        field.target.id: " ".join(cleandoc(str(text.value.value)).split())
        for field, text in pairwise(lines)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        if isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant)
    }
