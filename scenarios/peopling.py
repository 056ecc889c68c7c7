"""Where do people come from that nobody has written? They are made before anyone is cast: generated, then assembled."""

from collections.abc import Iterable, Sequence
from json import dumps
from pathlib import Path

from ..models.errors import Mistake
from ..models.local import connect_embedder, connect_nli
from ..models.request import Events
from ..personas import Persona, write_personas
from ..personas.consistency.assembling import assemble
from ..personas.consistency.conflict import Thresholds
from ..personas.consistency.lexical import LexicalNli
from ..personas.consistency.recipe import QUOTA, Recipe
from ..personas.generation.generating import generate
from ..personas.taxonomy import select
from .casting import People
from .connecting import Connections
from .event import Peopled
from .finding import taxonomy_of
from .scenario import Generate, Made, Scenario


async def make_people(scenario: Scenario, connections: Connections, folder: Path, events: Events) -> People:
    """The people of each seat whose personas are to be made, by seat id; equal orders are filled once.

    What the model says is kept like any reply of the run: made again, they cost nothing. Writes them for the reader to
    `personas.yaml` in the run's folder (`personas-2.yaml` for a second order). Raises Mistake where nobody comes out.
    """
    people: dict[str, Sequence[Persona]] = {}
    filled: dict[str, Sequence[Persona]] = {}
    for seat in scenario.seats:
        order = scenario.cast.people_of(seat)
        if isinstance(order, Made):
            key = dumps(order.model_dump(mode="json"), sort_keys=True)
            if key not in filled:
                filled[key] = await _made(order.generate, scenario, connections, events)
                number = f"-{len(filled)}" if len(filled) > 1 else ""
                write_personas(filled[key], folder / f"personas{number}.yaml")
            people[seat.id] = filled[key]
    return people


async def _made(order: Generate, scenario: Scenario, connections: Connections, events: Events) -> Sequence[Persona]:
    taxonomy, client = taxonomy_of(scenario), connections.task("personas")
    categories = select(taxonomy, order.categories)
    embedder, nli = connect_embedder(order.embedder), connect_nli(order.nli) if order.nli else None
    recipe = Recipe(
        order.count,
        builder=order.builder,
        quota=order.quota or usual_quota(category.family for category in categories),
        thresholds=Thresholds(contradiction=order.threshold),
        seed=scenario.seed,
    )
    pool = await generate(
        client,
        categories,
        count=order.sentences,
        seed=scenario.seed,
        taxonomy=taxonomy,
        embedder=embedder,
        nli=nli,
        concurrency=scenario.concurrency,
        events=events,
    )
    if not pool.kept:
        raise Mistake("cast.personas: no sentence passed the filters; try `tertulia personas generate` to see why")
    assembled = await assemble(
        pool.kept, recipe, taxonomy=taxonomy, nli=nli or LexicalNli(), embedder=embedder, client=client, events=events
    )
    report = assembled.report
    if report.built < max(2, len(scenario.seats)):
        raise Mistake(
            f"cast.personas: {report.built} of {report.wanted} personas could be built: {report.why}; "
            "raise `sentences`, or ask for a smaller `quota`"
        )
    events(Peopled(report.built, report.wanted, len(pool.kept), report.scorer, report.scored, report.why))
    return assembled.personas


def usual_quota(families: Iterable[str]) -> dict[str, int]:
    """The paper's, of the families that there are; two sentences of each where it knows none of them."""
    there = dict.fromkeys(families)
    return {family: number for family, number in QUOTA.items() if family in there} or dict.fromkeys(there, 2)
