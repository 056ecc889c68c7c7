"""What happens at `tertulia critics list` and `show`? Critics are told by their claims, options and needs."""

from collections.abc import Sequence
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from ..critics.option import Option
from ..critics.registry import Known, create, describe, find, known
from ..critics.seating import needs
from ..models.errors import Mistake
from .conversation import facts
from .printing import print_json

SEES = {
    "transcript": "the turns and public names alone",
    "own-personas": "the turns, and one persona at a time: that of the seat it is asked about",
    "all": "the turns and every persona",
}

SERVICES = {"chat": "a language model"}


def list_critics(console: Console, json: bool) -> int:
    found = known()
    if json:
        print_json([as_json(one) for one in found])
    else:
        console.print(critic_table(found))
        console.print(Text("more of one: tertulia critics show NAME", style="dim"))
    return 0


def show_critic(console: Console, name: str, json: bool) -> int:
    """Raises Mistake for a critic that nobody has, or that can't be loaded."""
    found = describe(find(name))
    if found.problem:
        raise Mistake(found.problem)
    if json:
        print_json(as_json(found))
    else:
        console.print(sheet(found))
    return 0


def critic_table(found: Sequence[Known]) -> Table:
    """What each critic claims, or why it can't be used; below, where it comes from and what it needs."""
    table = Table(box=None, padding=(0, 2, 1, 0), pad_edge=False, show_header=False, expand=True)
    table.add_column(no_wrap=True, style="bold")
    table.add_column(ratio=1, overflow="fold")
    for one in found:
        about = Text(one.problem, "red") if one.problem else Text(one.claim)
        origin = one.origin.rpartition(":")[0] or one.origin
        needed = f" · needs {wanted}" if (wanted := wants(one)) else ""
        table.add_row(Text(one.name), about.append(f"\n{origin}{needed}", style="not red dim"))
    return table


def wants(one: Known) -> str:
    """The services that a critic asks: `embedder`, and with other options maybe `embedder; by option nli`."""
    if not one.needs:
        return ""
    try:
        usual = needs(create(one.name))
    except Mistake:  # an option is required
        usual = one.needs
    others = [need for need in one.needs if need not in usual]
    told = _services(usual) or "nothing"
    return f"{told}; by option {_services(others)}" if others else told


def _services(names: Sequence[str]) -> str:
    return ", ".join(SERVICES.get(name, name) for name in names)


def sheet(found: Known) -> Group:
    """One critic in full, with the line that a scenario names it by."""
    rows: list[tuple[str, Text | str]] = [
        ("critic", Text(found.name, "bold")),
        ("claim", Text(found.claim)),
        ("from", Text(found.origin)),
        ("sees", Text(SEES.get(found.sees, found.sees))),
        ("needs", Text(wants(found))),
    ]
    options: RenderableType = option_table(found.options) if found.options else Text("no options", style="dim")
    return Group(facts(rows), Text(), options, Text(), Text(f"in a scenario:\n  {usage(found)}", style="dim"))


def option_table(options: Sequence[Option]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", expand=True)
    table.add_column("option", no_wrap=True, style="bold")
    table.add_column("type", overflow="fold", max_width=18)
    table.add_column("default", overflow="fold", max_width=18)
    table.add_column("", ratio=1, overflow="fold")
    for option in options:
        default = Text("required", "yellow") if option.required else Text(_value(option.default))
        table.add_row(Text(option.name), Text(_type(option.hint), "dim"), default, Text(option.about))
    return table


def usage(found: Known) -> str:
    """`- {use: copy-paste, options: {threshold: 0.8}}`."""
    given = [option for option in found.options if not option.required and option.default is not None]
    shown = [f"{option.name}: {_value(option.default)}" for option in given[:2]]
    options = f", options: {{{', '.join(shown)}}}" if shown else ""
    name = f'"{found.name}"' if ":" in found.name else found.name
    return f"- {{use: {name}{options}}}"


def as_json(found: Known) -> dict[str, Any]:
    options = [
        {
            "name": option.name,
            "type": _type(option.hint),
            "required": option.required,
            "default": None if option.required else _plain(option.default),
            "about": option.about,
        }
        for option in found.options
    ]
    return {
        "name": found.name,
        "origin": found.origin,
        "claim": found.claim,
        "sees": found.sees,
        "needs": list(found.needs),
        "options": options,
        "problem": found.problem,
    }


def _type(hint: Any) -> str:
    """`float, > 0, <= 1`; `embedding | judge`; `int, or null`."""
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Literal:
        return " | ".join(map(_value, parts))
    if origin in (Union, UnionType):
        others = [_type(part) for part in parts if part is not NoneType]
        return ", or ".join([*others, *(["null"] if NoneType in parts else [])])
    if origin in (tuple, list):
        return f"list of {_type(parts[0])}"
    if origin is not Annotated:
        return getattr(hint, "__name__", str(hint)) if isinstance(hint, type) else str(hint).replace("typing.", "")
    kind, *notes = parts
    bounds = [bound for note in notes for bound in getattr(note, "metadata", [note])]
    signs = (("gt", ">"), ("ge", ">="), ("lt", "<"), ("le", "<="))
    told = [f"{sign} {getattr(b, name)}" for b in bounds for name, sign in signs if hasattr(b, name)]
    return ", ".join([_type(kind), *told])


def _value(value: Any) -> str:
    """As YAML has it."""
    plain = _plain(value)
    if plain is None or isinstance(plain, bool):
        return "null" if plain is None else str(plain).lower()
    return str(plain)


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return getattr(value, "name", None) or str(value)
