import logging
from asyncio import gather
from pathlib import Path
from typing import Any

import pytest

from tertulia.models.errors import Mistake
from tertulia.models.local import connect_toxicity

SHARED = Path(__file__).parents[3] / "shared" / "models" / "toxicity-minilm"
CLASSES = ["toxic", "severe_toxic", "obscene", "threat", "insult", "identity_hate"]
LABELS = ("toxicity", "severe_toxicity", "obscene", "threat", "insult", "identity_attack")
WORDS = "i love dogs you are a fool tea ."
TEXTS = ["i love dogs", "you are a fool .", "tea", "fool fool fool dogs are a tea"]


def tiny_detoxify(folder: Path, *, base: str = "nobody/made-this-7f3a", **changed: Any) -> dict[str, str]:
    """A checkpoint in the form that Detoxify's training saves, and beside it the folder of config and tokenizer."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizer

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS.split()]
    config = folder / "config"
    BertTokenizer(vocab={word: number for number, word in enumerate(words)}).save_pretrained(config)
    shape = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    made = BertConfig(vocab_size=len(words), max_position_embeddings=32, initializer_range=0.9, **shape)
    made.save_pretrained(config)  # with two labels, which the checkpoint knows better
    torch.manual_seed(3)
    made.num_labels = len(CLASSES)
    args = {"model_type": base, "model_name": "BertForSequenceClassification", "tokenizer_name": "BertTokenizer"}
    held = {
        "config": {"arch": {"args": {**args, "num_classes": len(CLASSES)}}, "dataset": {"args": {"classes": CLASSES}}},
        "state_dict": BertForSequenceClassification(made).state_dict(),
    }
    torch.save({**held, **changed}, folder / "tiny.ckpt")
    return {"checkpoint": str(folder / "tiny.ckpt"), "config": str(config)}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return tiny_detoxify(tmp_path_factory.mktemp("toxicity"))


async def test_scores_are_those_of_detoxify(tmp_path: Path) -> None:
    """Which reads the config from where the checkpoint says, and the number of labels from where it is told."""
    from detoxify import Detoxify
    from transformers import BertConfig

    files = tiny_detoxify(tmp_path, base=str(tmp_path / "config"))
    BertConfig.from_pretrained(files["config"], num_labels=len(CLASSES)).save_pretrained(files["config"])
    theirs = Detoxify(checkpoint=files["checkpoint"], huggingface_config_path=files["config"]).predict(TEXTS)
    ours = await connect_toxicity(**files, device="cpu").score(TEXTS)
    assert tuple(theirs) == tuple(ours[0]) == LABELS
    for label in LABELS:
        assert [scores[label] for scores in ours] == pytest.approx(theirs[label], abs=1.01e-4)
    assert all(0 <= score <= 1 and score == round(score, 4) for scores in ours for score in scores.values())


async def test_the_config_is_read_from_where_the_user_says(files: dict[str, str]) -> None:
    """The checkpoint names a folder that is nowhere."""
    model = connect_toxicity(**files, device="cpu")
    assert model.labels == LABELS
    assert len({tuple(scores.values()) for scores in await model.score(TEXTS)}) == len(TEXTS)
    with pytest.raises(Mistake, match=r"'nobody/made-this-7f3a'.* give config=FOLDER .*`optional: true`"):
        connect_toxicity(checkpoint=files["checkpoint"], device="cpu")


async def test_a_text_does_not_feel_the_others(files: dict[str, str]) -> None:
    model = connect_toxicity(**files, device="cpu")
    alone = [(await model.score([text]))[0] for text in TEXTS]
    together = await gather(model.score(TEXTS), model.score(["a " * length for length in range(40)]))
    for one, other in zip(alone, together[0], strict=True):
        assert one == pytest.approx(other, abs=1.01e-4)
    assert await model.score([]) == []


async def test_the_number_format_is_chosen(files: dict[str, str]) -> None:
    usual, half = (connect_toxicity(**files, device="cpu", dtype=dtype) for dtype in ("float32", "bfloat16"))
    one, other = await gather(usual.score(TEXTS), half.score(TEXTS))
    assert one != other
    assert one[0] == pytest.approx(other[0], abs=0.05)
    with pytest.raises(Mistake, match="no number format is called 'float23'; did you mean 'float32'"):
        connect_toxicity(**files, device="cpu", dtype="float23")


async def test_it_is_loaded_once_and_a_long_text_is_cut(
    files: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    model = connect_toxicity(**files, device="cpu")
    assert connect_toxicity("unbiased", **files, device="cpu") is model
    with caplog.at_level(logging.WARNING):
        long, cut = await model.score(["fool " * 500, "fool " * 900])
    assert long == cut
    assert [message for message in caplog.messages if "word pieces" in message] == caplog.messages[:1]


def test_what_is_no_checkpoint_is_a_mistake(files: dict[str, str], tmp_path: Path) -> None:
    import torch

    def refused(held: Any, said: str) -> None:
        torch.save(held, tmp_path / "bad.ckpt")
        with pytest.raises(Mistake, match=said):
            connect_toxicity(checkpoint=str(tmp_path / "bad.ckpt"), config=files["config"], device="cpu")

    good = torch.load(files["checkpoint"])
    refused(good["state_dict"], "is no Detoxify checkpoint: it has to be a dict of 'config' and 'state_dict'")
    refused({**good, "config": {"arch": {}}}, "its config lacks 'args'")
    refused({**good, "state_dict": {}}, "no weights for bert")
    refused({**good, "more": Path("x")}, "holds more than weights and plain values")
    (tmp_path / "bad.ckpt").write_bytes(b"cut off")
    with pytest.raises(Mistake, match=r"bad\.ckpt"):
        connect_toxicity(checkpoint=str(tmp_path / "bad.ckpt"), config=files["config"], device="cpu")
    with pytest.raises(Mistake, match="no Detoxify checkpoint is at 'none'"):
        connect_toxicity(checkpoint="none")
    with pytest.raises(Mistake, match="has no config"):
        connect_toxicity(checkpoint=files["checkpoint"], config=str(tmp_path), device="cpu")


def test_a_name_that_can_not_be_fetched_says_where_to_put_the_file(
    tmp_path: Path, nobody: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from detoxify.detoxify import MODEL_URLS

    with pytest.raises(Mistake, match=r"Detoxify has no model 'orginal'; did you mean 'original'\?"):
        connect_toxicity("orginal")
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    with pytest.raises(Mistake, match="HF_HUB_OFFLINE is set"):
        connect_toxicity(device="cpu")
    monkeypatch.delenv("HF_HUB_OFFLINE")
    monkeypatch.setitem(MODEL_URLS, "original", f"{nobody}/toxic_original-c1212f89.ckpt")
    file = tmp_path / "hub" / "checkpoints" / "toxic_original-c1212f89.ckpt"
    with pytest.raises(Mistake, match="weights 'original' are not on this machine") as caught:
        connect_toxicity(device="cpu")
    assert f"download it to {file}" in str(caught.value)


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs the small toxicity model at ../shared/models/toxicity-minilm")
async def test_a_real_model_knows_abuse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # where the folder that the checkpoint names is not
    model = connect_toxicity(checkpoint=str(SHARED / "checkpoint.pt"), config=str(SHARED), device="cpu")
    rude, kind = await model.score(["You are a stupid bitch.", "What a lovely garden you have."])
    assert rude["toxicity"] > 0.7
    assert kind["toxicity"] < 0.1
