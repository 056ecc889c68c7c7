"""Do the parts of a scenario agree with one another? What no single field can tell."""

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ..critics.review import SeatKind
from ..critics.voting import unheard_of
from ..models.suggesting import suggest
from ..personas.meeting.pairing import WEIGHED
from ..personas.personality.facet import contradiction
from .source import EACH, Loc, Problem, dotted

if TYPE_CHECKING:
    from .cast import Generate
    from .scenario import Scenario

ROLES = ("default", "judge", "writer", "selector", "personas")
"""What `models` knows beside the seats."""

SEATS: tuple[Loc, ...] = (("cast", "size"), ("cast", "seats", EACH, "id"))
VOTERS: tuple[Loc, ...] = (("critics", "panel", EACH, "use"), ("critics", "panel", EACH, "role"))
NAMES: tuple[Loc, ...] = (("critics", "panel", EACH, "use"), ("critics", "panel", EACH, "name"))


PERSONALITY: Loc = ("cast", "personality")
PAIRING: Loc = ("cast", "pairing")
TEACH: Loc = ("rounds", "teach")


class Disagreement(ValueError):
    """Parts of a scenario contradict one another."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(f"{dotted(problem.loc)}: {problem.text}" for problem in problems))
        self.problems = problems


def disagreements(scenario: "Scenario") -> Iterator[Problem]:
    """All of them; each says which parts it depends on."""
    yield from _turns(scenario)
    yield from _table(scenario)
    yield from _models(scenario)
    yield from _edges(scenario)
    yield from _briefing(scenario)
    yield from _teaching(scenario)
    yield from _traits(scenario)
    yield from _personality(scenario)
    yield from _styles(scenario)
    yield from _pairing(scenario)
    yield from _circles(scenario)
    yield from _orders(scenario)
    yield from _panel(scenario)
    yield from _quorum(scenario)
    yield from _tournament(scenario)


def _turns(scenario: "Scenario") -> Iterator[Problem]:
    turns = scenario.stage.turns
    if turns.min > turns.max:
        at = "min" if "min" in turns.model_fields_set else "max"
        text = f"turns.min ({turns.min}) is more than turns.max ({turns.max})"
        yield Problem(("stage", "turns", at), text, (("stage", "turns"),))


def _table(scenario: "Scenario") -> Iterator[Problem]:
    cast, seats = scenario.cast, scenario.cast.seats
    if cast.size is not None and seats:
        yield Problem(("cast", "size"), "give `size`, or `seats` one by one, not both", SEATS)
    if len(seats) == 1:
        yield Problem(("cast", "seats"), "a conversation takes 2 to 8 seats, not 1", SEATS)
    first: dict[str, int] = {}
    for at, seat in enumerate(seats):
        if first.setdefault(seat.id, at) != at:
            yield Problem(("cast", "seats", at, "id"), f"seat {first[seat.id]} is called {seat.id!r} already")
        if seat.id in ROLES:
            text = f"{seat.id!r} has a meaning of its own in `models`; call the seat something else"
            yield Problem(("cast", "seats", at, "id"), text)
    openers = [at for at, seat in enumerate(seats) if seat.opens]
    for at in openers[1:]:
        text = f"only one seat opens, and {seats[openers[0]].id!r} does already"
        yield Problem(("cast", "seats", at, "opens"), text)


def _models(scenario: "Scenario") -> Iterator[Problem]:
    seats = [seat.id for seat in scenario.seats]
    for name in scenario.models:
        if name not in (*ROLES, *seats):
            text = f"no task or seat {name!r}{suggest(name, (*ROLES, *seats))}"
            yield Problem(("models", name), text, SEATS)
    if scenario.model and "default" in scenario.models:
        yield Problem(("model",), "`model` is short for `models.default`, which is given too: keep one of them")
    for at, seat in enumerate(scenario.seats):
        if seat.model and seat.id in scenario.models:
            text = f"`models.{seat.id}` names a model for this seat too: keep one of them"
            yield Problem(("cast", "seats", at, "model"), text, (("models",),))


def _edges(scenario: "Scenario") -> Iterator[Problem]:
    order, loc = scenario.stage.order, ("stage", "order", "edges")
    seats = [seat.id for seat in scenario.seats]
    if (order.kind == "graph") != bool(order.edges):
        text = "kind 'graph' takes edges: [[a, b], ...]" if not order.edges else "only kind 'graph' takes edges"
        yield Problem(("stage", "order"), text, (("stage", "order"),))
    for at, edge in enumerate(order.edges):
        for end, seat in enumerate(edge):
            if seat not in seats:
                yield Problem((*loc, at, end), f"no seat {seat!r}{suggest(seat, seats)}", SEATS)
    reached = {b for _, b in order.edges} | {scenario.cast.opener}
    for seat in sorted(reached.intersection(seats) - {a for a, _ in order.edges}) if order.edges else ():
        yield Problem(loc, f"nobody may speak after {seat!r}: add [{seat}, ...]", (*SEATS, loc))


def _briefing(scenario: "Scenario") -> Iterator[Problem]:
    """Whether who is told the persona alone has one, in a prompt of their own."""
    if scenario.stage.mode == "script" and scenario.bare:
        at = next((at for at, seat in enumerate(scenario.cast.seats) if seat.briefing == "persona"), None)
        loc: Loc = ("stage", "briefing") if at is None else ("cast", "seats", at, "briefing")
        yield Problem(loc, "says nothing in script mode, where one call writes the whole", (("stage", "mode"),))


def _teaching(scenario: "Scenario") -> Iterator[Problem]:
    """Whether a model that is taught has something to say, and when."""
    teach, loc = scenario.rounds.teach, TEACH
    if teach is None:
        return
    if scenario.stage.mode == "script":
        yield Problem(loc, "a taught model speaks for one seat at a time: set stage.mode=private", (("stage", "mode"),))
    seats = [seat.id for seat in scenario.seats]
    for at, seat in enumerate(teach.seats):
        if seat not in seats:
            yield Problem((*loc, "seats", at), f"no seat {seat!r}{suggest(seat, seats)}", SEATS)
    roles = {seat.role for seat in scenario.seats}
    if teach.speaker != "both" and teach.speaker not in roles and roles != {None}:
        text = f"no seat has the role {teach.speaker!r}: there would be nothing to learn"
        yield Problem((*loc, "speaker"), text, (("cast", "seats", EACH, "role"),))


def _traits(scenario: "Scenario") -> Iterator[Problem]:
    seats = len(scenario.seats)
    for trait, pairings in scenario.cast.traits.items():
        loc: Loc = ("cast", "traits", trait.value)
        if not pairings:
            yield Problem(loc, "an empty list sets nothing: leave it out, or give pairings such as [[4, -4]]")
        for at, levels in enumerate(pairings):
            if len(levels) != seats:
                text = f"{len(levels)} levels for {seats} seats: give one level (-5 to 5) a seat"
                yield Problem((*loc, at), text, SEATS)


def _personality(scenario: "Scenario") -> Iterator[Problem]:
    wanted, loc = scenario.cast.personality, PERSONALITY
    if wanted is None:
        return
    for trait in wanted.trait:
        if trait in scenario.cast.traits:
            text = f"`cast.traits` sets {trait.value!r} already: keep one of them"
            yield Problem((*loc, "trait"), text, (("cast", "traits", trait.value),))
        if wanted.trait.count(trait) > 1:
            yield Problem((*loc, "trait"), f"{trait.value!r} is named twice")
    if not wanted.trait and not wanted.style:
        yield Problem(loc, "sets nothing: name a `trait`, such as extraversion, or `all`; or give `style: random`")
    for key in ("select", "statements", "setting", "magnitude"):
        if not wanted.trait and key in wanted.model_fields_set:
            yield Problem((*loc, key), "says nothing without a `trait`", ((*loc, "trait"), loc))


def _styles(scenario: "Scenario") -> Iterator[Problem]:
    """Whether anybody is asked to talk in two opposite ways; files of personas are looked through as they are read."""
    if wrong := contradiction(scenario.stage.style):
        yield Problem(("stage", "style"), wrong)
    cast = scenario.cast
    given: list[tuple[Loc, object]] = [(("cast", "personas"), cast.personas)]
    given += [(("cast", "seats", at, "personas"), seat.personas) for at, seat in enumerate(cast.seats)]
    for loc, people in given:
        for at, persona in enumerate(people if isinstance(people, tuple) else ()):
            if wrong := contradiction(persona.style):
                yield Problem((*loc, at, "style"), wrong)


def _pairing(scenario: "Scenario") -> Iterator[Problem]:
    """What the kind of pairing has no use for, or can't do with these seats."""
    cast, rules, loc = scenario.cast, scenario.cast.pairing, PAIRING
    weighs = rules.kind in WEIGHED
    given = rules.model_dump(exclude_defaults=True)
    for key in ("more_than", "merge_above", "embedder"):
        if key in given and (rules.kind != "shared-interest" if key != "embedder" else not weighs):
            yield Problem((*loc, key), f"says nothing with kind {rules.kind!r}", (loc,))
    if rules.cut == "spectral":
        if len(scenario.seats) == 2 or not (weighs or cast.social_graph):
            yield Problem(
                (*loc, "cut"), f"says nothing with kind {rules.kind!r} and {len(scenario.seats)} seats", SEATS
            )
        elif len({id(cast.people_of(seat)) if seat.personas else 0 for seat in scenario.seats}) > 1:
            text = "`spectral` needs one pool for all seats: take `greedy`, or give `cast.personas` alone"
            yield Problem((*loc, "cut"), text, SEATS)
    if rules.kind == "all-pairs" and cast.social_graph and len(scenario.seats) > 2:
        text = "`all-pairs` among people who know one another takes two seats: take `random`"
        yield Problem(loc, text, (*SEATS, ("cast", "social_graph")))
    if rules.kind == "contrast":
        yield from _replaced(scenario)


