"""What may a critic see? A case is a dialogue cut down to what its critic declares to need."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from ..agents import Dialogue, Member, SeatRole, StopReason, Turn
from ..models.stream import sampling_seed
from ..personas import Persona


class Sees(StrEnum):
    """How much of a dialogue's making a critic is shown."""

    TRANSCRIPT = "transcript"
    """Turns and public names."""
    OWN_PERSONAS = "own-personas"
    """One case a seat: the transcript, and the persona of that seat alone."""
    ALL = "all"
    """Every persona. Advice from such a critic is a fixed sentence."""


@dataclass(frozen=True, slots=True)
class Chair:
    """A seat as a critic sees it."""

    seat: str
    name: str
    role: SeatRole | None = None
    persona: Persona | None = None
    """None where the critic may not see it."""

    @property
    def sentences(self) -> tuple[str, ...]:
        return self.persona.sentences if self.persona else ()


@dataclass(frozen=True, slots=True)
class Limits:
    """What the stage was asked for, so that critics can hold the dialogue to it."""

    least: int | None = None
    most: int | None = None
    """Turns, both ends included; None where not known (imported dialogues)."""
    alternating: bool = True
    """Whether no one may speak twice in a row."""


@dataclass(frozen=True, slots=True)
class Case:
    """One dialogue before one critic."""

    id: str
    turns: tuple[Turn, ...]
    chairs: tuple[Chair, ...]
    limits: Limits = Limits()
    setting: str = ""
    language: str = "en"
    stop: StopReason = StopReason.IMPORTED
    scope: str = ""
    seed: int = 0
    seat: str | None = None
    """With OWN_PERSONAS: the seat that this case is about."""

    def chair(self, seat: str) -> Chair:
        """Raises KeyError for an unknown seat."""
        for chair in self.chairs:
            if chair.seat == seat:
                return chair
        raise KeyError(seat)

    @property
    def own(self) -> Chair:
        """The chair that an OWN_PERSONAS case is about. Raises ValueError for other cases."""
        if self.seat is None:
            raise ValueError("only a case cut to own-personas is about one seat")
        return self.chair(self.seat)

    def said_by(self, seat: str) -> Sequence[tuple[int, str]]:
        """(turn index, text) of each turn of one seat."""
        return [(index, turn.text) for index, turn in enumerate(self.turns) if turn.seat == seat]

    def name_of(self, seat: str) -> str:
        return self.chair(seat).name

    def seed_for(self, critic: str, call: int = 0) -> int:
        """Sampling seed of a critic's call on this dialogue: depends on the dialogue's place and the critic alone."""
        return sampling_seed(self.seed, "sampling", self.scope, self.id, critic, call)


def cases(dialogue: Dialogue, sees: Sees, limits: Limits = Limits()) -> tuple[Case, ...]:
    """The dialogue cut for a critic: one case, or one a seat with OWN_PERSONAS."""
    if sees is Sees.OWN_PERSONAS:
        return tuple(_case(dialogue, limits, (m.seat,), m.seat) for m in dialogue.cast)
    shown = tuple(m.seat for m in dialogue.cast) if sees is Sees.ALL else ()
    return (_case(dialogue, limits, shown, None),)


def _case(dialogue: Dialogue, limits: Limits, shown: Sequence[str], seat: str | None) -> Case:
    return Case(
        id=dialogue.id,
        turns=dialogue.turns,
        chairs=tuple(_chair(member, member.seat in shown) for member in dialogue.cast),
        limits=limits,
        setting=dialogue.setting,
        language=dialogue.language,
        stop=dialogue.stop,
        scope=dialogue.place.scope if dialogue.place else "",
        seed=dialogue.seed,
        seat=seat,
    )


def _chair(member: Member, shown: bool) -> Chair:
    return Chair(member.seat, member.name, member.role, member.persona if shown else None)
