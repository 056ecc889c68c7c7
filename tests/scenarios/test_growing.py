"""A scenario that changes between two runs makes anew what it has to, and nothing else."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fakes import ALONE, Countdown, Crash, CrashAt, asked, cafe, made

from tertulia.critics import Outcome
from tertulia.models.errors import Mistake
from tertulia.models.request import Task
from tertulia.scenarios.event import JobDone, Reviewed, RunEnded


@pytest.fixture(autouse=True)
def calls() -> Iterator[None]:
    asked.clear()
    yield
    asked.clear()


def records(export: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in export.splitlines()]


def scopes(task: Task = Task.SPEAK) -> set[str]:
    """The jobs for which calls were made since the last `asked.clear()`."""
    return {request.scope for request in asked if request.task is task}


def outcomes(export: bytes) -> set[str | None]:
    return {record["outcome"] for record in records(export)}


async def test_three_dialogues_first_are_not_made_again(tmp_path: Path) -> None:
    source, output = cafe(tmp_path), tmp_path / "out"
    few = records(await made(source, output, ALONE, "rounds.dialogues=3"))
    keys = {request.key for request in asked}
    asked.clear()
    grown = await made(source, output, ALONE)
    first = {record["dialogue"]["id"] for record in few if record["dialogue"]["place"][0] == 1}
    assert scopes().isdisjoint({"1/0", "1/1", "1/2"})
    assert keys.isdisjoint(request.key for request in asked)
    assert first <= {record["dialogue"]["id"] for record in records(grown)}
    asked.clear()
    assert await made(source, tmp_path / "direct", ALONE) == grown
    assert None not in outcomes(grown)


@pytest.mark.parametrize("number", [2, 3])
async def test_it_may_crash_while_a_round_is_made_anew_from_other_exemplars(tmp_path: Path, number: int) -> None:
    source, output = cafe(tmp_path), tmp_path / "out"
    await made(source, output, ALONE, "rounds.dialogues=6")
    with pytest.raises(Crash):
        await made(source, output, ALONE, on_event=CrashAt(lambda e: isinstance(e, JobDone) and e.round == number))
    assert await made(source, output, ALONE) == await made(source, tmp_path / "direct", ALONE)


@pytest.mark.parametrize(
    ("few", "panel"),
    [
        (("rounds.dialogues=5",), (ALONE,)),
        (("rounds.count=1",), (ALONE,)),
        (("rounds.count=1",), ()),
        (("rounds.count=2", "rounds.dialogues=5"), (ALONE,)),
    ],
)
async def test_fewer_are_what_fewer_would_have_been_and_more_are_there_again(
    tmp_path: Path, few: tuple[str, ...], panel: tuple[str, ...]
) -> None:
    source, output = cafe(tmp_path), tmp_path / "out"
    many = await made(source, output, *panel)
    assert await made(source, output, *panel, *few) == await made(source, tmp_path / "direct", *panel, *few)
    asked.clear()
    assert await made(source, output, *panel) == many
    assert asked == []


async def test_jobs_that_come_back_are_not_judged_again(tmp_path: Path) -> None:
    """Else a critic of the whole round would see another round."""
    source, output = cafe(tmp_path), tmp_path / "out"
    many = await made(source, output, "rounds.count=1")
    await made(source, output, "rounds.count=1", "rounds.dialogues=5")
    events: list[object] = []
    assert await made(source, output, "rounds.count=1", on_event=events.append) == many
    assert not any(isinstance(event, Reviewed) for event in events)


async def test_a_beginning_leaves_the_rest_where_it_is(tmp_path: Path) -> None:
    source, output = cafe(tmp_path), tmp_path / "out"
    many = await made(source, output, "rounds.count=2", ALONE)
    assert await made(source, output, "rounds.count=1", "rounds.dialogues=2", ALONE, whole=False) == many


async def test_more_rounds_go_on_from_those_there_are(tmp_path: Path) -> None:
    source, output = cafe(tmp_path), tmp_path / "out"
    await made(source, output, "rounds.count=1")
    asked.clear()
    assert await made(source, output) == await made(source, tmp_path / "direct")
    assert {scope[0] for scope in scopes()} == {"1", "2", "3"}


async def test_another_panel_judges_what_is_there_without_a_speakers_call(tmp_path: Path) -> None:
    source, output = cafe(tmp_path), tmp_path / "out"
    shape = ("rounds.count=1", "refine.regenerate=0")
    before = records(await made(source, output, *shape, "critics.panel=[structure]"))
    asked.clear()
    after = records(await made(source, output, *shape))
    assert scopes() == set()
    assert scopes(Task.JUDGE)
    assert [record["dialogue"] for record in after] == [record["dialogue"] for record in before]
    assert {record["outcome"] for record in before} == {"accepted"}
    assert {record["outcome"] for record in after} == {"accepted", "rejected"}


async def test_what_a_new_panel_comes_to_is_what_it_would_have_come_to(tmp_path: Path) -> None:
    """Tries that the former panel asked for, and the new one does not need, are out of the export."""
    source, output = cafe(tmp_path), tmp_path / "out"
    strict = await made(source, output, "rounds.count=2", ALONE)
    asked.clear()
    lenient = await made(source, output, "rounds.count=2", "critics.panel=[structure]")
    assert not any(request.scope.startswith("1/") for request in asked)
    assert lenient == await made(source, tmp_path / "direct", "rounds.count=2", "critics.panel=[structure]")
    assert outcomes(lenient) == {"accepted"}
    asked.clear()
    assert await made(source, output, "rounds.count=2", ALONE) == strict
    assert asked == []


async def test_what_dialogues_are_made_from_does_not_change_unasked(tmp_path: Path) -> None:
    source, output = cafe(tmp_path), tmp_path / "out"
    shape = ("rounds.count=1", "rounds.dialogues=4", ALONE)
    await made(source, output, *shape)
    asked.clear()
    with pytest.raises(Mistake, match=r"changed: seed, stage\.setting\..*--output.*--remake"):
        await made(source, output, *shape, "stage.setting=A bar.", "seed=12")
    assert asked == []
    assert await made(source, output, *shape) == await made(source, tmp_path / "direct", *shape)


async def test_remake_makes_all_anew_and_keeps_the_old_out_of_exports(tmp_path: Path) -> None:
    """Even where it is killed on the way, and where fewer are asked for."""
    source, output, bar = cafe(tmp_path), tmp_path / "out", "stage.setting=A bar."
    old = await made(source, output, ALONE)
    few = ("rounds.count=2", "rounds.dialogues=5", "concurrency=2", ALONE, bar)
    with pytest.raises(Crash):
        await made(source, output, *few, remake=True, on_event=CrashAt(Countdown(90)))
    new = await made(source, output, *few)
    assert new == await made(source, tmp_path / "direct", *few)
    ids = [{record["dialogue"]["id"] for record in records(export)} for export in (old, new)]
    assert ids[0].isdisjoint(ids[1])
    asked.clear()
    assert await made(source, output, ALONE, remake=True) == old
    assert asked == []


async def test_waves_are_added_until_enough_are_accepted_and_the_first_are_kept(tmp_path: Path) -> None:
    source, output = cafe(tmp_path), tmp_path / "out"
    shape = ("rounds.count=1", "rounds.dialogues=4", "refine.regenerate=0", ALONE)
    five = records(await made(source, output, *shape, "rounds.until_accepted=5"))
    assert len(accepted(five)) == 5
    assert len(five) in (8, 12, 16)
    assert max(accepted(five)) < min(passed(five), default=99)
    asked.clear()
    two = records(await made(source, output, *shape, "rounds.until_accepted=2"))
    assert accepted(two) == accepted(five)[:2]
    assert asked == []
    again = await made(source, output, *shape, "rounds.until_accepted=5")
    assert records(again) == five
    assert asked == []
    more = await made(source, output, *shape, "rounds.until_accepted=9")
    assert more == await made(source, tmp_path / "direct", *shape, "rounds.until_accepted=9")


HOPELESS = ("critics.panel=[{use: 'fakes:Fussy', options: {word: ' '}}]", "rounds.until_accepted=3")


async def test_waves_that_add_nothing_come_to_an_end(tmp_path: Path) -> None:
    source, shape = cafe(tmp_path), ("rounds.count=2", "rounds.dialogues=2", "refine.regenerate=0", *HOPELESS)
    events: list[object] = []
    whole = await made(source, tmp_path / "whole", *shape, on_event=events.append)
    assert len(records(whole)) == 6
    assert isinstance(events[-1], RunEnded)
    assert events[-1].why == "round 1: 3 waves in a row added nothing to the 0 of 3 accepted"
    with pytest.raises(Crash):
        await made(source, tmp_path / "out", *shape, on_event=CrashAt(Countdown(40)))
    assert await made(source, tmp_path / "out", *shape) == whole
    asked.clear()
    assert await made(source, tmp_path / "out", *shape) == whole
    assert asked == []


async def test_where_casts_run_out_no_more_than_asked_for_are_accepted(tmp_path: Path) -> None:
    people = ", ".join(f"{{name: {name}, profile: [I like {name}.]}}" for name in ("Ann", "Bob", "Cy", "Di"))
    shape = ("cast.pairing=all-pairs", f"cast.personas=[{people}]", "rounds.count=1", "rounds.dialogues=4")
    found = await made(cafe(tmp_path), tmp_path / "out", *shape, "rounds.until_accepted=2", "critics={panel: []}")
    assert accepted(records(found)) == [0, 1]
    found = await made(cafe(tmp_path), tmp_path / "more", *shape, "rounds.until_accepted=5", "critics={panel: []}")
    assert accepted(records(found)) == [0, 1, 2, 3, 4]
    assert passed(records(found)) == [5]


def accepted(found: list[dict[str, Any]]) -> list[int]:
    return [record["dialogue"]["place"][1] for record in found if record["outcome"] == Outcome.ACCEPTED]


def passed(found: list[dict[str, Any]]) -> list[int]:
    return [record["dialogue"]["place"][1] for record in found if record["outcome"] == Outcome.PASSED_OVER]


async def test_a_run_that_is_done_does_nothing(tmp_path: Path) -> None:
    source, output = cafe(tmp_path), tmp_path / "out"
    first = await made(source, output)
    asked.clear()
    events: list[object] = []
    assert await made(source, output, on_event=events.append) == first
    assert asked == []
    assert not any(isinstance(event, Reviewed) for event in events)


async def test_one_output_holds_one_run(tmp_path: Path) -> None:
    await made(cafe(tmp_path), tmp_path / "out", "rounds.count=1", "rounds.dialogues=2", ALONE)
    with pytest.raises(Mistake, match="holds the run 'cafe', not 'bar': give another `--output`"):
        await made(cafe(tmp_path), tmp_path / "out", "name=bar")
