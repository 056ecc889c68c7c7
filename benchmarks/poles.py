"""What is a personality without a hypernetwork? One plain LoRA for each end of each trait, added up by its levels."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from tertulia.personas import Trait
from tertulia.personas.traits import Pole
from tertulia.training.hypernetwork.network import Adapters, Shape, Site

End = tuple[Trait, Pole]


class Poles(nn.Module):
    """Takes the place of a hypernetwork: of each trait the adapter of its nearer end, scaled by the level.

    At the mean level that an adapter was trained on it counts in full; those of the five traits are added.
    """

    def __init__(self, folders: Mapping[End, Path], sites: tuple[Site, ...], shape: Shape, mean: float) -> None:
        """`folders`: of peft, for all ten ends. `mean`: distance from 0 of the levels that they were trained on."""
        super().__init__()
        self.sites, self.shape, self.mean = sites, shape, mean
        self.ends = [(trait, pole) for trait in Trait for pole in (Pole.HIGH, Pole.LOW)]
        self.held = nn.ParameterList()  # the device of a model is asked of its parameters
        read = [_read(folders[end]) for end in self.ends]
        self.matrices: Adapters = {
            site.name: (
                torch.cat([_of(one, site.name, "A") for one in read], 0)[None],
                torch.stack([_of(one, site.name, "B") for one in read], 0),
            )
            for site in sites
        }

    def forward(self, traits: Tensor) -> Adapters:
        """`traits`: (batch, 5) in [-5, 5] -> A (batch, 10 ranks, inputs) and B (batch, outputs, 10 ranks)."""
        weights = torch.stack([traits.clamp(min=0), (-traits).clamp(min=0)], -1).flatten(1) / self.mean
        return {name: (a.expand(len(traits), -1, -1), _weighted(b, weights)) for name, (a, b) in self.matrices.items()}


def _weighted(b: Tensor, weights: Tensor) -> Tensor:
    """(ends, outputs, rank), (batch, ends) -> (batch, outputs, ends * rank)"""
    return (weights[:, :, None, None] * b).permute(0, 2, 1, 3).flatten(2)


def _read(folder: Path) -> dict[str, Any]:
    from peft import load_peft_weights

    found: dict[str, Any] = load_peft_weights(str(folder), device="cpu")
    return found


def _of(weights: Mapping[str, Tensor], name: str, letter: str) -> Tensor:
    return weights[f"base_model.model.{name}.lora_{letter}.weight"].float()
