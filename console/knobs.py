"""What can be turned on a training? The fields of its dataclass: listed with their help, and set from KEY=VALUE."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from importlib import import_module
from typing import Any

import yaml
from rich.console import Console
from rich.text import Text

from ..critics.option import Option, checked, options_of
from ..models.errors import Mistake
from ..models.suggesting import suggest
from .critics import option_table
from .printing import print_json

METHODS: Mapping[str, str] = {
    "sft": "fine-tuning on one speaker's turns, whole or with LoRA",
    "dpo": "preferences: replies that were accepted against those that were not",
    "hypernet": "hypernetworks that turn any Big Five vector into a LoRA adapter",
    "classifier": "a reader of traits or labels, for P-ACC and for critics",
}
"""Each is training/methods/NAME.py, with a class Name of knobs and a function train_name."""


def known(method: str) -> str:
    """The name, if it is one. Raises Mistake."""
    if method not in METHODS:
        raise Mistake(f"no method {method!r}{suggest(method, METHODS)}")
    return method


def knobs_class(method: str) -> type[Any]:
    """The dataclass of a method's knobs. Raises Mistake."""
    module = import_module(f"..training.methods.{known(method)}", __package__)
    found: type[Any] = getattr(module, method.capitalize())
    return found


def knobs_of(kind: type[Any]) -> Iterator[Option]:
    """Each field with its type, default and help; what a parent class says of a field holds here, too."""
    abouts: dict[str, str] = {}
    for parent in reversed(kind.__mro__[:-1]):
        abouts |= {option.name: option.about for option in options_of(parent) if option.about}
    for option in options_of(kind):
        yield replace(option, about=abouts.get(option.name, ""))


def turned(method: str, typed: Mapping[str, Any], settings: Iterable[str]) -> Any:
    """The knobs of a method. Raises Mistake, all that is wrong at once."""
    kind = knobs_class(method)
    values, wrong = checked(kind, gathered(typed, settings))
    if wrong:
        raise Mistake(f"train {method}: {'; '.join(wrong)}; see `tertulia train knobs {method}`")
    return kind(**values)


def gathered(typed: Mapping[str, Any], settings: Iterable[str]) -> dict[str, Any]:
    """What was typed as an option of the command, and after --set; the latter counts."""
    given = {name: value for name, value in typed.items() if value is not None}
    return given | dict(map(read_setting, settings))


def read_setting(text: str) -> tuple[str, Any]:
    """Raises Mistake for what is not KEY=VALUE, the value in YAML."""
    key, sign, value = text.partition("=")
    if not sign or not key.strip():
        raise Mistake(f"--set {text!r}: write KEY=VALUE, such as batch=16")
    try:
        return key.strip().replace("-", "_"), yaml.safe_load(value)
    except yaml.YAMLError:
        raise Mistake(f"--set {text!r}: the value is no YAML; quote it: --set '{key.strip()}=\"...\"'") from None


def show_knobs(console: Console, method: str | None, json: bool) -> int:
    """The knobs of one method, or what methods there are. Raises Mistake."""
    if method is None:
        return _show_methods(console, json)
    found = list(knobs_of(knobs_class(method)))
    if json:
        print_json([{"name": o.name, "type": o.type, "default": _plain(o.default), "about": o.about} for o in found])
        return 0
    console.print(Text.assemble((method, "bold"), f": {METHODS[method]}\n"), option_table(found))
    console.print(Text(f"\nset one: tertulia train {method} SOURCE --set {found[0].name}=VALUE", style="dim"))
    return 0


def _show_methods(console: Console, json: bool) -> int:
    if json:
        print_json(dict(METHODS))
        return 0
    width = max(map(len, METHODS))
    for name, about in METHODS.items():
        console.print(Text.assemble((f"{name:<{width}}  ", "bold"), about))
    console.print(Text("their knobs: tertulia train knobs sft", style="dim"))
    return 0


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, (bool, int, float, str, list, dict)) else str(value)
