"""What a change of a scenario costs: making asks, judging judges again, volume goes on."""

from pathlib import Path
from typing import Any

import pytest

from tertulia.scenarios.fingerprint import difference, judging, making, part_of
from tertulia.scenarios.loading import load
from tertulia.scenarios.scenario import Scenario

BASE: dict[str, Any] = {
    "name": "base", "models": {"default": "openai:gpt-4o-mini", "judge": "ollama:judge"},
    "cast": {"size": 2}, "critics": {"panel": [{"use": "repetition"}, {"use": "judge", "optional": True}]},
}  # fmt: skip
MAKING, JUDGING = {"making"}, {"judging"}


def changed(key: str, value: Any, base: dict[str, Any] = BASE) -> Scenario:
    data: dict[str, Any] = {**base}
    *above, last = key.split(".")
    holder = data
    for step in above:
        holder[step] = dict(holder.get(step, {}))
        holder = holder[step]
    holder[last] = value
    return Scenario.model_validate(data)


@pytest.mark.parametrize(
    ("key", "value", "parts"),
    [
        ("seed", 3, MAKING),
        ("cast.size", 3, MAKING),
        ("cast.pairing", "all-pairs", MAKING),
        ("cast.traits", {"openness": [[1, 2]]}, MAKING),
        ("cast.personas", [{"name": "A"}, {"name": "B"}], MAKING),
        ("stage.setting", "A tram.", MAKING),
        ("stage.turns.max", 20, MAKING),
        ("stage.guards", ["empty"], MAKING),
        ("models.default", "openai:gpt-4o", MAKING),
        ("models.default", "openai:gpt-4o-mini?temperature=0.3", MAKING),
        ("models.default", "openai:gpt-4o-mini@http://localhost:9/v1", MAKING),
        ("models.a", "rehearsal", MAKING),
        ("exemplars.count", 2, MAKING),
        ("exemplars.seed_file", "library/exemplars", MAKING),
        ("models.judge", "ollama:other", JUDGING),
        ("critics.panel", [{"use": "repetition", "options": {"threshold": 0.5}}, "judge"], JUDGING),
        ("critics.voting", "unanimous", JUDGING),
        ("refine.regenerate", 1, JUDGING),
        ("rounds.candidates", 2, JUDGING),
        ("models.writer", "rehearsal", set()),
        ("models.selector", "rehearsal", set()),
        ("models.default", "openai:gpt-4o-mini?timeout=9&retries=1&concurrency=3&api_key_env=OTHER", set()),
        ("rounds.count", 5, set()),
        ("rounds.dialogues", 5, set()),
        ("rounds.stop_when.no_gain", 1, set()),
        ("budget.tokens", 5, set()),
        ("concurrency", 5, set()),
        ("output", "elsewhere", set()),
        ("name", "other", set()),
        ("licence", "CC-BY-4.0", set()),
    ],
)
def test_a_change_belongs_to_one_part(key: str, value: Any, parts: set[str]) -> None:
    before, after = Scenario.model_validate(BASE), changed(key, value)
    found = {"making"} if making(before) != making(after) else set()
    found |= {"judging"} if judging(before) != judging(after) else set()
    assert found == parts


def test_the_same_said_in_other_words_is_the_same() -> None:
    one = Scenario.model_validate({"name": "x", "model": "rehearsal", "stage": {"stop": ["refusal", "farewell"]}})
    other = {
        "name": "x",
        "models": {"default": {"provider": "rehearsal"}},
        "cast": {"seats": [{"id": "a"}, {"id": "b"}]},
    }
    two = Scenario.model_validate({**other, "stage": {"order": "round-robin", "stop": ["farewell", "refusal"]}})
    assert (making(one), judging(one)) == (making(two), judging(two))


def test_a_selector_counts_when_it_selects_and_a_writer_when_it_writes() -> None:
    for stage, role in (({"order": "selector"}, "selector"), ({"mode": "script"}, "writer")):
        base = {"name": "x", "stage": stage}
        assert making(Scenario.model_validate(base)) != making(changed(f"models.{role}", "ollama:x", base))


