"""How does a job come to its dialogue? Generate, judge, and again with the critics' advice, at most k times."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ..agents.dialogue import Dialogue, dialogue_id
from ..agents.play import Play
from .review import Ballot, Outcome, Review, SeatKind
from .verdict import Verdict

UNCHOSEN = "another candidate was chosen"


@dataclass(frozen=True, slots=True)
class Try:
    """One dialogue of a job, with its review once there is one. A failed one is not judged."""

    dialogue: Dialogue
    review: Review | None = None

    @property
    def outcome(self) -> Outcome:
        """What the panel decided, or would as things stand."""
        if self.dialogue.failure:
            return Outcome.FAILED
        return self.review.decision.outcome if self.review else Outcome.UNDECIDED


@dataclass(frozen=True, slots=True)
class Ending:
    """Where a job stands once there is nothing more to make: its tries, and the one chosen, if any."""

    tries: tuple[Try, ...]
    chosen: Try | None
    lost: Mapping[str, str] = field(default_factory=dict)
    """By dialogue id: why a try that is accepted is not the one chosen, where more is known than that."""

    @property
    def attempts(self) -> int:
        return 1 + max((t.dialogue.place.attempt for t in self.tries if t.dialogue.place), default=0)

    @property
    def settled(self) -> bool:
        """Whether no corpus critic has still to answer on the chosen one."""
        return self.chosen is None or self.chosen.review is None or self.chosen.review.complete

    @property
    def rivals(self) -> tuple[Try, ...]:
        """The accepted tries of the attempt that the chosen one is of, itself among them."""
        if self.chosen is None or self.chosen.dialogue.place is None:
            return ()
        attempt = self.chosen.dialogue.place.attempt
        made = [this for this in self.tries if this.dialogue.place and this.dialogue.place.attempt == attempt]
        return tuple(accepted(made))

    def outcomes(self) -> dict[str, tuple[Outcome, str]]:
        """What became of each try, by dialogue id, with the reason."""
        return {t.dialogue.id: self._outcome(t) for t in self.tries}

    def _outcome(self, this: Try) -> tuple[Outcome, str]:
        if this.outcome is Outcome.FAILED:
            return Outcome.FAILED, this.dialogue.failure
        if this.outcome is Outcome.ACCEPTED and this is not self.chosen:
            return Outcome.PASSED_OVER, self.lost.get(this.dialogue.id, UNCHOSEN)
        return this.outcome, this.review.decision.why if this.review else ""


class Workshop(Protocol):
    """What refine needs done, and kept, by somebody: each returns once its result is committed."""

    async def make(self, play: Play) -> Dialogue: ...

    async def judge(self, dialogue: Dialogue) -> Review: ...

    async def choose(self, tries: Sequence[Try]) -> Try:
        """The best of several that are accepted."""
        ...


async def refine(
    plays: Callable[[int, int, Mapping[str, str]], Play],
    workshop: Workshop,
    *,
    candidates: int = 1,
    regenerate: int = 3,
    notes: bool = True,
    kept: Sequence[Try] = (),
) -> Ending:
    """Bring one job as far as it goes without its round's barrier. What is `kept` is neither made nor judged again.

    `plays(attempt, candidate, notes)` says what a try is made from. An attempt that is not approved is followed by
    another, at most `regenerate` times; one that is undecided is not, since making it again mends no critic.
    """
    known = {this.dialogue.id: this for this in kept}
    tries: list[Try] = []
    advice: Mapping[str, str] = {}
    for attempt in range(regenerate + 1):
        made = [await _made(plays(attempt, c, advice), workshop, known) for c in range(candidates)]
        judged = [await _judged(this, workshop) for this in made]
        tries += judged
        if passed := accepted(judged):
            return Ending(tuple(tries), passed[0] if len(passed) == 1 else await workshop.choose(passed))
        if any(this.outcome is Outcome.UNDECIDED for this in judged):
            break
        advice = advise(judged) if notes else {}
    return Ending(tuple(tries), None)


async def _made(play: Play, workshop: Workshop, known: Mapping[str, Try]) -> Try:
    kept = known.get(dialogue_id(play.place, play.inputs))
    return kept or Try(await workshop.make(play))


async def _judged(this: Try, workshop: Workshop) -> Try:
    if this.review or this.dialogue.failure:
        return this
    return Try(this.dialogue, await workshop.judge(this.dialogue))


def accepted(tries: Iterable[Try]) -> list[Try]:
    return [this for this in tries if this.outcome is Outcome.ACCEPTED]


def best(tries: Sequence[Try]) -> Try:
    """The accepted try with the highest score; of equals the first. Raises ValueError when none is accepted."""
    return max(accepted(tries), key=lambda this: this.review.decision.score if this.review else 0.0)


def advise(tries: Sequence[Try], sentences: int = 3) -> dict[str, str]:
    """The director's note by seat: what the critics that rejected the best-scored try advise it, in panel order."""
    reviews = [this.review for this in tries if this.review]
    if not reviews:
        return {}
    review = max(reviews, key=lambda review: review.decision.score)
    collected: dict[str, list[str]] = {}
    for ballot in review.ballots:
        for seat, text in _rejecting_advice(ballot).items():
            collected.setdefault(seat, []).append(text.strip())
    return {seat: " ".join(list(dict.fromkeys(texts))[:sentences]) for seat, texts in sorted(collected.items())}


def _rejecting_advice(ballot: Ballot) -> Mapping[str, str]:
    rejects = isinstance(ballot.answer, Verdict) and not ballot.answer.approve and ballot.role is not SeatKind.ADVISE
    return ballot.answer.advice if rejects and isinstance(ballot.answer, Verdict) else {}
