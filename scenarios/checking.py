"""Is everything there that a scenario names? Personas, exemplars, critics with their options, prices."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain

from ..critics.member import PanelMember
from ..critics.option import checked
from ..critics.registry import BUILT_IN, Source, find
from ..critics.tournament.seating import comparer_of
from ..models.errors import Mistake
from ..models.pricing import price_of
from ..models.suggesting import closest, suggest
from ..personas import Persona
from ..personas.meeting.pairing import pairing
from ..personas.meeting.seating import Seating
from ..personas.shelf import people
from ..personas.taxonomy import Taxonomy, select
from .cast import Generate, Made
from .finding import held_out_path, seed_path, taxonomy_of
from .knowing import social_graph, unknown
from .personality import setting_of
from .scenario import Scenario
from .source import EACH, Loc, Problem

PEOPLE: tuple[Loc, ...] = (("cast", "personas"), ("cast", "seats", EACH, "personas"))


def unmet(scenario: Scenario) -> Iterator[Problem]:
    """What is missing on this machine; each problem says which parts it depends on."""
    yield from _personas(scenario)
    yield from _exemplars(scenario)
    yield from _statements(scenario)
    for at, member in enumerate(scenario.critics.panel):
        yield from _critic(member, scenario, ("critics", "panel", at))
    yield from _policies(scenario)
    yield from _held_out(scenario)
    yield from _prices(scenario)


def _personas(scenario: Scenario) -> Iterator[Problem]:
    cast = scenario.cast
    named: dict[str, Loc] = {}
    for at, seat in enumerate(scenario.seats):
        given, loc = cast.people_of(seat), ("cast", "personas") if seat.personas is None else _seat(at)
        if isinstance(given, str):
            named.setdefault(given, loc)
    wrong = [Problem(loc, reason) for name, loc in named.items() if (reason := _unreadable(name, scenario))]
    if wrong := wrong or list(_seating(scenario)):
        yield from wrong
    else:
        yield from _contrasting(scenario)
        yield from _knowing(scenario)
    yield from _making(scenario)


def _seat(at: int) -> Loc:
    return ("cast", "seats", at, "personas")


def _unreadable(name: str, scenario: Scenario) -> str:
    try:
        return "" if people(name, scenario.folder) else f"{name!r} holds no persona"
    except Mistake as mistake:
        return str(mistake)


def _seating(scenario: Scenario) -> Iterator[Problem]:
    """Whether the personas are enough for the seats."""
    pools = _pools(scenario)
    try:
        if len(pools) == len(scenario.seats):
            pairing("random", pools, scenario.seed, 1)
    except Mistake as mistake:
        yield Problem(("cast",), str(mistake), (("cast", "seats", EACH, "id"),))


def _contrasting(scenario: Scenario) -> Iterator[Problem]:
    """Whether people can be compared, where they are paired by how they contrast."""
    if scenario.cast.pairing.kind != "contrast":
        return
    if scenario.makes_people:
        text = "`contrast` compares the traits in the personas, and personas that are made have none"
        yield Problem(("cast", "pairing"), f"{text}: take 'shared-interest'", PEOPLE)
        return
    from ..personas.meeting.affinity import check_contrast

    try:
        for persona in chain(*_pools(scenario)):
            check_contrast(persona)
    except Mistake as mistake:
        yield Problem(("cast", "pairing"), str(mistake), PEOPLE)


def _pools(scenario: Scenario) -> list[Sequence[Persona]]:
    """Of the seats whose people are there already."""
    given = [scenario.cast.people_of(seat) for seat in scenario.seats]
    read = [people(pool, scenario.folder) if isinstance(pool, str) else pool for pool in given]
    return [pool for pool in read if not isinstance(pool, Made)]


def _knowing(scenario: Scenario) -> Iterator[Problem]:
    """Whether those who know one another are there, and any two of them may sit together."""
    try:
        knows = social_graph(scenario)
        if scenario.makes_people or not knows:
            return
        pools = _pools(scenario)
        if wrong := list(unknown(scenario, {persona.id for persona in chain(*pools)}, PEOPLE)):
            yield from wrong
            return
        from ..personas.meeting.affinity import acquainted

        acquainted(scenario.cast.pairing.kind, Seating(pools), knows)
    except Mistake as mistake:
        yield Problem(("cast", "social_graph"), str(mistake), PEOPLE)


def _making(scenario: Scenario) -> Iterator[Problem]:
    """Whether personas can be made as it is said."""
    try:
        categories = taxonomy_of(scenario)
    except Mistake as mistake:
        yield Problem(("cast", "taxonomy"), str(mistake))
        return
    for loc, made in _made(scenario):
        try:
            select(categories, made.generate.categories)
        except Mistake as mistake:
            yield Problem((*loc, "generate", "categories"), str(mistake), (("cast", "taxonomy"),))
            continue
        yield from _quota(made.generate, categories, (*loc, "generate"))


def _quota(order: Generate, taxonomy: Taxonomy, loc: Loc) -> Iterator[Problem]:
    """Whether each family of a quota is there, with a category for each of its sentences."""
    there = Counter(category.family for category in select(taxonomy, order.categories))
    yield from _size(order, there, loc)
    for family, number in order.quota.items():
        if family not in taxonomy.families:
            text = f"no family {family!r}{suggest(family, taxonomy.families)}"
        elif number > there[family]:
            text = f"{number} sentences of {there[family]} categories: each is of another category"
        else:
            continue
        yield Problem((*loc, "quota", family), text, (("cast", "taxonomy"), (*loc, "categories")))


def _size(order: Generate, there: Counter[str], loc: Loc) -> Iterator[Problem]:
    """Whether a profile has sentences enough to be checked against one another, and there are as many to make one."""
    from .quota import usual_quota

    if order.builder == "profile":
        return
    size = sum((order.quota or usual_quota(there.elements())).values())
    reads = (("cast", "taxonomy"), (*loc, "builder"), (*loc, "quota"), (*loc, "categories"))
    if size < 2:
        key, more = ("quota", "want two or more") if order.quota else ("categories", "name two of them or more")
        text = f"a profile of {size} sentence says too little, and nothing in it can be checked: {more}"
        yield Problem((*loc, key), text, reads)
    elif not order.quota and order.sentences < size:
        yield Problem((*loc, "sentences"), f"{order.sentences} can't make one persona of {size}", reads)


def _made(scenario: Scenario) -> Iterator[tuple[Loc, Made]]:
    if isinstance(scenario.cast.personas, Made):
        yield ("cast", "personas"), scenario.cast.personas
    for at, seat in enumerate(scenario.cast.seats):
        if isinstance(seat.personas, Made):
            yield _seat(at), seat.personas


def _exemplars(scenario: Scenario) -> Iterator[Problem]:
    try:
        seed_path(scenario)
    except Mistake as mistake:
        yield Problem(("exemplars", "seed_file"), str(mistake))


def _held_out(scenario: Scenario) -> Iterator[Problem]:
    try:
        held_out_path(scenario)
    except Mistake as mistake:
        yield Problem(("rounds", "teach", "held_out"), str(mistake))


def _statements(scenario: Scenario) -> Iterator[Problem]:
    try:
        setting_of(scenario)
    except Mistake as mistake:
        yield Problem(("cast", "personality", "statements"), str(mistake))


def _critic(member: PanelMember, scenario: Scenario, loc: Loc) -> Iterator[Problem]:
    try:
        source = find(member.use)
        target = source.load()
    except Mistake as mistake:
        if not member.optional or _mistyped(member.use):
            yield Problem((*loc, "use"), str(mistake))
        return
    _, wrong = checked(target, {**source.preset, **member.options}, scenario.folder)
    yield from (_option(text, loc) for text in wrong)
    if not wrong:
        yield from _unmakable(source, member, scenario, loc)


def _policies(scenario: Scenario) -> Iterator[Problem]:
    """Whether everybody is there who compares, if there are several candidates or not."""
    setting, loc = scenario.critics.tournament, ("critics", "tournament", "policies")
    for at, policy in enumerate(setting.policies if setting else ()):
        try:
            comparer_of(policy, scenario.folder)
        except Mistake as mistake:
            yield Problem((*loc, at), str(mistake))


def _mistyped(use: str) -> bool:
    """Whether a name that nobody has is nearly one of ours: an optional critic may be away, not misspelt."""
    return ":" not in use and closest(use, BUILT_IN) not in (None, use)


def _unmakable(source: Source, member: PanelMember, scenario: Scenario, loc: Loc) -> Iterator[Problem]:
    """What a critic's own code says of its options."""
    try:
        source.create(member.options, scenario.folder)
    except Mistake as mistake:
        yield Problem((*loc, "options"), str(mistake))


def _option(text: str, loc: Loc) -> Problem:
    """A complaint about one option, at the line of that option."""
    named = re.search(r"option '(\w+)'", text)
    return Problem((*loc, "options", named[1]) if named else (*loc, "options"), text)


def _prices(scenario: Scenario) -> Iterator[Problem]:
    if scenario.budget.usd is None:
        return
    reads: tuple[Loc, ...] = (("models",), ("model",), ("cast", "seats"))
    for name in sorted({str(spec) for spec in scenario.specs() if price_of(spec) is None}):
        mend = "write price: {input: ..., output: ...} (USD per million tokens) into its spec, or limit budget.tokens"
        yield Problem(("budget", "usd"), f"no price is known for {name!r}; {mend}", reads)
