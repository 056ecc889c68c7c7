"""How do personas stand in YAML? As a list, or as a mapping with the list under `personas:`."""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

import yaml

from ..persona import Persona
from .entry import Entry, Found, Location, Problem, Unreadable, decoded
from .plain import plain

try:
    from yaml import CSafeDumper as Dumper
    from yaml import CSafeLoader as Loader
except ImportError:  # PyYAML built without libyaml: slower, otherwise the same
    from yaml import SafeDumper as Dumper  # type: ignore[assignment]
    from yaml import SafeLoader as Loader  # type: ignore[assignment]

LIST = "write a list, `- name: ...`, or `personas:` with such a list under it"


class _Loader(Loader):
    """Refuses a key that stands twice in one mapping, where YAML would let the last one win."""

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        if len(set(keys)) < len(keys):
            twice = [key for key, _ in node.value if keys.count(key.value) > 1][-1]
            raise yaml.constructor.ConstructorError(None, None, f"the key {twice.value!r} twice", twice.start_mark)
        return super().construct_mapping(node, deep)


def read(lines: Iterable[bytes]) -> Found:
    value, node = parsed("".join(decoded(lines)))
    if isinstance(value, dict):
        yield from (
            Problem(_line(node), f"{key!r} is no key of a persona file; {LIST}") for key in value if key != "personas"
        )
        value, node = value.get("personas"), _child(node, "personas")
    if value is None:
        return
    if not isinstance(value, list):
        yield Problem(_line(node), f"no list of personas; {LIST}")
        return
    for item, part in zip(value, node.value, strict=True):
        yield Entry(_line(part), item, partial(located, part))


def parsed(text: str) -> tuple[Any, Any]:
    """(plain data, the YAML node that it comes from, for `located`). Raises Unreadable with its line."""
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        return (None if node is None else loader.construct_document(node)), node
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise Unreadable(mark.line + 1 if mark else 1, f"broken YAML: {error.problem}; {_advice(error)}") from error
    except yaml.reader.ReaderError as error:
        line = text[: text.find(chr(int(error.character)))].count("\n") + 1
        raise Unreadable(line, f"broken YAML: {error.reason} (#x{int(error.character):04x}); remove it") from error
    except (ValueError, RecursionError) as error:
        raise Unreadable(1, f"broken YAML: {error}; mend or remove it") from error


def _advice(error: yaml.MarkedYAMLError) -> str:
    if "twice" in str(error.problem):
        return "keep one of them"
    return "check the indentation, and put a text with `: ` or `#` in quotes"


def located(node: Any, place: Location) -> int:
    """The line of the place, or of the deepest part of the way to it that is there."""
    line = _line(node)
    for step in place:
        found = _key(node, step)
        node = _child(node, step)
        if node is None:
            return line
        line = _line(found or node)
    return line


def _key(node: Any, step: int | str) -> Any:
    if isinstance(node, yaml.MappingNode):
        return next((key for key, _ in node.value if key.value == step), None)
    return None


def _child(node: Any, step: int | str) -> Any:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == step), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step]
    return None


def _line(node: Any) -> int:
    return int(node.start_mark.line) + 1 if node is not None else 1


def written(personas: Iterable[Persona]) -> Iterator[str]:
    empty = True
    for persona in personas:
        yield yaml.dump([plain(persona)], Dumper=Dumper, allow_unicode=True, sort_keys=False, width=120)
        empty = False
    if empty:
        yield "[]\n"
