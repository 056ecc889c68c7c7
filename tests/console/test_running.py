"""The console end to end, on the embedded default."""

import json
from pathlib import Path

import pytest

from tertulia.agents import Place
from tertulia.console import main
from tertulia.console.plain import PlainLines
from tertulia.critics import Outcome
from tertulia.scenarios.event import JobDone, RoundClosed, RoundStarted, RunEnded, RunStarted

SMALL = ("--set", "rounds.count=2", "--set", "rounds.dialogues=2", "--set", "rounds.stop_when={}")


def typed(*words: str) -> int:
    return main.typed(list(words))


def test_a_run_is_made_looked_at_and_exported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = str(tmp_path / "run")
    assert typed("run", "first-meeting", "--output", run, *SMALL, "--json") == 0
    first = json.loads(capsys.readouterr().out)
    assert first["accepted"] >= 1
    assert first["calls"] > 0
    for words in (["show", run], ["stats", run, "--rounds"], ["replay", run], ["audit", run]):
        assert typed(*words) == 0
        assert capsys.readouterr().out.strip()
    assert typed("export", run, "--format", "messages") == 0
    assert (tmp_path / "run" / "messages.jsonl").stat().st_size


def test_the_same_command_again_asks_for_nothing_twice(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("run", "first-meeting", "--output", str(tmp_path), *SMALL)
    assert typed(*words) == 0
    assert "round 2 closed" in capsys.readouterr().out
    assert typed(*words, "--json") == 0
    assert json.loads(capsys.readouterr().out)["calls"] == 0


def test_quiet_says_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert typed("run", "first-meeting", "--output", str(tmp_path), *SMALL, "--quiet") == 0
    assert capsys.readouterr() == ("", "")


def test_a_run_that_stops_early_says_how_to_go_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("run", "first-meeting", "--output", str(tmp_path), *SMALL, "--set", "budget.tokens=500")
    assert typed(*words) == 3
    error = capsys.readouterr().err
    assert f"kept in {tmp_path}; the same command goes on" in error
    assert "stopped: " in error


def test_plain_lines_tell_the_borders_of_rounds_and_progress_in_between() -> None:
    lines: list[str] = []
    told = PlainLines(lines.append, seconds=0.0)
    told(RunStarted("tea", "", "runs/tea", 1, 2, None, 8, ("scripted",), ("structure",), done_before=3))
    told(RoundStarted(1, 2, 0, 5))
    told(JobDone(1, 0, Outcome.ACCEPTED, 1))
    told(RoundClosed(1, 1, 2, 0.5))
    told(RunEnded(1, 2, "no gain"))
    told(Place(1, 0))
    assert [line.split(",")[0] for line in lines] == [
        "tea: 1 x 2 dialogues with scripted", "round 1: 2 dialogues", "round 1: 1/2 done",
        "round 1 closed: 1 of 2 accepted", "stopped early: no gain",
    ]  # fmt: skip
