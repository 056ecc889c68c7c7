"""What can a watcher hear while a model is trained or evaluated?"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DataReady:
    """What the model will see."""

    source: str
    train: int
    """Examples; of dialogues, see `dialogues`."""
    validation: int
    test: int
    dialogues: int
    """In the training part."""
    dropped: int
    """Dialogues left out, so that no whole profile of the test set is in training."""
    repeated: int
    """Dialogues left out because another one says the same."""
    tokens: int
    """Of the training examples, system messages included."""
    learned: int
    """Of these, tokens that count in the loss."""
    truncated: int
    """Training examples that lost turns, since they were longer than `length`."""
    left_out: int
    """Training examples of which nothing to be learned was left."""
    length: int
    """Most tokens of an example."""


@dataclass(frozen=True, slots=True)
class TrainingStarted:
    """The first step is about to be taken, or the next one after a checkpoint."""

    method: str
    base: str
    output: str
    parameters: int
    trainable: int
    steps: int
    """Of the whole training."""
    done: int
    """Steps that a checkpoint holds."""
    device: str
    precision: str


@dataclass(frozen=True, slots=True)
class StepDone:
    """One step of the optimizer."""

    step: int
    steps: int
    loss: float
    """Mean over the tokens that are learned."""
    learning_rate: float
    tokens: int
    """Seen so far, since this start."""


@dataclass(frozen=True, slots=True)
class Validated:
    """The validation part was read."""

    step: int
    loss: float
    best: bool


@dataclass(frozen=True, slots=True)
class CheckpointSaved:
    """From here the training can go on."""

    step: int
    folder: str


@dataclass(frozen=True, slots=True)
class TrainingEnded:
    """The model is in its folder."""

    output: str
    steps: int
    loss: float | None
    """Of the last steps; None where none was taken now."""
    best: float | None
    """Lowest validation loss."""
    why: str = ""
    """Why it ended before its last step; empty when it did not."""


@dataclass(frozen=True, slots=True)
class Measuring:
    """A measure of one model is under way."""

    model: str
    measure: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Measured:
    """A measure of one model is there."""

    model: str
    values: Mapping[str, float]
