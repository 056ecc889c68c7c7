"""How is a large model trained with little memory? By low-rank adapters of its linear layers; its own weights rest."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from ...models.errors import Mistake
from ...models.local.adapter import ADAPTER
from ...models.local.loading import quietly
from ...models.local.weights import read_json
from ..trainer import Keeping
from .base import Loaded
from .scratch import is_scratch

EVERY = "all-linear"
"""peft's word for all linear layers but the head."""


@dataclass(frozen=True, kw_only=True)
class Lora:
    """LoRA (Hu et al. 2022): a weight W becomes W + alpha/rank * BA, and only A and B are trained."""

    lora: Annotated[int, Field(ge=0)] = 0
    """Rank of a LoRA adapter; 0: none, all weights are trained."""
    alpha: Annotated[float | None, Field(gt=0)] = None
    """Scale of the adapter; None: twice the rank."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.05
    """Share of an adapter's inputs that is left out at a step."""
    targets: tuple[str, ...] = ()
    """Names of the layers that are adapted, such as q_proj, v_proj; none: all linear ones but the head."""


def check_base(base: str, lora: int) -> None:
    """Raises Mistake for an adapter over a base that has learned nothing."""
    if lora and is_scratch(base):
        raise Mistake(
            f"{base} has learned nothing that an adapter could build on: train all of it first (--lora 0), and give "
            f"that folder as --base"
        )


def check_adapter(knobs: Lora) -> None:
    """Raises Mistake where something is asked of an adapter, and none is asked for."""
    usual = Lora()
    asked = [name for name in ("alpha", "dropout", "targets") if getattr(knobs, name) != getattr(usual, name)]
    if asked and not knobs.lora:
        raise Mistake(f"{', '.join(asked)}: of an adapter, and there is none: give its rank, too (--lora 8)")


def adapted(loaded: Loaded, knobs: Lora, seed: int) -> Any:
    """A PeftModel over the base, whose new weights come from the seed; only they require a gradient.

    Raises Mistake for layers that the base does not have.
    """
    import torch
    from peft import LoraConfig, get_peft_model

    from ...models.stream import sampling_seed

    config = LoraConfig(
        r=knobs.lora,
        lora_alpha=knobs.alpha or 2 * knobs.lora,  # type: ignore[arg-type]
        lora_dropout=knobs.dropout,
        target_modules=list(knobs.targets) or EVERY,
        task_type="CAUSAL_LM",
    )
    with quietly(), torch.random.fork_rng():
        torch.manual_seed(sampling_seed(seed, "adapter"))
        try:
            model: Any = get_peft_model(loaded.model, config)
        except ValueError as error:
            raise Mistake(f"{loaded.name!r} can't be adapted: {' '.join(str(error).split())[:300]}") from error
    model.peft_config["default"].base_model_name_or_path = loaded.name
    return model


def save_adapter(model: Any, folder: Path) -> None:
    """peft's own files. Left alone it would ask the hub, each time, whether the base has other embeddings, and write
    its set of layers in another order in each process."""
    model.save_pretrained(str(folder), save_embedding_layers=False)
    settings = read_json(folder / ADAPTER)
    settings["target_modules"] = sorted(settings["target_modules"])
    (folder / ADAPTER).write_text(json.dumps(settings, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def restore_adapter(model: Any, folder: Path) -> None:
    """Into a model that has such an adapter."""
    from peft import load_peft_weights, set_peft_model_state_dict

    set_peft_model_state_dict(model, load_peft_weights(str(folder), device="cpu"))


KEEPING = Keeping(save_adapter, restore_adapter)
"""For a Course whose model is adapted."""
