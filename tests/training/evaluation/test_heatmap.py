"""Prompted against assessed levels: counted, kept in JSON, drawn."""

import json
from pathlib import Path

import numpy as np

from tertulia.personas import Trait
from tertulia.training.evaluation.heatmap import Cell, draw, from_json, tables, to_json

CELLS: list[Cell] = [
    (Trait.NEUROTICISM, 2, 1),
    (Trait.OPENNESS, -5, -5),
    (Trait.OPENNESS, -5, -3),
    (Trait.OPENNESS, 5, 4),
    (Trait.OPENNESS, 5, None),
]


def test_levels_are_counted_by_trait() -> None:
    openness, neuroticism = tables("reader", CELLS)
    assert (openness.trait, neuroticism.trait) == (Trait.OPENNESS, Trait.NEUROTICISM)
    assert openness.cells == {-5: {-5: 1, -3: 1}, 5: {4: 1, None: 1}}
    assert openness.mean_error == 1.0  # of 0, 2 and 1


def test_json_gives_the_tables_back() -> None:
    found = tables("reader", CELLS)
    assert from_json(json.loads(json.dumps(to_json(found)))) == found


def test_the_picture_has_a_row_of_five_panels_for_each_model(tmp_path: Path) -> None:
    from matplotlib.image import imread

    found = tables("reader", CELLS)
    both = np.asarray(imread(draw({"hypernet": found, "fine-tuned": ()}, tmp_path / "two.png")))[..., :3]
    one = np.asarray(imread(draw({"nobody": ()}, tmp_path / "one.png")))[..., :3]
    assert both.shape[1] == one.shape[1] > 3 * one.shape[0] > 0
    assert 1.5 * one.shape[0] < both.shape[0] < 2.2 * one.shape[0]
    half = both.shape[0] // 2
    assert _blue(both[:half]) > 500  # cells are filled
    assert _blue(both[half:]) < _blue(both[:half]) / 10
    assert _blue(one) < _blue(both[:half]) / 10


def _blue(pixels: "np.ndarray[tuple[int, ...], np.dtype[np.float32]]") -> int:
    return int((pixels[..., 2] - pixels[..., 0] > 0.3).sum())
