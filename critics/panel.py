"""What do the critics of a panel say of a dialogue, and what does it come to?"""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from hashlib import blake2b
from json import dumps
from pathlib import Path
from typing import overload

from ..agents import Dialogue
from ..models.errors import Mistake
from ..models.request import Events, unwatched
from . import language
from .asking import Answer, CriticFailed, ask, ask_round, taken
from .case import Case, Limits, Sees, cases
from .critic import Neighbours
from .member import PanelMember
from .review import Review, SeatKind
from .seating import seat
from .streak import Streaks
from .together import together
from .verdict import Abstention, Why
from .voting import Voting, decide, presume, unheard_of

Reviewed = tuple[Dialogue, Review]
"""A dialogue with its review as the local critics left it."""

UNLIMITED = Limits()


class Panel:
    """Critics with their services, and the rule by which they decide."""

    def __init__(
        self,
        members: Iterable[PanelMember],
        voting: Voting | None = None,
        services: Mapping[str, object] | None = None,
        events: Events = unwatched,
        base: Path | None = None,
    ) -> None:
        """`services` by what critics call them in `needs`; `base`: the folder that files in options are relative to.

        Raises Mistake for a critic that can't be had, has wrong options, or needs a service that is not there, unless
        it is optional; and for a vote that can't be reached.
        """
        self.voting = voting or Voting()
        self.members = tuple(members)
        _check_names(self.members)
        _check_votes(self.members, self.voting)
        self.experts = tuple(seat(member, services or {}, base) for member in self.members)
        self._events = events
        self._streaks = Streaks()
        local = [expert for expert in self.experts if not expert.corpus]
        self._quick = [expert for expert in local if expert.quick]
        self._slow = [expert for expert in local if not expert.quick]
        self._cuts = {expert.sees for expert in local}

    @property
    def names(self) -> tuple[str, ...]:
        """In panel order."""
        return tuple(member.name for member in self.members)

    @property
    def local(self) -> tuple[str, ...]:
        """Names of the critics that answer on a dialogue alone."""
        return tuple(expert.name for expert in self.experts if not expert.corpus)

    @property
    def corpus(self) -> tuple[str, ...]:
        """Names of the critics that answer at the round's barrier."""
        return tuple(expert.name for expert in self.experts if expert.corpus)

    @property
    def skipped(self) -> tuple[tuple[str, str], ...]:
        """(critic, why) of optional critics that can't be had."""
        return tuple((expert.name, expert.missing) for expert in self.experts if expert.critic is None)

    @cached_property
    def fingerprint(self) -> str:
        """16 hex digits that change with the critics, their versions and options, the voting and the words."""
        seats = [
            {
                **expert.member.model_dump(mode="json", exclude={"timeout"}),
                "origin": expert.origin,
                "own": str(getattr(expert.critic, "fingerprint", "")),
            }
            for expert in self.experts
        ]
        judging = [seats, self.voting.model_dump(mode="json"), language.fingerprint()]
        return blake2b(dumps(judging, sort_keys=True, default=str).encode(), digest_size=8).hexdigest()

    async def review(self, dialogue: Dialogue, limits: Limits = UNLIMITED) -> Review:
        """What the local critics say. With corpus critics on the panel the decision presumes that they approve, and the
        review is not complete: `conclude` completes it. Raises what stops the run."""
        cut = {sees: cases(dialogue, sees, limits) for sees in self._cuts}
        answers = {expert.name: await ask(expert, cut[expert.sees]) for expert in self._quick}
        if len(self._slow) == 1:
            answers[self._slow[0].name] = await ask(self._slow[0], cut[self._slow[0].sees])
        elif self._slow:
            asked = await together([ask(expert, cut[expert.sees]) for expert in self._slow])
            answers |= {expert.name: answer for expert, answer in zip(self._slow, asked, strict=True)}
        for name, answer in answers.items():
            for why in _failures([answer]):
                self._events(CriticFailed(name, dialogue.id, why))
        self._streaks.note(answers)
        return self._review(dialogue, answers)

    async def conclude(
        self, waiting: Sequence[Reviewed], corpus: Neighbours, limits: Limits = UNLIMITED
    ) -> AsyncIterator[Review]:
        """The complete reviews of a round, in its order: the corpus critics are asked once, about all of it.

        `waiting` may read from storage as it is walked, once for each corpus critic and once at the end.
        """
        asked = [expert for expert in self.experts if expert.corpus]
        given = [await ask_round(expert, _Cases(waiting, expert.sees, limits), corpus) for expert in asked]
        told: set[CriticFailed] = set()
        for index, (dialogue, review) in enumerate(waiting):
            answers = {ballot.critic: ballot.answer for ballot in review.ballots}
            for expert, round in zip(asked, given, strict=True):
                answers[expert.name] = taken(expert, round[index], cases(dialogue, expert.sees, limits)[0])
                for why in _failures([answers[expert.name]]):
                    self._tell_once(CriticFailed(expert.name, "", why), told)
            self._streaks.note({expert.name: answers[expert.name] for expert in asked})
            yield self._review(dialogue, answers)

    def _tell_once(self, failure: CriticFailed, told: set[CriticFailed]) -> None:
        if failure not in told:
            told.add(failure)
            self._events(failure)

    def _review(self, dialogue: Dialogue, answers: Mapping[str, Answer]) -> Review:
        ballots = tuple(member.ballot(answers[member.name]) for member in self.members if member.name in answers)
        missing = [member for member in self.members if member.name not in answers]
        decision = presume(ballots, missing, self.voting) if missing else decide(ballots, self.voting)
        return Review(dialogue.id, self.fingerprint, ballots, decision, complete=not missing)


def _failures(answers: Iterable[Answer]) -> Iterator[str]:
    """Why each broke that did."""
    return (answer.why for answer in answers if isinstance(answer, Abstention) and answer.kind is Why.FAILED)


class _Cases(Sequence[Case]):
    """The dialogues of a round as one critic sees them, cut as they are walked."""

    def __init__(self, waiting: Sequence[Reviewed], sees: Sees, limits: Limits) -> None:
        self._waiting, self._sees, self._limits = waiting, sees, limits

    def __len__(self) -> int:
        return len(self._waiting)

    def __iter__(self) -> Iterator[Case]:
        return (self._cut(dialogue) for dialogue, _ in self._waiting)

    @overload
    def __getitem__(self, index: int) -> Case: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Case]: ...
    def __getitem__(self, index: int | slice) -> Case | Sequence[Case]:
        if isinstance(index, slice):
            return _Cases(self._waiting[index], self._sees, self._limits)
        return self._cut(self._waiting[index][0])

    def _cut(self, dialogue: Dialogue) -> Case:
        return cases(dialogue, self._sees, self._limits)[0]


def _check_names(members: Sequence[PanelMember]) -> None:
    names = [member.name for member in members]
    for name in names:
        if names.count(name) > 1:
            raise Mistake(f"two critics of the panel are called {name!r}: give one of them another `name`")


def _check_votes(members: Sequence[PanelMember], voting: Voting) -> None:
    voters = [member.name for member in members if member.role is SeatKind.VOTE]
    for key, needed in (("quorum", voting.quorum), ("k", voting.k)):
        if needed is not None and needed > len(voters):
            raise Mistake(f"voting: {key} is {needed}, with {len(voters)} voters on the panel nothing is ever accepted")
    if voting.weights and (unknown := unheard_of(voting.weights.weights, voters)):
        raise Mistake(f"voting: weights for {', '.join(map(repr, unknown))}; the voters are {', '.join(voters)}")
