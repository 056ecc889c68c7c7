"""What was said, by whom, and how was it made? No verdicts inside."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from hashlib import blake2b
from typing import Any, NamedTuple, Self

from ..personas import Persona


class SeatRole(StrEnum):
    """What a seat is to a model that is trained on the dialogue."""

    USER = "user"
    ASSISTANT = "assistant"


class StopReason(StrEnum):
    """Why a dialogue ended."""

    FAREWELL = "farewell"
    EARLY_FAREWELL = "early-farewell"
    MAX_TURNS = "max-turns"
    REPETITION = "repetition"
    REFUSAL = "refusal"
    GUARD = "guard"
    SCRIPT_END = "script-end"
    IMPORTED = "imported"


class Place(NamedTuple):
    """Where in a run a dialogue belongs; also the order of every export. All count from 0, rounds from 1."""

    round: int
    index: int  # type: ignore[assignment]
    attempt: int = 0
    candidate: int = 0

    @property
    def scope(self) -> str:
        """The job, as the reply store knows it: `round/index`."""
        return f"{self.round}/{self.index}"


@dataclass(frozen=True, slots=True)
class Member:
    """A seat with the person who takes it."""

    seat: str
    persona: Persona
    role: SeatRole | None = None
    model: str = ""
    """Short string or name of the model that speaks; `person` for a person at the console."""

    @property
    def name(self) -> str:
        return self.persona.name


@dataclass(frozen=True, slots=True)
class Turn:
    """One utterance."""

    seat: str
    text: str
    request: str | None = None
    """Key of the request whose reply this is; None for imported turns."""


@dataclass(frozen=True)
class Dialogue:
    """Turns, each by one seat, with how they came about."""

    id: str
    cast: tuple[Member, ...]
    turns: tuple[Turn, ...]
    stop: StopReason = StopReason.IMPORTED
    place: Place | None = None
    failure: str = ""
    """Why the try failed for its content (a guard was exhausted); empty when it did not."""
    setting: str = ""
    language: str = "en"
    mode: str = "private"
    exemplars: tuple[str, ...] = ()
    """Ids of the dialogues that stood in the prompts."""
    notes: Mapping[str, str] = field(default_factory=dict)
    """Director's notes by seat that stood in the prompts."""
    inputs: str = ""
    """Fingerprint of all that it was made from; a change makes the dialogue anew."""
    seed: int = 0
    guards: Mapping[str, int] = field(default_factory=dict)
    """How often each guard asked for a turn again."""
    source: str = ""
    """For imported dialogues: where from, such as `file.csv:17`."""

    def member(self, seat: str) -> Member:
        """Raises KeyError for a seat that is not in the cast."""
        for member in self.cast:
            if member.seat == seat:
                return member
        raise KeyError(seat)

    def said_by(self, seat: str) -> tuple[str, ...]:
        return tuple(turn.text for turn in self.turns if turn.seat == seat)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON data; `from_dict` gives the dialogue back."""
        data = {name: getattr(self, name) for name in self.__dataclass_fields__}
        data["cast"] = [
            {"seat": m.seat, "role": m.role, "model": m.model, "persona": m.persona.model_dump(mode="json")}
            for m in self.cast
        ]
        data["turns"] = [asdict(turn) for turn in self.turns]
        data["notes"], data["guards"] = dict(self.notes), dict(self.guards)
        data["exemplars"] = list(self.exemplars)
        data["place"] = list(self.place) if self.place else None
        return data

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        cast = tuple(
            Member(
                m["seat"], Persona.model_validate(m["persona"]), SeatRole(m["role"]) if m["role"] else None, m["model"]
            )
            for m in data["cast"]
        )
        return cls(
            **{
                **data,
                "cast": cast,
                "turns": tuple(Turn(**turn) for turn in data["turns"]),
                "stop": StopReason(data["stop"]),
                "place": Place(*data["place"]) if data["place"] else None,
                "exemplars": tuple(data["exemplars"]),
            }
        )


def dialogue_id(place: Place, inputs: str) -> str:
    """16 hex digits: a hash of the coordinates and of what the dialogue was made from."""
    return blake2b(f"{tuple(place)}\x1f{inputs}".encode(), digest_size=8).hexdigest()
