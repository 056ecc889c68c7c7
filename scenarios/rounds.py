"""How does a corpus grow? Round after round: jobs, a barrier, and exemplars from the rounds that are closed."""

from collections.abc import Container, Iterator
from dataclasses import dataclass, replace
from hashlib import blake2b

from ..agents import Dialogue, Job, Member
from ..corpus.exemplars import ExemplarPool, draw, reordered
from ..corpus.rounds import RoundSummary, gains, summarise
from ..critics import Outcome
from ..models.errors import Mistake
from ..models.stream import stream
from .barrier import Waiting, conclude
from .casting import Casting
from .crew import crew
from .event import RoundClosed, RoundStarted
from .teaching import UNTAUGHT, after, spoken_by
from .workshop import Workshop

ALL = 2**31 - 1
"""Jobs: as many as there are."""
BEYOND = "more were accepted than `rounds.until_accepted` asks for"
NO_JOB: Container[int] = ()
PATIENCE = 3
"""Waves in a row without an acceptance, after which a round that asks for more of them has no prospect."""


@dataclass(frozen=True)
class Round:
    """One round of a run: what its jobs draw exemplars from, and whether what is done of it still holds."""

    number: int
    ranked: tuple[Dialogue, ...]
    """Exemplars in order of preference."""
    trusted: bool
    """Whether jobs that the ledger has as done were made from these very exemplars."""


async def play_rounds(shop: Workshop, casting: Casting, whole: bool = True) -> str:
    """All rounds of the scenario. Returns why it ended early, or an empty text.

    With `whole` the corpus is these rounds: what the ledger holds beyond them does not count for now.
    """
    rules, why, voice = shop.scenario.rounds, "", UNTAUGHT
    history: list[RoundSummary] = []
    for number in range(1, rules.count + 1):
        if number > 1:
            voice = await after(shop, number - 1, voice)
        summary, why = await play_round(*spoken_by(shop, casting, voice), number, whole)
        history.append(summary)
        if number < rules.count and not why:
            why = gains(history, rules.stop_when.no_gain, rules.stop_when.diversity_drop) or ""
        if why:
            break
    for number in shop.ledger.rounds() if whole else ():
        if number > len(history):
            await shop.ledger.fit(number, 0)
    return why


async def play_round(shop: Workshop, casting: Casting, number: int, whole: bool) -> tuple[RoundSummary, str]:
    """One round, from its exemplars to its summary; goes on from where the ledger has it. Returns why the run ends with
    it, too, if it does."""
    wanted = shop.scenario.rounds.until_accepted
    await shop.ledger.fit(number, ALL if wanted or not whole else shop.scenario.rounds.dialogues)
    this = await open_round(shop, number)
    await take_back(shop, number)
    made, why = await play_waves(shop, casting, this)
    if not made:
        raise Mistake(f"round {number} has no job: the pairing {shop.scenario.cast.pairing.kind!r} gives no cast")
    if whole:
        await shop.ledger.fit(number, made)
    if wanted:
        await keep_first(shop, number, wanted)
    summary = summarise(number, shop.ledger.records(outcomes=None, rounds=(number,)))
    await shop.court.spending.note()
    shop.events(RoundClosed(number, summary.accepted, summary.jobs, summary.distinct_2))
    return summary, why


async def play_waves(shop: Workshop, casting: Casting, this: Round) -> tuple[int, str]:
    """A wave, and where so many have to be accepted as many as that takes. Returns how many jobs there are, and why it
    is given up, or an empty text."""
    rules = shop.scenario.rounds
    made, history = 0, [0]
    while True:
        jobs = await play_wave(shop, casting, this, made, rules.dialogues)
        made += jobs
        history.append(accepted(shop, this.number, made))
        if jobs < rules.dialogues or history[-1] >= (rules.until_accepted or 0):
            return made, ""
        if len(history) > PATIENCE and history[-1] == history[-1 - PATIENCE]:
            return made, _hopeless(this.number, history[-1], rules.until_accepted or 0)


def _hopeless(number: int, accepted: int, wanted: int) -> str:
    return f"round {number}: {PATIENCE} waves in a row added nothing to the {accepted} of {wanted} accepted"


async def open_round(shop: Workshop, number: int) -> Round:
    """Rank the exemplars of a round. Where they are not those that its jobs were made from, its jobs are looked at
    again: what was made from others is made anew."""
    pool = exemplar_pool(shop, number)
    ranked = tuple(pool.ranking(stream(shop.scenario.seed, "exemplars", number))) if shop.shown else ()
    ids = "\x1f".join([shop.making, *(dialogue.id for dialogue in ranked)])
    epoch = blake2b(ids.encode(), digest_size=8).hexdigest()
    trusted = await _trusted(shop, number, epoch)
    done = len(shop.ledger.jobs_done(number, shop.judging)) if trusted else 0
    shop.events(RoundStarted(number, shop.scenario.rounds.dialogues, done, len(pool)))
    return Round(number, ranked, trusted)


