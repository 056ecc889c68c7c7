"""What may be believed of a difference: intervals over dialogues, in pairs."""

from collections.abc import Mapping
from dataclasses import replace
from json import loads
from typing import Any

import numpy as np
import pytest

from tertulia.models.errors import Mistake
from tertulia.training.evaluation import measures, saving
from tertulia.training.evaluation.comparing import Note, Taken, cell_of, compare, difference, draws, tabulate
from tertulia.training.evaluation.comparison import Comparison, shown, signed
from tertulia.training.evaluation.overlap import distinct
from tertulia.training.evaluation.sample import Better, Samples, perplexity, ratio
from tertulia.training.event import Measured
from tertulia.training.example import System

from .micro import bench, subject

RNG = np.random.default_rng(0)
HARD = RNG.normal(3.0, 1.0, 80)
"""What each dialogue is like, whoever is asked."""


def samples(
    shift: float, noise: float = 0.1, measure: str = "score", better: Better = "higher", n: int = 80
) -> Samples:
    values = HARD[:n] + shift + np.random.default_rng(7 + int(100 * shift)).normal(0.0, noise, n)
    found = {f"d{at}": (float(value), 1.0) for at, value in enumerate(values)}
    return Samples(measure, found, ratio, better, "sums", about=f"about {measure}")


def taken(label: str, *found: Samples, notes: tuple[Note, ...] = ()) -> Taken:
    return Taken(label, f"folder/{label}", "persona", found, notes)


def test_the_interval_is_scipy_s_percentile_interval() -> None:
    from scipy.stats import bootstrap

    found = cell_of(samples(0.0), None, 0, 4000)
    assert found
    values = [value for value, _ in samples(0.0).by_dialogue.values()]
    expected = bootstrap((values,), np.mean, n_resamples=4000, method="percentile", rng=1).confidence_interval
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=0.02)
    assert (found.value, found.n) == (pytest.approx(np.mean(values)), 80)


def test_a_small_difference_that_is_the_same_everywhere_is_seen_in_pairs_and_not_from_the_intervals() -> None:
    one, other = samples(0.0), samples(0.1)
    cells = [cell_of(each, None, 0, 1000) for each in (one, other)]
    assert cells[0]
    assert cells[1]
    assert cells[0].high
    assert cells[1].low
    assert cells[1].low < cells[0].high
    change = difference(one, other, 0, 1000)
    assert change
    assert change.clear
    assert change.low
    assert change.high
    assert change.low < 0.1 < change.high


def test_equal_models_differ_by_nothing() -> None:
    change = difference(samples(0.0), samples(0.0), 0, 200)
    assert change
    assert (change.change, change.low, change.high) == (0.0, 0.0, 0.0)
    found = (difference(drawn(seed), drawn(seed + 1000), seed, 400) for seed in range(40))
    assert sum(change is not None and not change.clear for change in found) >= 34  # 38 are to be expected


def drawn(seed: int) -> Samples:
    values = np.random.default_rng(seed).normal(size=50)
    return Samples("x", {f"d{at}": (float(value), 1.0) for at, value in enumerate(values)}, ratio, resampling="sums")


def test_only_dialogues_that_both_have_are_compared() -> None:
    one = Samples("x", {"a": (1.0, 1.0), "b": (2.0, 1.0), "c": (9.0, 1.0)}, ratio, resampling="sums")
    other = Samples("x", {"b": (4.0, 1.0), "a": (3.0, 1.0)}, ratio, resampling="sums")
    change = difference(one, other, 0, 100)
    assert change
    assert (change.change, change.low, change.high) == pytest.approx((2.0, 2.0, 2.0))
    assert difference(one, Samples("x", {"z": (1.0, 1.0)}, ratio), 0, 100) is None


@pytest.mark.parametrize("way", ["sums", "items"])
def test_sums_are_a_short_way_to_the_same(way: Any) -> None:
    found = {f"d{at}": (float(at), float(at + 1)) for at in range(12)}
    quick, slow = (Samples("x", found, perplexity, "lower", each) for each in ("sums", way))
    assert draws(quick, list(found), 3, 50) == pytest.approx(draws(slow, list(found), 3, 50))


def test_how_many_different_words_there_are_is_not_misjudged_for_dialogues_drawn_twice() -> None:
    rng = np.random.default_rng(1)
    items = {f"d{at}": (frozenset(rng.zipf(1.3, 40).tolist()), 40) for at in range(60)}
    naive, found = (
        cell_of(Samples("x", items, distinct, resampling=way), None, 0, 500) for way in ("items", "jackknife")
    )
    few = {f"d{at}": (frozenset([("a", at % 2)] * (at % 2)), at % 2) for at in range(5)}
    free = cell_of(Samples("x", few, distinct, resampling="jackknife"), None, 0, 500)
    bound = cell_of(Samples("x", few, distinct, resampling="jackknife", limits=(0.0, 1.0)), None, 0, 500)
    assert free
    assert free.high
    assert free.high > 1.0
    assert bound
    assert bound.high == 1.0
    assert naive
    assert naive.high
    assert naive.high < naive.value
    assert found
    assert found.low
    assert found.high
    assert found.low < found.value < found.high


