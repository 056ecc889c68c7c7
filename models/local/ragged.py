"""How do replies of different lengths take a step together, so that none of them feels the others?

What costs most, the products with the weights, is done for all rows at once and always for the same number of rows;
each row attends to its own past alone, in tensors of its own. Nothing is padded, so no row's arithmetic depends on
how long the others are, how many there are, or who they are.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from transformers import AttentionInterface, AttentionMaskInterface, PreTrainedModel
from transformers.cache_utils import Cache
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import eager_mask, sdpa_mask

Attention = Callable[..., tuple[torch.Tensor, Any]]


class Rows(Cache):
    """The pasts of several rows, each in a cache of its own; None where nobody sits."""

    def __init__(self, pasts: Sequence[Cache | None]) -> None:
        super().__init__(layers=[])
        self.pasts = pasts

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, layer_idx: int, *args: Any, **kwargs: Any
    ) -> Any:
        """Keys and values as two lists, a tensor (1, heads, length, size) a row, for `attend`."""
        rows = zip(self.pasts, torch.split(key_states, 1), torch.split(value_states, 1), strict=True)
        grown = [
            (None, None) if past is None else past.update(keys, values, layer_idx, *args, **kwargs)
            for past, keys, values in rows
        ]
        return [keys for keys, _ in grown], [values for _, values in grown]

    def get_seq_length(self, layer_idx: int = 0) -> int:
        """Zero: positions are given with each step."""
        return 0

    def get_mask_sizes(self, query_length: int, layer_idx: int) -> tuple[int, int]:
        """No mask is needed: one query, and keys that it may see all of."""
        return query_length, 0


def attend_with(usual: Attention) -> Attention:
    """The usual attention; row by row where `Rows` gave keys and values."""

    def attend(
        module: torch.nn.Module, query: torch.Tensor, key: Any, value: Any, mask: Any, **settings: Any
    ) -> tuple[torch.Tensor, Any]:
        if not isinstance(key, list):
            return usual(module, query, key, value, mask, **settings)
        size = next(one.shape[-1] for one in value if one is not None)
        result = query.new_zeros(query.shape[0], 1, query.shape[1], size)
        for at, (keys, values) in enumerate(zip(key, value, strict=True)):
            if keys is not None:
                result[at : at + 1] = usual(module, query[at : at + 1], keys, values, None, **settings)[0]
        return result, None

    return attend


def eager(module: torch.nn.Module, *given: Any, **settings: Any) -> tuple[torch.Tensor, Any]:
    """The attention that a model's own file spells out, for models with a twist of their own."""
    found: tuple[torch.Tensor, Any] = sys.modules[type(module).__module__].eager_attention_forward(
        module, *given, **settings
    )
    return found


KINDS: Mapping[str, tuple[Attention, Callable[..., Any]]] = {
    "sdpa": (sdpa_attention_forward, sdpa_mask),
    "eager": (eager, eager_mask),
}


def make_ragged(model: PreTrainedModel) -> bool:
    """Whether the model could be taught to attend row by row: its attention can be exchanged, and is one of two."""
    kind = str(model.config._attn_implementation)
    if kind not in KINDS:
        return False
    usual, mask = KINDS[kind]
    name = f"tertulia-rows-{kind}"
    AttentionInterface.register(name, attend_with(usual))
    AttentionMaskInterface.register(name, mask)
    model.set_attn_implementation(name)
    return bool(model.config._attn_implementation == name)
