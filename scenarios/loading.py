"""How does a YAML file become a scenario, or one message that names everything that is wrong with it?"""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ..models.errors import Mistake
from ..models.suggesting import suggest
from .checking import unmet
from .complaint import problems_of
from .overriding import override, put
from .scenario import Scenario
from .secret import exposures
from .source import Loc, Problem, Source, dotted, read

SHIPPED = Path(__file__).parent
PASSES = 8
"""How often a file is looked at again without the parts found wrong so far."""


def load(
    source: str | Path,
    *,
    overrides: Iterable[str] = (),
    model: str | None = None,
    seed: int | None = None,
    output: str | None = None,
    concurrency: int | None = None,
    variables: Mapping[str, str] | None = None,
) -> Scenario:
    """The scenario in a YAML file, or a shipped one by name, with every file and name in it known to be there.

    `overrides` are `KEY=VALUE` as for `--set`; `model`, `seed`, `output` and `concurrency` stand for the options of
    those names. `variables` is the environment. Raises Mistake with all that is wrong, one line each.
    """
    path = find(source)
    found = read(path, path.name if path.parent == SHIPPED else str(source))
    for text in overrides:
        override(found, text)
    options = {"models.default": ("--model", model), "seed": ("--seed", seed)}
    options |= {"output": ("--output", output), "concurrency": ("--concurrency", concurrency)}
    for key, (option, value) in options.items():
        if value is not None:
            _put(found, tuple(key.split(".")), value, f"{option} {value}")
    return _scenario(found, path.parent, variables)


def shipped() -> list[str]:
    """Names of the scenarios that come with the library."""
    return sorted(path.stem for path in SHIPPED.glob("*.yaml"))


def find(source: str | Path) -> Path:
    """The file of a scenario: a path, or the name of a shipped one. Raises Mistake."""
    path = Path(source)
    if path.is_file():
        return path
    if str(source) in shipped():
        return SHIPPED / f"{source}.yaml"
    near = sorted(str(file) for ending in ("*.yaml", "*.yml") for file in path.parent.glob(ending))
    what = "a folder, not a scenario file" if path.is_dir() else "no such file, and no shipped scenario of that name"
    raise Mistake(f"{source}: {what}{suggest(str(source), [*shipped(), *near])}")


def _put(source: Source, loc: Loc, value: Any, place: str) -> None:
    try:
        put(source, loc, value, place)
    except ValueError as error:
        source.problems.append(Problem(loc, str(error), place=place))


def _scenario(source: Source, folder: Path, variables: Mapping[str, str] | None) -> Scenario:
    problems = [*source.problems, *exposures(source.data, variables)]
    scenario = _validated(source.data, folder, problems)
    if scenario:
        scenario = scenario.at(folder)
        problems += _believed(unmet(scenario), [p.loc for p in problems])
    if problems or not scenario:
        raise Mistake("\n".join(_lines(source, problems)))
    return scenario


def _validated(data: dict[str, Any], folder: Path, problems: list[Problem]) -> Scenario | None:
    """The scenario that is left when all that is wrong is dropped, and noted in `problems`; None if nothing is."""
    for _ in range(PASSES):
        try:
            return Scenario.model_validate(data, context={"base": folder})
        except ValidationError as error:
            found = list(problems_of(error, data))
            problems += _believed(found, [p.loc for p in problems])
            data = _without(data, [p.loc for p in found])
    return None


def _believed(found: Iterable[Problem], wrong: Iterable[Loc]) -> Iterator[Problem]:
    """Problems that are not a consequence of what is known to be wrong."""
    known = [loc for loc in wrong if loc]
    for problem in found:
        if not any(_touch(loc, bad) for loc in (problem.loc, *problem.reads) for bad in known):
            yield problem


def _touch(one: Loc, other: Loc) -> bool:
    """Whether one place lies within the other."""
    shared = min(len(one), len(other))
    return one[:shared] == other[:shared]


def _without(data: dict[str, Any], wrong: Iterable[Loc]) -> dict[str, Any]:
    """A copy of the data in which what is wrong is left out, or what it stands in when it is missing."""
    copy: dict[str, Any] = _copied(data)
    if ("name",) in wrong or "name" not in copy:
        copy["name"] = "unnamed"
    for loc in sorted(wrong, key=lambda loc: [str(step).zfill(6) for step in loc], reverse=True):
        _drop(copy, loc)
    return copy


def _drop(data: Any, loc: Loc) -> None:
    holders = [data]
    for step in loc:
        inside = step in holders[-1] if isinstance(holders[-1], dict) else _indexes(holders[-1], step)
        if not inside:
            break
        holders.append(holders[-1][step])
    steps = loc[: len(holders) - 1]
    if steps and not (steps == ("name",)):
        del holders[-2][steps[-1]]


def _indexes(holder: Any, step: str | int) -> bool:
    return isinstance(holder, list) and isinstance(step, int) and step < len(holder)


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copied(inner) for key, inner in value.items()}
    return [_copied(inner) for inner in value] if isinstance(value, list) else value


def _lines(source: Source, problems: Iterable[Problem]) -> list[str]:
    """`file:line: dotted.path: what`, in the order of the lines, each once."""
    placed = [(problem.place or source.place(problem.loc), problem) for problem in problems]
    texts = [(place, f"{place}: {': '.join(filter(None, (dotted(p.loc), p.text)))}") for place, p in placed]
    return list(dict.fromkeys(text for _, text in sorted(texts, key=_by_line)))


def _by_line(placed: tuple[str, str]) -> tuple[str, int, str]:
    place, text = placed
    found = re.search(r":(\d+)$", place)
    return (place[: found.start()], int(found[1]), text) if found else (f"\uffff{place}", 0, text)
