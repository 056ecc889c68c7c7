"""What has a watcher seen? Events, folded into the little that a screen shows."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import monotonic

from ..agents import Member, Place
from ..agents.event import DialogueEnded, DialogueStarted, TurnRefused, TurnSpoken
from ..critics import Abstention, Ballot, Outcome, Review, Verdict
from ..models.retrying import Retrying
from ..personas.event import Progressed
from ..scenarios.event import (
    JobDone,
    JobStarted,
    Paired,
    Peopled,
    Reviewed,
    RoundClosed,
    RoundStarted,
    RunEnded,
    RunStarted,
    Taught,
    TeachingStarted,
)
from ..training.event import StepDone
from .gathering import gathering_line, progress_line
from .generations import lesson_line

KEPT = 64
"""Conversations in the making that are followed at a time; memory doesn't grow with the run."""


@dataclass(slots=True)
class Conversation:
    """One dialogue as it is spoken."""

    place: Place
    cast: tuple[Member, ...]
    turns: list[tuple[str, str]] = field(default_factory=list)
    """(seat, text)"""
    review: Review | None = None
    ended: str = ""
    changed: float = 0.0


@dataclass(slots=True)
class CriticCount:
    """How a critic has answered so far."""

    approved: int = 0
    rejected: int = 0
    abstained: int = 0


@dataclass(slots=True)
class Seen:
    """The state of a run, for a screen: `see` takes an event, nothing else changes it."""

    started: RunStarted | None = None
    began: float = field(default_factory=monotonic)
    round: int = 0
    jobs: int = 0
    done_in_round: int = 0
    done: int = 0
    """Jobs done by this process, all rounds."""
    waiting: set[tuple[int, int]] = field(default_factory=set)
    """Jobs of the round that are made, and wait for the critics that judge at its end."""
    local: set[str] = field(default_factory=set)
    """Critics that have answered before the end of the round: their answers come again with it."""
    outcomes: dict[Outcome, int] = field(default_factory=dict)
    critics: dict[str, CriticCount] = field(default_factory=dict)
    conversations: OrderedDict[Place, Conversation] = field(default_factory=OrderedDict)
    closed: list[RoundClosed] = field(default_factory=list)
    refused: dict[str, int] = field(default_factory=dict)
    notice: str = ""
    casting: str = "casting …"
    """What is being done before anybody speaks."""
    gathered: list[str] = field(default_factory=list)
    """What came of it, a line each."""
    ended: RunEnded | None = None
    now: float = field(default_factory=monotonic)

    def see(self, event: object) -> None:
        """Take in one event; unknown ones are passed over."""
        self.now = monotonic()
        match event:
            case RunStarted():
                self.started = event
                self.critics = {name: CriticCount() for name in event.critics}
                self.gathered += [f"critic {name} is skipped: {why}" for name, why in event.skipped]
                self.gathered += [f"no tournament: {event.unheld}"] if event.unheld else []
            case Progressed():
                self.casting = progress_line(event)
            case Peopled() | Paired():
                self.gathered.append(gathering_line(event))
            case RoundStarted():
                self.round, self.jobs, self.done_in_round = event.round, event.jobs, event.done
                self.waiting.clear()
            case DialogueStarted():
                self._follow(event)
            case TurnSpoken() if event.place in self.conversations:
                self._hear(event)
            case TurnRefused():
                self.refused[event.guard] = self.refused.get(event.guard, 0) + 1
            case DialogueEnded() if event.place in self.conversations:
                self.conversations[event.place].ended = event.dialogue.failure or event.dialogue.stop.value
            case Reviewed():
                self._judge(event)
            case JobDone():
                self.done, self.done_in_round = self.done + 1, self.done_in_round + 1
                self.waiting.discard((event.round, event.index))
                self.outcomes[event.outcome] = self.outcomes.get(event.outcome, 0) + 1
            case RoundClosed():
                self.closed.append(event)
            case TeachingStarted():
                self.notice = lesson_line(event)
            case StepDone():
                self.notice = f"teaching: step {event.step:,} of {event.steps:,} · loss {event.loss:.3f}"
            case Taught():
                self.gathered.append(lesson_line(event))
                self.notice = self.gathered[-1]
            case Retrying():
                self.notice = f"{event.model}: {event.why}; waits {event.wait:.0f} s"
            case RunEnded():
                self.ended = event
            case JobStarted() | _:
                pass

    def _follow(self, event: DialogueStarted) -> None:
        self.conversations[event.place] = Conversation(event.place, event.cast, changed=self.now)
        while len(self.conversations) > KEPT:
            self.conversations.popitem(last=False)

    def _hear(self, event: TurnSpoken) -> None:
        conversation = self.conversations[event.place]
        conversation.turns.append((event.seat, event.text))
        conversation.changed = self.now
        self.notice = ""

    def _judge(self, event: Reviewed) -> None:
        job, review = (event.place.round, event.place.index), event.review
        counted = self.local if review.complete and job in self.waiting else frozenset()
        for ballot in review.ballots:
            if ballot.critic not in counted:
                self._count(ballot)
        if not review.complete:
            self.local.update(ballot.critic for ballot in review.ballots)
            if review.decision.outcome is Outcome.ACCEPTED:
                self.waiting.add(job)
        elif review.decision.outcome is not Outcome.ACCEPTED:
            self.waiting.discard(job)
        if event.place in self.conversations:
            self.conversations[event.place].review = review

    def _count(self, ballot: Ballot) -> None:
        count = self.critics.setdefault(ballot.critic, CriticCount())
        match ballot.answer:
            case Verdict(approve=True):
                count.approved += 1
            case Verdict():
                count.rejected += 1
            case Abstention():
                count.abstained += 1

    @property
    def accepted(self) -> int:
        return self.outcomes.get(Outcome.ACCEPTED, 0)

    @property
    def seconds(self) -> float:
        return self.now - self.began

    @property
    def made(self) -> int:
        """Jobs whose dialogues are made, by this process."""
        return self.done + len(self.waiting)

    @property
    def rate(self) -> float:
        """Jobs made a second, by this process."""
        return self.made / self.seconds if self.seconds > 0 else 0.0

    @property
    def left(self) -> float | None:
        """Seconds left at this rate, all rounds; None while it can't be told."""
        if self.started is None or not self.made or self.started.until_accepted is not None:
            return None
        total = self.started.jobs * self.started.rounds
        return max(0, total - self.started.done_before - self.made) / self.rate

    def spending(self) -> Mapping[str, float]:
        """The limits that are set."""
        return self.started.budget if self.started else {}
