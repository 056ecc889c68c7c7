"""Bases from folders: whole models, adapters, and what they were before they were trained."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
import torch

from tertulia.models.errors import Mistake
from tertulia.models.provider import endpoint_of
from tertulia.models.request import Kind, Part, Request, Role
from tertulia.models.spec import ModelSpec
from tertulia.training.base.base import Loaded, digest, digest_of, load, untrained
from tertulia.training.base.lora import Lora, adapted, save_adapter
from tertulia.training.base.memory import short_of_memory
from tertulia.training.base.scratch import LlamaSize, build
from tertulia.training.taught import Taught

MICRO = LlamaSize(hidden=32, layers=2, heads=2, intermediate=48, vocabulary=300, reads=512)
TEXTS = ["I like tea and cats.", "You like dogs, and tea.", "Do you like to work in the garden?"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole model, as `save_pretrained` leaves it."""
    folder = tmp_path_factory.mktemp("base") / "micro"
    model, tokenizer = build(MICRO, TEXTS, 7)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def adapter(base: Path, folder: Path, name: str | None = None) -> Loaded:
    """A LoRA that says something: peft begins with one that says nothing."""
    loaded = load(name or str(base), device="cpu")
    model = adapted(loaded, Lora(lora=2, dropout=0.0), seed=0)
    for key, weight in model.named_parameters():
        if "lora_B" in key:
            torch.nn.init.normal_(weight, generator=torch.Generator().manual_seed(1))
    folder.mkdir(parents=True)
    save_adapter(model, folder)
    return loaded


def logits(loaded: Loaded) -> torch.Tensor:
    with torch.no_grad():
        found: torch.Tensor = loaded.model(input_ids=torch.arange(9)[None]).logits
    return found


def test_a_folder_is_read_as_it_was_written_and_speaks(folder: Path) -> None:
    loaded = load(str(folder), device="cpu")
    made, tokenizer = build(MICRO, TEXTS, 7)
    assert (loaded.reads, loaded.folder, loaded.personality) == (512, folder, False)
    assert all(torch.equal(one, other) for one, other in zip(loaded.model.parameters(), made.parameters(), strict=True))
    assert digest_of(loaded.tokenizer) == digest_of(tokenizer)
    assert not loaded.model.training

    async def speak() -> str:
        endpoint = endpoint_of(ModelSpec.parse(f"transformers:{folder}?device=cpu"))
        parts = (Part(Role.SYSTEM, Kind.PERSONA, "I like tea."), Part(Role.USER, Kind.TURN, "Hello!"))
        reply = await endpoint.complete(Request("", "", parts, sampling={"max_tokens": 4}))
        await endpoint.close()
        return reply.text

    assert isinstance(asyncio.run(speak()), str)


def test_one_from_scratch_is_made_of_texts_and_seed() -> None:
    one, other, third = (load("scratch:tiny", texts=TEXTS, seed=seed, device="cpu") for seed in (1, 1, 2))
    assert (one.reads, one.folder) == (1024, None)
    assert torch.equal(logits(one), logits(other))
    assert not torch.equal(logits(one), logits(third))


def test_an_adapter_is_read_over_its_base(folder: Path, tmp_path: Path) -> None:
    below = adapter(folder, tmp_path / "lora")
    loaded = load(str(tmp_path / "lora"), device="cpu")
    assert (loaded.folder, loaded.reads) == (tmp_path / "lora", 512)
    assert not torch.allclose(logits(loaded), logits(load(str(folder), device="cpu")), atol=1e-3)
    below.model.eval()
    assert torch.allclose(logits(loaded), logits(below), atol=1e-5)
    assert (
        sorted((settings := json.loads((tmp_path / "lora/adapter_config.json").read_text()))["target_modules"])
        == (settings["target_modules"])
    )


