"""Which of several candidates is the best? They are compared in pairs, both ways round, until one has won."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from logging import getLogger
from pathlib import Path
from typing import Any

from ...agents import Dialogue
from ...models.errors import Mistake, NoJudge, Stopped
from ...models.request import Events, unwatched
from ...personas import Persona
from ..asking import CriticFailed, Nonsense, failed, within
from ..case import Sees
from ..refine import Try
from ..streak import Streaks
from ..together import together
from ..verdict import Abstention, Choice, Preference, Why
from .comparing import pair_case
from .comparison import Answer, Comparison
from .deciding import reasons, stage
from .seating import Seat, seats
from .setting import TournamentSetting
from .standing import Entrant, Standing

log = getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Held:
    """A tournament that is over."""

    winner: Try
    made: tuple[Comparison, ...]
    """What was compared for it, without what was known."""
    standings: tuple[Standing, ...]
    """The winner first."""


@dataclass
class Tournament:
    """Those who compare, and the rule by which one of the candidates wins."""

    setting: TournamentSetting
    services: Mapping[str, object] = field(default_factory=dict)
    """By what comparers call them in `needs`."""
    events: Events = unwatched
    base: Path | None = None

    def __post_init__(self) -> None:
        """Raises Mistake for a policy that can't be had, or needs a service that is not there."""
        self.seats = seats(self.setting, self.services, self.base)
        self._absent: dict[str, str] = {}
        self._streaks = Streaks()

    async def hold(self, tries: Sequence[Try], known: Collection[Comparison] = ()) -> Held:
        """The best of one job's candidates that the panel accepts. What is `known` is not compared again.

        A comparison without an answer counts for nobody; where there is none at all, the panel's score decides. Raises
        what stops the run.
        """
        entrants, dialogues = [entrant(this) for this in tries], {this.dialogue.id: this.dialogue for this in tries}
        mine = [one for one in known if one.first in dialogues and one.second in dialogues]
        made: list[Comparison] = []
        while pairs := (now := stage(self.setting, entrants, [*mine, *made])).open:
            had = {(one.policy, frozenset(one.pair)) for one in mine}
            asked = [(seat, pair) for pair in pairs for seat in self.seats if (seat.name, frozenset(pair)) not in had]
            made += await together([self._compared(seat, dialogues[a], dialogues[b]) for seat, (a, b) in asked])
        winner = next(this for this in tries if this.dialogue.id == now.standings[0].id)
        return Held(winner, tuple(made), now.standings)

    def reasons(self, chosen: Try, rivals: Sequence[Try], comparisons: Collection[Comparison]) -> dict[str, str]:
        """Why each other rival was passed over, by the id of its dialogue."""
        told = reasons(self.setting, entrant(chosen), [entrant(this) for this in rivals], comparisons)
        place = chosen.dialogue.place
        name = f"candidate {place.candidate}" if place else chosen.dialogue.id
        return {id: why.replace("{best}", name) for id, why in told.items()}

    async def _compared(self, seat: Seat, first: Dialogue, second: Dialogue) -> Comparison:
        forth, back = await together([self._asked(seat, first, second), self._asked(seat, second, first)])
        attempt = first.place.attempt if first.place else 0
        comparison = Comparison(seat.name, attempt, first.id, second.id, forth, back)
        self._note(seat, comparison)
        return comparison

    async def _asked(self, seat: Seat, first: Dialogue, second: Dialogue) -> Answer:
        """One order. What stops the run, and what the user has to mend, is raised; nothing else is."""
        if why := self._absent.get(seat.name):
            return Abstention(Why.SKIPPED, why)
        case = pair_case(first, second, seat.sees)
        shown = [seen(dialogue, seat.sees) for dialogue in (first, second)]
        try:
            return checked(await within(seat.limit, seat.comparer.compare(case, *shown)))
        except (Stopped, Mistake):
            raise
        except NoJudge as error:
            self._absent[seat.name] = f"no language model: {error}"
            return Abstention(Why.SKIPPED, self._absent[seat.name])
        except (Exception, SystemExit) as error:
            log.info("policy %s failed on %s", seat.name, case.id, exc_info=error)
            return failed(error)

    def _note(self, seat: Seat, comparison: Comparison) -> None:
        """Tell of a policy that broke. Raises CriticBroken for one that does so every time."""
        broken = [a for a in (comparison.forth, comparison.back) if isinstance(a, Abstention) and a.kind is Why.FAILED]
        for answer in broken[:1]:
            self.events(CriticFailed(f"tournament: {seat.name}", comparison.first, answer.why))
        self._streaks.note({f"tournament: {seat.name}": broken[0] if broken else comparison.forth})


def entrant(this: Try) -> Entrant:
    return Entrant(this.dialogue.id, this.review.decision.score if this.review else 0.0)


def checked(answer: Any) -> Answer:
    """Raises Nonsense for what is no answer."""
    if isinstance(answer, Abstention) and isinstance(answer.kind, Why):
        return answer
    if not isinstance(answer, Preference) or not isinstance(answer.choice, Choice):
        raise Nonsense(f"answered {answer!r:.80}, neither a Preference nor an Abstention")
    return answer


def seen(dialogue: Dialogue, sees: Sees) -> Dialogue:
    """The dialogue as a comparer may see it: without what is private to a seat, unless it sees all."""
    if sees is Sees.ALL:
        return dialogue
    cast = tuple(replace(member, persona=_face(member.persona)) for member in dialogue.cast)
    return replace(dialogue, cast=cast, notes={}, exemplars=(), inputs="")


def _face(persona: Persona) -> Persona:
    return Persona(**persona.public.model_dump(), language=persona.language)
