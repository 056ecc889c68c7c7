"""How does one fixed personality become an ordinary LoRA, which any library loads?"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from ...personas import Trait
from ..base.base import Loaded
from ..needing import need_extra
from ..taught import Taught
from .condition import Personality, batch_of, vector
from .loading import base_under, fit, read_hypernet
from .network import Hypernetwork

WEIGHTS = "adapter_model.safetensors"


@torch.no_grad()
def adapter(hypernetwork: Hypernetwork, personality: Personality) -> dict[str, Tensor]:
    """The matrices under the names that peft gives them: `...q_proj.lora_A.weight` (rank, inputs), lora_B (outputs,
    rank); float32."""
    made = hypernetwork(batch_of([personality], hypernetwork.layer.weight.device))
    return {
        f"base_model.model.{name}.lora_{letter}.weight": matrix[0].cpu().contiguous()
        for name, pair in made.items()
        for letter, matrix in zip("AB", pair, strict=True)
    }


def export(folder: Path, personality: Personality, output: Path) -> Path:
    """A folder of peft: the adapter of a trained hypernetwork for this one personality, its tokenizer and record.

    Raises Mistake for a folder without a hypernetwork, a base that is not there or is another one, levels out of
    [-5, 5], and where peft is not installed.
    """
    need_extra("peft")
    levels = vector(personality)
    below, hypernetwork = base_under(folder), read_hypernet(folder)
    fit(hypernetwork, below.model, folder)
    output.mkdir(parents=True, exist_ok=True)
    _config(hypernetwork, below).save_pretrained(str(output))
    save_file(adapter(hypernetwork, levels), output / WEIGHTS, metadata={"format": "pt"})
    below.tokenizer.save_pretrained(output)
    told = dict(zip((trait.value for trait in Trait), levels, strict=True))
    taught = Taught.read(folder)
    replace(taught, knobs={**taught.knobs, "traits": told}).write(output)
    return output


def _config(hypernetwork: Hypernetwork, below: Loaded) -> Any:
    from peft import LoraConfig, TaskType

    modules: dict[str, nn.Module] = dict(below.model.named_modules())
    turned = not isinstance(modules[hypernetwork.sites[0].name], nn.Linear)
    return LoraConfig(
        r=hypernetwork.shape.rank,
        lora_alpha=hypernetwork.shape.alpha,  # type: ignore[arg-type]  # peft only divides by the rank
        lora_dropout=0.0,
        target_modules=[site.name for site in hypernetwork.sites],
        fan_in_fan_out=turned,
        task_type=TaskType.CAUSAL_LM,
        base_model_name_or_path=str(below.name),
        inference_mode=True,
    )
