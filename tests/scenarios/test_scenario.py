"""A scenario: its defaults, its shorthands, and what contradicts itself."""

from typing import Any, get_args

import pytest
from pydantic import ValidationError

from tertulia.agents.guard import GUARDS
from tertulia.models.errors import Mistake
from tertulia.personas.traits import Trait
from tertulia.scenarios.scenario import ALL_GUARDS, GuardName, Scenario

TWO = [{"id": "ann"}, {"id": "bob", "opens": True}]


def made(**parts: Any) -> Scenario:
    return Scenario.model_validate({"name": "test", **parts})


def test_a_name_is_enough() -> None:
    scenario = made()
    assert [seat.id for seat in scenario.seats] == ["a", "b"]
    assert str(scenario.spec_for("judge")) == "rehearsal"
    assert str(scenario.output_folder) == "runs/test"


def test_the_short_and_the_long_form_of_a_cast_seat_the_same_people() -> None:
    short, long = made(cast={"size": 3}), made(cast={"seats": [{"id": "a"}, {"id": "b"}, {"id": "c"}]})
    assert short.seats == long.seats
    assert short.cast.opener == "a"
    assert made(cast={"seats": TWO}).cast.opener == "bob"


def test_a_seat_speaks_with_its_own_model_first() -> None:
    seats = [{"id": "ann", "model": "ollama:a"}, {"id": "bob"}, {"id": "cy"}]
    scenario = made(cast={"seats": seats}, models={"default": "ollama:d", "bob": "ollama:b"})
    assert [scenario.speaks(seat) for seat in scenario.seats] == ["ollama:a", "ollama:b", "ollama:d"]
    assert [str(spec) for spec in scenario.specs()] == ["ollama:a", "ollama:b", "ollama:d"]


def test_a_script_is_spoken_by_its_writer() -> None:
    scenario = made(model="ollama:d", models={"writer": "ollama:w"}, stage={"mode": "script"})
    assert {scenario.speaks(seat) for seat in scenario.seats} == {"ollama:w"}
    assert list(scenario.cast_models()) == ["writer"]


def test_exemplars_are_drawn_a_round_or_a_job_as_the_mode_has_it() -> None:
    assert made().draw == "round"
    assert made(stage={"mode": "script"}).draw == "job"
    assert made(stage={"mode": "script"}, exemplars={"draw": "round"}).draw == "round"


def test_pairings_of_poles_come_round_job_after_job() -> None:
    cast = made(cast={"traits": {"extraversion": [[4, 4], [4, -4]], "openness": [[1, 2]]}}).cast
    levels = [[cast.poles(job)[seat][Trait.EXTRAVERSION] for seat in "ab"] for job in range(3)]
    assert levels == [[4, 4], [4, -4], [4, 4]]
    assert cast.poles(7)["b"][Trait.OPENNESS] == 2
    assert made().cast.poles(0) == {"a": {}, "b": {}}


def test_every_guard_can_be_named() -> None:
    assert tuple(GUARDS) == ALL_GUARDS == get_args(GuardName)


def test_a_ledger_address_takes_its_password_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = made(ledger="postgresql://me:${PG_WORD}@host/db")
    monkeypatch.setenv("PG_WORD", "s3cret")
    assert scenario.ledger_in(scenario.output_folder) == "postgresql://me:s3cret@host/db"
    assert "s3cret" not in scenario.model_dump_json()
    monkeypatch.delenv("PG_WORD")
    with pytest.raises(Mistake, match="'PG_WORD'"):
        scenario.ledger_in(scenario.output_folder)


@pytest.mark.parametrize(
    ("parts", "where", "what"),
    [
        ({"stage": {"turns": {"min": 9, "max": 8}}}, "stage.turns.min", "more than turns.max"),
        ({"stage": {"turns": {"max": 4}}}, "stage.turns.max", "(8) is more than turns.max (4)"),
        ({"cast": {"size": 2, "seats": TWO}}, "cast.size", "not both"),
        ({"cast": {"seats": [{"id": "a"}]}}, "cast.seats", "2 to 8 seats"),
        ({"cast": {"seats": [{"id": "a"}, {"id": "a"}]}}, "cast.seats[1].id", "called 'a' already"),
        ({"cast": {"seats": [{"id": "judge"}, {"id": "a"}]}}, "cast.seats[0].id", "meaning of its own"),
        ({"cast": {"seats": [{"id": "ann", "opens": True}, *TWO[1:]]}}, "cast.seats[1].opens", "'ann' does already"),
        ({"cast": {"traits": {"openness": [[1, 2], [3]]}}}, "cast.traits.openness[1]", "1 levels for 2 seats"),
        ({"cast": {"traits": {"openness": []}}}, "cast.traits.openness", "sets nothing"),
        ({"models": {"jugde": "rehearsal"}}, "models.jugde", "did you mean 'judge'?"),
        ({"model": "rehearsal", "models": {"default": "rehearsal"}}, "model", "keep one"),
        ({"stage": {"order": "graph"}}, "stage.order", "takes edges"),
        ({"stage": {"order": {"edges": [["a", "b"], ["b", "a"]]}}}, "stage.order", "only kind 'graph'"),
        ({"stage": {"order": {"kind": "graph", "edges": [["a", "c"], ["b", "a"]]}}}, "stage.order.edges[0][1]", "'c'"),
        ({"stage": {"order": {"kind": "graph", "edges": [["a", "b"]]}}}, "stage.order.edges", "nobody may speak"),
        ({"critics": {"panel": ["structure", "structure"]}}, "critics.panel[1]", "`name` of its own"),
        ({"critics": {"voting": {"quorum": 3}}}, "critics.voting.quorum", "the panel has 2"),
        (
            {"critics": {"voting": {"rule": "learned", "weights": {"weights": {"repetitions": 1}}}}},
            "critics.voting.weights.weights.repetitions",
            "did you mean 'repetition'?",
        ),
    ],
)  # fmt: skip
def test_parts_that_contradict_one_another(parts: dict[str, Any], where: str, what: str) -> None:
    with pytest.raises(ValidationError) as caught:
        made(**parts)
    lines = str(caught.value).replace("Value error, ", "").splitlines()
    assert any(line.strip().startswith(f"{where}: ") and what in line for line in lines), lines


def test_a_graph_in_which_everybody_reached_can_go_on_is_fine() -> None:
    made(cast={"size": 3}, stage={"order": {"kind": "graph", "edges": [["a", "b"], ["b", "a"]]}})


def test_a_model_under_its_seat_and_under_models_is_one_too_many() -> None:
    with pytest.raises(ValidationError, match=r"`models\.ann` names a model for this seat too"):
        made(cast={"seats": [{"id": "ann", "model": "rehearsal"}, {"id": "bob"}]}, models={"ann": "rehearsal"})
