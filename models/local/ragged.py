"""How do replies of different lengths take a step together, so that none of them feels the others?

What costs most, the products with the weights, is done for all rows at once and always for the same number of rows;
each row attends to its own past alone, in tensors of its own. Nothing is padded, so no row's arithmetic depends on
how long the others are, how many there are, or who they are.
"""

from collections.abc import Sequence
from typing import Any

import torch
from transformers import AttentionInterface, AttentionMaskInterface, PreTrainedModel
from transformers.cache_utils import Cache
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import sdpa_mask

ATTENTION = "tertulia-rows"


class Rows(Cache):
    """The pasts of several rows, each in a cache of its own; None where nobody sits."""

    def __init__(self, pasts: Sequence[Cache | None]) -> None:
        super().__init__(layers=[])
        self.pasts = pasts

    def update(self, keys: torch.Tensor, values: torch.Tensor, layer: int, *more: Any, **named: Any) -> Any:
        """Keys and values as two lists, a tensor (1, heads, length, size) a row, for `attend`."""
        grown = [
            None if past is None else past.update(keys[at : at + 1], values[at : at + 1], layer, *more, **named)
            for at, past in enumerate(self.pasts)
        ]
        return [pair and pair[0] for pair in grown], [pair and pair[1] for pair in grown]

    def get_seq_length(self, layer_idx: int = 0) -> int:
        """Zero: positions are given with each step."""
        return 0

    def get_mask_sizes(self, query_length: int, layer_idx: int) -> tuple[int, int]:
        """No mask is needed: one query, and keys that it may see all of."""
        return query_length, 0


def attend(
    module: torch.nn.Module, query: torch.Tensor, key: Any, value: Any, mask: torch.Tensor | None, **settings: Any
) -> tuple[torch.Tensor, None]:
    """The usual attention; row by row where `Rows` gave keys and values."""
    if not isinstance(key, list):
        whole: torch.Tensor = sdpa_attention_forward(module, query, key, value, mask, **settings)[0]
        return whole, None
    size = next(one.shape[-1] for one in value if one is not None)
    result = query.new_zeros(query.shape[0], 1, query.shape[1], size)
    for at, (keys, values) in enumerate(zip(key, value, strict=True)):
        if keys is not None:
            result[at : at + 1] = sdpa_attention_forward(module, query[at : at + 1], keys, values, None, **settings)[0]
    return result, None


def make_ragged(model: PreTrainedModel) -> bool:
    """Whether the model could be taught to attend row by row: its attention is one of the library's, and pluggable."""
    if model.config._attn_implementation != "sdpa":
        return False
    AttentionInterface.register(ATTENTION, attend)
    AttentionMaskInterface.register(ATTENTION, sdpa_mask)
    model.set_attn_implementation(ATTENTION)
    return bool(model.config._attn_implementation == ATTENTION)