def test_an_adapter_and_its_base_are_found_where_both_were_moved(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copytree(folder, tmp_path / "before" / "models" / "base")
    monkeypatch.chdir(tmp_path / "before")
    adapter(Path("models/base"), tmp_path / "before" / "models" / "lora")
    (tmp_path / "before").rename(tmp_path / "after")
    monkeypatch.chdir("/")
    assert load(str(tmp_path / "after" / "models" / "lora"), device="cpu").reads == 512


def test_an_adapter_of_another_base_is_told(folder: Path, tmp_path: Path) -> None:
    copytree(folder, tmp_path / "base")
    adapter(tmp_path / "base", tmp_path / "lora")
    base = str(tmp_path / "base")
    Taught("sft", base, digest(base), (), "", {}, base_model=base).write(tmp_path / "lora")
    assert load(str(tmp_path / "lora"), device="cpu").folder == tmp_path / "lora"
    build(MICRO, TEXTS, 8)[0].save_pretrained(tmp_path / "base")
    with pytest.raises(Mistake, match=r"trained over .* another base"):
        load(str(tmp_path / "lora"), device="cpu")


def test_untrained_is_what_it_was_before(folder: Path, tmp_path: Path) -> None:
    before = load("scratch:tiny", texts=TEXTS, seed=5, device="cpu")
    before.tokenizer.save_pretrained(tmp_path)
    Taught("sft", "scratch:tiny", digest_of(before.tokenizer), (), "", {"seed": 5}).write(tmp_path)
    assert torch.equal(logits(untrained(tmp_path, device="cpu")), logits(before))
    Taught("sft", str(folder), digest(str(folder)), (), "", {}).write(tmp_path)
    assert torch.equal(logits(untrained(tmp_path, device="cpu")), logits(load(str(folder), device="cpu")))
    with pytest.raises(Mistake, match="was not trained here"):
        untrained(folder)


def test_a_digest_says_what_the_weights_are_wherever_they_lie(folder: Path, tmp_path: Path) -> None:
    copytree(folder, tmp_path / "moved")
    assert digest(str(folder)) == digest(str(tmp_path / "moved")) != ""
    build(MICRO, TEXTS, 8)[0].save_pretrained(tmp_path / "moved")
    assert digest(str(folder)) != digest(str(tmp_path / "moved"))
    assert digest("scratch:tiny") == ""


def without_template(folder: Path) -> None:
    (folder / "chat_template.jinja").unlink()


def without_weights(folder: Path) -> None:
    (folder / "model.safetensors").unlink()


def of_another_kind(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "num_hidden_layers": 3}))


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (without_template, "has no chat template.* tuned for chat"),
        (without_weights, "config.json but no weights.*; 'scratch:tiny' and"),
        (of_another_kind, "holds no weights for model.layers.2"),
    ],
)
def test_what_is_no_base_is_told(folder: Path, tmp_path: Path, harm: Callable[[Path], None], told: str) -> None:
    copytree(folder, tmp_path / "harmed")
    harm(tmp_path / "harmed")
    with pytest.raises(Mistake, match=told):
        load(str(tmp_path / "harmed"), device="cpu")


def test_a_name_that_means_nothing_is_told() -> None:
    with pytest.raises(Mistake, match="neither a folder that is there nor a hub name"):
        load("not/a/model")
    with pytest.raises(Mistake, match="no device 'cuda:9'"):
        load("scratch:tiny", texts=TEXTS, device="cuda:9")


@pytest.mark.parametrize(
    "error", [MemoryError(), torch.OutOfMemoryError("x"), RuntimeError("MPS backend out of memory")]
)
def test_each_way_of_saying_that_memory_ran_out_is_known(error: BaseException) -> None:
    mistake: Any = short_of_memory(error, "to load it")
    assert "memory does not suffice to load it: lower --batch" in str(mistake)
    assert mistake.__cause__ is error
    kept = str(short_of_memory(error, "", Path("checkpoint-3")))
    assert "checkpoint-3" not in str(mistake)
    assert "checkpoint-3 is kept, and the same command goes on from it" in kept
    assert short_of_memory(RuntimeError("shapes differ"), "") is None
