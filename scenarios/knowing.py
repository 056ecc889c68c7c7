"""Who knows whom in a scenario? The circles of `cast.social_graph`, given there or in a file."""

from collections.abc import Collection, Iterator

from pydantic import ValidationError

from ..models.errors import Mistake
from ..personas.meeting.acquaintance import SocialGraph, nobody
from .cast import Circle
from .complaint import problems_of
from .finding import located
from .scenario import Scenario
from .section import Section
from .source import Loc, Problem, Source, dotted, read

AT: Loc = ("cast", "social_graph")


class Circles(Section):
    """A file of them."""

    circles: tuple[Circle, ...]


def social_graph(scenario: Scenario) -> SocialGraph:
    """Empty where the scenario says nothing. Raises Mistake where its file can't be read, with the lines."""
    return SocialGraph.of((circle.people, circle.are) for circle in _circles(scenario)[0])


def unknown(scenario: Scenario, ids: Collection[str], reads: tuple[Loc, ...]) -> Iterator[Problem]:
    """The ids of the social graph that are not among these, at their lines. Raises Mistake as `social_graph` does."""
    circles, source = _circles(scenario)
    for at, circle in enumerate(circles):
        for place, known in enumerate(circle.people):
            if known not in ids:
                loc: Loc = (at, "people", place)
                where = f"{source.place(('circles', *loc))}: " if source else ""
                yield Problem(AT if source else (*AT, *loc), where + nobody(known, ids), reads)


def _circles(scenario: Scenario) -> tuple[tuple[Circle, ...], Source | None]:
    """The circles, and the file that they stand in, if they do."""
    given = scenario.cast.social_graph
    if not isinstance(given, str):
        return given, None
    source = read(located(given, scenario.folder), given, "write `circles:` and a list under it")
    try:
        circles = Circles.model_validate(source.data).circles
    except ValidationError as error:
        wrong = [f"{source.place(p.loc)}: {dotted(p.loc)}: {p.text}" for p in problems_of(error, source.data)]
        raise Mistake("; ".join(wrong)) from error
    if not circles:
        raise Mistake(f"{source.place(('circles',))}: no circle in it; write one like `- people: [ann, bo]`")
    return circles, source