def test_one_dialogue_has_no_interval_and_none_no_value() -> None:
    cell = cell_of(Samples("x", {"d": (1.0, 2.0)}, ratio, resampling="sums"), None, 0, 100)
    assert cell
    assert (cell.value, cell.low, cell.high, cell.n) == (0.5, None, None, 1)
    assert cell_of(Samples("x", {}, ratio), None, 0, 100) is None


def table() -> Comparison:
    lack = Samples("C", {}, ratio, note="no NLI model")
    no_nli, long = Note(("C",), "no NLI model"), Note(("ppl", "bits"), "too long")
    first = taken("one", samples(0.0), samples(0.0, measure="ppl", better="lower"), lack, notes=(no_nli,))
    other = taken("two|2", samples(0.5), samples(0.0, measure="more"), notes=(no_nli, long))
    return tabulate([first, other], bench(3, notes=("9 left out",)), 200)


def test_a_column_for_each_measure_that_one_has_and_a_note_for_what_is_missing() -> None:
    found = table()
    assert [column.name for column in found.columns] == ["score", "ppl", "more"]
    first, other = found.rows
    assert set(first.cells) == {"score", "ppl"}
    assert set(other.cells) == {"score", "more"}
    assert first.cells["score"].change is None
    assert other.cells["score"].change
    assert other.cells["score"].change.clear
    assert other.cells["more"].change is None
    assert found.notes == (
        "9 left out",
        "intervals from fewer than 20 dialogues are too narrow",
        "C: no NLI model",
        "ppl, bits: too long (two|2)",
    )
    assert found.best(found.columns[0]) == (other,)
    assert found.best(found.columns[1]) == ()


def test_json_gives_the_comparison_back() -> None:
    assert Comparison.from_dict(loads(saving.to_json(table()))) == table()


def test_csv_has_a_line_a_value() -> None:
    header, *lines = saving.to_csv(table()).splitlines()
    assert header == "model,measure,value,low,high,dialogues,change,change_low,change_high"
    assert [line.split(",")[:2] for line in lines] == [
        ["one", "score"],
        ["one", "ppl"],
        ["two|2", "score"],
        ["two|2", "more"],
    ]
    assert float(lines[2].split(",")[6]) == pytest.approx(0.5, abs=0.05)


def test_markdown_sets_the_models_side_by_side() -> None:
    text = saving.to_markdown(table())
    assert "|  | one | two\\|2 |" in text
    score = table().rows[1].cells["score"]
    assert f"**{shown(score.value)}** [{shown(score.low or 0)}, {shown(score.high or 0)}] |" in text
    assert "| more ↑ | – |" in text
    assert "Difference to one" in text
    assert f"**{signed(0.5)[:3]}" in text
    assert "* score: about score" in text
    assert "* 9 left out" in text


def test_a_file_s_suffix_says_how_it_is_written(tmp_path: Any) -> None:
    for suffix in (".json", ".csv", ".md"):
        saving.write(table(), tmp_path / "deep" / f"table{suffix}")
    assert len(list((tmp_path / "deep").iterdir())) == 3
    with pytest.raises(Mistake, match=r"'.xlsx'.*known: \.csv, \.json, \.md"):
        saving.write(table(), tmp_path / "table.xlsx")


@pytest.mark.parametrize(
    ("value", "text"), [(0.12345, "0.123"), (12.3456, "12.35"), (123.456, "123.5"), (4567.8, "4568")]
)
def test_values_are_rounded_with_sense(value: float, text: str) -> None:
    assert (shown(value), signed(value), signed(-value)) == (text, f"+{text}", f"-{text}")
    assert (shown(-0.0001), signed(0.0)) == ("0.000", "+0.000")


def test_models_are_asked_the_same_and_what_is_lacking_is_said_once() -> None:
    found = compare([subject(), subject(seed=2)], bench(2), ["perplexity", "hits@1", "c-score"], 100)
    assert [column.name for column in found.columns][:2] == ["ppl", "bits/byte"]
    assert sum(note.startswith("hits@1: it takes 20 different replies") for note in found.notes) == 1
    assert sum("NLI" in note for note in found.notes) == 1


def test_every_empty_place_in_the_table_has_its_reason_below() -> None:
    asked = [subject(), replace(subject(System.NONE, seed=2), label="untold")]
    found = compare(asked, bench(3), ["perplexity", "overlap"], 100)
    empty = {column.name for column in found.columns for row in found.rows if column.name not in row.cells}
    assert empty == {"ppl none", "ppl other", "other-own", "other/own %"}
    why = "ppl none, ppl other, other-own, other/own %: it is asked without a system message (untold)"
    assert why in found.notes


def test_each_measure_is_told_of_when_it_is_there() -> None:
    told: list[object] = []
    compare([subject()], bench(2, tell=told.append), ["perplexity", "c-score", "overlap"], 100)
    values = [list(event.values) for event in told if isinstance(event, Measured)]
    assert [names[0] for names in values] == ["ppl", "F1"]


def test_a_measure_that_is_not_known_is_guessed() -> None:
    with pytest.raises(Mistake, match="no measure is called 'overlp'; did you mean 'overlap'"):
        measures.chosen(["overlp"])
    assert measures.chosen(["hits@1", "overlap", "hits@1"]) == ("hits@1", "overlap")


def test_every_measure_that_is_named_is_there() -> None:
    found: Mapping[str, str] = measures.MEASURES
    assert all(callable(measures.measure_of(name)) for name in found)
