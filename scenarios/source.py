"""What does a scenario file say, and where does it say it?"""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import ConstructorError
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from ..models.errors import Mistake

Loc = tuple[str | int, ...]
"""Where in a scenario: keys and list indices, from the top."""

EACH = -1
"""In `Problem.reads`, in place of an index: whichever entry of the list."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: where, and what."""

    loc: Loc
    text: str
    reads: tuple[Loc, ...] = ()
    """What else the mistake depends on: it is not believed while one of these is itself wrong."""
    place: str = ""
    """Where it stands, if not where `loc` does."""


@dataclass
class Source:
    """Plain data, and for each piece of it where it comes from: `cafe.yaml:14`, `--set rounds.count=2`."""

    name: str
    data: dict[str, Any] = field(default_factory=dict)
    places: dict[Loc, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    """What was wrong with the text itself: keys that are there twice."""

    def place(self, loc: Loc) -> str:
        """Where the value stands; for one that is missing, where its nearest parent does."""
        for length in range(len(loc), 0, -1):
            if loc[:length] in self.places:
                return self.places[loc[:length]]
        return self.places.get((), self.name)


def dotted(loc: Loc) -> str:
    """`critics.panel[2].use`: the spelling of messages and of `--set`."""
    text = ""
    for step in loc:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


SCENARIO = "a scenario is one, and starts with `name: ...`"


def read(path: Path, name: str | None = None, wanted: str = SCENARIO) -> Source:
    """The YAML file as data with line numbers. Raises Mistake for a file that can't be read as one YAML mapping;
    `wanted` says then what it should be."""
    name = name or str(path)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise Mistake(f"{name}: can't read this file: {reason}") from error
    return parse(text, name, wanted)


def parse(text: str, name: str, wanted: str = SCENARIO) -> Source:
    """The YAML text as data with line numbers; `name` stands in the messages."""
    source = Source(name)
    try:
        node = _yaml().compose(text)
        if not isinstance(node, MappingNode):
            raise Mistake(f"{name}:1: not a YAML mapping; {wanted}")
        source.data = _Walk(source).value(node, ())
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise Mistake(f"{name}:{mark.line + 1 if mark else 1}: not YAML: {_reason(error)}") from error
    except YAMLError as error:
        raise Mistake(f"{name}:1: not YAML: {error}") from error
    return source


def parse_value(text: str) -> Any:
    """A value as YAML has it: `3`, `[a, b]`, `null`. Raises ValueError with the reason."""
    try:
        node = _yaml().compose(text)
        return _Walk(Source("")).value(node, ()) if node is not None else None
    except MarkedYAMLError as error:
        raise ValueError(_reason(error)) from error
    except YAMLError as error:
        raise ValueError(" ".join(str(error).split())) from error


def written(data: Mapping[str, Any]) -> str:
    """Plain data as YAML that `parse` gives back."""
    yaml, text = YAML(typ="rt", pure=True), StringIO()
    yaml.width, yaml.allow_unicode = 120, True
    yaml.dump(data, text)
    return text.getvalue()


def _yaml() -> YAML:
    return YAML(typ="safe", pure=True)


def _reason(error: MarkedYAMLError) -> str:
    """In one line, without the parser's own words for the pieces of a text."""
    if str(error.problem).startswith("expected '<document start>'"):
        return "something follows after the end of the value; put a text with brackets or colons in quotes"
    return " ".join(", ".join(str(part) for part in (error.context, error.problem) if part).split())


class _Walk:
    """From YAML nodes to plain data, noting on the way which line each piece stands on."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._scalar = _yaml().constructor.construct_object
        self._above: list[Node] = []

    def value(self, node: Node, loc: Loc) -> Any:
        self._source.places.setdefault(loc, self._at(node))
        if any(node is above for above in self._above):
            raise ConstructorError(None, None, "an alias that contains itself", node.start_mark)
        self._above.append(node)
        try:
            if isinstance(node, MappingNode):
                return self._mapping(node, loc)
            if isinstance(node, SequenceNode):
                return [self.value(item, (*loc, index)) for index, item in enumerate(node.value)]
            return self._scalar(node)
        finally:
            self._above.pop()

    def _mapping(self, node: MappingNode, loc: Loc) -> dict[Hashable, Any]:
        found: dict[Hashable, Any] = {}
        first: dict[Hashable, int] = {}
        for key, value in self._entries(node):
            name = self._key(key)
            if name in first:
                again = Problem((*loc, name), f"given twice: line {first[name]} has it too", place=self._at(key))
                self._source.problems.append(again)
                continue
            first[name] = key.start_mark.line + 1
            self._source.places.setdefault((*loc, name), self._at(key))
            found[name] = self.value(value, (*loc, name))
        return self._merged(node, loc, found)

    def _at(self, node: Node) -> str:
        return f"{self._source.name}:{node.start_mark.line + 1}"

    def _key(self, node: Node) -> str:
        if not isinstance(node, ScalarNode):
            raise ConstructorError(None, None, "a key has to be a plain word", node.start_mark)
        return str(node.value)

    def _entries(self, node: MappingNode) -> Iterator[tuple[Node, Node]]:
        return ((key, value) for key, value in node.value if key.tag != MERGE)

    def _merged(self, node: MappingNode, loc: Loc, found: dict[Hashable, Any]) -> dict[Hashable, Any]:
        for key, value in node.value:
            if key.tag == MERGE:
                for part in value.value if isinstance(value, SequenceNode) else [value]:
                    inherited = self.value(part, loc)
                    if not isinstance(inherited, Mapping):
                        raise ConstructorError(None, None, "`<<` takes a mapping", key.start_mark)
                    found = {**inherited, **found}
        return found


MERGE = "tag:yaml.org,2002:merge"