async def _trusted(shop: Workshop, number: int, epoch: str) -> bool:
    """Whether the round was opened with the same exemplars before; if not, the ledger notes these, after it has opened
    the round's jobs again: a kill in between must not leave them done."""
    info, name = shop.ledger.info(), f"{number}/{shop.judging}"
    assert info is not None
    epochs = dict(info.extra.get("epochs", {}))
    if epochs.get(name) == epoch:
        return True
    await shop.ledger.reopen(number)
    extra = {**info.extra, "epochs": {**epochs, name: epoch}}
    await shop.ledger.set_info(replace(info, extra=extra))
    return False


def exemplar_pool(shop: Workshop, number: int) -> ExemplarPool:
    """What the round may draw from: the seed file, and what earlier rounds accepted."""
    wanted = shop.scenario.exemplars
    pool = ExemplarPool(wanted.choose, stream(shop.scenario.seed, "exemplars", "pool", number))
    if shop.shown:
        pool.seed(shop.seeds)
        pool.add(shop.ledger.records(rounds=tuple(range(1, number))) if number > 1 else ())
    return pool


async def play_wave(shop: Workshop, casting: Casting, this: Round, start: int, count: int) -> int:
    """Jobs `start` to `start + count` of a round, up to and through its barrier. Returns how many there are."""
    done: Container[int] = shop.ledger.jobs_done(this.number, shop.judging) if this.trusted else NO_JOB
    known = shop.ledger.job_count(this.number) > 0
    waiting = Waiting()
    jobs = 0
    await casting.ahead(this.number, start + count)

    def todo() -> Iterator[Job]:
        nonlocal jobs
        for index, cast in casting.casts(this.number, start, count):
            jobs += 1
            if index not in done:
                yield job(shop, this, index, cast)

    async def work(job: Job) -> None:
        waiting.add(job, await shop.work(job, known))

    await crew(todo(), work, shop.scenario.concurrency)
    known = True
    while waiting:
        reopened = await conclude(shop.court, waiting)
        waiting = Waiting()
        await crew(iter(reopened), work, shop.scenario.concurrency)
    return jobs


def job(shop: Workshop, this: Round, index: int, cast: tuple[Member, ...]) -> Job:
    """A job with its exemplars: none of people who sit at this table, or share a sentence with them."""
    scenario, ranked = shop.scenario, this.ranked
    wanted = scenario.exemplars
    if scenario.draw == "job":
        ranked = tuple(reordered(ranked, wanted.choose, stream(scenario.seed, "exemplars", this.number, index)))
    return Job(this.number, index, cast, draw(ranked, shop.shown, cast))


def accepted(shop: Workshop, number: int, made: int) -> int:
    """How many of the first `made` jobs of a round have an accepted dialogue; a later wave that was begun before a kill
    is not counted."""
    return shop.ledger.count(rounds=(number,), below=made)


async def keep_first(shop: Workshop, number: int, wanted: int) -> None:
    """Of the accepted dialogues of a round keep the first by index; those beyond are passed over."""
    beyond = [r.dialogue for n, r in enumerate(shop.ledger.records(rounds=(number,))) if n >= wanted]
    for dialogue in beyond:
        await _became(shop, dialogue, Outcome.PASSED_OVER, BEYOND)


async def take_back(shop: Workshop, number: int) -> None:
    """Accept again what was passed over because fewer were asked for, where more are asked for now."""
    wanted = shop.scenario.rounds.until_accepted
    if wanted and shop.ledger.count(rounds=(number,)) >= wanted:
        return
    passed = shop.ledger.records(outcomes=(Outcome.PASSED_OVER,), rounds=(number,))
    beyond = [(r.dialogue, r.review.decision.why if r.review else "") for r in passed if r.why == BEYOND]
    for dialogue, why in beyond:
        await _became(shop, dialogue, Outcome.ACCEPTED, why)


async def _became(shop: Workshop, dialogue: Dialogue, outcome: Outcome, why: str) -> None:
    """Settle one try of a job anew, the others as they were."""
    assert dialogue.place is not None
    index = dialogue.place.index
    tries = shop.ledger.tries(dialogue.place.round, index, shop.judging)
    outcomes = {this.dialogue.id: (this.outcome or Outcome.UNDECIDED, this.why) for this in tries}
    outcomes[dialogue.id] = (outcome, why)
    await shop.ledger.settle(dialogue.place.round, index, shop.judging, outcomes, True)
