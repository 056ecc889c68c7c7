"""Where do people come from that nobody has written? They are made before anyone is cast: generated, then assembled."""

from asyncio import to_thread
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path

from ..models.errors import Mistake
from ..models.local import connect_embedder
from ..models.scorer import Embedder, Nli
from ..personas import Persona, read_personas, write_personas
from ..personas.consistency.assembling import Assembled, assemble
from ..personas.consistency.conflict import Thresholds
from ..personas.consistency.connecting import connect_contradictions
from ..personas.consistency.recipe import QUOTA, Recipe
from ..personas.generation.generating import Rejected, generate
from ..personas.judging import category_judge
from ..personas.taxonomy import Category, select
from .cast import Generate, Made
from .casting import People
from .event import Peopled
from .finding import taxonomy_of
from .fingerprint import ordered
from .quota import usual_quota
from .scenario import Scenario
from .workshop import Workshop

MADE = "personas"
"""In a run's info: for each order that was filled, the digest of the file that its people stand in."""


async def make_people(shop: Workshop, folder: Path) -> People:
    """The people of each seat whose personas are to be made, by seat id; equal orders are filled once.

    They are written to `personas.yaml` in the run's folder (`personas-2.yaml` for a second order), and read back from
    there while that file is as it was written. What the model says is kept like any reply of the run: made again, they
    cost no call. Raises Mistake where too few come out.
    """
    given = {seat.id: shop.scenario.cast.people_of(seat) for seat in shop.scenario.seats}
    wanted = {seat: (ordered(made, shop.scenario), made) for seat, made in given.items() if isinstance(made, Made)}
    filled: dict[str, Sequence[Persona]] = {}
    for key, made in dict(wanted.values()).items():
        path = folder / f"personas{f'-{len(filled) + 1}' if filled else ''}.yaml"
        filled[key] = _kept(shop, key, path) or await _written(shop, key, made.generate, path)
    return {seat: filled[key] for seat, (key, _) in wanted.items()}


def kept_orders(extra: Mapping[str, object]) -> Mapping[str, str]:
    """Of a run's info: order -> digest of its file."""
    found = extra.get(MADE)
    return found if isinstance(found, dict) else {}


def _kept(shop: Workshop, key: str, path: Path) -> Sequence[Persona]:
    """The people of an order as they were written; nobody where the file is not there, or is another one."""
    info = shop.ledger.info()
    known = kept_orders(info.extra).get(key) if info else None
    if not known or not path.is_file() or _digest(path) != known:
        return ()
    return tuple(read_personas(path))


async def _written(shop: Workshop, key: str, order: Generate, path: Path) -> Sequence[Persona]:
    personas = await _made(order, shop)
    info = shop.ledger.info()
    _write(personas, path, kept_orders(info.extra).values() if info else ())
    if info and _holds(path, personas):
        extra = {**info.extra, MADE: {**kept_orders(info.extra), key: _digest(path)}}
        await shop.ledger.set_info(replace(info, extra=extra))
    return personas


def _write(personas: Sequence[Persona], path: Path, ours: Collection[str]) -> None:
    """`ours`: digests of what the run has written so far. Raises Mistake where something else is there."""
    if path.exists() and not _holds(path, personas) and (path.is_dir() or _digest(path) not in ours):
        raise Mistake(
            f"{path} is not as this run wrote it: move it away, or name it as `cast.personas` to cast its people"
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    write_personas(personas, path)


def _holds(path: Path, personas: Sequence[Persona]) -> bool:
    """Whether these people are read from the file; what was written right before a kill is ours, too."""
    try:
        return path.is_file() and tuple(read_personas(path)) == tuple(personas)
    except Mistake:
        return False


def _digest(path: Path) -> str:
    return blake2b(path.read_bytes(), digest_size=16).hexdigest()


async def _made(order: Generate, shop: Workshop) -> Sequence[Persona]:
    embedder = await to_thread(connect_embedder, order.embedder)
    nli = await to_thread(connect_contradictions, order.nli)
    assembled, sentences = await _assembled(order, shop, embedder, nli)
    size = max((len(persona.profile) for persona in assembled.personas), default=0)
    report, least = assembled.report, max(2, len(shop.scenario.seats))
    if report.built < least:
        raise Mistake(
            f"cast.personas: {report.built} of {report.wanted} personas could be built: {report.why}; "
            "raise `sentences`, or ask for a smaller `quota`"
        )
    shop.events(Peopled(report.built, report.wanted, size, sentences, report.scorer, report.scored, report.why))
    return assembled.personas


async def _assembled(order: Generate, shop: Workshop, embedder: Embedder, nli: Nli) -> tuple[Assembled, int]:
    """The personas, and how many sentences they are of. Raises Mistake where none was left to make them of."""
    scenario, events, client = shop.scenario, shop.events, shop.connections.task("personas")
    taxonomy = taxonomy_of(scenario)
    categories = select(taxonomy, order.categories)
    recipe = recipe_of(order, scenario, categories)
    pool = await generate(
        client,
        categories,
        count=order.sentences,
        seed=scenario.seed,
        taxonomy=taxonomy,
        embedder=embedder,
        nli=category_judge(nli),
        concurrency=scenario.concurrency,
        events=events,
    )
    if not pool.kept:
        raise Mistake(f"cast.personas: no sentence passed the filters ({_fell(pool.rejected)}); is the model up to it?")
    assembled = await assemble(
        pool.kept,
        recipe,
        taxonomy=taxonomy,
        nli=nli,
        embedder=embedder,
        client=client,
        concurrency=scenario.concurrency,
        events=events,
    )
    return assembled, len(pool.kept)


def _fell(rejected: Iterable[Rejected]) -> str:
    counts = Counter(one.filter.value for one in rejected)
    return ", ".join(f"{name}: {count}" for name, count in counts.items()) or "the model gave no line"


def recipe_of(order: Generate, scenario: Scenario, categories: Iterable[Category]) -> Recipe:
    """What is assembled for an order from sentences of these categories."""
    return Recipe(
        order.count,
        builder=order.builder,
        quota=QUOTA if order.builder == "profile" else order.quota or usual_quota(one.family for one in categories),
        thresholds=Thresholds(contradiction=order.threshold),
        seed=scenario.seed,
    )
