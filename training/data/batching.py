"""How do examples of different lengths become one batch?"""

from collections.abc import Sequence

import torch

from .masking import Tokens

IGNORED = -100
"""Label of a token that does not count in the loss."""


def collate(rows: Sequence[Tokens], pad: int) -> dict[str, torch.Tensor]:
    """`input_ids`, `attention_mask` and `labels`, each (rows, longest) of int64, padded on the right.

    Labels stand at the tokens that they are (models shift them by one); -100 where nothing is learned.
    """
    longest = max(len(row.input_ids) for row in rows)
    ids = torch.full((len(rows), longest), pad)
    mask = torch.zeros((len(rows), longest), dtype=torch.int64)
    labels = torch.full((len(rows), longest), IGNORED)
    for at, row in enumerate(rows):
        count = len(row.input_ids)
        ids[at, :count] = torch.tensor(row.input_ids)
        mask[at, :count] = 1
        labels[at, :count] = ids[at, :count].masked_fill(~torch.tensor(row.learned), IGNORED)
    return {"input_ids": ids, "attention_mask": mask, "labels": labels}