def test_what_persona_files_hold_counts_and_how_it_is_written_does_not(tmp_path: Path) -> None:
    people, path = tmp_path / "people.yaml", tmp_path / "s.yaml"
    path.write_text("name: s\ncast: {personas: people.yaml}\n")
    people.write_text("- {name: Ann, profile: [I row.]}\n- {name: Bob, profile: [I ski.]}\n")
    first = making(load(path))
    people.write_text("# the same people\n- {name: Ann, profile: [I row.]}\n- {name: Bob, profile: ['I ski.']}\n")
    assert making(load(path)) == first
    people.write_text("- {name: Ann, profile: [I row.]}\n- {name: Bob, profile: [I ski far.]}\n")
    assert making(load(path)) != first


def test_what_a_rubric_file_holds_counts(tmp_path: Path) -> None:
    panel = [{"use": "judge", "options": {"rubric": "rubric.md"}}]
    scenario = Scenario.model_validate({"name": "s", "critics": {"panel": panel}}).at(tmp_path)
    (tmp_path / "rubric.md").write_text("Is it kind?")
    first = judging(scenario)
    (tmp_path / "rubric.md").write_text("Is it very kind?")
    assert judging(scenario) != first


def test_the_difference_names_keys_of_one_part() -> None:
    old = Scenario.model_validate(BASE).model_dump(mode="json")
    new = changed("rounds.dialogues", 7, {**BASE, "stage": {"turns": {"max": 12}}, "refine": {"regenerate": 0}})
    dump = new.model_dump(mode="json")
    assert difference(old, dump) == ["stage.turns.max"]
    assert difference(old, dump, "judging") == ["refine.regenerate"]
    assert difference(old, dump, "volume") == ["rounds.dialogues"]


@pytest.mark.parametrize(
    ("key", "part"),
    [
        ("models.judge.model", "judging"), ("models.judges.model", "making"), ("models.default.timeout", "volume"),
        ("rounds.candidates", "judging"), ("rounds.count", "volume"), ("modelling", "volume"),
        ("model.price.input", "volume"), ("stage.order.edges", "making"),
    ],
)  # fmt: skip
def test_the_part_of_a_key(key: str, part: str) -> None:
    assert part_of(key) == part


def test_the_judges_model_counts_where_a_critic_asks_it() -> None:
    deaf: dict[str, Any] = {**BASE, "critics": {"panel": [{"use": "repetition"}]}}
    assert judging(changed("models.judge", "ollama:other", deaf)) == judging(changed("seed", 0, deaf))


@pytest.mark.parametrize("entry", [{"use": "~/r.md"}, {"use": "judge", "options": {"rubric": "~/r.md"}}])
def test_a_rubric_at_home_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, entry: dict[str, Any]) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    scenario = Scenario.model_validate({"name": "s", "critics": {"panel": [entry]}})
    (tmp_path / "r.md").write_text("Is it kind?")
    first = judging(scenario)
    (tmp_path / "r.md").write_text("Is it very kind?")
    assert judging(scenario) != first


@pytest.mark.parametrize("value", ["~nobody-of-that-name", "word " * 100])
def test_a_text_that_is_no_path_is_a_text(value: str) -> None:
    panel = [{"use": "some.module:Critic", "options": {"word": value}}]
    assert judging(Scenario.model_validate({"name": "s", "critics": {"panel": panel}}))


def test_what_readers_are_told_of_weights_decides_nothing() -> None:
    def voting(**more: Any) -> str:
        learned = {"weights": {"repetition": 1}, **more}
        return judging(changed("critics.voting", {"rule": "learned", "weights": learned}))

    assert voting(about={"labels": 80}) == voting()
    assert voting(bias=1) != voting()


def test_what_the_folder_of_a_scorer_holds_counts(tmp_path: Path) -> None:
    critics = {"scorers": {"toxicity": "model"}, "panel": ["toxicity"]}
    scenario = Scenario.model_validate({"name": "s", "critics": critics}).at(tmp_path)
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "config.json").write_text("{}")
    first = judging(scenario)
    (tmp_path / "model" / "config.json").write_text('{"a": 1}')
    assert judging(scenario) != first
