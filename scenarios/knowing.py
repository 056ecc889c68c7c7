"""Who knows whom in a scenario? The circles of `cast.social_graph`, given there or in a file."""

from pathlib import Path

from pydantic import ValidationError

from ..models.errors import Mistake
from ..personas.meeting.acquaintance import SocialGraph, ties_between
from .complaint import problems_of
from .finding import located
from .scenario import Circle, Scenario, Section
from .source import dotted, read


class Circles(Section):
    """A file of them."""

    circles: tuple[Circle, ...]


def social_graph(scenario: Scenario) -> SocialGraph:
    """Empty where the scenario says nothing. Raises Mistake where its file can't be read, with the lines."""
    given = scenario.cast.social_graph
    circles = _read(located(given, scenario.folder)) if isinstance(given, str) else given
    return SocialGraph(dict(tie for circle in circles for tie in ties_between(circle.people, circle.are)))


def _read(path: Path) -> tuple[Circle, ...]:
    source = read(path)
    try:
        return Circles.model_validate(source.data).circles
    except ValidationError as error:
        wrong = [f"{source.place(p.loc)}: {dotted(p.loc)}: {p.text}" for p in problems_of(error, source.data)]
        raise Mistake("\n".join(wrong)) from error
