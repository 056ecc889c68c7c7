"""One call from folders to a table."""

from dataclasses import asdict, replace
from json import dumps
from pathlib import Path
from typing import Any

import pytest

from tertulia.agents import SeatRole
from tertulia.models.errors import Mistake
from tertulia.training.base.base import digest_of
from tertulia.training.data.material import gather
from tertulia.training.evaluation.comparison import Comparison
from tertulia.training.evaluation.evaluating import Wanted, ask, evaluate, lineage, with_bases
from tertulia.training.event import Measured, Measuring
from tertulia.training.example import Speaker
from tertulia.training.taught import FILE, SPLIT, Taught

from .micro import bench, loaded, longest, subject
from .people import dialogues
from .test_unseen import written

QUICK = Wanted(measures=("perplexity",), resamples=100)


@pytest.fixture
def talks(tmp_path: Path) -> str:
    return written(tmp_path / "talks.jsonl", dialogues(6))


def folder(path: Path, talks: str, seed: int = 2, **changed: Any) -> Path:
    """As a training leaves it."""
    model = loaded(seed)
    model.model.save_pretrained(path)
    model.tokenizer.save_pretrained(path)
    parts = {"train": ["d0", "d1"], "validation": ["d2"], "test": ["d3", "d4", "d5"]}
    (path / SPLIT).write_text(dumps(parts))
    base = path.parent / "base"
    if not base.is_dir():
        loaded(1).model.save_pretrained(base)
        loaded(1).tokenizer.save_pretrained(base)
    taught = Taught(
        method="sft",
        base=str(base),
        base_digest=digest_of(model.tokenizer),
        sources=(talks,),
        data_digest=gather(talks).digest,
        knobs={},
        results={"steps": 1},
    )
    replace(taught, **changed).write(path)
    return path


def test_a_trained_folder_is_compared_with_its_base_on_its_test_part(tmp_path: Path, talks: str) -> None:
    seen: list[object] = []
    found = evaluate([str(folder(tmp_path / "sft", talks))], wanted=QUICK, events=seen.append)
    assert [row.label for row in found.rows] == ["base base", "sft"]
    assert found.title == f"3 dialogues of the test part of {talks}"
    base, trained = found.rows
    assert trained.cells["ppl"].change
    assert trained.cells["ppl"].change.change == pytest.approx(trained.cells["ppl"].value - base.cells["ppl"].value)
    assert trained.cells["ppl"].n == 3
    assert [event.model for event in seen if isinstance(event, Measured)] == ["base base", "sft"]
    assert any(isinstance(event, Measuring) for event in seen)
    assert evaluate([str(tmp_path / "sft")], wanted=QUICK) == found


def test_models_stand_side_by_side_each_under_its_name_and_each_base_once(tmp_path: Path, talks: str) -> None:
    one, other = folder(tmp_path / "a" / "sft", talks), folder(tmp_path / "b" / "sft", talks, seed=3, system="none")
    Taught.read(one)
    shared = {**asdict(Taught.read(other)), "base": Taught.read(one).base}
    Taught(**shared).write(other)
    found = evaluate([str(one), f"untold={other}", str(other)], [talks], QUICK)
    assert [row.label for row in found.rows] == ["base base", "sft", "untold", "sft 2"]
    assert [row.told for row in found.rows] == ["persona", "persona", "none", "none"]
    assert "ppl none" not in found.rows[2].cells
    assert found.rows[2].cells["ppl"].value == found.rows[3].cells["ppl"].value
    assert found.notes[0].startswith("3 of 6 dialogues are left out")


def test_a_base_that_is_named_is_not_added(tmp_path: Path, talks: str) -> None:
    trained = folder(tmp_path / "sft", talks)
    asked = [ask(str(tmp_path / "base")), ask(str(trained))]
    assert with_bases(asked) == asked
    [only] = evaluate([str(trained)], wanted=replace(QUICK, base=False)).rows
    assert only.label == "sft"


def test_what_its_base_has_learned_a_model_has_learned(tmp_path: Path, talks: str) -> None:
    first = folder(tmp_path / "sft", talks)
    second = folder(tmp_path / "dpo", talks, base=str(first), method="dpo")
    (second / SPLIT).write_text(dumps({"train": ["d3"], "validation": [], "test": ["d0", "d4", "d5"]}))
    assert [each.folder for each in lineage("dpo", second, Taught.read(second))] == [second, first]
    found = evaluate([str(second)], wanted=QUICK)
    assert found.dialogues == 2
    assert found.notes[0].startswith("1 of 3 dialogues are left out")


def test_models_read_no_more_than_they_have_learned_to_read(tmp_path: Path, talks: str) -> None:
    whole = folder(tmp_path / "sft", talks)
    length = longest(subject(), bench(6)) - 8
    cut = folder(tmp_path / "cut", talks, knobs={"length": length})
    found = evaluate([str(whole), str(cut)], wanted=replace(QUICK, base=False))
    assert any(f"since it reads {length} tokens" in note and note.endswith("(cut)") for note in found.notes)


def test_a_preset_gives_the_paper_s_table(tmp_path: Path, talks: str) -> None:
    wanted = Wanted(preset="psydial", measures=("perplexity",), resamples=100)
    found = evaluate([str(folder(tmp_path / "sft", talks))], wanted=wanted)
    assert isinstance(found, Comparison)
    assert found.preset == "psydial"
    assert "PPL" in [column.name for column in found.columns]
    assert "overlap, p-acc: not asked for by --measures" in found.notes
    assert not any(note.startswith("ppl none") for note in found.notes)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"method": "classifier"}, "give it as --reader"),
        ({"results": {}}, "has not ended"),
    ],
)
def test_a_folder_that_is_no_finished_model(tmp_path: Path, talks: str, changed: dict[str, Any], said: str) -> None:
    trained = folder(tmp_path / "sft", talks, **changed)
    with pytest.raises(Mistake, match=said):
        evaluate([str(trained)], wanted=QUICK)


def test_where_nobody_has_the_role_that_is_measured_it_says_what_to_set(tmp_path: Path, talks: str) -> None:
    last = dialogues(6)[5]
    cast = tuple(replace(member, role=SeatRole.USER) for member in last.cast)
    other = written(tmp_path / "users.jsonl", [replace(last, cast=cast)])
    with pytest.raises(Mistake, match=r"nobody speaks as assistant.*--on FILE, or --set speaker=both"):
        evaluate([str(folder(tmp_path / "sft", talks))], [other], replace(QUICK, speaker=Speaker.ASSISTANT))


def test_what_can_t_be_done_is_said_before_anything_is_loaded(tmp_path: Path, talks: str) -> None:
    trained = str(folder(tmp_path / "sft", talks))
    (tmp_path / "sft" / "model.safetensors").unlink()
    cases: list[tuple[dict[str, Any], str]] = [
        ({"measures": ("overlapp",)}, "did you mean 'overlap'"),
        ({"preset": "psydal"}, "did you mean 'psydial'"),
        ({"nli": str(tmp_path / "none")}, "none"),
    ]
    for wanted, said in cases:
        with pytest.raises(Mistake, match=said):
            evaluate([trained], wanted=Wanted(**wanted))
    for models, said in ((["scratch:tiny"], "names no model"), ([], "no model is named"), (["x="], "names no model")):
        with pytest.raises(Mistake, match=said):
            evaluate(models, [talks], QUICK)
    assert (tmp_path / "sft" / FILE).is_file()
