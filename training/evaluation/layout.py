"""How does a comparison become a paper's table: its rows, its headers, its test sets, its heat maps?"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from ...corpus.confusion import TraitTable
from ..example import System
from .comparing import Taken
from .comparison import Column, Comparison, Row
from .heatmap import draw, from_json
from .presets import Preset, Setting
from .sample import Samples
from .trait_error import HEAT_MAP, NEW, OPEN, SCRIPTED

COMBINED = "combined"
PICTURES = {SCRIPTED: "heat-map-script.png", OPEN: "heat-map-questions.png", NEW: "heat-map-new.png"}
"""File by the test that it shows."""
_COLON = ": "


def narrowed(preset: Preset, taken: Sequence[Taken]) -> list[Taken]:
    """Without the columns that the paper's table does not have, and what is to be said of them."""
    return [_narrowed(preset, each) for each in taken]


def by_source(taken: Sequence[Taken], parts: Mapping[str, Collection[str]]) -> list[Taken]:
    """Columns for each test set, and for all of them together.

    `parts`: the ids of its dialogues by the name of each test set. With a single one nothing changes.
    """
    if len(parts) < 2:
        return list(taken)
    return [replace(each, samples=tuple(_parted(each, parts))) for each in taken]


def laid_out(preset: Preset, comparison: Comparison) -> Comparison:
    """The paper's columns under its headers, and its rows: without values where nobody fills them.

    Rows that are to be there before the first one that was measured, to which all are compared, come last.
    """
    columns = dict(_columns(preset, comparison.columns))
    missing = [setting for setting in preset.settings if not any(_fills(row, setting) for row in comparison.rows)]
    lacks = (f"{setting.title}: no model was given; {_make(setting)}" for setting in missing)
    return replace(
        comparison,
        columns=tuple(columns.values()),
        rows=_sorted(preset, [*(_renamed(row, columns) for row in comparison.rows), *map(_empty, missing)]),
        notes=(*comparison.notes, *lacks, *preset.figures),
        preset=preset.name,
    )


def heat_maps(comparison: Comparison) -> dict[str, dict[str, tuple[TraitTable, ...]]]:
    """By test (the column that trait errors have outside a preset) and by the row's label: prompted against assessed
    levels, a table for each of the Big Five."""
    found: dict[str, dict[str, tuple[TraitTable, ...]]] = {}
    for test in PICTURES:
        for row in comparison.rows:
            if cells := row.details.get(test, {}).get(HEAT_MAP):
                found.setdefault(test, {})[row.label] = from_json(cells)
    return found


def draw_heat_maps(comparison: Comparison, folder: Path) -> list[Path]:
    """A picture a test, with a row of five panels for each model. Raises Mistake without matplotlib."""
    return [draw(maps, folder / PICTURES[test]) for test, maps in heat_maps(comparison).items()]


def _narrowed(preset: Preset, taken: Taken) -> Taken:
    gone = {samples.measure for samples in taken.samples} - set(preset.columns)
    samples = tuple(samples for samples in taken.samples if samples.measure not in gone)
    notes = (note._replace(names=tuple(name for name in note.names if name not in gone)) for note in taken.notes)
    return replace(taken, samples=samples, notes=tuple(note for note in notes if note.names))


def _parted(taken: Taken, parts: Mapping[str, Collection[str]]) -> Iterator[Samples]:
    for part, ids in parts.items():
        for samples in taken.samples:
            of_part = {dialogue: item for dialogue, item in samples.by_dialogue.items() if dialogue in ids}
            yield replace(
                samples, measure=part + _COLON + samples.measure, by_dialogue=of_part, about="", note="", detail={}
            )
    for samples in taken.samples:
        yield replace(samples, measure=COMBINED + _COLON + samples.measure)


def _columns(preset: Preset, found: Sequence[Column]) -> Iterator[tuple[str, Column]]:
    """(name before, column), by test set as they come, then as in the paper; also those that nobody has a value of."""
    known = {column.name: column for column in found}
    parts = dict.fromkeys(name.removesuffix(_name(name)) for name in known if _name(name) in preset.columns)
    for part in parts or ("",):
        for name, header in preset.columns.items():
            column = known.get(part + name, Column(part + name, ""))
            yield column.name, replace(column, name=part + header)


def _name(column: str) -> str:
    """Without the test set."""
    return column.rpartition(_COLON)[2]


def _renamed(row: Row, columns: Mapping[str, Column]) -> Row:
    return replace(row, cells={columns[name].name: cell for name, cell in row.cells.items() if name in columns})


def _empty(setting: Setting) -> Row:
    return Row(setting.title, "", setting.system.value if setting.system else System.PERSONA.value, {})


def _sorted(preset: Preset, rows: Sequence[Row]) -> tuple[Row, ...]:
    first = _rank(preset, rows[0]) if rows else 0
    return tuple(sorted(rows, key=lambda row: (not row.model and _rank(preset, row) < first, _rank(preset, row))))


def _rank(preset: Preset, row: Row) -> int:
    """Its place in the paper; other models come after all settings."""
    found = (number for number, setting in enumerate(preset.settings) if _fills(row, setting))
    return next(found, len(preset.settings))


def _fills(row: Row, setting: Setting) -> bool:
    return row.label == setting.title or row.label.startswith(f"{setting.title} (")


def _make(setting: Setting) -> str:
    made = f"`{setting.make}` makes one" if setting.make.startswith("tertulia ") else f"take {setting.make}"
    return f"{made}; name it, as in {setting.labels[-1]}=FOLDER"
