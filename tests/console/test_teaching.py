"""`tertulia train`: what can be turned, and a training from the command to the summary."""

import json
import re
from csv import writer
from pathlib import Path

import pytest

from tertulia.console.adapting import read_levels
from tertulia.console.knobs import METHODS, gathered, knobs_class, knobs_of, read_setting, show_knobs, turned
from tertulia.console.learned import quality_table
from tertulia.console.lesson import Lesson
from tertulia.console.main import typed
from tertulia.console.teaching import default_output, resumable
from tertulia.models.errors import Mistake, Stopped
from tertulia.personas import Trait
from tertulia.training.event import CheckpointSaved


@pytest.mark.parametrize("method", METHODS)
def test_every_knob_of_every_method_has_its_help(method: str) -> None:
    found = {option.name: option for option in knobs_of(knobs_class(method))}
    assert {"epochs", "batch", "learning_rate", "seed", "validation", "test"} <= set(found)
    assert [option.name for option in found.values() if not option.about or option.required] == []


def test_knobs_are_what_was_typed_and_set() -> None:
    knobs = turned("classifier", {"epochs": 2.0, "batch": None}, ["batch=3", "learning-rate=1e-4", "steps=null"])
    assert (knobs.epochs, knobs.batch, knobs.learning_rate, knobs.steps) == (2.0, 3, 1e-4, None)
    assert gathered({"seed": 1, "steps": None}, ["seed=2"]) == {"seed": 2}


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(Mistake) as caught:
        turned("classifier", {"batch": 0}, ["epoch=3"])
    assert "train classifier: option 'batch' should be greater than or equal to 1, not 0" in str(caught.value)
    assert "no option 'epoch'; did you mean 'epochs'? known: " in str(caught.value)
    assert "see `tertulia train knobs classifier`" in str(caught.value)


@pytest.mark.parametrize(("text", "why"), [("batch", "write KEY=VALUE"), ("a=[1", "the value is no YAML")])
def test_a_setting_that_cannot_be_read_is_a_mistake(text: str, why: str) -> None:
    with pytest.raises(Mistake, match=why):
        read_setting(text)


def test_knobs_are_listed_with_their_defaults(screen, capsys) -> None:
    show_knobs(screen.console, "classifier", False)
    assert "accumulate" in screen.text
    assert max(map(len, screen.lines)) <= 80
    show_knobs(screen.console, "classifier", True)
    told = {knob["name"]: knob for knob in json.loads(capsys.readouterr().out)}
    assert told["batch"]["default"] == 8
    assert told["patience"]["about"].startswith("Looks in a row")
    with pytest.raises(Mistake, match="no method 'sfft'; did you mean 'sft'"):
        show_knobs(screen.console, "sfft", False)


def test_methods_are_named_where_none_is_asked_for(capsys) -> None:
    assert typed(["train", "knobs"]) == 0
    out = capsys.readouterr().out
    assert all(method in out for method in METHODS)


def test_levels_are_read_from_a_line() -> None:
    levels = read_levels("extraversion=4, neuroticism=-2.5")
    assert levels == {**dict.fromkeys(Trait, 0.0), Trait.EXTRAVERSION: 4.0, Trait.NEUROTICISM: -2.5}
    assert list(levels) == list(Trait)
    for text, why in [("extravert=4", "did you mean 'extraversion'"), ("openness=high", "from -5 to 5"), ("", "none")]:
        with pytest.raises(Mistake, match=why):
            read_levels(text)


