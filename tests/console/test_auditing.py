import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import handmade as by

from tertulia.agents import Job, Place
from tertulia.console.auditing import SHOWN, audit
from tertulia.corpus import Record
from tertulia.corpus.ledger import Ledger
from tertulia.critics import Outcome
from tertulia.models.request import Kind, Part, Reply, Role, Task

SECRET = Part(Role.USER, Kind.NOTE, "Between us: I sail on Sundays! [x]")


def record(place: Place, *texts: str, **more: object) -> Record:
    return Record(by.a_dialogue(place, *(texts or ("Hello.", "Bye.")), **more), Outcome.ACCEPTED)


def test_a_clean_run_has_no_leaks(screen, filled: Callable[..., str]) -> None:
    spoken = record(Place(1, 1), "I wonder.", "I sail on Sundays.", "You said: I sail on Sundays.", "I did.")
    assert audit(screen.console, filled(record(Place(1, 0)), spoken), False) == 0
    assert screen.lines == ["0 leaks in 6 requests of 2 dialogues"]


def test_a_planted_leak_is_found_and_told(screen, filled: Callable[..., str]) -> None:
    assert audit(screen.console, filled(record(Place(1, 0)), leak=SECRET), False) == 1
    assert screen.lines[0] == "1 leak in 2 requests of 1 dialogue"
    row = next(line for line in screen.lines if "note" in line).split()
    assert row[1:4] == ["seat-0", "seat-1", "note"]


def test_the_list_ends_and_the_rest_is_counted(screen, filled: Callable[..., str]) -> None:
    run = filled(*(record(Place(1, n)) for n in range(SHOWN + 5)), leak=SECRET)
    assert audit(screen.console, run, False) == 1
    assert screen.text.count("note") == SHOWN
    assert "and 5 more" in screen.text


def test_script_mode_is_reported_and_not_counted(screen, filled: Callable[..., str]) -> None:
    assert audit(screen.console, filled(record(Place(1, 0)), record(Place(1, 1), mode="script")), False) == 0
    assert "0 leaks in 2 requests of 1 dialogue" in screen.text
    assert "not counted: 1 dialogue, script mode: one context sees all personas by design" in screen.text


async def say(run: str, dialogue, leak: Part | None, task: Task = Task.SPEAK) -> None:
    """A call that no dialogue of the ledger was made with."""
    async with Ledger.open(run) as ledger:
        await ledger.keep_job(Job(1, dialogue.place.index, dialogue.cast))
        request = replace(by.a_request(dialogue, 0, leak), task=task)
        await ledger.replies.put(request, Reply("Hm."), usd=0.0, seconds=0.0)


def test_a_try_that_was_interrupted_is_audited_too(screen, filled: Callable[..., str], tmp_path: Path) -> None:
    run = filled(record(Place(1, 0)))
    asyncio.run(say(run, by.a_dialogue(Place(1, 7), "Hello."), SECRET))
    assert audit(screen.console, run, False) == 1
    assert "1/7 (unfinished)" in screen.text
    assert "counted above: 1 request of tries that were not finished" in screen.text


def test_a_judge_is_no_speaker(screen, filled: Callable[..., str]) -> None:
    run = filled(record(Place(1, 0)))
    asyncio.run(say(run, by.a_dialogue(Place(1, 0), "Hello.", seed=99), SECRET, Task.JUDGE))
    assert audit(screen.console, run, False) == 0


def test_what_was_made_with_another_cast_is_told_apart(screen, filled: Callable[..., str]) -> None:
    run = filled(record(Place(1, 0)))
    swapped = tuple(replace(m, seat=s) for m, s in zip(by.members(), ("seat-1", "seat-0"), strict=True))
    before = by.a_dialogue(Place(1, 0), "Hello.", cast=swapped, seed=99)

    async def made_before() -> None:
        async with Ledger.open(run) as ledger:
            await ledger.replies.put(by.a_request(before, 0), Reply("Hm."), usd=0.0, seconds=0.0)

    asyncio.run(made_before())
    assert audit(screen.console, run, False) == 0
    assert "not counted: 1 request of an earlier cast" in screen.text


def test_json(screen, filled: Callable[..., str], capsys) -> None:
    assert audit(screen.console, filled(record(Place(1, 0)), leak=SECRET), True) == 1
    data = json.loads(capsys.readouterr().out)
    assert (data["found"], data["requests"], data["leaks"][0]["owner"]) == (1, 2, "seat-1")
