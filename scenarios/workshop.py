"""Who makes and judges a job's tries, and sees that each is kept?"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ..agents import Dialogue, Job
from ..agents.play import Play
from ..agents.stage import stage
from ..agents.staging import Staging
from ..corpus import Record
from ..corpus.ledger import Ledger
from ..critics import Limits, Outcome, Review
from ..critics.panel import Panel
from ..critics.refine import Ending, Try, refine
from ..models.client import ChatClient
from ..models.request import Events
from .connecting import Connections
from .event import JobDone, JobStarted, Reviewed
from .scenario import Scenario


@dataclass(frozen=True)
class Workshop:
    """The means of a run: a scenario's rules, its clients, its panel, its ledger."""

    scenario: Scenario
    staging: Staging
    clients: Mapping[str, ChatClient]
    connections: Connections
    panel: Panel
    """Its reviews are kept under `judging`, which holds the panel's fingerprint and more."""
    ledger: Ledger
    events: Events
    making: str
    judging: str
    limits: Limits
    seeds: tuple[Dialogue, ...] = ()
    """Exemplars to begin with."""

    def plays(self, job: Job, attempt: int, candidate: int, notes: Mapping[str, str]) -> Play:
        """One try of a job, with all that it is made from."""
        selects, scripted = self.staging.order == "selector", self.staging.mode == "script"
        return Play(
            job=job,
            staging=self.staging,
            clients=self.clients,
            events=self.events,
            seed=self.scenario.seed,
            attempt=attempt,
            candidate=candidate,
            notes=notes,
            selector=self.connections.task("selector") if selects and not scripted else None,
            writer=self.connections.task("writer") if scripted else None,
            making=self.making,
        )

    async def make(self, play: Play) -> Dialogue:
        dialogue = await stage(play)
        await self.ledger.keep_dialogue(dialogue)
        return dialogue

    async def judge(self, dialogue: Dialogue) -> Review:
        review = replace(await self.panel.review(dialogue, self.limits), panel=self.judging)
        await self.ledger.keep_review(review)
        assert dialogue.place is not None
        self.events(Reviewed(dialogue.place, review))
        return review

    async def work(self, job: Job, known: bool) -> Ending:
        """Bring a job as far as it goes before its round's barrier, from where the ledger has it (if it is `known`)."""
        self.events(JobStarted(job.round, job.index, job.cast))
        kept = [tried(record) for record in self.ledger.tries(job.round, job.index, self.judging)] if known else []
        if not known:
            await self.ledger.keep_job(job)
        refinement, rounds = self.scenario.refine, self.scenario.rounds
        ending = await refine(
            lambda attempt, candidate, notes: self.plays(job, attempt, candidate, notes),
            self,
            candidates=rounds.candidates,
            regenerate=refinement.regenerate,
            notes=refinement.note,
            kept=kept,
        )
        if ending.settled:
            await self.settle(job.round, job.index, ending)
        return ending

    async def settle(self, round: int, index: int, ending: Ending) -> None:
        """Commit what became of a job's tries; its replies need not be at hand any more."""
        await self.ledger.settle(round, index, self.judging, ending.outcomes(), True)
        self.ledger.replies.forget(f"{round}/{index}")
        self.events(JobDone(round, index, outcome_of(ending), ending.attempts))


def tried(record: Record) -> Try:
    """A try as the ledger has it."""
    return Try(record.dialogue, record.review)


def outcome_of(ending: Ending) -> Outcome:
    """What became of the job: that of its chosen try, or of its last."""
    return (ending.chosen or ending.tries[-1]).outcome
