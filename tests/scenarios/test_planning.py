"""What a run would come to, where the number of dialogues is open, and what is not there for it."""

from pathlib import Path

import pytest
from fakes import ALONE, cafe, loaded, made

from tertulia.models.request import Task
from tertulia.scenarios.loading import load
from tertulia.scenarios.planning import plan
from tertulia.training.teaching import teacher


def test_until_enough_are_accepted_it_takes_whole_waves_and_nobody_knows_how_many(tmp_path: Path) -> None:
    wanted = ("rounds.count=1", "rounds.dialogues=4", "rounds.until_accepted=5", ALONE)
    planned = plan(loaded(cafe(tmp_path), wanted))
    assert planned.jobs == 8
    assert [(row.task, row.least, row.most) for row in planned.calls] == [(Task.SPEAK, 8 * 5, None)]
    assert planned.usd() == (0.0, None)


async def test_what_is_done_is_what_this_panel_has_decided(tmp_path: Path) -> None:
    source, output, shape = cafe(tmp_path), tmp_path / "out", ("rounds.count=1", "rounds.dialogues=3")
    await made(source, output, *shape, ALONE)
    assert plan(loaded(source, (*shape, ALONE)), output).done == 3
    assert plan(loaded(source, (*shape, "critics.panel=[structure]")), output).done == 0


def test_optional_critics_that_are_not_there_and_keys_that_are_needed_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OPENAI_API_KEY", "OLLAMA_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    path = tmp_path / "x.yaml"
    path.write_text(
        "name: x\nmodels: {default: openai:gpt-4o-mini, judge: 'ollama:llama3.1'}\n"
        "critics: {panel: [structure, judge, {use: 'not.installed:Critic', name: away, optional: true}]}\n"
    )
    key, critic = plan(load(path)).missing
    assert key == "openai:gpt-4o-mini: the variable OPENAI_API_KEY is not set"
    assert critic.startswith("critic away: skipped, ")
    assert "not.installed" in critic


def test_rounds_of_a_taught_model_are_planned_with_it_and_what_it_lacks_is_said_before_a_call(tmp_path: Path) -> None:
    shape = ("rounds.count=3", "rounds.dialogues=4", ALONE, "rounds.teach={seats: [b], knobs: {wrong: 1}}")
    planned = plan(loaded(cafe(tmp_path), shape), teach=teacher())
    assert planned.lessons == (1, 2)
    assert "no knob 'wrong'" in planned.wrong[0]
    speaking = {row.model: row for row in planned.calls if row.task is Task.SPEAK}
    assert {model: row.least for model, row in speaking.items()} == {"scripted": 40, "transformers:taught": 20}
    assert speaking["transformers:taught"].prompt_tokens < speaking["scripted"].prompt_tokens
