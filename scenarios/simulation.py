"""What is a run? A scenario, simulated into a ledger: again is resume."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ..agents.person import Ask
from ..agents.staging import Staging
from ..corpus import RunInfo
from ..corpus.corpus import Corpus
from ..corpus.ledger import Ledger
from ..corpus.seeds import read_exemplars
from ..critics import Limits
from ..models.calling import Services
from ..models.errors import Mistake
from ..models.metering import Meter
from ..models.request import Events, unwatched
from .casting import Casting
from .collecting import rarely
from .connecting import Connections
from .court import Court, panel_of, tournament_of, unheld
from .equipping import Equipment, equip
from .event import RunEnded, RunStarted
from .finding import TAXONOMY, taxonomy_text
from .fingerprint import difference, judging, making
from .limiting import Spending, limited
from .rounds import play_rounds
from .scenario import Scenario
from .teach import Teacher
from .teaching import check_teacher
from .workshop import Workshop

JOINED = "joined"
"""In a run's info: the seats that people took."""


async def simulate(
    scenario: Scenario,
    on_event: Events = unwatched,
    *,
    output: str | Path | None = None,
    meter: Meter | None = None,
    join: Mapping[str, Ask] | None = None,
    remake: bool = False,
    whole: bool = True,
    teach: Teacher | None = None,
) -> Corpus:
    """Run a scenario, or go on with it: what its ledger holds is neither made, judged nor paid for again.

    `output` is the folder of the run (default: the scenario's); `join` gives seats to people, by seat id; `remake`
    allows a ledger whose dialogues were made from something else, and makes those anew. With `whole` the corpus is what
    the scenario asks for: what the ledger holds beyond it does not count until it is asked for again; without, the
    scenario is the beginning of what is there. Nothing is written before it is known who may meet whom, except where
    the people are yet to be made. `teach` trains where `rounds.teach` asks for it. Returns the corpus, open for
    reading. Raises Mistake for what the user can mend, Stopped when the run ended early and can be resumed.
    """
    folder = Path(output) if output is not None else scenario.output_folder
    await check_teacher(scenario, teach)
    ahead = None if scenario.makes_people else await Casting.of(scenario, join or {}).weighed(on_event)
    async with opened(scenario, folder, on_event, meter or Meter(), join or {}, remake) as shop:
        shop = replace(shop, folder=folder, teacher=teach)
        on_event(started(shop, folder))
        casting = ahead or await _peopled(shop, folder, join or {})
        why = await play_rounds(shop, casting, whole)
        on_event(RunEnded(shop.ledger.count(), jobs_done(shop), why))
    return Corpus.open(scenario.ledger_in(folder), scenario.name)


async def _peopled(shop: Workshop, folder: Path, join: Collection[str]) -> Casting:
    """Who meets whom, among people who are made first. Raises Mistake."""
    from .peopling import make_people

    made = await make_people(shop, folder)
    return await Casting.of(shop.scenario, join, made).weighed(shop.events)


def simulate_sync(
    scenario: Scenario,
    on_event: Events = unwatched,
    *,
    output: str | Path | None = None,
    teach: Teacher | None = None,
) -> Corpus:
    """`simulate` for scripts, and for notebooks, whose event loop is busy already."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(simulate(scenario, on_event, output=output, teach=teach))
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, simulate(scenario, on_event, output=output, teach=teach)).result()


@asynccontextmanager
async def opened(
    scenario: Scenario, folder: Path, events: Events, meter: Meter, join: Mapping[str, Ask], remake: bool
) -> AsyncIterator[Workshop]:
    """The means of a run: ledger, clients and panel, closed whatever happens."""
    ledger = Ledger.open(scenario.ledger_in(folder))
    try:
        equipment = await equip(scenario, events)
        made, judged = making(scenario), judging(scenario, equipment.absent)
        await _begin(ledger, scenario, made, judged, remake)
        await ledger.ask_again(judged)
        left = await _seated(ledger, join, remake)
        async with limited(scenario, ledger, scenario.specs()) as spending:
            connections = Connections(scenario, Services(ledger.replies, meter, spending.budget, events), join)
            try:
                court = _court(scenario, connections, equipment, ledger, events, judged, spending)
                shop = _shop(scenario, connections, court, made, left)
                with rarely():
                    yield shop
            finally:
                await connections.close()
    finally:
        ledger.close()


def _court(
    scenario: Scenario,
    connections: Connections,
    equipment: Equipment,
    ledger: Ledger,
    events: Events,
    judged: str,
    spending: Spending,
) -> Court:
    panel, limits = panel_of(scenario, connections, equipment, events), limits_of(scenario)
    tournament = tournament_of(scenario, connections, equipment, events)
    return Court(panel, ledger, events, judged, limits, spending, tournament=tournament, unheld=unheld(scenario))


def limits_of(scenario: Scenario) -> Limits:
    """What critics may hold a dialogue to."""
    rules = staging(scenario)
    return Limits(rules.least, rules.most, rules.alternating)


def _shop(scenario: Scenario, connections: Connections, court: Court, made: str, left: str) -> Workshop:
    seed_file = scenario.exemplars.seed_file
    seeds = tuple(read_exemplars(seed_file, scenario.folder)) if seed_file else ()
    return Workshop(
        scenario=scenario,
        staging=staging(scenario),
        clients=connections.seats(),
        connections=connections,
        court=court,
        making=made,
        seeds=seeds,
        left=left,
    )


def staging(scenario: Scenario) -> Staging:
    """The scenario's rules, as the stage takes them."""
    stage = scenario.stage
    return Staging(
        mode=stage.mode,
        setting=stage.setting,
        least=stage.turns.min,
        most=stage.turns.max,
        order=stage.order.kind,
        edges=stage.order.edges,
        opener=scenario.cast.opener,
        stops=frozenset(stage.stop),
        style=stage.style,
        language=stage.language,
        guards=stage.guards,
        bare=scenario.bare,
    )


