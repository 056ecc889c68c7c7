"""What does `--set rounds.dialogues=3` change?"""

import re
from collections.abc import Mapping
from typing import Any

from .secret import secret
from .source import Loc, Problem, Source, dotted, parse_value

STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
WORDS: Mapping[Loc, str] = {("cast", "pairing"): "kind", ("stage", "order"): "kind", ("critics", "voting"): "rule"}
"""Mappings for which a word is enough, and the key that it is the value of."""
PATH = re.compile(r"[^.\[\]]+(\.[^.\[\]]+|\[\d+\])*")


def override(source: Source, text: str) -> None:
    """Set one value, `KEY=VALUE`, in the data of a source; what can't be set is noted in its problems.

    The key is a dotted path with list indices, the value is YAML. Keys that are not known are left to the validation.
    """
    key, equals, value = text.partition("=")
    key, place = key.strip(), f"--set {text}"
    if not equals or not PATH.fullmatch(key):
        _refuse(source, (), f"--set {key}", "write KEY=VALUE, such as rounds.dialogues=3 or critics.panel[0].role=vote")
        return
    loc = _path(key)
    if secret(loc):
        place = f"--set {key}=..."
    try:
        given = parse_value(value)
    except ValueError as error:
        _refuse(source, (), place, f"not YAML: {error}")
        return
    try:
        put(source, loc, given, place)
    except ValueError as error:
        _refuse(source, loc, place, str(error))


def put(source: Source, loc: Loc, value: Any, place: str) -> None:
    """Set a value and remember who set it. Raises ValueError where the path does not fit the data."""
    _keep_one_default(source, loc)
    holder = _holder(source.data, loc)
    _check(holder, loc)
    holder[loc[-1]] = value
    for known in [known for known in source.places if known[: len(loc)] == loc]:
        del source.places[known]
    source.problems = [problem for problem in source.problems if problem.loc[: len(loc)] != loc]
    for length in range(1, len(loc) + 1):
        source.places.setdefault(loc[:length], place)


def _path(key: str) -> Loc:
    return tuple(int(index) if index else word.strip() for word, index in STEP.findall(key))


def _holder(data: Any, loc: Loc) -> Any:
    """The mapping or list that holds the last step; mappings on the way are made."""
    here = data
    for length, step in enumerate(loc[:-1], start=1):
        _check(here, loc[:length])
        if isinstance(here, dict) and here.get(step) is None:
            here[step] = {}
        if isinstance(here, dict) and isinstance(here[step], str) and loc[:length] in WORDS:
            here[step] = {WORDS[loc[:length]]: here[step]}
        here = here[step]
    return here


def _check(here: Any, loc: Loc) -> None:
    step, above = loc[-1], dotted(loc[:-1]) or "the scenario"
    if isinstance(step, int) and isinstance(here, list):
        if step >= len(here):
            raise ValueError(f"{above} has {len(here)} entries: no [{step}]")
    elif isinstance(step, int):
        raise ValueError(f"{above} is no list in this file: [{step}] has no meaning; set {above} as a whole")
    elif not isinstance(here, dict):
        raise ValueError(f"{above} is {here!r} here, which has no {step!r}; set {above} as a whole")


def _keep_one_default(source: Source, loc: Loc) -> None:
    """`model` and `models.default` are one thing: what is set last replaces the other."""
    if loc[0] == "model":
        models = source.data.get("models")
        if isinstance(models, dict):
            models.pop("default", None)
    elif loc[:2] == ("models", "default") and "model" in source.data:
        shorthand = source.data.pop("model")
        if len(loc) > 2:
            put(source, ("models", "default"), shorthand, source.place(("model",)))


def _refuse(source: Source, loc: Loc, place: str, text: str) -> None:
    source.problems.append(Problem(loc, text, place=place))
