"""What does a panel say of dialogues that are there already? Of a file's, or of a run's under another panel."""

from collections.abc import AsyncIterator, Iterator
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
from ..corpus.ledger import Ledger
from ..critics import Limits, Outcome
from ..critics.refine import Ending, Try
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

    The file is streamed, and read again at a resume; each dialogue becomes a job of round 1. Raises Mistake, Stopped.
    """
    ledger = Ledger.open(output)
    try:
        equipment = await equip(scenario, on_event)
        judged = judging(scenario, equipment.absent)
        await _begin(ledger, scenario, path, judged)
        async with _court(scenario, equipment, ledger, on_event, meter or Meter(), judged) as court:
            on_event(_started(court, scenario, f"review of {path.name}", output))
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


async def _begin(ledger: Ledger, scenario: Scenario, path: Path, judged: str) -> None:
    """Make the review, or see that it is the one that the ledger holds."""
    from .. import __version__

    source = fingerprint_of(path)
    info = RunInfo(
        path.stem, scenario.model_dump(mode="json"), source, judged, __version__, "review", {"file": path.name}
    )
    ledger.begin(info)
    stored = ledger.info()
    assert stored is not None
    if (stored.kind, stored.making) != ("review", source):
        raise Mistake(f"the output holds something else than a review of this {path.name}; give another `--output`")
    if stored.judging != judged:
        await ledger.set_info(replace(stored, judging=judged, scenario=info.scenario))


def _started(court: Court, scenario: Scenario, name: str, output: Path) -> RunStarted:
    done = len(court.ledger.jobs_done(1, court.judging))
    return RunStarted(
        name=name,
        description="",
        output=str(output),
        rounds=1,
        jobs=0,
        until_accepted=None,
        concurrency=scenario.concurrency,
        models=(str(scenario.spec_for("judge")),),
        critics=court.panel.names,
        done_before=done,
        skipped=court.panel.skipped,
    )


def _placed(path: Path, format: str | None, on_odd: OnOdd) -> Iterator[tuple[int, Dialogue]]:
    """Each dialogue of the file with its index, at its place in round 1."""
    for index, dialogue in enumerate(read_dialogues(path, format, on_odd)):
        place = Place(1, index)
        yield index, replace(dialogue, place=place, id=dialogue_id(place, dialogue.id))


async def _review_all(court: Court, dialogues: Iterator[tuple[int, Dialogue]], hands: int) -> None:
    done = court.ledger.jobs_done(1, court.judging)
    court.events(RoundStarted(1, len(done), len(done), 0))
    waiting = Waiting()

    async def work(item: tuple[int, Dialogue]) -> None:
        index, dialogue = item
        job = Job(1, index, dialogue.cast)
        waiting.add(job, await _reviewed(court, job, dialogue))

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
        async with _court(scenario, equipment, ledger, on_event, meter or Meter(), judged, limits, False) as court:
            on_event(_started(court, scenario, info.name, run))
            for number in ledger.rounds():
                await _review_round(court, number, scenario.concurrency, own)
            jobs = sum(len(ledger.jobs_with_tries(number)) for number in ledger.rounds())
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
            accepted = next((this for this in tries if this.outcome is Outcome.ACCEPTED), None)
            ending = Ending(tuple(tries), accepted)
            waiting.add(job, ending)
            if ending.settled:
                await court.settle(number, index, ending)

    await crew(iter(jobs), work, hands)
    while waiting:
        left = await conclude(court, waiting)
        waiting = Waiting()
        await crew((job.index for job in left), work, hands)


async def _judged(court: Court, this: Try) -> Try:
    if this.review or this.dialogue.failure:
        return this
    return Try(this.dialogue, await court.judge(this.dialogue))


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
