"""A LoRA adapter speaks as its base with the adapter merged in; on real models of some ten thousand parameters."""

import json
from pathlib import Path
from shutil import copytree, rmtree
from typing import Any

import numpy as np
import pytest

from tertulia.models.errors import Mistake
from tertulia.models.local import adapter as adapters
from tertulia.models.local.adapter import Weights, find_chat, fingerprint
from tertulia.models.local.decoding import load_decoder
from tertulia.models.local.loading import quietly
from tertulia.models.provider import endpoint_of
from tertulia.models.request import Kind, Part, Request, Role
from tertulia.models.spec import ModelSpec
from tertulia.training.base.scratch import LlamaSize, build

pytest.importorskip("peft", reason="the extra 'train' is not installed")

MICRO = LlamaSize(hidden=32, layers=2, heads=2, intermediate=48, vocabulary=300, reads=256)
SAID = ["I row on Sundays.", "Do you? I would rather sleep.", "You are {name}.", "It rained, and we rowed on."]


def whole(folder: Path, seed: int = 3) -> Path:
    model, tokenizer = build(MICRO, SAID, seed)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def adapted(base: Path, folder: Path, seed: int = 5) -> tuple[Path, Any]:
    """An adapter whose weights are noise, not the zeros that it begins with, and the model with it."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    with quietly():
        model = AutoModelForCausalLM.from_pretrained(base)
        torch.manual_seed(seed)
        tuned = get_peft_model(model, LoraConfig(r=4, target_modules=["q_proj", "v_proj", "down_proj"]))
        with torch.no_grad():
            for name, weight in tuned.named_parameters():
                if "lora_B" in name:
                    weight.normal_(std=4.0)
        tuned.save_pretrained(folder)
    return folder, tuned.eval()


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return whole(tmp_path_factory.mktemp("chat") / "base")


@pytest.fixture(scope="module")
def pair(base: Path) -> tuple[Path, Any]:
    return adapted(base, base.parent / "adapter")


def endpoint(folder: Path) -> Any:
    return endpoint_of(ModelSpec.parse(f"transformers:{folder}?device=cpu"))


def asking(seed: int = 1) -> Request:
    parts = (Part(Role.SYSTEM, Kind.PERSONA, "You are Ann."), Part(Role.USER, Kind.TURN, "Do you row?"))
    return Request("", "", parts, sampling={"max_tokens": 12, "temperature": 1.0}, seed=seed)


def test_scores_are_those_of_the_model_with_the_adapter(pair: tuple[Path, Any], base: Path) -> None:
    import torch

    folder, tuned = pair
    found = find_chat(str(folder), "")
    decoder, _ = load_decoder("adapter", found, "cpu", "float32", 2, "")
    plain, _ = load_decoder("base", Weights(base), "cpu", "float32", 2, "")
    prompt = list(range(5, 25))
    with torch.inference_mode():
        wanted = tuned(input_ids=torch.tensor([prompt])).logits[0, -1].numpy()
    assert np.abs(decoder.read(prompt)[0] - wanted).max() < 1e-5
    assert np.abs(plain.read(prompt)[0] - wanted).max() > 0.01


async def test_an_adapter_speaks_by_its_base_s_template(pair: tuple[Path, Any], base: Path) -> None:
    one, other = endpoint(pair[0]), endpoint(base)
    replies = [(await one.complete(asking(seed))).text for seed in range(4)]
    assert replies == [(await one.complete(asking(seed))).text for seed in range(4)]
    assert replies != [(await other.complete(asking(seed))).text for seed in range(4)]


def test_an_adapter_may_be_trained_over_an_adapter(pair: tuple[Path, Any], base: Path, tmp_path: Path) -> None:
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    second, _ = adapted(base, tmp_path / "second", seed=8)
    config = second / "adapter_config.json"
    config.write_text(json.dumps({**json.loads(config.read_text()), "base_model_name_or_path": str(pair[0])}))
    found = find_chat(str(second), "")
    assert found.beneath == (pair[0], base)
    with quietly():
        model: Any = AutoModelForCausalLM.from_pretrained(base)
        for folder in (pair[0], second):
            model = PeftModel.from_pretrained(model, str(folder)).merge_and_unload()
    prompt = list(range(5, 25))
    with torch.inference_mode():
        wanted = model(input_ids=torch.tensor([prompt])).logits[0, -1].numpy()
    decoder, _ = load_decoder("second", found, "cpu", "float32", 2, "")
    assert np.abs(decoder.read(prompt)[0] - wanted).max() < 1e-4


def test_who_speaks_changes_with_the_adapter_and_with_its_base_and_not_with_the_place(
    pair: tuple[Path, Any], base: Path, tmp_path: Path
) -> None:
    moved = tmp_path / "moved"
    copytree(base, moved / "base")
    copytree(pair[0], moved / "adapter")
    config = moved / "adapter" / "adapter_config.json"
    config.write_text(json.dumps({**json.loads(config.read_text()), "base_model_name_or_path": "../base"}))
    known = endpoint(pair[0]).identity
    assert known != endpoint(base).identity
    assert endpoint(moved / "adapter").identity == known
    rmtree(moved / "base")
    whole(moved / "base", seed=4)
    changed = endpoint(moved / "adapter").identity
    assert changed != known
    rmtree(moved / "adapter")
    adapted(base, moved / "adapter", seed=6)
    assert endpoint(moved / "adapter").identity not in (known, changed)


def test_what_a_training_notes_beside_the_weights_is_no_part_of_the_model(base: Path, tmp_path: Path) -> None:
    there = tmp_path / "noted"
    copytree(base, there)
    for name in ("training.json", "split.json", "trainer_state.json", "training_args.bin", "README.md"):
        (there / name).write_text("{}")
    assert fingerprint(there) == fingerprint(base)
    (there / "generation_config.json").write_text('{"temperature": 0.1}')
    assert fingerprint(there) != fingerprint(base)


def test_an_adapter_whose_base_is_not_there_is_refused_with_its_name(pair: tuple[Path, Any], tmp_path: Path) -> None:
    there = tmp_path / "adapter"
    copytree(pair[0], there)
    config = there / "adapter_config.json"
    held = json.loads(config.read_text())
    config.write_text(json.dumps({**held, "base_model_name_or_path": str(tmp_path / "gone")}))
    with pytest.raises(Mistake, match=r"was trained on '.*gone', and needs that beside it"):
        endpoint(there)
    config.write_text(json.dumps({**held, "base_model_name_or_path": None}))
    with pytest.raises(Mistake, match="names no model that it was trained on"):
        endpoint(there)
    config.write_text(json.dumps({**held, "base_model_name_or_path": str(there)}))
    with pytest.raises(Mistake, match="was trained on itself"):
        endpoint(there)
    (there / "adapter_model.safetensors").unlink()
    with pytest.raises(Mistake, match=r"an adapter_config\.json but no weights"):
        endpoint(there)


def test_an_adapter_needs_peft(pair: tuple[Path, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapters, "find_spec", lambda name: None)
    with pytest.raises(Mistake, match=r"needs the extra 'train': pip install 'tertulia\[train\]'"):
        endpoint(pair[0])


def test_a_hypernetwork_is_to_be_exported_first(tmp_path: Path) -> None:
    (tmp_path / "hypernet.json").write_text("{}")
    with pytest.raises(Mistake, match=r"exported for one personality; .*tertulia train export .* --traits"):
        endpoint(tmp_path)


async def test_another_model_in_the_same_folder_is_loaded_anew(base: Path, tmp_path: Path) -> None:
    """A run's `models/round-1` is written again where what it was taught on changes."""
    there = tmp_path / "round-1"
    copytree(base, there)
    before = (await endpoint(there).complete(asking())).text
    rmtree(there)
    whole(there, seed=9)
    assert (await endpoint(there).complete(asking())).text != before
