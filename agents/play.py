"""What does a stage need for one try?"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from json import dumps

from autogen_core.models import ChatCompletionClient

from ..models.request import Events
from ..models.stream import stream
from .dialogue import Dialogue, Place, StopReason, Turn, dialogue_id
from .job import Job
from .staging import Staging
from .stopping import leavers


@dataclass(frozen=True)
class Play:
    """One try of a job: everything that is fixed before its first call."""

    job: Job
    staging: Staging
    clients: Mapping[str, ChatCompletionClient]
    """By seat."""
    events: Events
    seed: int = 0
    attempt: int = 0
    candidate: int = 0
    notes: Mapping[str, str] = field(default_factory=dict)
    """The director's note by seat."""
    selector: ChatCompletionClient | None = None
    writer: ChatCompletionClient | None = None
    making: str = ""
    """Fingerprint of the scenario's making part."""

    @cached_property
    def place(self) -> Place:
        return Place(self.job.round, self.job.index, self.attempt, self.candidate)

    @property
    def seats(self) -> tuple[str, ...]:
        return tuple(member.seat for member in self.job.cast)

    @cached_property
    def inputs(self) -> str:
        """Changes when anything changes that the dialogue is made from, its place and seed aside: 16 hex digits."""
        cast = [[m.seat, m.role, m.model, m.persona.model_dump(mode="json")] for m in self.job.cast]
        made_from = [self.making, self.seed, cast, [e.id for e in self.job.exemplars], dict(self.notes)]
        return blake2b(dumps(made_from, sort_keys=True).encode("utf-8", "replace"), digest_size=8).hexdigest()

    @property
    def length(self) -> int:
        """At how many turns the speakers are told to come to an end: anywhere from `least` to `most`, by chance."""
        return stream(self.seed, "length", *self.place).randint(self.staging.least, self.staging.most)

    @property
    def ending(self) -> int:
        """After how many turns the speakers are told to take leave."""
        return self.length - leavers(len(self.seats))

    def dialogue(
        self, turns: tuple[Turn, ...], stop: StopReason, failure: str = "", guards: Mapping[str, int] | None = None
    ) -> Dialogue:
        """What came of it."""
        inputs = self.inputs
        return Dialogue(
            id=dialogue_id(self.place, inputs),
            cast=self.job.cast,
            turns=turns,
            stop=stop,
            place=self.place,
            failure=failure,
            setting=self.staging.setting,
            language=self.staging.language,
            mode=self.staging.mode,
            exemplars=tuple(exemplar.id for exemplar in self.job.exemplars),
            notes=dict(self.notes),
            inputs=inputs,
            seed=self.seed,
            guards=dict(guards or {}),
        )
