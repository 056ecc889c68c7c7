"""Fine-tuning, from a file of dialogues to a folder that speaks."""

import csv
import json
from dataclasses import replace
from functools import partial
from pathlib import Path
from shutil import copy, copytree
from typing import Any

import pytest
import torch
from safetensors import safe_open

from tertulia.models.errors import Mistake
from tertulia.training.base.base import digest, load, untrained
from tertulia.training.base.lora import KEEPING, Lora, adapted
from tertulia.training.base.scratch import LlamaSize, build
from tertulia.training.data.batching import collate
from tertulia.training.data.masking import Tokens
from tertulia.training.event import DataReady, StepDone, TrainingStarted
from tertulia.training.example import Form, Speaker, System
from tertulia.training.halting import Halt
from tertulia.training.knobs import Knobs
from tertulia.training.methods.sft import FROM_SCRATCH, Sft, suited_rate, train_sft
from tertulia.training.running import Course, train
from tertulia.training.taught import Taught

MICRO = LlamaSize(hidden=32, layers=2, heads=2, intermediate=48, vocabulary=300, reads=512)
THINGS = ("tea", "dogs", "trains", "rivers", "gardens", "books", "cats", "coffee", "birds", "music", "rain", "soup")
LESSON = Sft(steps=2, batch=2, device="cpu", precision="float32", learning_rate=1e-2)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Twelve dialogues of people who have nothing in common."""
    path = tmp_path_factory.mktemp("data") / "talk.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(("user 1 personas", "user 2 personas", "Best Generated Conversation"))
        for at, thing in enumerate(THINGS):
            other = THINGS[at - 1]
            turns = (f"Hi! What about {other}?", f"No, {thing} for me, {at} times a day.", f"So {thing} it is.", "Yes!")
            said = "\n".join(f"User {1 + turn % 2}: {text}" for turn, text in enumerate(turns))
            table.writerow((f"I sell {other} number {at}.", f"I want {thing} at {at}.", said))
    return str(path)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("base") / "micro"
    model, tokenizer = build(MICRO, [f"I like {thing}." for thing in THINGS], 7)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def test_from_scratch_every_weight_is_trained(source: str, tmp_path: Path) -> None:
    events: list[object] = []
    knobs = replace(LESSON, speaker=Speaker.USER, form=Form.PAIRS)
    found = train_sft(source, "scratch:tiny", knobs, tmp_path / "sft", events.append)
    assert [type(event) for event in events[:2]] == [DataReady, TrainingStarted]
    before, after = untrained(tmp_path / "sft", device="cpu"), load(str(tmp_path / "sft"), device="cpu")
    changed = {name: not torch.equal(w, before.model.get_parameter(name)) for name, w in after.model.named_parameters()}
    assert all(changed.values())
    assert len(changed) == 38
    taught = found.taught
    assert (taught.method, taught.base, taught.speaker, taught.form, taught.system) == (
        ("sft", "scratch:tiny", "user", "pairs", "persona")
    )
    assert taught.counts["train"] == taught.counts["dialogues"]  # the user replies once in each
    assert taught.base_model == ""
    parts = json.loads((tmp_path / "sft" / "split.json").read_text())
    assert {name: len(ids) for name, ids in parts.items()} == {
        "train": taught.counts["dialogues"],
        "validation": 1,
        "test": 1,
        "dropped": taught.counts["dropped"],
        "repeated": 0,
    }


def test_an_adapter_alone_is_trained_and_its_base_stays_as_it_is(source: str, base: Path, tmp_path: Path) -> None:
    was = digest(str(base))
    found = train_sft(source, str(base), replace(LESSON, lora=2), tmp_path / "lora")
    assert digest(str(base)) == was
    with safe_open(tmp_path / "lora" / "adapter_model.safetensors", "pt") as weights:
        names = list(weights.keys())
        assert all(weights.get_tensor(name).any() for name in names)
    assert len(names) == 2 * 7 * MICRO.layers
    assert all(".lora_A." in name or ".lora_B." in name for name in names)
    assert found.taught.base_model == str(base)
    assert found.taught.results["trainable"] < 0.2 * found.taught.results["parameters"]
    settings = json.loads((tmp_path / "lora" / "adapter_config.json").read_text())
    assert (settings["base_model_name_or_path"], settings["r"], settings["lora_alpha"]) == (str(base), 2, 4)
    assert load(str(tmp_path / "lora"), device="cpu").folder == tmp_path / "lora"


def test_of_an_adapted_model_only_lora_weights_change(base: Path, tmp_path: Path) -> None:
    loaded = load(str(base), device="cpu")
    model = adapted(loaded, Lora(lora=2), seed=0)
    before = {name: weight.detach().clone() for name, weight in model.named_parameters()}
    rows = [Tokens(tuple(range(3, 12)), (True,) * 9)] * 4
    course = Course(
        model=model,
        tokenizer=loaded.tokenizer,
        train=rows,
        validation=[],
        learning_rate=1e-2,
        keeping=KEEPING,
        collate=partial(collate, pad=0),
    )
    train(course, Knobs(steps=2, batch=2, device="cpu"), tmp_path, Taught("sft", "micro", "", (), "", {}))
    changed = {name for name, weight in model.named_parameters() if not torch.equal(weight, before[name])}
    assert changed == {name for name in before if "lora_" in name}
    again = adapted(load(str(base), device="cpu"), Lora(lora=2), seed=0)
    assert all(torch.equal(weight, before[name]) for name, weight in again.named_parameters())


def test_an_adapter_that_was_left_is_taken_up_again(source: str, base: Path, tmp_path: Path) -> None:
    """Dropout included: the same losses, and the same weights, as if it had never been left."""
    knobs, halt = replace(LESSON, steps=4, lora=2, validate_every=2), Halt()

    def stop(event: object) -> None:
        halt.asked = halt.asked or isinstance(event, StepDone)

    with pytest.raises(KeyboardInterrupt):
        train_sft(source, str(base), knobs, tmp_path / "left", stop, halt=halt)
    assert not (tmp_path / "left" / "adapter_model.safetensors").exists()
    left, whole = (train_sft(source, str(base), knobs, tmp_path / name).folder for name in ("left", "whole"))
    assert (left / "trainer_state.json").read_text() == (whole / "trainer_state.json").read_text()
    assert (left / "adapter_model.safetensors").read_bytes() == (whole / "adapter_model.safetensors").read_bytes()


def test_new_weights_are_trained_long_enough_where_nothing_else_is_asked_for(source: str, tmp_path: Path) -> None:
    started: list[object] = []
    halt = Halt()
    halt.asked = True
    with pytest.raises(KeyboardInterrupt):
        train_sft(source, "scratch:tiny", replace(LESSON, steps=None), tmp_path, started.append, halt=halt)
    assert isinstance(started[1], TrainingStarted)
    assert started[1].steps == FROM_SCRATCH == 300


def test_profiles_are_told_under_no_system_message_and_recorded_so(source: str, base: Path, tmp_path: Path) -> None:
    found = train_sft(source, str(base), replace(LESSON, steps=1, form=Form.PROFILE), tmp_path / "profile")
    assert found.taught.system == found.taught.knobs["system"] == "none"
    assert "It expects conversations as it was taught them: no system message" in (
        tmp_path / "profile" / "README.md"
    ).read_text(encoding="utf-8")


def test_no_file_tells_of_this_machine(
    source: str, base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """But for what was named."""
    copytree(base, tmp_path / "base")
    copy(source, tmp_path / "talk.csv")
    monkeypatch.chdir(tmp_path)
    for name, lora in (("whole", 0), ("lora", 2)):
        train_sft("talk.csv", "base", replace(LESSON, steps=1, lora=lora), Path(name))
        for path in (path for path in Path(name).iterdir() if path.is_file()):
            assert str(tmp_path).encode() not in path.read_bytes(), path
        assert "licence: not stated" in (Path(name) / "README.md").read_text(encoding="utf-8")


def test_the_same_command_again_loads_nothing(source: str, base: Path, tmp_path: Path) -> None:
    first = train_sft(source, str(base), LESSON, tmp_path / "sft")
    events: list[object] = []
    (tmp_path / "sft" / "model.safetensors").unlink()
    again = train_sft(source, str(base), LESSON, tmp_path / "sft", events.append)
    assert again.outcome == first.outcome
    assert events == []
    with pytest.raises(Mistake, match="system was 'persona' and is 'none'"):
        train_sft(source, str(base), replace(LESSON, system=System.NONE), tmp_path / "sft")
    events.clear()
    train_sft(
        source, str(base), replace(LESSON, system=System.NONE, steps=1), tmp_path / "sft", events.append, remake=True
    )
    assert sum(isinstance(event, StepDone) for event in events) == 1


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"base": "scratch:tiny", "lora": 4}, "scratch:tiny has learned nothing.* train all of it first"),
        ({"length": 4096}, "--length 4096: .* reads 512 tokens at most"),
        ({"targets": ("q_proj",), "alpha": 4.0}, r"alpha, targets: of an adapter, .* give its rank, too \(--lora 8\)"),
        ({"dropout": 0.0}, "dropout: of an adapter, and there is none"),
        ({"lora": 2, "targets": ("query",)}, "can't be adapted: Target modules .*query.* not found"),
    ],
)
def test_what_can_not_be_trained_is_told(
    source: str, base: Path, tmp_path: Path, asked: dict[str, Any], told: str
) -> None:
    named = asked.pop("base", str(base))
    with pytest.raises(Mistake, match=told):
        train_sft(source, named, replace(LESSON, **asked), tmp_path / "out")
    assert not (tmp_path / "out" / "training.json").exists()


def test_a_rate_suits_base_and_method(base: Path) -> None:
    loaded = load(str(base), device="cpu")
    assert suited_rate(loaded, 8) == suited_rate(loaded, 0) == 2e-4
    assert suited_rate(replace(loaded, name="scratch:tiny"), 0) == 1e-3