def _replaced(scenario: "Scenario") -> Iterator[Problem]:
    """Traits that are compared, and then not those that the people have at the table."""
    cast = scenario.cast
    for name, traits in (("traits", tuple(cast.traits)), ("personality", cast.personality and cast.personality.trait)):
        if traits:
            text = f"`contrast` pairs by the traits in the personas, and `cast.{name}` replaces {traits[0].value!r}"
            yield Problem(PAIRING, f"{text}: keep one of them", (("cast", name),))


def _circles(scenario: "Scenario") -> Iterator[Problem]:
    given = scenario.cast.social_graph
    for at, circle in enumerate(() if isinstance(given, str) else given):
        if twice := [name for name, count in Counter(circle.people).items() if count > 1]:
            yield Problem(("cast", "social_graph", at, "people"), f"{twice[0]!r} is named twice")


def _orders(scenario: "Scenario") -> Iterator[Problem]:
    """Whether what is said of personas to be made goes together."""
    cast = scenario.cast
    given: list[tuple[Loc, Any]] = [(("cast", "personas"), cast.personas)]
    given += [(("cast", "seats", at, "personas"), seat.personas) for at, seat in enumerate(cast.seats)]
    for place, made in given:
        if order := getattr(made, "generate", None):
            yield from _order(order, (*place, "generate"))