def test_a_model_goes_into_its_run_or_beside_the_runs(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite").touch()
    assert default_output(str(tmp_path), "sft") == tmp_path / "models" / "sft"
    assert default_output(str(tmp_path / "ledger.sqlite"), "dpo") == tmp_path / "models" / "dpo"
    assert default_output("data/talk.csv", "sft") == Path("runs/train-talk/sft")
    assert default_output("postgresql://host/name", "sft") == Path("runs/train-name/sft")


@pytest.mark.parametrize(
    ("error", "what"), [(KeyboardInterrupt(), "interrupted"), (Stopped("disk full"), "stopped early")]
)
def test_who_stops_is_told_how_to_go_on(error: BaseException, what: str, capsys) -> None:
    seen = Lesson()
    with pytest.raises(type(error)), resumable(seen, Path("out")):
        raise error
    assert capsys.readouterr().err == f"{what}: there is no checkpoint yet; the same command begins again\n"
    seen.see(CheckpointSaved(1200, "out/checkpoints/checkpoint-1200"))
    with pytest.raises(type(error)), resumable(seen, Path("out")):
        raise error
    assert capsys.readouterr().err == f"{what}: step 1,200 is kept in out; the same command goes on from there\n"


@pytest.fixture(scope="module")
def taught(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of dialogues between people who differ, and beside it a model that took two steps on it."""
    folder = tmp_path_factory.mktemp("taught")
    with (folder / "talk.csv").open("w", newline="") as file:
        rows = writer(file)
        rows.writerow(["user 1 personas", "user 2 personas", "Best Generated Conversation"])
        for n in range(14):
            told = f"User 1: Hello, I count to {n}.\nUser 2: I stop at {n * 7}, and I like the colour {n}."
            rows.writerow([f"I count to {n}.", f"I like the colour {n}.", f"{told}\nUser 1: Then we fit, {n}."])
    words = ["train", "sft", str(folder / "talk.csv"), "--base", "scratch:tiny", "--output", str(folder / "model")]
    assert typed([*words, "--steps", "2", "--batch", "2", "--test", "0.2", "--quiet"]) == 0
    return folder


def again(folder: Path, *more: str) -> int:
    words = ["train", "sft", str(folder / "talk.csv"), "--base", "scratch:tiny", "--output", str(folder / "model")]
    return typed([*words, "--batch", "2", "--test", "0.2", *more])


def test_a_finished_training_is_told_and_not_done_again(taught: Path, capsys) -> None:
    weights = (taught / "model" / "model.safetensors").stat().st_mtime_ns
    assert again(taught, "--steps", "2") == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "trained sft of scratch:tiny" in told
    assert "steps 2 · done before" in told
    assert f"next: tertulia evaluate {taught / 'model'}" in told
    assert f"--model 'transformers:{taught / 'model'}?max_tokens=60' --set stage.briefing=persona" in told
    assert (taught / "model" / "model.safetensors").stat().st_mtime_ns == weights


def test_programs_get_all_of_it(taught: Path, capsys) -> None:
    assert again(taught, "--steps", "2", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["output"], told["steps"]) == (str(taught / "model"), 2)
    assert told["trained"]["knobs"]["batch"] == 2


def test_another_training_in_the_same_folder_is_a_mistake(taught: Path, capsys) -> None:
    assert again(taught, "--steps", "3") == 2
    assert "holds another training: steps was 2 and is 3" in capsys.readouterr().err


def test_what_a_reader_learns_can_be_chosen(taught: Path, capsys) -> None:
    source = str(taught / "talk.csv")
    assert typed(["train", "classifier", source, "--targets", "labels", "-o", str(taught / "reader")]) == 2
    assert "--targets labels needs --labels FILE" in capsys.readouterr().err
    labels = ["--labels", "labels.csv"]
    assert typed(["train", "classifier", source, "--targets", "traits", *labels, "-o", str(taught / "reader")]) == 2
    assert "--labels labels.csv is for --targets labels" in capsys.readouterr().err


def test_a_method_that_needs_a_model_says_how_to_get_one(taught: Path, capsys) -> None:
    assert typed(["train", "hypernet", str(taught / "talk.csv")]) == 2
    assert "train one first (`tertulia train sft" in capsys.readouterr().err


def test_the_trained_model_stands_beside_its_base(taught: Path, capsys) -> None:
    words = ["evaluate", str(taught / "model"), "--measures", "perplexity", "--set", "resamples=100"]
    assert typed(words) == 0
    out = capsys.readouterr().out
    assert re.search(r"^base scratch:tiny +\d|base scratch:tiny +model", out, re.MULTILINE)
    assert "c-score" not in out
    found = json.loads((taught / "model" / "evaluation" / "evaluation.json").read_text())
    assert [row["label"] for row in found["rows"]] == ["base scratch:tiny", "model"]
    assert {"evaluation.csv", "evaluation.md"} <= {path.name for path in (taught / "model" / "evaluation").iterdir()}


def test_nothing_that_can_be_measured_is_exit_code_1(taught: Path, capsys) -> None:
    words = [
        "evaluate",
        str(taught / "model"),
        "--no-base",
        "--measures",
        "c-score",
        "-o",
        str(taught / "e"),
        "--quiet",
    ]
    assert typed(words) == 1
    out = " ".join(capsys.readouterr().out.split())
    assert "nothing could be measured" in out
    assert "c-score: no NLI model is there" in out


@pytest.mark.parametrize(("form", "keys"), [("pairs", {"messages"}), ("profile", {"messages"})])
def test_examples_are_handed_out(taught: Path, form: str, keys: set[str], capsys) -> None:
    output = taught / f"{form}.jsonl"
    assert typed(["train", "data", str(taught / "talk.csv"), "--form", form, "--output", str(output), "--json"]) == 0
    lines = [json.loads(line) for line in output.read_text().splitlines()]
    assert json.loads(capsys.readouterr().out)["lines"] == len(lines) == 28
    assert keys <= set(lines[0])
    assert lines[0]["messages"][-1]["role"] == "assistant"


def test_preferences_want_a_run(taught: Path, capsys) -> None:
    output = taught / "pairs.jsonl"
    assert (
        typed(["train", "data", str(taught / "talk.csv"), "--form", "preferences", "-o", str(taught / "p.jsonl")]) == 2
    )
    assert "a file holds no rejected dialogues" in capsys.readouterr().err
    assert not (taught / "p.jsonl").exists()
    assert typed(["train", "data", str(taught / "talk.csv"), "-o", str(output.with_suffix(".csv"))]) == 2
    assert "name it pairs.jsonl" in capsys.readouterr().err


def test_figures_of_a_reader_stand_by_part_and_trait(screen) -> None:
    each = {"texts": 9, "mae": 1.5, "mae_of_mean": 1.75, "correlation": None, "pole_accuracy": 0.5, "leaning": 8}
    lines = screen.draw(quality_table({"test": {"neuroticism": each, "openness": each}})).splitlines()
    assert lines[0].split() == [
        "held",
        "out",
        "texts",
        "mean",
        "error",
        "of",
        "the",
        "mean",
        "correlation",
        "right",
        "pole",
    ]
    assert lines[1].split() == ["test"]
    assert lines[2].split() == ["openness", "9", "1.500", "1.750", "–", "0.500"]
    assert lines[3].split()[0] == "neuroticism"


def test_figures_of_preferences_stand_by_part(screen) -> None:
    quality = {"validation": {"pairs": 3, "accuracy": 0.25, "margin": -0.5, "chosen": 0.1, "reference_accuracy": 1.0}}
    lines = screen.draw(quality_table(quality)).splitlines()
    assert lines[0].split() == ["held", "out", "pairs", "right", "of", "the", "base", "margin"]
    assert lines[1].split() == ["validation", "3", "0.250", "1.000", "-0.500"]
