"""How does a YAML file become a scenario, or one message that names everything that is wrong with it?"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ..models.errors import Mistake
from ..models.shorthand import expand
from ..models.spec import SAMPLING, ModelSpec
from ..models.suggesting import suggest
from .checking import unmet
from .overriding import override, put
from .scenario import Scenario
from .secret import exposures
from .sifting import Sieve
from .source import Loc, Problem, Source, dotted, read, written

SHIPPED = Path(__file__).parent


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
    if model is not None:
        _put(found, ("models", "default"), _sampled(model, found.data), f"--model {model}")
    for key, value in {"seed": seed, "output": output, "concurrency": concurrency}.items():
        if value is not None:
            _put(found, (key,), value, f"--{key} {value}")
    return _scenario(found, path.parent, variables)


def to_yaml(scenario: Scenario) -> str:
    """The scenario as a file could say it, with all defaults; no key, but the name of the variable that holds it."""
    return written(scenario.model_dump(mode="json", exclude_none=True))


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
    files = (file for ending in ("*.yaml", "*.yml") for file in path.parent.glob(ending) if file.is_file())
    near = sorted(map(str, files))
    what = "a folder, not a scenario file" if path.is_dir() else "no such file, and no shipped scenario of that name"
    raise Mistake(f"{source}: {what}{suggest(str(source), [*shipped(), *near])}")


def _put(source: Source, loc: Loc, value: Any, place: str) -> None:
    try:
        put(source, loc, value, place)
    except ValueError as error:
        source.problems.append(Problem(loc, str(error), place=place))


def _sampled(model: str, data: Mapping[str, Any]) -> Any:
    """The model by its fields, with the sampling of the one that it replaces; as it is where it can't be read."""
    models = data.get("models")
    former = data.get("model") or (models.get("default") if isinstance(models, Mapping) else None)
    try:
        given = expand(former, ModelSpec.model_fields) if isinstance(former, str) else former
        kept = {name: given[name] for name in SAMPLING if name in given} if isinstance(given, Mapping) else {}
        return {**kept, **expand(model, ModelSpec.model_fields)} if kept else model
    except Mistake:
        return model


def _scenario(source: Source, folder: Path, variables: Mapping[str, str] | None) -> Scenario:
    sieve = Sieve(source.data, [*source.problems, *exposures(source.data, variables)])
    scenario = sieve.scenario(folder)
    if scenario:
        sieve.add(unmet(scenario.at(folder)))
    if sieve.problems or not scenario:
        raise Mistake("\n".join(_lines(source, sieve.problems)))
    return scenario.at(folder)


def _lines(source: Source, problems: Iterable[Problem]) -> list[str]:
    """`file:line: dotted.path: what`, in the order of the lines, each once."""
    placed = [(problem.place or source.place(problem.loc), problem) for problem in problems]
    texts = [(place, f"{place}: {': '.join(filter(None, (dotted(p.loc), p.text)))}") for place, p in placed]
    return list(dict.fromkeys(text for _, text in sorted(texts, key=_by_line)))


def _by_line(placed: tuple[str, str]) -> tuple[str, int, str]:
    place, text = placed
    found = re.search(r":(\d+)$", place)
    return (place[: found.start()], int(found[1]), text) if found else (f"\uffff{place}", 0, text)
