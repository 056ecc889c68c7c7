"""Every mistake of a file in one message, each with its line, its place, and a way out."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tertulia.models.errors import Mistake
from tertulia.scenarios.loading import SHIPPED, load, shipped
from tertulia.scenarios.source import Loc, parse, read, written


def complaints(tmp_path: Path, text: str, **options: object) -> list[str]:
    path = tmp_path / "bad.yaml"
    path.write_text(text)
    with pytest.raises(Mistake) as caught:
        load(path, **options)  # type: ignore[arg-type]
    return [line.replace(f"{tmp_path}/", "") for line in str(caught.value).splitlines()]


MANY = """\
name: many
seed: -3
models:
  default: reharsal
  judge: {provider: openai, model: m, tempurature: 3}
cast:
  seats:
    - {id: ann, role: assitant, opens: true}
    - {id: bob, opens: true, personas: library/everyday}
    - {id: ann, personas: nowhere.yaml}
stage:
  turns: {min: twenty, max: 3}
  order: {kind: graph, edges: [[ann, bob], [bob, bert]]}
  stop: [farewel]
critics:
  panel:
    - {role: veto}
    - {use: toxcity}
    - {use: copy-paste, options: {treshold: 0.5}}
    - {use: repetition}
    - {use: repetition}
exemplars: {seed_file: lost.jsonl}
bugdet: {usd: 5}
budget: {usd: many}
"""

FOUND = [
    (2, "seed", "must be 0 or more, not -3"),
    (4, "models.default", "did you mean 'rehearsal'?"),
    (5, "models.judge.tempurature", "did you mean 'temperature'?"),
    (8, "cast.seats[0].role", "did you mean 'assistant'?"),
    (9, "cast.seats[1].opens", "'ann' does already"),
    (10, "cast.seats[2].id", "called 'ann' already"),
    (10, "cast.seats[2].personas", "nowhere.yaml"),
    (12, "stage.turns.min", "must be a whole number, not 'twenty'"),
    (13, "stage.order.edges[1][1]", "no seat 'bert'"),
    (14, "stage.stop[0]", "did you mean 'farewell'?"),
    (17, "critics.panel[0].use", "is missing"),
    (18, "critics.panel[1].use", "did you mean 'toxicity'?"),
    (19, "critics.panel[2].options.treshold", "did you mean 'threshold'?"),
    (21, "critics.panel[4]", "`name` of its own"),
    (22, "exemplars.seed_file", "lost.jsonl"),
    (23, "bugdet", "did you mean 'budget'?"),
    (24, "budget.usd", "must be a number, not 'many'"),
]


def test_many_mistakes_are_told_at_once(tmp_path: Path) -> None:
    lines = complaints(tmp_path, MANY)
    told = {f"bad.yaml:{line}: {where}: ": what for line, where, what in FOUND}
    for start, what in told.items():
        assert any(line.startswith(start) and what in line for line in lines), (start, lines)
    assert len(lines) == len(FOUND), "nothing is told that only follows from something else"


def test_what_follows_from_a_mistake_is_told_once_that_is_mended(tmp_path: Path) -> None:
    mended = MANY.replace("- {id: ann, personas", "- {id: cy, personas").replace("twenty", "20")
    lines = complaints(tmp_path, mended)
    assert any(line.startswith("bad.yaml:12: stage.turns.min: turns.min (20) is more") for line in lines)
    assert any(line.startswith("bad.yaml:13: stage.order.edges[1][1]: no seat 'bert'") for line in lines)


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("name: x\nstage: {setting: [a\n", 3, "not YAML: while parsing"),
        ("name: x\n\tseed: 1\n", 2, "not YAML"),
        ("name: x\nseed: *there\n", 2, "undefined alias"),
        ("name: x\nstage: &s\n  setting: *s\n", 2, "contains itself"),
        ("name: x\n---\nname: y\n", 2, "another document"),
        ("name: x\nseed: !!python/name:os.system x\n", 2, "not YAML"),
        ("- name: x\n", 1, "a YAML mapping"),
        ("", 1, "a YAML mapping"),
        ("name: x\n? [a, b]\n: 1\n", 2, "plain word"),
        ("name: x\nrounds: {count: 1}\nrounds: {count: 2}\n", 3, "rounds: given twice: line 2 has it too"),
        ("seed: 1\n", 1, "name: is missing"),
        ("name: a/b\n", 1, "name: does not look right: 'a/b'"),
        ("name: x\nstage: {setting: 'in ${CITY}'}\n", 2, "stage.setting: '${...}' is for keys"),
        ("name: x\nmodels:\n  judge: {provider: openai, model: m, api_key: sk-1}\n", 3, "judge.api_key: a key doesn't"),
        ("name: x\nmodel: {provider: openai, model: m, api_key_env: sk-1-x}\n", 2, "model.api_key_env: give the name"),
        ("name: x\nmodel: {provider: openai, model: m, api_key: '${NOT_SET}'}\n", 2, "no variable 'NOT_SET'"),
        ("name: x\nledger: postgresql://me:sk-1@host/db\n", 2, "ledger: a password doesn't belong"),
        ("name: x\nmodel: openai:gpt-4o?temperature=-1\n", 2, "model.temperature: must be 0 or more"),
        ("name: x\nmodel: rehearsal?flaws=9\n", 2, "model.options.flaws: "),
        ("name: x\nmodel: ollama\n", 2, "which model of 'ollama'?"),
        ("name: x\nmodel: openai:fancy-1\nbudget: {usd: 1}\n", 3, "budget.usd: no price is known for 'openai:fancy-1'"),
        ("name: x\ncast:\n  personas: library/evryday\n", 3, "did you mean 'everyday'?"),
        ("name: x\ncast:\n  size: 3\n  personas: [{name: A}, {name: B}]\n", 2, "cast: too few different people"),
        ("name: x\ncritics:\n  scorers: {nli: {modle: x}}\n", 3, "scorers.nli.modle: no such key; known: device"),
        ("name: x\ncritics:\n  panel:\n  - use: repetition\n    options:\n      threshold: 7\n", 6, "threshold"),
        ("name: x\ncritics:\n  panel:\n  - no.such.module:Critic\n", 4, "critics.panel[0].use: critic 'no.such.module"),
    ],
)  # fmt: skip
def test_each_mistake_has_its_line(tmp_path: Path, text: str, line: int, what: str) -> None:
    lines = complaints(tmp_path, text, variables={})
    assert len(lines) == 1, lines
    assert lines[0].startswith(f"bad.yaml:{line}: ")
    assert what in lines[0]
    assert "sk-1" not in lines[0]


def test_an_optional_critic_may_be_away_but_not_misspelt(tmp_path: Path) -> None:
    def scenario(use: str) -> str:
        return f"name: x\ncritics:\n  panel:\n  - {{use: '{use}', optional: true}}\n"

    path = tmp_path / "good.yaml"
    for use in ("toxicity", "politeness", "not.installed:Critic", "persona-consistency"):
        path.write_text(scenario(use))
        assert load(path).critics.panel[0].use == use
    for use, meant in (("persona-consistancy", "persona-consistency"), ("repetiton", "repetition")):
        (line,) = complaints(tmp_path, scenario(use))
        assert line.startswith("bad.yaml:4: critics.panel[0].use: ")
        assert f"did you mean {meant!r}?" in line


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("rounds.dialoges=3", "--set rounds.dialoges=3: rounds.dialoges: no such key; did you mean 'dialogues'?"),
        ("rounds.count=none", "--set rounds.count=none: rounds.count: must be a whole number, not 'none'"),
        ("rounds.count", "--set rounds.count: write KEY=VALUE"),
        ("rounds..count=1", "--set rounds..count: write KEY=VALUE"),
        ("stage.style[2]=x", "--set stage.style[2]=x: stage.style[2]: stage.style has 1 entries"),
        ("stage.mode.x=1", "--set stage.mode.x=1: stage.mode.x: stage.mode is 'script' here"),
        ("cast[0]=1", "--set cast[0]=1: cast[0]: cast is no list in this file"),
        ("seed=[1", "--set seed=[1: not YAML: while parsing a flow sequence"),
        ("model.api_key=sk-1", "--set model.api_key=...: model.api_key: model is 'rehearsal' here"),
    ],
)
def test_a_mistake_of_the_command_line_is_told_as_such(tmp_path: Path, override: str, message: str) -> None:
    text = "name: x\nmodel: rehearsal\nstage: {mode: script, style: [a]}\n"
    (line,) = complaints(tmp_path, text, overrides=[override])
    assert line.startswith(message)


def test_names_that_are_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cafe.yaml").write_text("name: cafe\n")
    (tmp_path / "folder").mkdir()
    (tmp_path / "latin.yaml").write_bytes(b"name: caf\xe9\n")
    with pytest.raises(Mistake, match=r"did you mean 'first-meeting'\? known: cafe.yaml, dinner-party"):
        load("first-meetin")
    with pytest.raises(Mistake, match=r"did you mean 'cafe.yaml'\?"):
        load("caffe.yaml")
    with pytest.raises(Mistake, match="folder: a folder, not a scenario file"):
        load("folder")
    with pytest.raises(Mistake, match=r"latin.yaml: can't read this file: it is not UTF-8"):
        load("latin.yaml")


JUNK = st.sampled_from(
    [
        *(None, -1, 0, 3, 1e400, True, "x", "", "no", "${HOME}", "library/nope", "rehearsal?flaws=9", 10**30),
        *(
            [],
            {},
            [1],
            {"a": 1},
            ["a", {"b": None}],
            [[1, 2], [3]],
            {"kind": "graph"},
            [{"use": "toxicity"}],
            "judge.md",
        ),
    ]
)


def replaced(value: Any, loc: Loc, junk: Any) -> Any:
    """The value with something else at one place; as it is where the place is not there."""
    if not loc:
        return junk
    if isinstance(value, dict) and loc[0] in value:
        return {**value, loc[0]: replaced(value[loc[0]], loc[1:], junk)}
    if isinstance(value, list) and loc[0] in range(len(value)):
        return [replaced(entry, loc[1:], junk) if loc[0] == at else entry for at, entry in enumerate(value)]
    return value


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_whatever_a_file_says_it_is_a_scenario_or_a_mistake_with_lines(tmp_path: Path, data: st.DataObject) -> None:
    source = read(SHIPPED / f"{data.draw(st.sampled_from(shipped()))}.yaml")
    content: Any = source.data
    for loc in data.draw(st.lists(st.sampled_from([loc for loc in source.places if loc]), min_size=1, max_size=3)):
        content = replaced(content, loc, data.draw(JUNK))
    path = tmp_path / "any.yaml"
    path.write_text(written(content))
    with suppress(Mistake):
        load(path)
        return
    with pytest.raises(Mistake) as caught:
        load(path)
    assert all(line.startswith(f"{path}:") for line in str(caught.value).splitlines())


def test_places_are_those_of_the_file() -> None:
    source = parse("a: 1\nb:\n  - x\n  - {c: 2,\n     d: 3}\n", "f")
    places = {loc: source.place(loc) for loc in [("b",), ("b", 1), ("b", 1, "d"), ("b", 1, "gone"), ("gone",)]}
    assert list(places.values()) == ["f:2", "f:4", "f:5", "f:4", "f:1"]


def test_a_value_with_something_after_its_end_is_told_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "good.yaml"
    path.write_text("name: x\n")
    with pytest.raises(Mistake) as caught:
        load(path, overrides=["description=[a]b"])
    assert str(caught.value).startswith("--set description=[a]b: not YAML: something follows after the end")
    assert "\n" not in str(caught.value)


def test_no_folder_is_suggested(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").mkdir()
    (tmp_path / "b.yaml").write_text("name: x\n")
    with pytest.raises(Mistake, match=r"b\.yaml") as caught:
        load(tmp_path / "a.yaml")
    assert str(caught.value).count("a.yaml") == 1
