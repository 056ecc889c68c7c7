"""Which numbers stand for a personality, as the hypernetwork takes it?"""

from collections.abc import Sequence

import torch
from torch import Tensor

from ...models.errors import Mistake
from ...personas import BigFive, Trait
from .network import HIGHEST

Personality = BigFive | Sequence[float]
"""Five numbers in [-5, 5], in the order of `Trait`; they need not be whole."""


def vector(personality: Personality) -> tuple[float, ...]:
    """Raises Mistake for another count, and for a number out of range."""
    if isinstance(personality, BigFive):
        return tuple(float(personality.level(trait)) for trait in Trait)
    names = [trait.value for trait in Trait]
    if len(personality) != len(names):
        raise Mistake(f"a personality is {len(names)} numbers ({', '.join(names)}), not {len(personality)}")
    for name, level in zip(names, personality, strict=True):
        if not -HIGHEST <= level <= HIGHEST:
            raise Mistake(f"{name} {level!r} is out of range: give a number from -5 to 5")
    return tuple(map(float, personality))


def batch_of(personalities: Sequence[Personality], device: str | torch.device = "cpu") -> Tensor:
    """(batch, 5), float32."""
    return torch.tensor([vector(one) for one in personalities], dtype=torch.float32, device=device)