async def _begin(ledger: Ledger, scenario: Scenario, made: str, judged: str, remake: bool) -> None:
    """Make the run, or see that it is the one that the ledger holds."""
    from .. import __version__

    held, plain = ledger.info(), scenario.model_dump(mode="json")
    if held and held.name != scenario.name and not scenario.ledger:
        raise Mistake(f"this output holds the run {held.name!r}, not {scenario.name!r}: give another `--output`")
    text = taxonomy_text(scenario)
    ledger.begin(RunInfo(scenario.name, plain, made, judged, __version__, extra={TAXONOMY: text} if text else {}))
    stored = ledger.info()
    assert stored is not None
    if stored.making != made and not remake:
        raise Mistake(changed(scenario, stored))
    if stored.making != made:
        await ledger.reopen()
    extra = {**stored.extra, TAXONOMY: text} if text or TAXONOMY in stored.extra else stored.extra
    if (stored.making, stored.judging, stored.scenario, stored.extra) != (made, judged, plain, extra):
        now = replace(stored, scenario=plain, making=made, judging=judged, version=__version__, extra=extra)
        await ledger.set_info(now)


async def _seated(ledger: Ledger, join: Collection[str], remake: bool) -> str:
    """Note which seats people take. Returns what to say before a job is worked on, where one has left their seat."""
    info = ledger.info()
    assert info is not None
    before, now = list(info.extra.get(JOINED, ())), sorted(join)
    left = [seat for seat in before if seat not in now]
    if left and not remake:
        return f"seat {left[0]!r} was taken by a person: add `--join {left[0]}`, or `--remake` to make all anew"
    if left:
        await ledger.reopen()
    if before != now:
        await ledger.set_info(replace(info, extra={**info.extra, JOINED: now}))
    return ""


def changed(scenario: Scenario, stored: RunInfo) -> str:
    """What to say when the ledger holds dialogues that were made from something else."""
    parts = difference(_today(stored.scenario), scenario.model_dump(mode="json"))
    keys = ", ".join(parts) or "the prompts, or the content of a persona file"
    return (
        f"the run {stored.name!r} in this output was made from something else; changed: {keys}. "
        "Give another `--output` to keep both, or `--remake` to make its dialogues anew in this ledger "
        "(the old ones stay in it, out of exports and statistics)"
    )


def _today(stored: Mapping[str, Any]) -> dict[str, Any]:
    """A stored scenario with the defaults of keys that it is too old to have."""
    try:
        return Scenario.model_validate(stored).model_dump(mode="json")
    except ValidationError:
        return dict(stored)


def jobs_done(shop: Workshop) -> int:
    """Over all rounds, under the current panel."""
    rounds = range(1, shop.scenario.rounds.count + 1)
    return sum(len(shop.ledger.jobs_done(number, shop.judging)) for number in rounds)


def started(shop: Workshop, folder: Path) -> RunStarted:
    scenario = shop.scenario
    rules, budget = scenario.rounds, scenario.budget.model_dump(exclude_none=True)
    return RunStarted(
        name=scenario.name,
        description=scenario.description,
        output=str(folder),
        rounds=rules.count,
        jobs=rules.dialogues,
        until_accepted=rules.until_accepted,
        concurrency=scenario.concurrency,
        models=tuple(dict.fromkeys(str(spec) for spec in scenario.specs())),
        critics=tuple(member.name for member in scenario.critics.panel),
        done_before=jobs_done(shop),
        budget=budget,
        skipped=shop.court.panel.skipped,
        unheld=shop.court.unheld,
    )
