"""What is left of a file without what is known to be wrong? So that one mistake does not hide the others."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from .complaint import problems_of
from .scenario import Scenario
from .source import EACH, Loc, Problem

PASSES = 8
"""How often the rest is looked at again."""


class Sieve:
    """Data, what is known to be wrong with it, and what remains without that."""

    def __init__(self, data: dict[str, Any], problems: Iterable[Problem] = ()) -> None:
        self.problems: list[Problem] = list(problems)
        self._data = data
        self._dropped: set[Loc] = set()
        self._kept: dict[Loc, list[int]] = {}

    def scenario(self, base: Path) -> Scenario | None:
        """The scenario that the sound parts make; None where nothing can be made of them."""
        for _ in range(PASSES):
            rest, disagreements = self._rest(), list[Problem]()
            try:
                scenario = Scenario.model_validate(rest, context={"base": base, "disagreements": disagreements})
            except ValidationError as error:
                if not self.add(problems_of(error, rest)):
                    return None
            else:
                self.add(disagreements)
                return scenario
        return None

    def add(self, found: Iterable[Problem]) -> bool:
        """Note problems of the rest, without those that only follow from others; whether there is less left now."""
        ours = [self._in_file(problem) for problem in found]
        self.problems += list(_believed(ours, {*self._dropped, *(problem.loc for problem in self.problems)} - {()}))
        before = len(self._dropped)
        self._dropped |= {_standing(self._data, problem.loc) for problem in ours} - {()}
        return len(self._dropped) > before or not self._data.get("name")

    def _rest(self) -> dict[str, Any]:
        self._kept.clear()
        rest = self._without(self._data, ())
        return {"name": "unnamed", **rest} if self.problems else rest

    def _without(self, value: Any, loc: Loc) -> Any:
        if isinstance(value, dict):
            sound = {key: inner for key, inner in value.items() if (*loc, key) not in self._dropped}
            return {key: self._without(inner, (*loc, key)) for key, inner in sound.items()}
        if isinstance(value, list):
            self._kept[loc] = [index for index in range(len(value)) if (*loc, index) not in self._dropped]
            return [self._without(value[index], (*loc, index)) for index in self._kept[loc]]
        return value

    def _in_file(self, problem: Problem) -> Problem:
        """The problem with its places as in the file, not as in the rest of it."""
        return replace(problem, loc=self._original(problem.loc), reads=tuple(map(self._original, problem.reads)))

    def _original(self, loc: Loc) -> Loc:
        there: Loc = ()
        for step in loc:
            kept = self._kept.get(there, [])
            there = (*there, kept[step] if isinstance(step, int) and step in range(len(kept)) else step)
        return there


def _believed(found: Iterable[Problem], wrong: Iterable[Loc]) -> Iterator[Problem]:
    """Problems that don't touch, or depend on, what is known to be wrong."""
    known = list(wrong)
    for problem in found:
        if not any(_touch(loc, bad) for loc in (problem.loc, *problem.reads) for bad in known):
            yield problem


def _touch(one: Loc, other: Loc) -> bool:
    """Whether one place lies within the other."""
    return all(a == b or EACH in (a, b) for a, b in zip(one, other, strict=False))


def _standing(data: Any, loc: Loc) -> Loc:
    """The part of a place that is there: for a missing key, what it is missing from."""
    for length, step in enumerate(loc):
        there = step in data if isinstance(data, dict) else isinstance(data, list) and step in range(len(data))
        if not there:
            return loc[:length]
        data = data[step]
    return loc
