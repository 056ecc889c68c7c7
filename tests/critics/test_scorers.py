"""Which models critics ask, and whether they are still the same."""

from pathlib import Path
from shutil import copytree

import pytest

from tertulia.critics.scorers import RESERVED, Scorers, _placed
from tertulia.critics.weighing import PIECE, SAMPLES, digest_of


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(bytes(SAMPLES * PIECE * 2))
    return folder


@pytest.mark.parametrize("service", ["embedder", "nli", "toxicity"])
def test_what_a_folder_holds_counts_and_not_when_it_was_written(model: Path, tmp_path: Path, service: str) -> None:
    def meant() -> object:
        return Scorers.model_validate({service: "model"}).meant([service], tmp_path)

    first = meant()
    (model / "README.md").write_text("A model.")
    (model / "config.json").touch()
    assert meant() == first
    (model / "config.json").write_text('{"id2label": {}}')
    second = meant()
    assert second != first
    (model / "model.safetensors").write_bytes(b"\1" * SAMPLES * PIECE * 2)  # trained on, of the same size
    assert meant() not in (first, second)


def test_a_copy_is_the_same_model(model: Path, tmp_path: Path) -> None:
    assert digest_of(copytree(model, tmp_path / "copy")) == digest_of(model)


def test_a_checkpoint_counts_by_what_it_holds(tmp_path: Path) -> None:
    scorers = Scorers.model_validate({"toxicity": {"checkpoint": "own.ckpt"}})
    (tmp_path / "own.ckpt").write_bytes(b"one")
    first = scorers.meant(["toxicity"], tmp_path)
    (tmp_path / "own.ckpt").write_bytes(b"two")
    assert scorers.meant(["toxicity"], tmp_path) != first


@pytest.mark.parametrize("service", ["embedder", "nli", "toxicity"])
def test_auto_is_float32_and_the_device_does_not_count(service: str) -> None:
    def meant(**how: str) -> object:
        return Scorers.model_validate({service: how}).meant([service])

    assert meant() == meant(dtype="float32") == meant(dtype="auto", device="cuda")
    assert meant(dtype="float16") != meant()


@pytest.mark.parametrize("name", sorted(RESERVED))
def test_a_folder_with_a_reserved_name_is_not_taken_for_it(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    assert _placed(name, tmp_path) == name
    assert _placed(f"./{name}", tmp_path) == str(tmp_path / name)
    for service in ("embedder", "toxicity"):
        scorers = Scorers.model_validate({service: name})
        assert scorers.meant([service], tmp_path) == scorers.meant([service])


def test_detoxify_s_own_names_are_reserved() -> None:
    from detoxify.detoxify import MODEL_URLS

    assert set(MODEL_URLS) <= RESERVED
