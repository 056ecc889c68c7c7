"""Readers learn traits and labels, are measured on people whom they do not know, and are loaded again."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoModelForSequenceClassification

from tertulia.models.errors import Mistake
from tertulia.models.local.connecting import connect_reader
from tertulia.personas import BigFive, Trait
from tertulia.training.base.scratch import LlamaSize, build
from tertulia.training.event import DataReady, StepDone, TrainingEnded, TrainingStarted
from tertulia.training.methods.classifier import Classifier, read_texts, train_classifier
from tertulia.training.methods.network import UNKNOWN, squares
from tertulia.training.running import Finish

from .readings import CALM, LIVELY, assessed, is_lively, labelled, talks, written

MICRO = LlamaSize(hidden=32, layers=2, heads=2, intermediate=48, vocabulary=300, reads=128)
LESSON = Classifier(device="cpu", precision="float32")
AT = list(Trait).index(Trait.EXTRAVERSION)


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> str:
    return written(talks(), tmp_path_factory.mktemp("data") / "talks.jsonl")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("base") / "micro"
    model, tokenizer = build(MICRO, [" ".join(LIVELY + CALM)], 7)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return str(folder)


@pytest.fixture(scope="module")
def trained(source: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[Finish, list[Any]]:
    events: list[Any] = []
    return train_classifier(source, "words", LESSON, tmp_path_factory.mktemp("out") / "reader", events.append), events


def test_a_bag_of_words_reads_people_whom_it_does_not_know(trained: tuple[Finish, list[Any]]) -> None:
    finish, events = trained
    kinds = [type(event) for event in events]
    assert kinds == [DataReady, TrainingStarted, TrainingEnded]
    assert (events[0].train, events[0].validation, events[0].test) == (96, 12, 12)
    told = finish.outcome.quality["test"]
    assert list(told) == ["extraversion"]  # all others are 0, everywhere
    figures = told["extraversion"]
    assert figures["texts"] == figures["leaning"] == 12
    assert figures["correlation"] > 0.7
    assert figures["pole_accuracy"] >= 0.75
    assert figures["mae"] < figures["mae_of_mean"] - 0.5
    assert finish.taught.results["quality"] == finish.outcome.quality
    card = (finish.folder / "README.md").read_text(encoding="utf-8")
    assert f"| test | extraversion | 12 | {figures['mae']} | {figures['mae_of_mean']} |" in card


def test_the_figures_are_those_of_the_reader_in_the_folder(source: str, trained: tuple[Finish, list[Any]]) -> None:
    finish, _ = trained
    reader = connect_reader(finish.folder, "traits")
    assert (reader.unit, reader.learned) == ("speaker", ("extraversion",))
    texts = read_texts(source, LESSON).test
    read = np.array(reader.levels([text.text for text in texts]))
    truth = np.array([text.truth for text in texts])
    figures = finish.outcome.quality["test"]["extraversion"]
    assert figures["mae"] == pytest.approx(np.abs(read - truth)[:, AT].mean(), abs=1e-4)
    assert figures["correlation"] == pytest.approx(np.corrcoef(read[:, AT], truth[:, AT])[0, 1], abs=1e-4)
    assert not read[:, [at for at in range(5) if at != AT]].any()
    lively, calm = reader.levels(["wow everybody dance", "hush silence corner"])
    assert lively[AT] > 1 > -1 > calm[AT]


def test_nobody_of_the_test_part_is_learned_from(source: str, trained: tuple[Finish, list[Any]]) -> None:
    finish, _ = trained
    ids = json.loads((finish.folder / "split.json").read_text(encoding="utf-8"))
    assert [len(ids[part]) for part in ("train", "validation", "test")] == [48, 6, 6]
    texts = read_texts(source, LESSON)
    assert {text.group for text in texts.train}.isdisjoint(text.group for text in (*texts.validation, *texts.test))
    assert {text.id.partition(":")[0] for text in texts.test} == set(ids["test"])


def test_the_same_again_gives_the_same_and_a_finished_one_is_not_trained_again(
    source: str, trained: tuple[Finish, list[Any]], tmp_path: Path
) -> None:
    finish, _ = trained
    again = train_classifier(source, "words", LESSON, tmp_path / "again")
    for name in ("reader.json", "reader.safetensors", "split.json", "training.json"):
        assert (again.folder / name).read_bytes() == (finish.folder / name).read_bytes()
    events: list[Any] = []
    assert train_classifier(source, "words", LESSON, finish.folder, events.append).outcome == finish.outcome
    assert events == []
    with pytest.raises(Mistake, match="another training: unit was 'speaker' and is 'reply'"):
        train_classifier(source, "words", replace(LESSON, unit="reply"), finish.folder)


def test_single_replies_may_be_read(source: str) -> None:
    whole, single = (read_texts(source, replace(LESSON, unit=unit)) for unit in ("speaker", "reply"))
    assert [len(part) for part in (single.train, single.test)] == [3 * len(part) for part in (whole.train, whole.test)]
    assert "\n".join(text.text for text in single.train[:3]) == whole.train[0].text


def test_levels_that_a_model_has_read_are_learned_too(tmp_path: Path) -> None:
    """Traits that nothing showed are left out, and one character stays on one side."""
    finish = train_classifier(assessed(talks(40), tmp_path / "set.jsonl"), "words", LESSON, tmp_path / "reader")
    assert finish.taught.counts["train"] == 64
    assert list(finish.outcome.quality["test"]) == ["extraversion"]
    assert finish.outcome.quality["test"]["extraversion"]["pole_accuracy"] >= 0.75
    assert connect_reader(finish.folder).learned == ("extraversion",)
    texts = read_texts(str(tmp_path / "set.jsonl"), LESSON)
    assert all(np.isnan(text.truth[0]) for text in texts.train)
    told = {text.id: text.text for text in (*texts.train, *texts.validation, *texts.test)}
    first = talks(40)[0]
    assert told[f"{first.id}:own {first.id}:b:0"] == "\n".join(first.said_by("b"))


def test_a_broken_line_of_such_a_set_is_named(tmp_path: Path) -> None:
    file = Path(assessed(talks(3), tmp_path / "set.jsonl"))
    file.write_text(file.read_text(encoding="utf-8").replace('"openness": null', '"openness": 6'), encoding="utf-8")
    with pytest.raises(Mistake, match=r"set.jsonl:1: .* a level goes from -5 to 5, not 6"):
        train_classifier(str(file), "words", LESSON, tmp_path / "reader")


def test_labels_of_dialogues_are_learned(source: str, tmp_path: Path) -> None:
    told = labelled(talks(), tmp_path / "labels.csv")
    knobs = replace(LESSON, targets="labels", labels=told, test=0.25)
    finish = train_classifier(source, "words", knobs, tmp_path / "reader")
    figures = finish.outcome.quality["test"]
    assert figures["texts"] == 15
    assert figures["auc"] > 0.75
    assert figures["balanced_accuracy"] > 0.6
    reader = connect_reader(finish.folder, "labels")
    assert reader.classes == ("reject", "accept")
    texts = read_texts(source, knobs).test
    accept = reader.probabilities([text.text for text in texts])
    assert accept.sum(axis=1) == pytest.approx(1.0, abs=1e-3)
    truth = np.array([text.truth[0] for text in texts])
    assert figures["accuracy"] == pytest.approx(((accept[:, 1] >= 0.5) == (truth == 1)).mean(), abs=1e-4)
    assert [bool(text.truth[0]) for text in texts] == [is_lively(t) for t in talks() if t.id in {x.id for x in texts}]


@pytest.mark.parametrize(
    ("changed", "kinds", "why"),
    [
        ({}, "none", r"nobody in it has trait levels: .*`cast.personality`.*`tertulia critics assess"),
        ({}, "equal", r"all 120 texts have the same levels"),
        ({}, "few", r"10 texts with trait levels, and 20 are needed"),
        ({"targets": "labels"}, "", r"--targets labels needs --labels FILE"),
        ({"targets": "labels", "labels": "one"}, "", r"60 dialogues have a label, 60 accept and 0 reject"),
        ({"targets": "labels", "labels": "others"}, "", r"no dialogue of .* none called 'x1', 'x2', 'x3'"),
    ],
)
def test_where_there_is_nothing_to_learn_it_says_so(
    changed: dict[str, Any], kinds: str, why: str, tmp_path: Path
) -> None:
    dialogues = talks(5 if kinds == "few" else 60, traits=kinds != "none")
    if kinds == "equal":
        flat = BigFive(extraversion=2)
        levelled = [
            tuple(replace(m, persona=m.persona.model_copy(update={"traits": flat})) for m in d.cast) for d in dialogues
        ]
        dialogues = [replace(d, cast=cast) for d, cast in zip(dialogues, levelled, strict=True)]
    if name := changed.get("labels"):
        rows = "".join(f"{d.id if name == 'one' else f'x{at}'},accept\n" for at, d in enumerate(dialogues, 1))
        (tmp_path / "labels.csv").write_text(f"dialogue,label\n{rows}", encoding="utf-8")
        changed = {**changed, "labels": str(tmp_path / "labels.csv")}
    with pytest.raises(Mistake, match=why):
        train_classifier(
            written(dialogues, tmp_path / "d.jsonl"), "words", replace(LESSON, **changed), tmp_path / "reader"
        )


def test_a_network_is_fine_tuned_and_read_again(base: str, tmp_path: Path) -> None:
    source = written(talks(24), tmp_path / "talks.jsonl")
    knobs = replace(LESSON, steps=8, batch=8, learning_rate=5e-3, length=64)
    events: list[Any] = []
    finish = train_classifier(source, base, knobs, tmp_path / "reader", events.append)
    losses = [event.loss for event in events if isinstance(event, StepDone)]
    assert len(losses) == 8
    assert sum(losses[-3:]) < sum(losses[:3])
    reader = connect_reader(finish.folder, "traits", device="cpu")
    assert (reader.kind, reader.outputs) == ("transformers", tuple(Trait))
    texts = read_texts(source, knobs).test
    read = np.array(reader.levels([text.text for text in texts]))
    truth = np.array([text.truth for text in texts])
    told = finish.outcome.quality["test"]["extraversion"]
    assert told["mae"] == pytest.approx(np.abs(read - truth)[:, AT].mean(), abs=1e-3)
    before = AutoModelForSequenceClassification.from_pretrained(base, num_labels=5)
    after = AutoModelForSequenceClassification.from_pretrained(finish.folder)
    pairs = [(name, w, after.get_parameter(name)) for name, w in before.named_parameters()]
    assert [name for name, one, other in pairs if torch.equal(one, other)] == []
    again = train_classifier(source, base, knobs, finish.folder, events.append)
    assert again.outcome == finish.outcome
    assert len([event for event in events if isinstance(event, StepDone)]) == 8


def test_levels_that_are_not_known_count_for_nothing_in_the_loss() -> None:
    class Said:
        logits = torch.tensor([[0.5, 9.0], [0.0, 1.0]])

    labels = torch.tensor([[0.1, UNKNOWN], [0.2, 0.4]])
    assert float(squares(Said(), labels)) == pytest.approx((0.16 + 0.04 + 0.36) / 3)
    assert float(squares(Said(), labels, 6)) == pytest.approx((0.16 + 0.04 + 0.36) / 6)
