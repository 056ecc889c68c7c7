"""What stands beside the weights: the curve and the model card."""

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from tertulia.training.card import card, write_card
from tertulia.training.plot import draw, losses, smoothed
from tertulia.training.taught import Taught

TAUGHT = Taught(
    method="sft",
    base="owner/model",
    base_digest="ba5e",
    sources=("runs/cafe",),
    data_digest="da7a",
    knobs={"batch": 8, "learning_rate": None, "targets": [], "lora": 4},
    counts={
        "train": 96,
        "validation": 12,
        "test": 11,
        "dialogues": 48,
        "dropped": 5,
        "repeated": 2,
        "tokens": 4000,
        "learned": 1500,
        "truncated": 7,
        "left_out": 1,
        "length": 512,
    },
    results={
        "steps": 30,
        "loss": 2.5,
        "best": 2.0,
        "best_step": 20,
        "why": "no gain",
        "planned": 90,
        "learning_rate": 0.002,
        "parameters": 1000,
        "trainable": 10,
    },
    version="0.1.0",
    base_model="owner/model",
    licence="CC-BY-4.0",
)


def test_a_card_tells_base_data_knobs_results_and_limits(tmp_path: Path) -> None:
    (tmp_path / "adapter_config.json").touch()
    text = card(tmp_path, TAUGHT)
    header = yaml.safe_load(text.split("---")[1])
    assert header == {
        "base_model": "owner/model",
        "library_name": "peft",
        "pipeline_tag": "text-generation",
        "tags": ["tertulia", "dialogue", "persona", "sft"],
    }
    for told in (
        "`owner/model`, digest `ba5e`",
        "source: `runs/cafe`",
        "digest of its dialogues: `da7a`",
        "licence: CC-BY-4.0\n",
        "96 to train (of 48 dialogues), 12 to validate, 11 to test",
        "left out: 5 dialogues",
        "4000, of which 1500 count in the loss",
        "7 were cut to that, 1 left out",
        "* batch: 8\n* learning_rate: 0.002\n* lora: 4\n",
        "1000, of which 10 were trained",
        "validation loss: 2.0000, perplexity 7.39, after step 20",
        "steps: 30 of 90, ended early: no gain",
        f"transformers:path/to/{tmp_path.name}",
        "AutoPeftModelForCausalLM",
        "## Limits",
    ):
        assert told in text, told


def test_a_card_is_of_the_kind_of_its_model(tmp_path: Path) -> None:
    whole = card(tmp_path, replace(TAUGHT, base="scratch:tiny", base_model="", system="none", licence=""))
    assert "made from scratch" in whole
    assert "licence: not stated; ask whoever made the data" in whole
    assert "AutoModelForCausalLM" in whole
    assert "no system message, then turns" in whole
    assert "peft" not in whole
    assert "pipeline_tag: text-classification" in card(tmp_path, replace(TAUGHT, method="classifier"))
    hypernet = card(tmp_path, replace(TAUGHT, method="hypernet"))
    assert "library_name: tertulia" in hypernet
    assert "adapter of the base `owner/model`" in hypernet
    dpo = card(tmp_path, replace(TAUGHT, method="dpo"))
    assert "perplexity" not in dpo
    write_card(tmp_path, replace(TAUGHT, results={}))
    assert "None yet." in (tmp_path / "README.md").read_text(encoding="utf-8")


def test_losses_stand_by_step() -> None:
    history = [
        {"step": 1, "loss": 3.0, "learning_rate": 0.1},
        {"step": 2, "loss": 2.0, "learning_rate": 0.05},
        {"step": 2, "eval_loss": 2.5},
        {"step": 2, "train_loss": 2.5},
    ]
    assert losses(history) == [(1, 3.0, "", 0.1), (2, 2.0, 2.5, 0.05)]


def test_a_running_mean_begins_where_the_values_begin() -> None:
    assert smoothed([(1, 4.0), (2, 4.0)]) == [(1, pytest.approx(4.0)), (2, pytest.approx(4.0))]
    assert smoothed([(1, 1.0), (2, 0.0)])[1] == (2, pytest.approx(0.09 / 0.19))


@pytest.mark.parametrize("steps", [0, 1, 40])
def test_a_curve_is_drawn_of_few_steps_and_of_many(tmp_path: Path, steps: int) -> None:
    draw([(at, 3 / at, 4 / at if at % 10 == 0 else "", 0.1) for at in range(1, steps + 1)], tmp_path / "loss.png")
    assert (tmp_path / "loss.png").read_bytes().startswith(b"\x89PNG")
