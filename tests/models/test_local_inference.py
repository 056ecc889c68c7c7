import asyncio
import json
import logging
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from tertulia.models.errors import Mistake
from tertulia.models.local import connect_nli
from tertulia.models.local.labelling import Labels, read_labels
from tertulia.models.scorer import entails

SHARED = Path(__file__).parents[3] / "shared" / "models" / "nli-minilm"
WORDS = "i have two cats no pets love dogs my is a nurse tea . ' ##s"
LONG = "i have two cats . " * 20
PAIRS = [("I have two cats.", "I have no pets."), ("I love dogs.", "I love tea."), ("My cats", "dogs"), ("a", "a")]


def tiny_bert(folder: Path, **config: Any) -> Path:
    """A real classifier of a few thousand parameters, with a WordPiece vocabulary; it has learned nothing."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizer

    folder.mkdir()
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS.split()]
    BertTokenizer(vocab={word: number for number, word in enumerate(words)}).save_pretrained(folder)
    torch.manual_seed(7)
    shape = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    model = BertForSequenceClassification(
        BertConfig(vocab_size=len(words), max_position_embeddings=32, initializer_range=0.9, **shape, **config)
    )
    model.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    names = {0: "ENTAILMENT", 1: "neutral", 2: "Contradiction"}
    return tiny_bert(tmp_path_factory.mktemp("nli") / "three", id2label=names)


def relabelled(folder: Path, to: Path, **config: Any) -> str:
    copytree(folder, to)
    path = to / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **config}))
    return str(to)


async def test_probabilities_stand_where_the_config_says(folder: Path, tmp_path: Path) -> None:
    turned = {"0": "neutral", "1": "contradiction", "2": "entailment"}
    ours = await connect_nli(str(folder), device="cpu").infer(PAIRS)
    theirs = await connect_nli(relabelled(folder, tmp_path / "turned", id2label=turned), device="cpu").infer(PAIRS)
    for first, second in zip(ours, theirs, strict=True):
        assert sum(first) == pytest.approx(1, abs=2e-4)
        assert (first.entailment, first.neutral, first.contradiction) == (
            second.neutral,
            second.contradiction,
            second.entailment,
        )
    assert len({answer.contradiction for answer in ours}) == len(PAIRS)


async def test_premise_and_hypothesis_are_not_the_same_thing(folder: Path) -> None:
    nli = connect_nli(str(folder), device="cpu")
    (ab,), (ba,) = await nli.infer([("I have two cats", "no")]), await nli.infer([("no", "I have two cats")])
    assert ab != ba


async def test_an_answer_does_not_depend_on_its_neighbours(folder: Path) -> None:
    nli = connect_nli(str(folder), device="cpu")
    alone = [(await nli.infer([pair]))[0] for pair in PAIRS]
    together = await nli.infer([*PAIRS, *((LONG[:60], text) for text, _ in PAIRS * 20)])
    for one, other in zip(alone, together, strict=False):
        assert one == pytest.approx(other, abs=1.01e-4)


def test_it_is_loaded_once_and_serves_one_loop_after_another(folder: Path) -> None:
    nli = connect_nli(str(folder), device="cpu")
    assert connect_nli(str(folder), device="cpu") is nli
    assert asyncio.run(nli.infer(PAIRS)) == asyncio.run(nli.infer(PAIRS))


async def test_a_pair_too_long_is_cut_and_that_is_said_once(
    folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    nli = connect_nli(relabelled(folder, tmp_path / "short"), device="cpu")
    with caplog.at_level(logging.WARNING):
        await nli.infer(PAIRS)
        assert caplog.messages == []
        assert len(await nli.infer([(LONG, "tea"), ("tea", LONG)])) == 2
        await nli.infer([(LONG, LONG)])
    (said,) = caplog.messages
    assert "reads 30 word pieces" in said


async def test_two_labels_are_enough(folder: Path, tmp_path: Path) -> None:
    two = tiny_bert(tmp_path / "two", num_labels=2)
    nli = connect_nli(str(two), device="cpu")
    (answer,) = await nli.infer(PAIRS[:1])
    assert answer.entailment == 0
    assert not entails(nli)
    assert entails(connect_nli(str(folder), device="cpu"))
    assert answer.neutral + answer.contradiction == pytest.approx(1, abs=2e-4)


@pytest.mark.parametrize(
    ("labels", "meant"),
    [
        (["contradiction", "entailment", "neutral"], Labels(0, 2, 1)),
        (["Entailment", "NEUTRAL", "CONTRADICTION"], Labels(2, 1, 0)),
        (["non-contradiction", "contradiction"], Labels(1, 0)),
        (["contradiction", "not_contradiction"], Labels(0, 1)),
        (["NO CONTRADICTION", "CONTRADICTS"], Labels(1, 0)),
        (["LABEL_0", "LABEL_1"], Labels(1, 0)),
        (["neutral", "contradiction"], Labels(1, 0)),
    ],
)
def test_labels_are_understood_in_any_order_and_case(labels: list[str], meant: Labels) -> None:
    assert read_labels("m", {"id2label": {str(number): label for number, label in enumerate(labels)}}) == meant
    assert read_labels("m", {"id2label": {"0": "LABEL_0"}}, labels) == meant


@pytest.mark.parametrize(
    "labels",
    [
        ["LABEL_0", "LABEL_1", "LABEL_2"],
        ["entailment", "not_entailment"],
        ["NEGATIVE", "POSITIVE"],
        ["contradiction", "contradiction", "neutral"],
        ["contradiction"],
        ["not-contradiction", "non-contradiction"],
    ],
)
def test_labels_that_say_nothing_are_named(labels: list[str]) -> None:
    with pytest.raises(Mistake, match=r"its labels .* in their order, such as labels=\('contradiction'") as caught:
        read_labels("m", {"id2label": {str(number): label for number, label in enumerate(labels)}})
    assert repr(labels[0]) in str(caught.value)


def test_outputs_are_numbered_not_spelled() -> None:
    config = {"id2label": {"10": "x", "2": "y", "1": "z"}}
    with pytest.raises(Mistake, match="'z', 'y', 'x'"):
        read_labels("m", config)


async def test_labels_may_be_given(folder: Path, tmp_path: Path) -> None:
    name = relabelled(folder, tmp_path / "unnamed", id2label={"0": "LABEL_0", "1": "LABEL_1", "2": "LABEL_2"})
    with pytest.raises(Mistake, match="'LABEL_2' don't say"):
        connect_nli(name, device="cpu")
    given = connect_nli(name, device="cpu", labels=("entailment", "neutral", "contradiction"))
    assert await given.infer(PAIRS) == await connect_nli(str(folder), device="cpu").infer(PAIRS)


def test_another_kind_of_model_is_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(Mistake, match="is a BertModel, no sequence classifier"):
        connect_nli(relabelled(folder, tmp_path / "other", architectures=["BertModel"]))


def test_a_classifier_without_its_head_is_refused(folder: Path, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    name = relabelled(folder, tmp_path / "headless")
    weights = load_file(f"{name}/model.safetensors")
    save_file({key: value for key, value in weights.items() if "classifier" not in key}, f"{name}/model.safetensors")
    with pytest.raises(Mistake, match=r"no weights for classifier\.bias, classifier\.weight"):
        connect_nli(name, device="cpu")


def test_weights_that_are_damaged_are_a_mistake_not_a_traceback(folder: Path, tmp_path: Path) -> None:
    name = relabelled(folder, tmp_path / "damaged")
    (Path(name) / "model.safetensors").write_bytes(b"cut off")
    with pytest.raises(Mistake, match=r"damaged' can't be loaded: .*is its folder whole\?"):
        connect_nli(name, device="cpu")


def test_a_device_or_format_that_is_not_there_is_named(folder: Path) -> None:
    with pytest.raises(Mistake, match=r"no device 'cuda:99'.* known: auto, cpu"):
        connect_nli(str(folder), device="cuda:99")
    with pytest.raises(Mistake, match="no number format is called 'float8'"):
        connect_nli(str(folder), device="cpu", dtype="float8")


def test_loading_says_nothing(folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    connect_nli(relabelled(folder, tmp_path / "quiet"), device="cpu")
    assert capfd.readouterr() == ("", "")


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs the small NLI model at ../shared/models/nli-minilm")
async def test_a_real_model_knows_a_contradiction() -> None:
    nli = connect_nli(str(SHARED), device="cpu")
    pairs = [
        ("I have two cats.", "I have no pets."),
        ("I love dogs.", "I like dogs."),
        ("I am a nurse.", "I like tea."),
    ]
    no, yes, neither = await nli.infer(pairs)
    assert no.contradiction > 0.9
    assert yes.entailment > 0.9
    assert neither.neutral > 0.9
