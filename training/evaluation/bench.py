"""On what are models measured: which dialogues, which replies, the same for every model?"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from ...agents import Dialogue
from ...corpus.sample import Sample
from ...models.request import Events, Role, unwatched
from ...models.scorer import Embedder, Nli
from ...personas import Persona
from ..data.conversing import examples
from ..event import Measuring
from ..example import Example, Form, Message, Speaker, System

if TYPE_CHECKING:
    from .assessor import Assessor

REPLIES = 200
"""Replies that a model writes for a measure, of all dialogues together."""


@dataclass(frozen=True)
class Cue:
    """A place in a conversation where a speaker answers, with what was really said there."""

    dialogue: str
    seat: str
    at: int
    """Which of the speaker's replies it is, from 0."""
    messages: tuple[Message, ...]
    """What was said before, the speaker's own turns `assistant`; no system message; the last one is the user's."""
    reply: str
    persona: Persona
    named: bool = False
    """Whether a system message names the speaker even if nothing else is known."""

    @property
    def id(self) -> str:
        return f"{self.dialogue}:{self.seat}:{self.at}"


@dataclass(frozen=True, eq=False)
class Bench:
    """The test set, and what is lent to the measures."""

    dialogues: tuple[Dialogue, ...]
    source: str = ""
    """Where they are from, for the reader of the table."""
    speaker: Speaker = Speaker.BOTH
    """Whose turns are measured."""
    seed: int = 0
    replies: int = REPLIES
    """Most replies that are written for a measure."""
    ranked: int = 300
    """Most replies that are ranked among others for hits@1."""
    nli: Nli | None = None
    embedder: Embedder | None = None
    reader: "Assessor | None" = None
    parts: Mapping[str, Collection[str]] = field(default_factory=dict)
    """Ids of the dialogues by the run or file that they are from."""
    notes: tuple[str, ...] = ()
    """What the reader of the table should know of the data, such as what was left out."""
    tell: Events = field(default=unwatched, repr=False)

    @cached_property
    def examples(self) -> tuple[Example, ...]:
        """Whole conversations, one for each side that is measured, with the whole persona as the system message."""
        return tuple(examples(self.dialogues, form=Form.CHAT, speaker=self.speaker, system=System.PERSONA))

    @cached_property
    def cues(self) -> tuple[Cue, ...]:
        """Every reply that answers something that was said; who opens a conversation answers nothing."""
        openers = {(dialogue.id, dialogue.turns[0].seat) for dialogue in self.dialogues if dialogue.turns}
        return tuple(
            cue
            for example in self.examples
            for cue in _cues(example)
            if cue.at or (example.dialogue, example.seat) not in openers
        )

    def sampled(self, count: int, purpose: str) -> tuple[Cue, ...]:
        """At most `count` cues, the same for every model, in the order of the dialogues."""
        chosen = Sample[Cue](count, f"{self.seed} {purpose}")
        for cue in self.cues:
            chosen.offer(cue.id, cue)
        kept = {cue.id for cue in chosen}
        return tuple(cue for cue in self.cues if cue.id in kept)

    @cached_property
    def asked(self) -> tuple[Cue, ...]:
        """The cues that every model answers in its own words, for all measures of what it writes."""
        return self.sampled(self.replies, "replies")

    def progress(self, model: str, measure: str, done: int, total: int) -> None:
        """Say how far a measure is."""
        self.tell(Measuring(model, measure, done, total))


def _cues(example: Example) -> Iterator[Cue]:
    said = example.messages[1:] if example.system else example.messages
    own = [place for place, message in enumerate(said) if message["role"] == Role.ASSISTANT]
    for at, place in enumerate(own):
        if place:
            yield Cue(
                example.dialogue,
                example.seat,
                at,
                said[:place],
                said[place]["content"],
                example.persona,
                bool(example.system),
            )
