"""What does a method hand over to be trained, and what comes back?"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .data.splitting import Split
from .taught import Taught
from .trainer import Keeping


@dataclass(frozen=True, kw_only=True)
class Course:
    """Who is to learn, what, and how a method differs from others."""

    model: Any
    """A module whose forward gives a loss; what of it requires a gradient is trained."""
    tokenizer: Any
    train: Any
    """Rows, as `collate` takes them; a sequence or a data set of `datasets`."""
    validation: Any
    """Rows; empty: there is no validation, and the last step's weights are what is kept."""
    split: Split | None = None
    collate: Callable[[list[Any]], Any] | None = None
    """Rows -> what forward takes; None: the trainer's own."""
    learning_rate: float
    """Where the knobs name none."""
    least_steps: int = 1
    """Where the knobs say nothing of how long."""
    trainer: type | None = None
    """None: transformers' Trainer."""
    arguments: type | None = None
    """None: transformers' TrainingArguments."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """More for `arguments`."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """More for `trainer`."""
    keeping: Keeping | None = None
    """How the model is written and read; None: as transformers and peft do."""


@dataclass(frozen=True)
class Outcome:
    """How it ended."""

    steps: int
    """Taken in all, by this and earlier starts."""
    loss: float | None
    """Training loss, mean of the last steps."""
    best: float | None
    """Lowest validation loss: of the weights that are kept. None without validation."""
    best_step: int | None
    why: str = ""
    """Why it ended before its last step; empty when it did not."""
    quality: Mapping[str, Any] = field(default_factory=dict)
    """What the method itself measured on held-out dialogues; empty where the losses say it all."""


@dataclass(frozen=True)
class Finish:
    """A trained folder."""

    folder: Path
    taught: Taught
    outcome: Outcome
