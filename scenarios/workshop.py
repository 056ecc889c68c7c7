"""Who makes a job's tries, and sees that each is kept?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..agents import Dialogue, Job
from ..agents.play import Play
from ..agents.stage import stage
from ..agents.staging import Staging
from ..corpus.ledger import Ledger
from ..critics import Review
from ..critics.refine import Ending, Try, refine
from ..models.client import ChatClient
from ..models.errors import Mistake
from ..models.request import Events
from .connecting import Connections
from .court import Court
from .event import JobStarted
from .personality import fitted, selects, unfitted
from .scenario import Scenario
from .teach import Teacher


@dataclass(frozen=True)
class Workshop:
    """The means of a run: a scenario's rules, its clients, its court."""

    scenario: Scenario
    staging: Staging
    clients: Mapping[str, ChatClient]
    """By seat."""
    connections: Connections
    court: Court
    making: str
    """Fingerprint of what dialogues are made from."""
    seeds: tuple[Dialogue, ...] = ()
    """Exemplars to begin with."""
    left: str = ""
    """What to say instead of working on a job: whose seat is empty."""
    folder: Path = Path()
    """Of the run."""
    teacher: Teacher | None = None
    """Who teaches between rounds, if anybody does."""

    @property
    def ledger(self) -> Ledger:
        return self.court.ledger

    @property
    def events(self) -> Events:
        return self.court.events

    @property
    def judging(self) -> str:
        return self.court.judging

    @property
    def shown(self) -> int:
        """How many exemplars stand in a prompt: none where all seats are told their persona alone."""
        bare = all(seat.id in self.staging.bare for seat in self.scenario.seats)
        return 0 if bare else self.scenario.exemplars.count

    def play(self, job: Job, attempt: int, candidate: int, notes: Mapping[str, str]) -> Play:
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
            notes={seat: note for seat, note in notes.items() if seat not in self.staging.bare},
            selector=self.connections.task("selector") if selects and not scripted else None,
            writer=self.connections.task("writer") if scripted else None,
            making=self.making,
        )

    def client_of(self, seat: str) -> ChatClient:
        """The model that a seat's words come from: its own, or the writer of a script."""
        return self.connections.task("writer") if self.staging.mode == "script" else self.clients[seat]

    async def make(self, play: Play) -> Dialogue:
        dialogue = await stage(play)
        await self.ledger.keep_dialogue(dialogue)
        return dialogue

    async def judge(self, dialogue: Dialogue) -> Review:
        return await self.court.judge(dialogue)

    async def choose(self, tries: Sequence[Try]) -> Try:
        return await self.court.choose(tries)

    async def work(self, job: Job, known: bool) -> Ending:
        """Bring a job as far as it goes before its round's barrier, from where the ledger has it (if it is `known`).
        Raises Mistake where a seat is empty."""
        if self.left:
            raise Mistake(self.left)
        self.events(JobStarted(job.round, job.index, job.cast))
        kept = self.court.tries(job.round, job.index) if known else []
        if selects(self.scenario):
            job = self._fitted_before(job, kept) or await fitted(job, self.scenario, self.client_of, self.events)
        if not any(made_for(job, this.dialogue) for this in kept):
            await self.ledger.keep_job(job)
        ending = await refine(
            lambda attempt, candidate, notes: self.play(job, attempt, candidate, notes),
            self,
            candidates=self.scenario.rounds.candidates,
            regenerate=self.scenario.refine.regenerate,
            notes=self.scenario.refine.note,
            kept=kept,
        )
        if left := {this.dialogue.id for this in kept} - {this.dialogue.id for this in ending.tries}:
            await self.ledger.set_aside(job.round, job.index, left)
        if ending.settled:
            await self.court.settle(job.round, job.index, ending)
        self.ledger.replies.forget(job.scope)  # until its barrier a job may wait long, with many others
        return ending

    def _fitted_before(self, job: Job, kept: Sequence[Try]) -> Job | None:
        """The job as its first tries have it, where these still hold: a model that refused to choose then might choose
        now, and the tries would be lost."""
        for dialogue in (this.dialogue for this in kept if this.dialogue.place and not this.dialogue.notes):
            assert dialogue.place is not None
            same = replace(job, cast=dialogue.cast)
            holds = self.play(same, 0, dialogue.place.candidate, {}).inputs == dialogue.inputs
            if holds and unfitted(same) == unfitted(job):
                return same
        return None


def made_for(job: Job, dialogue: Dialogue) -> bool:
    """Whether a try has this job's cast and exemplars."""
    return dialogue.cast == job.cast and dialogue.exemplars == tuple(exemplar.id for exemplar in job.exemplars)