def _order(order: "Generate", loc: Loc) -> Iterator[Problem]:
    from ..personas.consistency.recipe import SIZE

    if order.builder == "profile" and order.quota:
        yield Problem((*loc, "quota"), "says nothing with the builder 'profile'", ((*loc, "builder"),))
        return
    least = SIZE if order.builder == "profile" else sum(order.quota.values())
    if order.sentences < least:
        yield Problem((*loc, "sentences"), f"{order.sentences} can't make one persona of {least}", (loc,))


def _panel(scenario: "Scenario") -> Iterator[Problem]:
    panel = scenario.critics.panel
    names = [member.name for member in panel]
    for at, name in enumerate(names):
        if name in names[:at]:
            text = f"critics.panel[{names.index(name)}] is called {name!r} already; give this one a `name` of its own"
            yield Problem(("critics", "panel", at), text)
    learned = scenario.critics.voting.weights
    for name in unheard_of(learned.weights, names) if learned else ():
        text = f"no critic {name!r} on the panel{suggest(name, names)}"
        yield Problem(("critics", "voting", "weights", "weights", name), text, NAMES)


def _quorum(scenario: "Scenario") -> Iterator[Problem]:
    voting = scenario.critics.voting
    voters = sum(member.role is SeatKind.VOTE for member in scenario.critics.panel)
    for key, needed in (("quorum", voting.quorum), ("k", voting.k)):
        if needed is not None and needed > voters:
            text = f"{needed} voters are needed, and the panel has {voters}: nothing could ever be accepted"
            yield Problem(("critics", "voting", key), text, VOTERS)


def _tournament(scenario: "Scenario") -> Iterator[Problem]:
    """Whether policies are told apart, and a pick has something to pick from."""
    setting, loc = scenario.critics.tournament, ("critics", "tournament")
    if setting is None:
        return
    for at, name in enumerate(setting.names):
        if name in setting.names[:at]:
            yield Problem((*loc, "policies", at), f"a policy is called {name!r} already; keep one, or rename its file")
    if setting.schedule == "knock-out" and "pick" in setting.model_fields_set:
        text = "says nothing with the schedule 'knock-out': the last one that is left wins"
        yield Problem((*loc, "pick"), text, ((*loc, "schedule"),))
