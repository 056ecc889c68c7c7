"""How does a personality become the weights of an adapter (Dynamic Personality Generation, Liu et al. 2024)?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import linear

from ...models.stream import sampling_seed

TRAITS, HIGHEST = 5, 5.0
EMBEDDED = 16
"""Numbers that stand for a layer, and for a side."""

Adapters = dict[str, tuple[Tensor, Tensor]]
"""By the name of a linear layer: A (batch, rank, inputs) and B (batch, outputs, rank)."""


@dataclass(frozen=True)
class Site:
    """A linear layer that is adapted."""

    name: str
    """Where it stands in the model: `model.layers.0.self_attn.q_proj`."""
    layer: int
    """Number of its layer, from 0; 0 where its name has none."""
    inputs: int
    outputs: int

    @property
    def side(self) -> str:
        """What it is within its layer: `q_proj`."""
        return self.name.rpartition(".")[2]


@dataclass(frozen=True)
class Shape:
    """How large the adapters are, and what makes them."""

    rank: int = 8
    """LoRA rank."""
    alpha: float = 16.0
    """What the adapter adds is multiplied by alpha / rank."""
    width: int = 64
    """Of the networks' hidden layers."""

    @property
    def scale(self) -> float:
        return self.alpha / self.rank


class Hypernetwork(nn.Module):
    """Two networks map a Big Five vector, with what stands for layer and side, to the matrices of a LoRA (Hu et al.
    2022): one to A, one to B. B is zero before training, so that the adapted model begins as its base."""

    def __init__(self, sites: Sequence[Site], shape: Shape, seed: int = 0) -> None:
        super().__init__()
        self.sites, self.shape = tuple(sites), shape
        self.sides = sorted({site.side for site in self.sites})
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(sampling_seed(seed, "hypernetwork"))
            self.layer = nn.Embedding(max(site.layer for site in self.sites) + 1, EMBEDDED)
            self.side = nn.Embedding(len(self.sides), EMBEDDED)
            self.a = Generator([(site.inputs, shape.rank) for site in self.sites], shape.width)
            self.b = Generator([(site.outputs, shape.rank) for site in self.sites], shape.width, zero=True)
        self.register_buffer("_layers", torch.tensor([site.layer for site in self.sites]), persistent=False)
        self.register_buffer(
            "_sides", torch.tensor([self.sides.index(site.side) for site in self.sites]), persistent=False
        )

    def forward(self, traits: Tensor) -> Adapters:
        """`traits`: (batch, 5), each in [-5, 5], in the order of `Trait`."""
        place = torch.cat([self.layer(self._layers), self.side(self._sides)], dim=-1)
        levels = traits.to(place) / HIGHEST
        made_a, made_b = self.a(levels, place), self.b(levels, place)
        return {site.name: (a, b.transpose(1, 2)) for site, a, b in zip(self.sites, made_a, made_b, strict=True)}


class Generator(nn.Module):
    """From levels and places to one matrix a place, (rank, size).

    All places share the trunk; those whose matrices have the same size share a head, and each has a matrix of its own
    that no level changes. The levels go to the head past the trunk, too: what a trait does may so be in proportion to
    it, which is what carries over to levels that training never saw.
    """

    def __init__(self, matrices: Sequence[tuple[int, int]], width: int, *, zero: bool = False) -> None:
        """`matrices`: (size, rank) of each place, in order."""
        super().__init__()
        self.trunk = nn.Sequential(
            nn.Linear(TRAITS + 2 * EMBEDDED, width), nn.SiLU(), nn.Linear(width, width), nn.SiLU()
        )
        self.slopes = nn.Linear(2 * EMBEDDED, TRAITS * width)
        self.rank = matrices[0][1]
        self.groups: Mapping[int, list[int]] = {
            size: [at for at, (other, _) in enumerate(matrices) if other == size] for size, _ in matrices
        }
        heads = {size: _begun((size * self.rank, width), size, zero) for size in self.groups}
        own = {size: _begun((len(at), size * self.rank), size, zero) for size, at in self.groups.items()}
        self.heads = nn.ParameterDict({str(size): head for size, head in heads.items()})
        self.own = nn.ParameterDict({str(size): matrices for size, matrices in own.items()})

    def forward(self, levels: Tensor, place: Tensor) -> list[Tensor]:
        """`levels` (batch, 5), `place` (places, numbers) -> for each place (batch, rank, size)."""
        hidden = self._hidden(levels, place)
        made: dict[int, Tensor] = {}
        for size, at in self.groups.items():
            # Adam moves all numbers of a head's row together: by the width, it moves no faster than a plain LoRA
            flat = linear(hidden[:, at], self.heads[str(size)]) / hidden.shape[-1] + self.own[str(size)]
            matrices = flat.unflatten(-1, (self.rank, size)).unbind(1)
            made.update(zip(at, matrices, strict=True))
        return [made[at] for at in range(len(made))]

    def _hidden(self, levels: Tensor, place: Tensor) -> Tensor:
        """(batch, places, width)"""
        batch, places = len(levels), len(place)
        condition = torch.cat([levels[:, None].expand(-1, places, -1), place[None].expand(batch, -1, -1)], dim=-1)
        bent: Tensor = self.trunk(condition)
        return bent + torch.einsum("bt,ptw->bpw", levels, self.slopes(place).unflatten(-1, (TRAITS, -1)))


def _begun(shape: tuple[int, int], size: int, zero: bool) -> nn.Parameter:
    """As LoRA begins: A small and random, B zero."""
    return nn.Parameter(torch.zeros(shape) if zero else nn.init.uniform_(torch.empty(shape), -(size**-0.5), size**-0.5))
