"""Training of a hypernetwork, a few steps on a model of 20 thousand parameters."""

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from tertulia.models.errors import Mistake
from tertulia.scenarios import load as scenario_of
from tertulia.scenarios import simulate_sync
from tertulia.training.base.base import load
from tertulia.training.base.scratch import LlamaSize, build
from tertulia.training.event import CheckpointSaved, DataReady
from tertulia.training.example import System
from tertulia.training.halting import Halt
from tertulia.training.hypernetwork.condition import batch_of
from tertulia.training.methods.hypernet import Hypernet, train_hypernet
from tertulia.training.methods.personalities import personalities

MICRO = LlamaSize(hidden=16, layers=2, heads=2, intermediate=24, vocabulary=300, reads=2048)
KNOBS = Hypernet(epochs=2, batch=4, rank=2, width=8, device="cpu", precision="float32", validation=0.25, test=0.0)
SPARE = ["critics.panel=[{use: structure}]", "critics.voting.quorum=1", "stage.turns={min: 4, max: 6}"]


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def run(folder: Path, *overrides: str) -> str:
    """Eight dialogues by rehearsal."""
    sized = [*SPARE, "rounds={count: 1, dialogues: 8}", "exemplars.count=0", *overrides]
    simulate_sync(scenario_of("first-meeting", overrides=sized, model="rehearsal?flaws=0&nature=0.5"), output=folder)
    return str(folder)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> str:
    return run(tmp_path_factory.mktemp("run"), "cast.personality={trait: all, setting: level}")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("base")
    for part in build(MICRO, ["I keep bees, and they keep me. What about you?"], seed=3):
        part.save_pretrained(folder)
    return str(folder)


def test_the_folder_holds_the_networks_alone_and_speaks_with_any_personality(
    source: str, base: str, tmp_path: Path
) -> None:
    heard: list[Any] = []
    before = load_file(Path(base) / "model.safetensors")
    finish = train_hypernet(source, base, KNOBS, tmp_path / "out", heard.append)
    names = {path.name for path in finish.folder.iterdir()}
    assert names >= {
        "hypernet.json",
        "hypernet.safetensors",
        "tokenizer.json",
        "training.json",
        "split.json",
        "README.md",
    }
    assert not names & {"model.safetensors", "config.json"}
    checkpoints = [Path(event.folder) for event in heard if isinstance(event, CheckpointSaved)]
    assert not [path for folder in checkpoints for path in folder.rglob("model.safetensors")]
    assert (finish.taught.method, finish.taught.base_model, finish.taught.system) == ("hypernet", base, "none")
    ready = next(event for event in heard if isinstance(event, DataReady))
    assert finish.taught.counts["train"] == ready.train == 2 * ready.dialogues

    loaded = load(str(finish.folder), device="cpu")
    weights = loaded.model.base.state_dict()
    assert all(torch.equal(weights[name], tensor) for name, tensor in before.items())
    ids = torch.arange(5, 15)[None].expand(2, -1)
    calm, loud = loaded.model(ids, traits=batch_of([(0, 0, -5, 0, 0), (0, 0, 5, 0, 0)])).logits
    assert (calm - loud).abs().max() > 1e-4


def test_it_learns(source: str, base: str, tmp_path: Path) -> None:
    losses: list[float] = []
    knobs = replace(KNOBS, epochs=6, learning_rate=1e-2, validation=0.0)
    finish = train_hypernet(source, base, knobs, tmp_path / "out")
    log = json.loads((finish.folder / "trainer_state.json").read_text())["log_history"]
    losses = [entry["loss"] for entry in log if "loss" in entry]
    assert sum(losses[-4:]) < sum(losses[:4])


def test_a_resumed_training_has_the_losses_of_an_uninterrupted_one(source: str, base: str, tmp_path: Path) -> None:
    knobs = replace(KNOBS, epochs=3, validate_every=2)
    halt = Halt()

    def stop_at_first(event: object) -> None:
        if isinstance(event, CheckpointSaved):
            halt.asked = True

    with pytest.raises(KeyboardInterrupt):
        train_hypernet(source, base, knobs, tmp_path / "left", stop_at_first, halt=halt)
    left = train_hypernet(source, base, knobs, tmp_path / "left")
    whole = train_hypernet(source, base, knobs, tmp_path / "whole")
    states = [json.loads((one.folder / "trainer_state.json").read_text()) for one in (left, whole)]
    assert states[0]["log_history"] == states[1]["log_history"]
    weights = [load_file(one.folder / "hypernet.safetensors") for one in (left, whole)]
    assert all(torch.equal(weights[0][name], tensor) for name, tensor in weights[1].items())


@pytest.mark.parametrize("system", [System.NONE, System.PERSONA])
def test_no_message_tells_the_traits(source: str, base: str, tmp_path: Path, system: System) -> None:
    from tertulia.training.data.conversing import examples

    known = personalities(source)
    told = list(examples(known.dialogues, system=system))
    assert {(example.dialogue, example.seat) for example in told} == set(known.levels)
    assert not [example for example in told if "personality" in example.system or "say of yourself" in example.system]
    assert all(bool(example.system) is (system is System.PERSONA) for example in told)


def plain(folder: Path, traits: str = "") -> str:
    """Four dialogues in a file."""
    lines = []
    for number in range(4):
        about = f"You are Ann {number}.\nWhat is true of you:\n- I keep {number} bees.{traits}"
        said = [{"role": ("user", "assistant")[at % 2], "content": f"Line {at} of {number}."} for at in range(4)]
        lines.append(json.dumps({"messages": [{"role": "system", "content": about}, *said]}))
    (folder / "plain.jsonl").write_text("\n".join(lines))
    return str(folder / "plain.jsonl")


def test_data_without_traits_is_refused_with_a_next_step(base: str, tmp_path: Path) -> None:
    train = partial(train_hypernet, base=base, knobs=KNOBS, output=tmp_path / "out")
    with pytest.raises(Mistake, match=r"nobody in it has trait levels: .*cast\.personality.*critics assess"):
        train(plain(tmp_path))
    with pytest.raises(Mistake, match="all 4 speakers have the same levels"):
        train(plain(tmp_path, "\nYour personality, each trait from -5 to 5: openness 2, neuroticism -1"))


def test_levels_that_were_assessed_count(base: str, tmp_path: Path) -> None:
    turns = [
        {"speaker": "Ann", "text": "I'd try it.", "own": True},
        {"speaker": "Bob", "text": "I'd not.", "own": False},
    ]
    lines = [
        {
            "id": f"ann{number}",
            "speaker": "Ann",
            "levels": {"openness": level, "neuroticism": None},
            "dialogues": [{"id": f"d{number}", "turns": turns}],
        }
        for number, level in enumerate((4, -3, None))
    ]
    path = tmp_path / "traits.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)))
    assert personalities(str(path)).levels == {
        ("d0", "own ann0"): (4.0, 0.0, 0.0, 0.0, 0.0),
        ("d1", "own ann1"): (-3.0, 0.0, 0.0, 0.0, 0.0),
    }


def test_a_base_that_has_learned_nothing_is_refused(source: str, tmp_path: Path) -> None:
    with pytest.raises(Mistake, match=r"has learned nothing.*train sft"):
        train_hypernet(source, "scratch:tiny", KNOBS, tmp_path)
