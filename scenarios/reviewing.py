"""What does a panel say of dialogues that are there already? Of a file's, or of a run's under another panel."""

from asyncio import to_thread
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path

from ..agents import Dialogue, Job, Place
from ..agents.dialogue import dialogue_id
from ..corpus import RunInfo
from ..corpus.corpus import Corpus
from ..corpus.formats import read_dialogues
from ..corpus.formats.imported import OnOdd, unnoticed
from ..corpus.formats.importing import format_of
from ..corpus.ledger import Ledger
from ..critics import Limits, Outcome
from ..critics.refine import Ending, Try, accepted, best
from ..models.calling import Services
from ..models.errors import Mistake
from ..models.metering import Meter
from ..models.request import Events, unwatched
from .barrier import Waiting, conclude
from .connecting import Connections
from .court import Court, panel_of
from .crew import crew
from .equipping import Equipment, equip
from .event import RoundClosed, RoundStarted, RunEnded, RunStarted
from .fingerprint import judging
from .limiting import limited
from .scenario import Scenario
from .simulation import limits_of

UNLIMITED = Limits()


async def review_file(
    path: Path,
    scenario: Scenario,
    output: Path,
    on_event: Events = unwatched,
    *,
    format: str | None = None,
    meter: Meter | None = None,
    on_odd: OnOdd = unnoticed,
) -> Corpus:
    """Judge the dialogues of a file with a scenario's panel, into a ledger in `output`; again is resume.

    The file is streamed: once to the end, so that a broken line is told before anybody is asked, and again to be
    judged, or to go on. Each dialogue becomes a job of round 1. Raises Mistake, Stopped.
    """
    format = format or format_of(path)
    total = await to_thread(_counted, path, format)
    ledger = Ledger.open(output)
    try:
        _check_held(ledger.info(), path, format, output)
        equipment = await equip(scenario, on_event)
        judged = judging(scenario, equipment.absent)
        await _begin(ledger, scenario, path, format, judged)
        await ledger.ask_again(judged)
        async with _court(scenario, equipment, ledger, on_event, meter or Meter(), judged) as court:
            on_event(_started(court, scenario, f"review of {path.name}", output, total))
            await _review_all(court, _placed(path, format, on_odd), scenario.concurrency)
            on_event(RunEnded(ledger.count(), ledger.job_count(1)))
    finally:
        ledger.close()
    return Corpus.open(output)


@asynccontextmanager
async def _court(
    scenario: Scenario,
    equipment: Equipment,
    ledger: Ledger,
    events: Events,
    meter: Meter,
    judged: str,
    limits: Limits = UNLIMITED,
    final: bool = True,
) -> AsyncIterator[Court]:
    async with limited(scenario, ledger, [scenario.spec_for("judge")]) as spending:
        connections = Connections(scenario, Services(ledger.replies, meter, spending.budget, events))
        try:
            panel = panel_of(scenario, connections, equipment, events)
            yield Court(panel, ledger, events, judged, limits, spending, final)
        finally:
            await connections.close()


async def _begin(ledger: Ledger, scenario: Scenario, path: Path, format: str, judged: str) -> None:
    """Make the review, or go on with the one that the ledger holds."""
    from .. import __version__

    plain, source = scenario.model_dump(mode="json"), making_of(path, format)
    info = RunInfo(path.stem, plain, source, judged, __version__, "review", {"file": path.name})
    stored = ledger.info() or info
    ledger.begin(stored)
    if stored.judging != judged:
        await ledger.set_info(replace(stored, judging=judged, scenario=plain))


def _counted(path: Path, format: str) -> int:
    return sum(1 for _ in read_dialogues(path, format))


def _check_held(held: RunInfo | None, path: Path, format: str, output: Path) -> None:
    """Raises Mistake for a ledger that is about something else than this file as it is now."""
    if held is None or (held.kind, held.making) == ("review", making_of(path, format)):
        return
    file = held.extra.get("file")
    if held.kind != "review":
        raise Mistake(f"{output} holds the run {held.name!r}, no review of a file: give another `--output`")
    if file != path.name:
        raise Mistake(f"{output} holds the review of {file!r}, not of {path.name!r}: give another `--output`")
    if held.making.partition("/")[0] == fingerprint_of(path):
        before = held.making.partition("/")[2]
        raise Mistake(f"{path} was read as {before!r} before, not as {format!r}: give another `--output`")
    raise Mistake(
        f"{path} has changed since its review in {output} began, and what is kept there is about the file as it was: "
        "bring that back, or give another `--output`"
    )


def _started(court: Court, scenario: Scenario, name: str, output: Path, jobs: int) -> RunStarted:
    done = len(court.ledger.jobs_done(1, court.judging))
    return RunStarted(
        name=name,
        description="",
        output=str(output),
        rounds=1,
        jobs=jobs,
        until_accepted=None,
        concurrency=scenario.concurrency,
        models=(str(scenario.spec_for("judge")),),
        critics=court.panel.names,
        done_before=done,
        skipped=court.panel.skipped,
    )


def _placed(path: Path, format: str | None, on_odd: OnOdd) -> Iterator[tuple[int, Dialogue]]:
    """Each dialogue of the file with its index, at its place in round 1. The id that it has in the file may not be its
    alone: the new one is made from both, and the old one is kept as what it was made from."""
    for index, dialogue in enumerate(read_dialogues(path, format, on_odd)):
        place, inputs = Place(1, index), dialogue.inputs or dialogue.id
        yield index, replace(dialogue, place=place, id=dialogue_id(place, dialogue.id), inputs=inputs)


