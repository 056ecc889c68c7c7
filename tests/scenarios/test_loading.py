"""From a YAML file to a scenario: names, paths, overrides, keys."""

from pathlib import Path

import pytest

from tertulia.models.errors import Mistake
from tertulia.scenarios.loading import load, shipped, to_yaml
from tertulia.scenarios.scenario import Scenario
from tertulia.scenarios.source import parse

MINIMAL = "name: cafe\nmodel: rehearsal?flaws=0\nstage: {setting: Two people meet in a cafe.}\n"


@pytest.fixture
def cafe(tmp_path: Path) -> Path:
    path = tmp_path / "cafe.yaml"
    path.write_text(MINIMAL)
    return path


def test_three_lines_are_a_scenario(cafe: Path) -> None:
    scenario = load(cafe)
    assert scenario.name == "cafe"
    assert scenario.spec_for("judge").options["flaws"] == 0
    assert scenario.folder == cafe.parent


@pytest.mark.parametrize("name", shipped())
def test_shipped_scenarios_load_by_name_and_survive_being_written(name: str) -> None:
    scenario = load(name)
    assert scenario.name == name
    assert Scenario.model_validate(parse(to_yaml(scenario), name).data).at(scenario.folder) == scenario


@pytest.mark.parametrize("name", shipped())
def test_model_moves_every_part_of_a_shipped_scenario_and_keeps_its_sampling(name: str) -> None:
    before, after = load(name), load(name, model="ollama:llama3.1")
    assert {str(spec) for spec in after.specs()} == {"ollama:llama3.1"}
    assert after.spec_for("default").temperature == before.spec_for("default").temperature


def test_the_recipes_are_there() -> None:
    assert shipped() == [
        "dinner-party",
        "experts",
        "first-meeting",
        "personachatgen",
        "psydial",
        "self-taught",
        "synthetic-persona-chat",
    ]


def test_a_file_named_like_a_shipped_scenario_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "psydial").mkdir()
    assert load("psydial").seed == 24
    (tmp_path / "first-meeting").write_text("name: mine\n")
    assert load("first-meeting").name == "mine"


def test_files_beside_the_scenario_come_before_the_library(tmp_path: Path) -> None:
    (tmp_path / "people.yaml").write_text("- {name: Ann, profile: [I row.]}\n- {name: Bob, profile: [I ski.]}\n")
    (tmp_path / "seeds.jsonl").write_text("{}\n")
    scenario = tmp_path / "mine.yaml"
    scenario.write_text("name: mine\ncast: {personas: people.yaml}\nexemplars: {seed_file: seeds.jsonl}\n")
    assert load(scenario).cast.personas == "people.yaml"


def test_a_rubric_beside_the_scenario_is_found(tmp_path: Path) -> None:
    (tmp_path / "kind.md").write_text("Is it kind?")
    path = tmp_path / "s.yaml"
    path.write_text("name: s\ncritics: {panel: [kind.md, {use: judge, options: {rubric: kind.md}}]}\n")
    assert [member.name for member in load(path).critics.panel] == ["kind.md", "judge"]


def test_anchors_and_merge_keys_are_plain_yaml(tmp_path: Path) -> None:
    path = tmp_path / "merged.yaml"
    path.write_text(
        "name: merged\nmodels:\n  default: &d {provider: rehearsal, temperature: 0.5}\n"
        "  judge: {<<: *d, temperature: 0.1}\nstage: {setting: on, language: no}\n"
    )
    scenario = load(path)
    assert (scenario.spec_for("judge").temperature, scenario.spec_for("writer").temperature) == (0.1, 0.5)
    assert (scenario.stage.setting, scenario.stage.language) == ("on", "no")


def test_set_reaches_lists_and_makes_what_is_not_there(cafe: Path) -> None:
    overrides = ["rounds.dialogues=3", "critics.panel=[structure, repetition]", "critics.panel[1].role=veto"]
    with pytest.raises(Mistake, match=r"--set critics.panel\[1\].role=veto: .*set critics.panel\[1\] as a whole"):
        load(cafe, overrides=overrides)
    overrides[1:] = ["critics.panel=[{use: structure}, {use: repetition}]", "critics.panel[1].role=veto"]
    scenario = load(cafe, overrides=overrides)
    assert scenario.rounds.dialogues == 3
    assert [member.role.value for member in scenario.critics.panel] == ["vote", "veto"]


def test_set_keeps_one_default_model(cafe: Path) -> None:
    assert str(load(cafe, overrides=["models.default=ollama:x"]).spec_for("writer")) == "ollama:x"
    assert str(load("first-meeting", overrides=["model=ollama:x"]).spec_for("writer")) == "ollama:x"


def test_set_mends_what_the_file_has_wrong(cafe: Path) -> None:
    cafe.write_text(MINIMAL + "seed: x\nseed: 1\n")
    with pytest.raises(Mistake, match="given twice"):
        load(cafe)
    assert load(cafe, overrides=["seed=3"]).seed == 3


def test_options_come_last(cafe: Path) -> None:
    scenario = load(cafe, overrides=["seed=3"], model="ollama:x", seed=4, output="there", concurrency=2)
    assert (scenario.seed, scenario.output, scenario.concurrency) == (4, "there", 2)
    assert scenario.spec_for("default").sampling == {"max_tokens": 256}


def test_a_model_option_keeps_the_sampling_unless_it_sets_its_own() -> None:
    spec = load("personachatgen", model="openai:gpt-4o-mini?temperature=0.2").spec_for("default")
    assert spec.sampling == {
        "temperature": 0.2, "max_tokens": 128, "frequency_penalty": 0.4, "presence_penalty": 0.4,
    }  # fmt: skip
    assert "flaws" not in spec.options


def test_no_key_is_kept(cafe: Path) -> None:
    cafe.write_text(MINIMAL + "models: {judge: {provider: openai, model: m, api_key: '${MY_KEY}'}}\n")
    scenario = load(cafe, variables={"MY_KEY": "sk-hush"})
    assert scenario.spec_for("judge").api_key_env == "MY_KEY"
    assert "sk-hush" not in scenario.model_dump_json() + to_yaml(scenario) + repr(scenario)
