"""Which checkpoints count, which go, and what is left of one that was not finished."""

from pathlib import Path

from tertulia.training.checkpointing import checkpoints, newest, seal, step_of, sweep, thin


def checkpoint(folder: Path, step: int, *, whole: bool = True) -> Path:
    made = folder / "checkpoints" / f"checkpoint-{step}"
    made.mkdir(parents=True)
    (made / "model.safetensors").touch()
    if whole:
        seal(made)
    return made


def steps(folder: Path) -> list[int]:
    return [step_of(found) for found in checkpoints(folder)]


def test_the_newest_whole_one_counts(tmp_path: Path) -> None:
    assert newest(tmp_path) is None
    for step, whole in ((9, True), (100, True), (101, False)):
        checkpoint(tmp_path, step, whole=whole)
    (tmp_path / "checkpoints" / "checkpoint-mine").mkdir()
    assert steps(tmp_path) == [9, 100]
    assert newest(tmp_path) == tmp_path / "checkpoints" / "checkpoint-100"
    sweep(tmp_path)
    assert {path.name for path in (tmp_path / "checkpoints").iterdir()} == {
        "checkpoint-9",
        "checkpoint-100",
        "checkpoint-mine",
    }


def test_the_newest_and_the_best_stay(tmp_path: Path) -> None:
    for step in (1, 2, 3, 4, 5):
        checkpoint(tmp_path, step)
    thin(tmp_path, keep=3, best=2)
    assert steps(tmp_path) == [2, 4, 5]
    thin(tmp_path, keep=2, best=None)
    assert steps(tmp_path) == [4, 5]
    thin(tmp_path, keep=1, best=4)
    assert steps(tmp_path) == [4, 5]
    thin(tmp_path, keep=1, best=5)
    assert steps(tmp_path) == [5]