async def _review_all(court: Court, dialogues: Iterator[tuple[int, Dialogue]], hands: int) -> None:
    done = court.ledger.jobs_done(1, court.judging)
    court.events(RoundStarted(1, len(done), len(done), 0))
    waiting = Waiting()

    async def work(item: tuple[int, Dialogue]) -> None:
        index, dialogue = item
        ending = await _reviewed(court, Job(1, index, dialogue.cast), dialogue)
        waiting.add(Job(1, index, ()), ending)  # who waits is many: the cast is in the ledger

    await crew((item for item in dialogues if item[0] not in done), work, hands)
    while waiting:
        left = await conclude(court, waiting)
        waiting = Waiting()
        await crew(((job.index, court.tries(1, job.index)[0].dialogue) for job in left), work, hands)
    court.events(RoundClosed(1, court.ledger.count(), court.ledger.job_count(1), 0.0))


async def _reviewed(court: Court, job: Job, dialogue: Dialogue) -> Ending:
    kept = [this for this in court.tries(1, job.index) if this.dialogue.id == dialogue.id]
    if not kept:
        await court.ledger.keep_job(job)
        await court.ledger.keep_dialogue(dialogue)
        kept = [Try(dialogue)]
    this = kept[0] if kept[0].review else Try(dialogue, await court.judge(dialogue))
    ending = Ending((this,), this if this.outcome is Outcome.ACCEPTED else None)
    if ending.settled:
        await court.settle(1, job.index, ending)
    return ending


async def review_run(run: Path, scenario: Scenario, on_event: Events = unwatched, *, meter: Meter | None = None) -> str:
    """Judge the dialogues of a run with a panel, without a speaker's call. Returns what its reviews are kept under.

    What became of the dialogues in the run, and what the run still has to do, stays as it is. Another panel's reviews
    and outcomes are kept beside the run's, as this review's. The run's own panel answers on the dialogues that it has
    not seen yet, and decides no job: that is left to the run.
    """
    with Corpus.open(run) as corpus:
        info = corpus.info
    equipment = await equip(scenario, on_event)
    judged, limits = judging(scenario, equipment.absent), _limits(info)
    own = judged == info.judging
    judged = judged if own else _beside(judged)
    ledger = Ledger.open(run)
    try:
        ledger.begin(info)
        await ledger.ask_again(judged)
        async with _court(scenario, equipment, ledger, on_event, meter or Meter(), judged, limits, False) as court:
            jobs = sum(len(ledger.jobs_with_tries(number)) for number in ledger.rounds())
            on_event(_started(court, scenario, info.name, run, ledger.count(outcomes=None)))
            for number in ledger.rounds():
                await _review_round(court, number, scenario.concurrency, own)
            on_event(RunEnded(ledger.count(panel=judged), jobs))
            return judged
    finally:
        ledger.close()


def _beside(judged: str) -> str:
    """What a panel's reviews of a run are kept under: not under what a run with this panel keeps its own, since corpus
    critics answer on a whole round here, however far the run has come."""
    return blake2b(f"review {judged}".encode(), digest_size=8).hexdigest()


def _limits(info: RunInfo) -> Limits:
    """What the run's stage was asked for; of dialogues from a file nothing is known."""
    return UNLIMITED if info.kind == "review" else limits_of(Scenario.model_validate(dict(info.scenario)))


async def _review_round(court: Court, number: int, hands: int, own: bool) -> None:
    """All tries of a round; corpus critics of another panel answer on those that the others let pass."""
    jobs, waiting = court.ledger.jobs_with_tries(number), Waiting()
    court.events(RoundStarted(number, len(jobs), 0, 0))

    async def work(index: int) -> None:
        tries = [await _judged(court, this) for this in court.tries(number, index)]
        if not own:
            job = court.ledger.job(number, index)
            assert job is not None
            ending = Ending(tuple(tries), _chosen(court, tries, number, index))
            waiting.add(job, ending)
            if ending.settled:
                await court.settle(number, index, ending)

    await crew(iter(jobs), work, hands)
    while waiting:
        left = await conclude(court, waiting)
        waiting = Waiting()
        await crew((job.index for job in left), work, hands)


def _chosen(court: Court, tries: Sequence[Try], round: int, index: int) -> Try | None:
    """Of the tries that the panel accepts: the one that the run's own panel chose, if it is among them, else the one
    with the highest score of the first attempt that has any. A review compares nothing: that is dear, and what it
    would say of the panel is said by the reviews."""
    found = accepted(tries)
    if len(found) < 2:
        return found[0] if found else None
    own = {r.dialogue.id for r in court.ledger.tries(round, index) if r.outcome is Outcome.ACCEPTED}
    kept = next((this for this in found if this.dialogue.id in own), None)
    return kept or best([this for this in found if _attempt(this) == _attempt(found[0])])


def _attempt(this: Try) -> int:
    return this.dialogue.place.attempt if this.dialogue.place else 0


async def _judged(court: Court, this: Try) -> Try:
    if this.review or this.dialogue.failure:
        return this
    return Try(this.dialogue, await court.judge(this.dialogue))


def making_of(path: Path, format: str) -> str:
    """What a review of a file is about: its content, and how that is read."""
    return f"{fingerprint_of(path)}/{format}"


def fingerprint_of(path: Path) -> str:
    """Of a file's content: 16 hex digits."""
    digest = blake2b(digest_size=8)
    try:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    except OSError as error:
        raise Mistake(f"{path}: {error.strerror or error}; look at the path") from error
    return digest.hexdigest()
