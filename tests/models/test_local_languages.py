"""Which languages a model was made for is known by its name, or not known."""

from pathlib import Path

import pytest

from tertulia.models.local import connect_embedder, connect_toxicity
from tertulia.models.local.languages import SEVEN, languages_of
from tertulia.models.scorer import spoken_by
from tertulia.personas.consistency.lexical import LexicalNli

from .test_local_toxicity import tiny_detoxify


@pytest.mark.parametrize(
    ("name", "languages"),
    [
        ("all-MiniLM-L6-v2", ("en",)),
        ("sentence-transformers/all-MiniLM-L6-v2", ("en",)),
        ("/models/all-MiniLM-L6-v2/", ("en",)),
        ("sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2", None),
        ("cross-encoder/nli-deberta-v3-base", ("en",)),
        ("MoritzLaurer/mDeBERTa-v3-base-mnli-xnli", None),
        ("ynie/roberta-large_conv_contradiction_detector_v0", ("en",)),
        ("detoxify unbiased-small", ("en",)),
        ("detoxify multilingual", SEVEN),
        ("multilingual", None),
        ("", None),
    ],
)
def test_by_name(name: str, languages: tuple[str, ...] | None) -> None:
    assert languages_of(name) == languages


def test_scorers_say_so(tmp_path: Path) -> None:
    assert spoken_by(LexicalNli()) == ("en",)
    assert spoken_by(connect_embedder("lexical")) is None
    files = tiny_detoxify(tmp_path)
    assert spoken_by(connect_toxicity(**files, device="cpu")) is None
    published = Path(files["checkpoint"]).rename(tmp_path / "toxic_debiased-c7548aa0.ckpt")
    assert spoken_by(connect_toxicity(**{**files, "checkpoint": str(published)}, device="cpu")) == ("en",)
