"""How much likelier has the better one of two replies become? trl's DPO over our own tokens. Heavy: torch and trl."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from datasets import Dataset
from torch import Tensor
from trl.trainer.dpo_trainer import DPOTrainer
from trl.trainer.utils import add_fused_lm_head

from ..data.batching import IGNORED, width_of
from ..data.masking import Tokens
from ..data.pairing import Pair

Row = Mapping[str, Any]
"""A pair: `SIDE_ids`, `SIDE_mask` and `ref_SIDE_logps` for the sides chosen and rejected."""
SIDES = ("chosen", "rejected")
DIGITS = 4


class PairTrainer(DPOTrainer):
    """DPO (Rafailov et al. 2023) as trl has it, but for what it does beside training: rows come with their tokens and
    with what the reference makes of them, and nothing is kept in a cache, written or told to anybody."""

    def __init__(self, model: Any, **given: Any) -> None:
        super().__init__(model=model, **given)
        if "ref" in getattr(model, "peft_config", ()):  # trl's own reference, which would be saved with the adapter
            model.delete_adapter("ref")

    def _prepare_dataset(self, dataset: Any, *given: Any, **more: Any) -> Any:
        return dataset

    def _precompute_ref_logps(self, dataset: Any, *given: Any, **more: Any) -> Any:
        return dataset

    def create_model_card(self, *given: Any, **more: Any) -> None:
        return None

    def _send_telemetry(self) -> None:
        return None


@dataclass(frozen=True)
class Reading:
    """How pairs are read where nothing is learned."""

    pad: int
    """Token that fills up a batch."""
    batch: int = 8
    """Pairs at once."""
    half: bool = False
    """Whether in bfloat16, as the training does."""


def scoring(model: Any) -> Any:
    """The model, which from now on can tell log probabilities without the logits of a whole vocabulary."""
    add_fused_lm_head(model)
    return model


def rows_of(pairs: Sequence[Pair], model: Any, reading: Reading) -> Dataset:
    """`model`: the reference, as it is before training, made `scoring`; it is asked once, and can't change then."""
    plain = [{**_side("chosen", pair.chosen), **_side("rejected", pair.rejected)} for pair in pairs]
    known = zip(plain, log_probs(plain, model, reading), strict=True)
    return Dataset.from_list([{**row, "ref_chosen_logps": a, "ref_rejected_logps": b} for row, (a, b) in known])


def collator(pad: int) -> Any:
    """Rows -> what the trainer takes: the chosen ones first, then the rejected ones in the same order."""
    return partial(_collated, pad=pad)


@torch.no_grad()
def log_probs(rows: Sequence[Row], model: Any, reading: Reading) -> list[tuple[float, float]]:
    """Of each row, the log probability in nats of what is learned of the chosen side, and of the rejected one."""
    found: list[tuple[float, float]] = []
    device, was = model.device, model.training
    model.eval()
    for start in range(0, len(rows), reading.batch):
        some = [rows[at] for at in range(start, min(start + reading.batch, len(rows)))]
        inputs = {name: held.to(device) for name, held in _collated(some, reading.pad).items()}
        ids, mask = inputs["input_ids"], inputs["attention_mask"]
        labels = ids.masked_fill(inputs["completion_mask"] == 0, IGNORED)
        with torch.autocast(device.type, torch.bfloat16, enabled=reading.half):
            told = model(input_ids=ids, attention_mask=mask, labels=labels, fused_lm_head=True).log_probs
        sums = told.float().sum(dim=1)
        found += zip(sums[: len(some)].tolist(), sums[len(some) :].tolist(), strict=True)
    model.train(was)
    return found


def rewards(rows: Sequence[Row], model: Any, reading: Reading, beta: float) -> dict[str, Any]:
    """Of held-out rows: a reward is `beta` times how much likelier a side is than the reference finds it.

    `accuracy`: share of pairs whose chosen side has the higher reward (0.5: nothing was learned); `margin`: mean
    difference of the two; `chosen`, `rejected`: mean rewards; `reference_accuracy`: share of pairs whose chosen side
    the reference finds likelier. Empty where there are no rows.
    """
    if not len(rows):
        return {}
    known = [(row["ref_chosen_logps"], row["ref_rejected_logps"]) for row in rows]
    now = log_probs(rows, model, reading)
    gains = [(beta * (a - b), beta * (c - d)) for (a, c), (b, d) in zip(now, known, strict=True)]
    figures = {
        "accuracy": sum(chosen > rejected for chosen, rejected in gains) / len(gains),
        "margin": sum(chosen - rejected for chosen, rejected in gains) / len(gains),
        "chosen": sum(chosen for chosen, _ in gains) / len(gains),
        "rejected": sum(rejected for _, rejected in gains) / len(gains),
        "reference_accuracy": sum(chosen > rejected for chosen, rejected in known) / len(known),
    }
    return {"pairs": len(gains), **{name: round(float(value), DIGITS) for name, value in figures.items()}}


def _side(name: str, tokens: Tokens) -> dict[str, list[int]]:
    return {f"{name}_ids": list(tokens.input_ids), f"{name}_mask": list(map(int, tokens.learned))}


def _collated(rows: Sequence[Row], pad: int, most: int | None = None) -> dict[str, Tensor]:
    """`input_ids`, `attention_mask`, `completion_mask`, each (2 rows, width) of int64, padded on the right; and what
    the reference makes of each side, where that is known."""
    sides = [(row[f"{side}_ids"], row[f"{side}_mask"]) for side in SIDES for row in rows]
    longest = width_of([len(ids) for ids, _ in sides], most)
    made = {
        "input_ids": torch.tensor([[*ids, *[pad] * (longest - len(ids))] for ids, _ in sides]),
        "attention_mask": torch.tensor([[1] * len(ids) + [0] * (longest - len(ids)) for ids, _ in sides]),
        "completion_mask": torch.tensor([[*mask, *[0] * (longest - len(mask))] for _, mask in sides]),
    }
    names = [f"ref_{side}_logps" for side in SIDES]
    return made | {name: torch.tensor([row[name] for row in rows]) for name in names if name in rows[0]}
