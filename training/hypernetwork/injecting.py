"""How does each row of a batch get the adapter of its own personality, while the base stays as it is?"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import linear

from ...models.errors import Mistake
from ...models.suggesting import suggest
from .network import Adapters, Hypernetwork, Site

ATTENTION = (
    "q_proj",
    "k_proj",
    "v_proj",
    "o_proj",
    "out_proj",
    "qkv_proj",
    "query_key_value",
    "Wqkv",
    "c_attn",
)
"""What model families call the projections of attention."""


class Personalised(nn.Module):
    """A frozen causal language model whose personality is an input: in one batch each row may have another.

    The hypernetwork runs once a forward, and once a `generate`. Its adapters are added by hooks on the linear layers,
    so that the base keeps its modules, their names and its weights.
    """

    def __init__(self, base: Any, hypernetwork: Hypernetwork) -> None:
        super().__init__()
        self.base, self.hypernetwork = base.requires_grad_(False), hypernetwork
        self._worn: Adapters = {}
        self._kept: tuple[Any, Adapters] | None = None
        modules = dict(base.named_modules())
        self._hooks = [modules[s.name].register_forward_hook(self._hook(s.name)) for s in hypernetwork.sites]

    @property
    def config(self) -> Any:
        return self.base.config

    @property
    def generation_config(self) -> Any:
        return self.base.generation_config

    @property
    def device(self) -> torch.device:
        found: torch.device = self.base.device
        return found

    @property
    def dtype(self) -> torch.dtype:
        found: torch.dtype = self.base.dtype
        return found

    def get_base_model(self) -> Any:
        """As peft's models have it: what the adapters are added to."""
        return self.base

    def forward(
        self,
        input_ids: Tensor,
        attention_mask: Tensor | None = None,
        labels: Tensor | None = None,
        *,
        traits: Tensor,
        **more: Any,
    ) -> Any:
        """What the base gives: `logits`, and `loss` where there are labels. `traits`: (batch, 5) in [-5, 5]."""
        with self.wearing(self._adapters(traits)):
            return self.base(input_ids=input_ids, attention_mask=attention_mask, labels=labels, **more)

    @torch.no_grad()
    def generate(self, input_ids: Tensor, *, traits: Tensor, **more: Any) -> Any:
        """As `generate` of the base; all samples and beams of a row have its traits, (batch, 5)."""
        with self.wearing(self._adapters(traits)):
            return self.base.generate(input_ids, **more)

    def remove(self) -> None:
        """Take the hooks off: the base is as it was, and this no longer to be used."""
        for hook in self._hooks:
            hook.remove()

    @contextmanager
    def wearing(self, adapters: Adapters) -> Iterator[Any]:
        """The base, under these adapters until the block ends."""
        self._worn, before = adapters, self._worn
        try:
            yield self.base
        finally:
            self._worn = before

    def _adapters(self, traits: Tensor) -> Adapters:
        """Whoever writes token by token, with forward alone, asks for the same ones each time: these are kept."""
        if torch.is_grad_enabled():
            self._kept = None  # fused optimizers change weights without counting it
            return self.hypernetwork(traits)  # type: ignore[no-any-return]
        weights = [(weight.device, weight.dtype, weight._version) for weight in self.hypernetwork.parameters()]
        asked = (traits.tolist(), weights)
        if self._kept is None or self._kept[0] != asked:
            self._kept = asked, self.hypernetwork(traits)
        return self._kept[1]

    def _hook(self, name: str) -> Any:
        scale = self.hypernetwork.shape.scale

        def add(module: nn.Module, given: tuple[Tensor, ...], out: Tensor) -> Tensor:
            if name not in self._worn:
                return out
            a, b = self._worn[name]
            return out + (scale * _through(given[0], a, b)).to(out.dtype)

        return add


def _through(x: Tensor, a: Tensor, b: Tensor) -> Tensor:
    """x Aᵀ Bᵀ for each row of x (batch, tokens, inputs) by its own matrices; by one for all where there is one."""
    x = x.to(a.dtype)
    if len(a) == 1:
        return linear(linear(x, a[0]), b[0])
    copies = len(x) // len(a)  # beams and samples: several rows of one personality, one after the other
    if copies > 1:
        a, b = a.repeat_interleave(copies, 0), b.repeat_interleave(copies, 0)
    return x @ a.mT @ b.mT


def find_sites(model: nn.Module, targets: Sequence[str] = ()) -> tuple[Site, ...]:
    """The linear layers whose names end in one of `targets`; without any, the projections of attention.

    Raises Mistake where a target fits none.
    """
    there = linears(model)
    sides = sorted({site.side for site in there})
    for target in targets:
        if target not in sides:
            raise Mistake(f"the model has no linear layer {target!r}{suggest(target, sides)}")
    chosen = tuple(site for site in there if site.side in (targets or ATTENTION))
    if not chosen:
        raise Mistake(
            f"none of this model's linear layers has a known name of attention: give --targets out of {sides}"
        )
    return chosen


def linears(model: nn.Module) -> list[Site]:
    """All linear layers, in the order of the model."""
    return [site for name, module in model.named_modules() if (site := _site(name, module))]


def _site(name: str, module: nn.Module) -> Site | None:
    from transformers.pytorch_utils import Conv1D

    number = re.search(r"\.(\d+)\.", name)
    layer = int(number[1]) if number else 0
    if isinstance(module, nn.Linear):
        return Site(name, layer, module.in_features, module.out_features)
    if isinstance(module, Conv1D):
        return Site(name, layer, module.nx, module.nf)
    return None
