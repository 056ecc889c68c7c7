"""How do examples become a batch in which each row knows whose personality it shows?"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ..data import batching
from ..data.masking import Tokens
from ..data.preparing import Part

Levels = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Row(Tokens):
    """An example as a model reads it, with the speaker's five levels."""

    traits: Levels = (0.0,) * 5


def rows(part: Part, levels: Mapping[tuple[str, str], Levels]) -> Iterator[Row]:
    """`levels`: by (id of the dialogue, seat)."""
    for example, tokens in zip(part.examples, part.tokens, strict=True):
        traits = levels[example.dialogue, example.seat]
        yield Row(tokens.input_ids, tokens.learned, tokens.dropped_turns, traits)


def collate(some: Sequence[Row], pad: int, most: int | None = None) -> dict[str, Tensor]:
    """As for any training, with `traits` (rows, 5)."""
    return {**batching.collate(some, pad, most), "traits": torch.tensor([row.traits for row in some])}
