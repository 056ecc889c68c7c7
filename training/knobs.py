"""What can be turned on every training? A method adds its own knobs to these."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

Precision = Literal["auto", "float32", "bfloat16"]
Schedule = Literal["cosine", "linear", "constant"]


@dataclass(frozen=True, kw_only=True)
class Knobs:
    """How long, how fast, in which number format."""

    epochs: Annotated[float | None, Field(gt=0)] = None
    """How often the training part is seen; None: 3 times, and new weights (scratch:*) take 300 steps at least."""
    steps: Annotated[int | None, Field(ge=1)] = None
    """Steps of the optimizer, in place of `epochs`."""
    batch: Annotated[int, Field(ge=1)] = 8
    """Examples that are read at once."""
    accumulate: Annotated[int, Field(ge=1)] = 1
    """Batches whose gradients make one step."""
    learning_rate: Annotated[float | None, Field(gt=0)] = None
    """Of AdamW, at its highest; None: what suits the method and the base."""
    schedule: Schedule = "cosine"
    """How the learning rate falls."""
    warmup: Annotated[float, Field(ge=0, lt=1)] = 0.05
    """Share of the steps in which it rises."""
    weight_decay: Annotated[float, Field(ge=0)] = 0.01
    """Of AdamW."""
    clip: Annotated[float, Field(gt=0)] = 1.0
    """Largest norm of a gradient."""
    length: Annotated[int | None, Field(ge=16)] = None
    """Most tokens of an example; None: what the base reads, 2048 at most."""
    precision: Precision = "auto"
    """auto: bfloat16 where the device computes in it, else float32."""
    device: str = "auto"
    """auto, cpu, cuda, mps. Of several GPUs the first one that is seen (CUDA_VISIBLE_DEVICES)."""
    validate_every: Annotated[int | None, Field(ge=1)] = None
    """Steps between two looks at the validation part, each with a checkpoint; None: once an epoch."""
    patience: Annotated[int | None, Field(ge=1)] = 3
    """Looks in a row without a gain after which it ends; None: it never does. The best checkpoint is what is kept."""
    keep: Annotated[int, Field(ge=1)] = 2
    """Checkpoints that stay, the best one included."""
    seed: Annotated[int, Field(ge=0)] = 0
    """Of the split, the order of the examples, and new weights."""
