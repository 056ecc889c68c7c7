"""A comparison becomes a paper's table."""

from pathlib import Path

import pytest

from tertulia.personas import Trait
from tertulia.training.evaluation.comparing import Note, Taken, tabulate
from tertulia.training.evaluation.comparison import Cell, Column, Comparison, Row
from tertulia.training.evaluation.heatmap import tables, to_json
from tertulia.training.evaluation.layout import by_source, draw_heat_maps, heat_maps, laid_out, narrowed
from tertulia.training.evaluation.presets import DPG, PERSONACHATGEN, PSYDIAL
from tertulia.training.evaluation.sample import Samples, percent, perplexity
from tertulia.training.evaluation.saving import to_csv, to_markdown
from tertulia.training.evaluation.trait_error import HEAT_MAP, NEW, SCRIPTED

from .people import bench, dialogues

COLUMNS = (Column("F1"), Column("BLEU-2"), Column("ppl", "lower"), Column("ROUGE-1"), Column("P-ACC extraversion"))


def row(label: str, **values: float) -> Row:
    return Row(label, "folder", "none", {name: Cell(value) for name, value in values.items()})


def comparison(*rows: Row, columns: tuple[Column, ...] = COLUMNS) -> Comparison:
    return Comparison(columns, rows, "data", 9, 100, 0, ("a note",))


def test_psydial_has_five_rows_and_the_columns_of_the_paper() -> None:
    found = laid_out(
        PSYDIAL, comparison(row("1 pre-trained", F1=1, ppl=40.0), row("4 fine-tuned on this data", ppl=20.0))
    )
    assert [column.name for column in found.columns] == ["BLEU-2", "ROUGE-1", "ROUGE-2", "ROUGE-L", "PPL", "P-ACC"]
    assert [each.label[0] for each in found.rows] == ["1", "2", "3", "4", "5"]
    assert [list(each.cells) for each in found.rows] == [["PPL"], [], [], ["PPL"], []]
    assert found.columns[4].better == "lower"
    assert found.preset == "psydial"
    assert found.notes[0] == "a note"
    assert [note[0] for note in found.notes[1:4]] == ["2", "3", "5"]
    assert "tertulia train sft CHITCHAT --form pairs --system none" in found.notes[2]
    assert "chitchat=FOLDER" in found.notes[2]
    assert ".508" in found.notes[-1]


def test_what_the_paper_does_not_show_is_left_out_with_what_is_said_of_it() -> None:
    ppl, none = (Samples(name, {"d0": (1.0, 1.0)}, perplexity, "lower") for name in ("ppl", "ppl none"))
    notes = (Note(("ppl", "ppl none"), "cut"), Note(("ppl none",), "untold"), Note(("p-acc",), "nobody reads"))
    [found] = narrowed(PSYDIAL, [Taken("one", "folder", "none", (ppl, none), notes)])
    assert found.samples == (ppl,)
    assert [str(note) for note in found.notes] == ["ppl: cut", "p-acc: nobody reads"]


def test_what_all_are_compared_to_stays_first() -> None:
    labels = [each.label for each in laid_out(PSYDIAL, comparison(row("4 fine-tuned on this data (b)", ppl=2.0))).rows]
    assert [label[0] for label in labels] == ["4", "5", "1", "2", "3"]


def test_other_models_keep_their_rows() -> None:
    found = laid_out(DPG, comparison(row("fine-tuned (a)"), row("fine-tuned (b)"), row("mine"), columns=()))
    assert [each.label for each in found.rows] == ["fine-tuned (a)", "fine-tuned (b)", "hypernet", "mine", "prompted"]
    assert len(found.columns) == 4


def test_personachatgen_has_columns_for_each_test_set_and_for_all_together() -> None:
    nats = Samples("ppl", {"d0": (10.0, 10.0), "d1": (30.0, 10.0), "d2": (40.0, 20.0)}, perplexity, "lower", "sums")
    f1 = Samples("F1", {"d0": (0.5, 1.0), "d1": (0.1, 1.0), "d2": (0.3, 1.0)}, percent, "higher", "sums", "about F1")
    taken = [Taken("one", "folder", "persona", (f1, nats), ())]
    parts = {"chat.csv": {"d0"}, "gen.jsonl": {"d1", "d2"}}
    found = laid_out(PERSONACHATGEN, tabulate(by_source(taken, parts), bench(*dialogues(3)), 50))
    names = [column.name for column in found.columns]
    assert names == [f"{part}: {name}" for part in (*parts, "combined") for name in ("F1", "PPL", "C-score")]
    values = {name: round(cell.value, 3) for name, cell in found.rows[0].cells.items()}
    assert values == {
        "chat.csv: F1": 50.0, "chat.csv: PPL": 2.718,
        "gen.jsonl: F1": 20.0, "gen.jsonl: PPL": 10.312,
        "combined: F1": 30.0, "combined: PPL": 7.389,
    }  # fmt: skip
    assert [column.name for column in found.columns if column.about] == ["combined: F1"]
    assert any("Blender" in note for note in found.notes)


def test_one_test_set_needs_no_name() -> None:
    f1 = Samples("F1", {"d0": (0.5, 1.0)}, percent)
    taken = [Taken("one", "folder", "persona", (f1,), ())]
    assert by_source(taken, {"chat.csv": {"d0"}}) == taken
    found = laid_out(PERSONACHATGEN, tabulate(taken, bench(*dialogues(1)), 50))
    assert [column.name for column in found.columns] == ["F1", "PPL", "C-score"]


def test_it_goes_into_files_as_any_comparison() -> None:
    found = laid_out(DPG, comparison(row("prompted", **{NEW: 1.5}), columns=(Column(NEW, "lower"),)))
    table = [line for line in to_markdown(found).splitlines() if line.startswith("|")]
    assert [line.split("|")[1].strip() for line in table] == ["", "---", "prompted", "fine-tuned", "hypernet"]
    assert table[2].split("|")[4].strip() == "1.50"
    assert "prompted,new personalities,1.5" in to_csv(found)
    assert Comparison.from_dict(found.to_dict()) == found


def test_heat_maps_are_drawn_a_picture_a_test(tmp_path: Path) -> None:
    cells = to_json(tables("reader", [(Trait.OPENNESS, 5, 4)]))
    details = {NEW: {HEAT_MAP: cells}, SCRIPTED: {"speakers": 3}, "F1": {"n": 1}}
    net = Row("hypernet", "folder", "persona", {}, details)
    found = laid_out(DPG, comparison(row("prompted"), net, columns=()))
    maps = heat_maps(found)
    assert {test: list(rows) for test, rows in maps.items()} == {NEW: ["hypernet"]}
    assert maps[NEW]["hypernet"][0].cells == {5: {4: 1}}
    [drawn] = draw_heat_maps(found, tmp_path)
    assert drawn == tmp_path / "heat-map-new.png"
    assert drawn.read_bytes().startswith(b"\x89PNG")
    assert draw_heat_maps(comparison(row("prompted")), tmp_path / "nowhere") == []


@pytest.mark.parametrize("preset", [PSYDIAL, PERSONACHATGEN, DPG], ids=lambda preset: str(preset.name))
def test_nothing_measured_is_still_a_table(preset: object) -> None:
    found = laid_out(preset, comparison(columns=()))  # type: ignore[arg-type]
    assert len(found.columns) == len(preset.columns)  # type: ignore[attr-defined]
    assert len(found.rows) == len(preset.settings)  # type: ignore[attr-defined]
