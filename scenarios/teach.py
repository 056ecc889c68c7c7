"""What is a model taught between two rounds? The key `rounds.teach`, and what it takes to teach by it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal, Protocol

from pydantic import Field, field_validator

from ..agents import Dialogue
from ..models.errors import Mistake
from ..models.preset import PRESETS
from ..models.request import Events
from ..models.spec import ModelSpec
from ..models.suggesting import suggest
from .section import Section

SCRATCH = "scratch:"
SIZES = ("tiny", "small")
ELSEWHERE = frozenset({"provider", "model", "base_url", "api_key_env", "price", "options"})
"""Fields of a model that say nothing of one in this process."""
LOCAL = PRESETS["transformers"].options.model_fields


class Teach(Section):
    """Trains a model between rounds, on all that was accepted so far; it speaks in the next round."""

    method: Literal["sft"] = "sft"
    """How: `sft`, supervised fine-tuning."""
    base: str = "scratch:small"
    """What it begins from: `scratch:tiny`, `scratch:small` (made from the dialogues alone), a hub name, or a folder."""
    start: Literal["base", "previous"] = "base"
    """`base`: each training begins anew; `previous`: it goes on from the model of the round before."""
    speaker: Literal["both", "user", "assistant"] = "both"
    """Whose turns it learns, by the role of their seats."""
    seats: tuple[str, ...] = ()
    """Whose seats it then speaks for; default: all."""
    after: tuple[Annotated[int, Field(ge=1)], ...] = ()
    """After which rounds it is taught; default: each but the last."""
    knobs: dict[str, bool | int | float | str | None] = Field(default_factory=dict)
    """Of the training: `epochs`, `steps`, `batch`, `learning_rate`, ...; as of `tertulia train sft`."""
    speaks: dict[str, Any] = Field(default_factory=dict)
    """How it is asked then: `temperature`, `max_tokens`, `stop`, ..., `max_batch`; as of a `transformers:` model."""
    held_out: str = "library/exemplars"
    """A file of dialogues that people have written: the perplexity of each generation is measured on them. Empty: it
    is not."""

    @field_validator("base")
    @classmethod
    def _known_size(cls, base: str) -> str:
        size = base.removeprefix(SCRATCH)
        if base.startswith(SCRATCH) and size not in SIZES:
            raise ValueError(f"no model from scratch is called {size!r}{suggest(size, SIZES)}")
        if not base.strip():
            raise ValueError("name a model to begin from: 'scratch:small', a hub name, or a folder")
        return base

    @field_validator("speaks")
    @classmethod
    def _askable(cls, speaks: dict[str, Any]) -> dict[str, Any]:
        try:
            _spec("round-1", speaks)
        except Mistake as mistake:
            raise ValueError(str(mistake)) from mistake
        return speaks

    def spec(self, name: str) -> ModelSpec:
        """The taught model as one that speaks. `name`: its folder, or what it is called."""
        return _spec(name, self.speaks)

    def due(self, round: int) -> bool:
        """Whether it is taught once this round is closed, if another one follows."""
        return not self.after or round in self.after


def _spec(name: str, speaks: Mapping[str, Any]) -> ModelSpec:
    """Raises Mistake for a key that says nothing here, and for a value that won't do."""
    known = [key for key in (*ModelSpec.model_fields, *LOCAL) if key not in ELSEWHERE]
    for key in speaks:
        if key not in known:
            raise Mistake(f"no key {key!r}{suggest(key, known)}")
    fields = {key: value for key, value in speaks.items() if key not in LOCAL}
    options = {key: value for key, value in speaks.items() if key in LOCAL}
    return ModelSpec.parse({"provider": "transformers", "model": name, **fields, "options": options})


@dataclass(frozen=True)
class Lesson:
    """What a model is to be taught on, and how: plain data."""

    round: int
    """The round that has just been closed."""
    dialogues: tuple[Dialogue, ...]
    """All that was accepted so far, in order."""
    folder: Path
    """Where the model is to be."""
    begins: str
    """What it begins from: `scratch:small`, a hub name, or a folder."""
    method: str
    speaker: str
    knobs: Mapping[str, Any]
    seed: int
    source: str
    """What the dialogues are called in the model's record."""
    digest: str
    """16 hex digits of all this but for where it lies: another lesson makes the model anew."""
    held_out: Path | None = None


@dataclass(frozen=True)
class Learned:
    """What came of a lesson."""

    dialogues: int
    """That it was taught on, validation included."""
    examples: int
    """Conversations from one side that it was trained on."""
    steps: int
    validation: float | None = None
    """Perplexity of the dialogues that were put aside from the lesson."""
    held_out: float | None = None
    """Perplexity of the held-out dialogues."""
    bits_per_byte: float | None = None
    """Of the held-out dialogues; to be compared between tokenizers."""
    held: int = 0
    """Held-out dialogues that were read."""
    notes: tuple[str, ...] = field(default=())
    """What could not be measured, and why."""


class Teacher(Protocol):
    """Who teaches: passed in from above, since this room knows nothing of training."""

    def check(self, teach: Teach, folder: Path) -> None:
        """Raises Mistake for what is missing or wrong, before anybody speaks. `folder`: the scenario's."""
        ...

    def teach(self, lesson: Lesson, events: Events, stop: Callable[[], bool]) -> Learned:
        """The model in `lesson.folder`, whole; blocks, and is called in a thread of its own.

        What is there of the same lesson, after a kill, is gone on with. When `stop()` is true it ends soon, with a
        checkpoint, by raising Stopped. Raises Mistake.
        """
        ...
