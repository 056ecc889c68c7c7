"""A trained reader is loaded from its folder, once, and says the same as before it was saved; or why it can't be."""

import json
from pathlib import Path
from shutil import copytree

import numpy as np
import pytest

from tertulia.models.errors import Mistake
from tertulia.models.local.connecting import connect_reader
from tertulia.models.local.reader import FILE, WEIGHTS, files_of
from tertulia.models.local.wordbag import Bag, vectorizers
from tertulia.personas import Trait

TEXTS = ("I love a party!", "Leave me alone.", "So much fun, you all!", "안녕하세요, 반가워요!", "")
TRAITS = {"kind": "words", "reads": "traits", "outputs": list(Trait), "learned": list(Trait), "unit": "speaker"}
LABELS = {"kind": "words", "reads": "labels", "outputs": ["reject", "accept"], "learned": [], "unit": "dialogue"}


def bag(outputs: int) -> Bag:
    """Weights by chance."""
    words, pieces = vectorizers(1)
    words.fit(TEXTS)
    pieces.fit(TEXTS)
    chance = np.random.default_rng(3)
    rows = len(words.vocabulary_) + len(pieces.vocabulary_)
    return Bag(words, pieces, chance.normal(size=(rows, outputs)) * 4, chance.normal(size=outputs))


def kept(made: Bag, settings: dict[str, object], folder: Path) -> Path:
    folder.mkdir()
    (folder / FILE).write_text(json.dumps({**settings, **made.save(folder / WEIGHTS)}), encoding="utf-8")
    return folder


def test_a_reader_of_traits_says_what_its_weights_do_within_the_scale(tmp_path: Path) -> None:
    made = bag(5)
    reader = connect_reader(kept(made, TRAITS, tmp_path / "reader"), "traits")
    levels = np.array(reader.levels(TEXTS))
    assert levels == pytest.approx(made(TEXTS).clip(-5, 5), abs=1e-4)
    assert np.abs(made(TEXTS)).max() > 5
    assert [reader.levels([text])[0] for text in TEXTS] == reader.levels(TEXTS)
    assert reader.levels(["nothing like it"])
    assert reader.levels([]) == []
    assert (reader.outputs, reader.unit) == (tuple(Trait), "speaker")


def test_a_reader_of_labels_gives_probabilities(tmp_path: Path) -> None:
    made = bag(2)
    reader = connect_reader(kept(made, LABELS, tmp_path / "reader"))
    told = reader.probabilities(TEXTS)
    by_hand = np.exp(made(TEXTS)) / np.exp(made(TEXTS)).sum(axis=1, keepdims=True)
    assert told == pytest.approx(by_hand, abs=1e-4)
    assert reader.classes == ("reject", "accept")
    assert reader.probabilities([]).shape == (0, 2)


def test_it_is_loaded_once_and_again_when_it_was_trained_again(tmp_path: Path) -> None:
    folder = kept(bag(5), TRAITS, tmp_path / "reader")
    reader = connect_reader(folder)
    assert connect_reader(str(folder)) is reader
    settings = (folder / FILE).read_text(encoding="utf-8")
    (folder / FILE).write_text(settings.replace('"speaker"', '"reply"'), encoding="utf-8")
    assert connect_reader(folder).unit == "reply"


def test_its_files_are_those_that_decide_what_it_says(tmp_path: Path) -> None:
    folder = kept(bag(5), TRAITS, tmp_path / "reader")
    for name in ("README.md", "training.json", "split.json", "loss.png"):
        (folder / name).write_text("{}", encoding="utf-8")
    assert [path.name for path in files_of(folder)] == [FILE, WEIGHTS]
    assert files_of(tmp_path) == ()


def test_a_folder_of_another_kind_is_named_with_what_it_holds(tmp_path: Path) -> None:
    traits = kept(bag(5), TRAITS, tmp_path / "traits")
    labels = kept(bag(2), LABELS, tmp_path / "labels")
    with pytest.raises(Mistake, match=r"is a reader of traits, and one of labels is needed: .* --labels FILE`"):
        connect_reader(traits, "labels")
    with pytest.raises(Mistake, match="is a reader of labels, and one of traits is needed"):
        connect_reader(labels).levels(["a"])
    with pytest.raises(Mistake, match=r"there is no folder .* `tertulia train classifier` makes one"):
        connect_reader(tmp_path / "nowhere")
    with pytest.raises(Mistake, match="holds no reader"):
        connect_reader(tmp_path)
    (tmp_path / "training.json").write_text('{"method": "sft"}', encoding="utf-8")
    with pytest.raises(Mistake, match=r"holds what `train sft` made, and a trained reader .* is needed"):
        connect_reader(tmp_path)


def test_a_reader_that_is_not_whole_is_a_mistake(tmp_path: Path) -> None:
    whole = kept(bag(5), TRAITS, tmp_path / "whole")
    settings = json.loads((whole / FILE).read_text(encoding="utf-8"))
    for name, broken, why in (
        ("without", {k: v for k, v in settings.items() if k != "unit"}, "not whole: it lacks 'unit'"),
        ("fewer", {**settings, "words": settings["words"][1:]}, "can't be loaded: ValueError"),
        ("others", {**settings, "outputs": ["one"]}, r"can't be loaded: ValueError: weights of \(.*, 5\)"),
        ("network", {**settings, "kind": "transformers"}, "is not whole: it has no config.json"),
    ):
        folder = copytree(whole, tmp_path / name)
        (folder / FILE).write_text(json.dumps(broken), encoding="utf-8")
        with pytest.raises(Mistake, match=why):
            connect_reader(folder)
    (whole / WEIGHTS).write_bytes(b"nothing")
    with pytest.raises(Mistake, match="can't be loaded"):
        connect_reader(whole)
