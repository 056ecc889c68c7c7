"""How an evaluation looks: while it goes on, and models side by side in tables that fit."""

from dataclasses import replace

import pytest

from tertulia.console.comparing import SideBySide, explained, footnotes
from tertulia.console.evaluating import default_output, read_wanted, report
from tertulia.console.measuring import Measures, PlainMeasures
from tertulia.console.measuring import screen as drawn_of
from tertulia.corpus.change import Change
from tertulia.models.errors import Mistake
from tertulia.personas.event import Progressed
from tertulia.training.evaluation.comparison import Cell, Column, Comparison, Row
from tertulia.training.event import Measured, Measuring

PPL = Column("ppl", "lower", "perplexity of the speakers' real turns")
HITS = Column("hits@1", "higher", "share that is ranked first; chance 5; 300 replies")
LENGTH = Column("length", "")
BASE = Row("base tiny", "m/sft", "persona", {"ppl": Cell(812.4, 800, 825, 9), "hits@1": Cell(5.25, 2, 8, 9)})
CELLS = {
    "ppl": Cell(54.125, 52.5, 55.75, 9, Change(-758.3, -770, -745)),
    "hits@1": Cell(7.5, 3, 12, 9, Change(2.25, -1, 5.5)),
    "length": Cell(9.5, None, None, 1),
}
SFT = Row("sft", "m/sft", "persona", CELLS)


def found(*rows: Row, more: int = 0, preset: str = "") -> Comparison:
    others = tuple(Column(f"ROUGE-{n}") for n in range(more))
    cells = {column.name: Cell(11.5, 10.5, 12.5, 9) for column in others}
    full = tuple(replace(row, cells={**row.cells, **cells}) for row in rows)
    return Comparison((PPL, HITS, LENGTH, *others), full, "runs/x", 9, 1000, 0, ("c-score: no NLI model",), preset)


def test_few_measures_stand_beside_each_other(screen) -> None:
    lines = screen.draw(SideBySide(found(BASE, SFT))).splitlines()
    assert lines[0].split() == ["ppl", "↓", "hits@1", "↑", "length"]
    assert lines[1].split() == ["base", "tiny", "812.4", "800.0–825.0", "5.25", "2.00–8.00", "–"]
    assert lines[2].split() == ["sft", "54.12*", "52.50–55.75", "7.50", "3.00–12.00", "9.50"]


def test_many_measures_stand_below_each_other_with_the_difference_of_two_models(screen) -> None:
    lines = screen.draw(SideBySide(found(BASE, SFT, more=5))).splitlines()
    assert lines[0].split() == ["base", "tiny", "sft", "difference"]
    ppl = ["ppl", "↓", "812.4", "800.0–825.0", "54.12*", "52.50–55.75", "-758.3", "-770.0", "to", "-745.0"]
    assert lines[1].split() == ppl
    assert lines[2].split()[-4:] == ["+2.25", "-1.00", "to", "5.50"]
    assert len(lines) == 1 + 3 + 5


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("models", [1, 2, 3, 4])
@pytest.mark.parametrize("more", [0, 9])
def test_no_value_is_cut_off(screen_of, width: int, models: int, more: int) -> None:
    drawn = screen_of(width)
    rows = [BASE, *(replace(SFT, label=f"model number {n}") for n in range(models - 1))]
    drawn.draw(SideBySide(found(*rows, more=more)))
    words = drawn.text.split()
    assert words.count("800.0–825.0") == 1
    assert words.count("54.12*") == models - 1
    assert words.count("52.50–55.75") == models - 1
    assert max(map(len, drawn.lines)) <= width


