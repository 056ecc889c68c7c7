"""Which model belongs into which row of a paper's table."""

import re

import pytest

from tertulia.models import Mistake
from tertulia.training.evaluation.measures import MEASURES
from tertulia.training.evaluation.presets import DPG, PERSONACHATGEN, PRESETS, PSYDIAL, Place, plan, preset_of
from tertulia.training.example import Form, System
from tertulia.training.taught import Taught

NONE, TRAITS, PERSONA = System.NONE, System.TRAITS, System.PERSONA


def taught(method: str, system: str, form: str = "pairs") -> Taught:
    return Taught(method, "base", "", ("data",), "", {}, form=form, system=system)


def rows(places: list[Place]) -> list[tuple[int, str, System | None]]:
    return [(place.model, place.label, place.system) for place in places]


def test_the_rows_of_psydial_are_filled_by_what_the_models_are() -> None:
    models = [("mine", taught("sft", "none")), ("llama", None), ("told", taught("sft", "traits"))]
    assert rows(plan(PSYDIAL, models)) == [
        (1, "1 pre-trained", NONE),
        (1, "2 pre-trained, told the personality", TRAITS),
        (0, "4 fine-tuned on this data", NONE),
        (2, "5 fine-tuned, told the personality", TRAITS),
    ]
    assert {place.form for place in plan(PSYDIAL, models)} == {Form.PAIRS}


def test_labels_decide_before_what_a_model_is() -> None:
    models = [("3", taught("sft", "none")), ("1", taught("sft", "none")), ("Ours+Personality", None)]
    assert [(place.model, place.label[0]) for place in plan(PSYDIAL, models)] == [(1, "1"), (0, "3"), (2, "5")]
    [chat] = plan(PSYDIAL, [("chitchat", taught("sft", "traits"))])
    assert (chat.label, chat.system) == ("3 fine-tuned on chit-chat", NONE)


def test_who_has_learned_from_whole_personas_is_told_them_whole() -> None:
    [place] = plan(PSYDIAL, [("mine", taught("sft", "persona"))])
    assert (place.label[0], place.system) == ("5", PERSONA)
    [place] = plan(PSYDIAL, [("net", taught("hypernet", "none"))])  # the personality is its input
    assert (place.label[0], place.system) == ("5", TRAITS)


def test_two_in_one_row_are_told_apart_and_who_fits_nowhere_comes_last() -> None:
    models = [("a", taught("dpo", "none")), ("b", taught("sft", "none")), ("c", taught("sft", "none"))]
    assert rows(plan(PSYDIAL, models)) == [
        (1, "4 fine-tuned on this data (b)", NONE),
        (2, "4 fine-tuned on this data (c)", NONE),
        (0, "a", None),
    ]


def test_dpg_goes_by_the_method_and_asks_everybody_as_they_were_taught() -> None:
    models = [("net", taught("hypernet", "none")), ("tuned", taught("sft", "persona")), ("base", None)]
    assert rows(plan(DPG, models)) == [(2, "prompted", None), (1, "fine-tuned", None), (0, "hypernet", None)]


def test_a_preset_without_settings_has_a_row_for_each_model() -> None:
    models = [("one", None), ("two", taught("sft", "persona"))]
    assert rows(plan(PERSONACHATGEN, models)) == [(0, "one", None), (1, "two", None)]


@pytest.mark.parametrize("preset", PRESETS.values(), ids=str)
def test_a_preset_can_be_measured(preset: object) -> None:
    found = preset_of(getattr(preset, "name", ""))
    assert found is preset
    assert set(found.measures) <= set(MEASURES)
    assert found.source in " ".join(found.figures)
    titles = [setting.title for setting in found.settings]
    assert len(set(titles)) == len(titles)
    assert not any(one != other and one.startswith(f"{other} (") for one in titles for other in titles)
    for setting in found.settings:
        assert not re.search(r"[A-Z{}]", "".join(setting.labels))  # labels are compared in lower case
        assert "{" not in setting.make


def test_an_unknown_preset_is_told_with_the_known_ones() -> None:
    with pytest.raises(Mistake, match=r"psydail.*psydial"):
        preset_of("psydail")
