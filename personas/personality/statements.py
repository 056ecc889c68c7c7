"""What would somebody at one end of a trait say of themselves? A file of statements by trait and pole."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from ...models.errors import Mistake
from ...models.suggesting import suggest
from ..formats.entry import Problem, Unreadable
from ..formats.reading import mistake
from ..persona import Statement
from ..traits import Pole, Trait

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Ten times as fast where PyYAML was built with libyaml."""
SHIPPED = Path(__file__).parent / "statements.yaml"
LONGEST = 300
"""Characters of a statement."""

Statements = Mapping[tuple[Trait, Pole], tuple[Statement, ...]]
"""At least one for every trait and pole."""


def read_statements(path: Path | None = None) -> Statements:
    """The shipped statements; with `path` a user's file on top of them, whose poles take the place of the shipped ones.

    The form is `extraversion: {high: [...], low: [...]}`, any of the traits and poles. Raises Mistake with all that is
    wrong in the file, each with its line.
    """
    shipped = _read_again(SHIPPED)
    return {**shipped, **_read_again(path)} if path else shipped


def _read_again(path: Path) -> Statements:
    """The same unchanged file gives the same statements again."""
    try:
        state = path.stat()
    except OSError as error:
        raise Mistake(f"{path}: can't be read ({error.strerror or error}); look at the path") from error
    return _read(path, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=8)
def _read(path: Path, modified: int, size: int) -> Statements:
    try:
        found = list(_traits(_composed(path)))
    except Unreadable as error:
        raise mistake(path, [error.problem]) from error
    if problems := [problem for problem in found if isinstance(problem, Problem)]:
        raise mistake(path, problems)
    statements: dict[tuple[Trait, Pole], tuple[Statement, ...]] = {}
    for known in found:
        assert isinstance(known, Statement)
        assert known.trait
        assert known.pole
        statements[known.trait, known.pole] = (*statements.get((known.trait, known.pole), ()), known)
    return statements


def _composed(path: Path) -> Any:
    """The YAML as nodes, which know their lines. Raises Unreadable, Mistake."""
    try:
        return yaml.compose(path.read_text(encoding="utf-8-sig"), Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise Unreadable(mark.line + 1 if mark else 1, f"broken YAML: {error.problem}; put texts in quotes") from error
    except UnicodeDecodeError as error:
        raise Unreadable(1, "not UTF-8; save the file as UTF-8") from error
    except yaml.YAMLError as error:
        raise Unreadable(1, f"broken YAML: {error}") from error
    except OSError as error:
        raise Mistake(f"{path}: can't be read ({error.strerror or error}); look at the path") from error


def _traits(node: Any) -> Iterator[Statement | Problem]:
    if not isinstance(node, yaml.MappingNode) or not node.value:
        yield Problem(_line(node), "no statements; write `extraversion: {high: [...], low: [...]}`")
        return
    for key, poles in _entries(node, [trait.value for trait in Trait], "trait"):
        if isinstance(key, Problem):
            yield key
        elif isinstance(poles, yaml.MappingNode) and poles.value:
            yield from _poles(Trait(key), poles)
        else:
            yield Problem(_line(poles), f"{key}: write `high:` and `low:` under it, each a list of statements")


def _poles(trait: Trait, node: Any) -> Iterator[Statement | Problem]:
    for key, texts in _entries(node, [pole.value for pole in Pole], "pole"):
        if isinstance(key, Problem):
            yield key
        elif isinstance(texts, yaml.SequenceNode) and texts.value:
            yield from _texts(trait, Pole(key), texts)
        else:
            yield Problem(_line(texts), f"{trait.value}.{key}: write a list of statements, one `- ` a line")


def _entries(node: Any, known: list[str], what: str) -> Iterator[tuple[str | Problem, Any]]:
    """(key, node) of a mapping; a problem in place of a key that is none, or that stands there twice."""
    first: dict[str, int] = {}
    for key, value in node.value:
        name, line = str(key.value), _line(key)
        if name not in known:
            yield Problem(line, f"no {what} is called {name!r}{suggest(name, known)}"), value
        elif first.setdefault(name, line) != line:
            yield Problem(line, f"{name!r} stands in line {first[name]} already; put both lists together"), value
        else:
            yield name, value


def _texts(trait: Trait, pole: Pole, node: Any) -> Iterator[Statement | Problem]:
    seen: dict[str, int] = {}
    for item in node.value:
        line, text = _line(item), " ".join(str(item.value).split()) if isinstance(item, yaml.ScalarNode) else ""
        if not text:
            yield Problem(line, f"{trait.value}.{pole.value}: no statement; write a sentence, in quotes")
        elif len(text) > LONGEST:
            yield Problem(line, f"{text[:40]!r}...: {len(text):,} characters; a statement has at most {LONGEST}")
        elif seen.setdefault(text.casefold(), line) != line:
            yield Problem(line, f"{text!r} stands in line {seen[text.casefold()]} already; remove one")
        else:
            yield Statement(text=text, trait=trait, pole=pole)


def _line(node: Any) -> int:
    return int(node.start_mark.line) + 1 if node is not None else 1