def test_the_best_is_bold_and_what_differs_is_marked_and_coloured() -> None:
    from tertulia.console.comparing import value

    comparison = found(BASE, SFT)
    best, other = value(comparison, SFT, PPL), value(comparison, BASE, PPL)
    assert "bold" in str(best.style)
    assert "bold" not in str(other.style)
    assert best.plain == "54.12* 52.50–55.75"
    assert str(best.spans[0].style) == "green"
    worse = replace(SFT, cells={"ppl": Cell(900.0, 1, 2, 9, Change(87.6, 80, 95))})
    assert str(value(found(BASE, worse), worse, PPL).spans[0].style) == "red"
    assert value(comparison, SFT, HITS).plain == "7.50  3.00–12.00"


def test_a_papers_layout_keeps_a_row_a_model(screen_of) -> None:
    drawn = screen_of(100)
    lines = drawn.draw(SideBySide(found(BASE, SFT, more=3, preset="psydial"))).splitlines()
    assert lines[1].split()[:3] == ["base", "tiny", "812.4"]
    assert lines[2].split()[0] == "800.0–825.0"


def test_the_report_says_how_to_read_it_and_what_is_missing(screen) -> None:
    report(screen.console, found(BASE, SFT), explain=True)
    text = " ".join(screen.text.split())
    assert text.startswith("9 dialogues of runs/x")
    assert "* differs from base tiny, dialogue by dialogue" in text
    assert "by chance: hits@1 5" in text
    assert "– c-score: no NLI model" in text
    assert "ppl: perplexity of the speakers' real turns" in text
    assert len(list(explained(found(BASE)))) == 2
    assert len(list(footnotes(replace(found(BASE), columns=(PPL,), notes=())))) == 1


def test_while_it_goes_on_the_screen_shows_what_is_there_and_what_is_under_way(screen) -> None:
    seen = Measures()
    assert "loading" in screen.draw(drawn_of(seen, 80))
    for event in (
        Measuring("sft", "perplexity", 1, 3),
        Measured("sft", {"ppl": 54.125}),
        Measuring("sft", "hits@1", 20, 300),
    ):
        seen.see(event)
    drawn = " ".join(screen.draw(drawn_of(seen, 80)).split())
    assert "sft ppl 54.12 " in drawn
    assert "hits@1 20/300" in drawn
    assert "perplexity 1/3" not in drawn
    assert max(map(len, screen.lines)) <= 80
    seen.see(Measured("sft", {"hits@1": 7.5}))
    assert seen.models["sft"].now is None
    assert list(seen.models["sft"].values) == ["ppl", "hits@1"]


def test_elsewhere_a_line_a_model_is_printed() -> None:
    lines: list[str] = []
    with PlainMeasures(lines.append, seconds=1e6) as watch:
        for event in (Progressed("load", 0, 1), Measuring("sft", "hits@1", 20, 300), Measured("sft", {"ppl": 54.125})):
            watch(event)
    assert lines == ["sft: ppl 54.12"]
    slow = PlainMeasures(lines.append, seconds=0.0)
    slow(Measuring("sft", "hits@1", 20, 300))
    assert lines[1:] == ["sft: hits@1 20/300"]


def test_what_is_wanted_is_read_from_options_and_settings(tmp_path) -> None:
    wanted = read_wanted({"limit": None, "base": False, "measures": ("ppl", "f1")}, ["ranked=40", "resamples=150"])
    assert (wanted.limit, wanted.base, wanted.measures) == (100, False, ("ppl", "f1"))
    assert (wanted.ranked, wanted.resamples) == (40, 150)
    with pytest.raises(Mistake, match="no option 'rankd'; did you mean 'ranked'"):
        read_wanted({}, ["rankd=40"])
    with pytest.raises(Mistake, match="write KEY=VALUE"):
        read_wanted({}, ["ranked"])


def test_tables_go_into_the_first_models_folder(tmp_path) -> None:
    assert default_output(str(tmp_path)) == tmp_path / "evaluation"
    assert default_output(f"ours={tmp_path}") == tmp_path / "evaluation"
    assert str(default_output("owner/Model-1B")) == "runs/evaluate-Model-1B"
    (odd := tmp_path / "rate=0.1").mkdir()
    assert default_output(str(odd)) == odd / "evaluation"
