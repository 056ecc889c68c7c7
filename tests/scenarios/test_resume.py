"""A run that is killed, wherever it is, and started again ends with the corpus of an undisturbed one."""

import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from random import Random
from signal import SIGKILL
from subprocess import PIPE, Popen

import pytest
from fakes import ALONE, Countdown, Crash, CrashAt, cafe, exported, loaded, made

from tertulia.agents.event import TurnSpoken
from tertulia.corpus.corpus import Corpus
from tertulia.corpus.ledger import Ledger
from tertulia.corpus.opening import FILE
from tertulia.models.errors import Mistake
from tertulia.scenarios.event import JobStarted, Reviewed
from tertulia.scenarios.reviewing import review_file, review_run

KILLED = ("exemplars.seed_file=library/exemplars", "rounds.count=2")
CONSOLE = "from tertulia.console.main import main; main()"
FURTHER = 24
"""Calls that are answered after a child has said how far it is."""


def child(source: Path, output: Path, log: Path, tell: int = 10**9) -> "Popen[str]":
    """`tertulia run`, whose model tells of the call of number `tell`, and soon after that answers no more."""
    paths = [str(Path(__file__).parent), *(os.path.abspath(path) for path in sys.path)]
    fake = {"FAKE_LOG": str(log), "FAKE_TELL": str(tell), "FAKE_HALT": str(tell + FURTHER)}
    env = {**os.environ, **fake, "PYTHONPATH": os.pathsep.join(paths)}
    sets = [word for setting in KILLED for word in ("--set", setting)]
    command = [sys.executable, "-c", CONSOLE, "run", str(source), "--output", str(output), *sets]
    return Popen(command, stdout=PIPE, stderr=PIPE, env=env, text=True)


def told(process: "Popen[str]") -> None:
    """Wait until the child has come to the call that it tells of."""
    assert process.stdout
    assert any(line == "told\n" for line in process.stdout), process.communicate()


def killed(process: "Popen[str]", output: Path, target: int) -> None:
    """Kill the child as soon as its ledger holds so many replies."""
    told(process)
    with Ledger.open(output, write=False) as ledger:
        while ledger.spent().calls < target:
            assert process.poll() is None, process.communicate()
    process.kill()
    process.communicate()
    assert process.returncode == -SIGKILL


def committed(output: Path) -> set[str]:
    """The keys of all replies in the ledger."""
    with closing(sqlite3.connect(output / FILE)) as connection:
        return {key for (key,) in connection.execute("SELECT lower(hex(key)) FROM replies")}


async def test_killed_ten_times_it_gives_the_same_corpus_and_asks_for_no_committed_reply(tmp_path: Path) -> None:
    source, output, log = cafe(tmp_path), tmp_path / "killed", tmp_path / "log"
    undisturbed = await made(source, tmp_path / "undisturbed", *KILLED)
    total, before, kept = len(committed(tmp_path / "undisturbed")), 0, []
    for target in sorted(Random(4).sample(range(5, total - 2 * FURTHER), 10)):
        killed(child(source, output, log, tell=max(1, target - before)), output, target)
        keys = committed(output)
        before = len(keys)
        assert target <= before < total
        kept.append((keys, len(log.read_text().splitlines())))
    last = child(source, output, log)
    assert (*last.communicate(), last.returncode)[1:] == ("", 0)
    requested = log.read_text().splitlines()
    for keys, length in kept:
        assert keys.isdisjoint(requested[length:])
    with Corpus.open(output) as corpus:
        assert exported(corpus, output) == undisturbed
    assert committed(output) == set(requested)
    assert b'"outcome":"rejected"' in undisturbed
    assert b'"notes":{"' in undisturbed


@pytest.mark.parametrize("concurrency", [1, 64])
async def test_the_corpus_does_not_depend_on_the_concurrency(tmp_path: Path, concurrency: int) -> None:
    source = cafe(tmp_path)
    assert await made(source, tmp_path / "n", f"concurrency={concurrency}") == await made(source, tmp_path / "eight")


SMALL = ("rounds.count=2", "rounds.dialogues=8", "concurrency=3")
SHAPES = {
    "candidates": (*SMALL, "rounds.candidates=2"),
    "waves": ("rounds.count=2", "rounds.dialogues=3", "rounds.until_accepted=5", "concurrency=3"),
    "script": (*SMALL, "stage.mode=script", "exemplars.count=2"),
    "table": ("rounds.count=2", "rounds.dialogues=4", "concurrency=3", "cast.size=4", "stage.order=selector"),
}


@pytest.mark.parametrize("shape", SHAPES)
async def test_it_may_crash_again_and_again(tmp_path: Path, shape: str) -> None:
    """Crashes come after a random number of events, more than it takes to say again what was said."""
    source, output, rng, crashes = cafe(tmp_path), tmp_path / "crashing", Random(shape), 0
    undisturbed = await made(source, tmp_path / "undisturbed", *SHAPES[shape])
    found = b""
    while not found:
        try:
            found = await made(source, output, *SHAPES[shape], on_event=CrashAt(Countdown(rng.randrange(25, 75))))
        except Crash:
            crashes += 1
    assert crashes >= 3
    assert found == undisturbed


def complete(event: object) -> bool:
    return isinstance(event, Reviewed) and event.review.complete


async def test_a_barrier_in_which_it_crashed_is_gone_through_with_the_same_dialogues(tmp_path: Path) -> None:
    """What `ranked` says of a dialogue depends on the others: on those that were there, not on those still waiting."""
    source, shape = cafe(tmp_path), ("rounds.count=1", "rounds.dialogues=8")
    undisturbed = await made(source, tmp_path / "undisturbed", *shape)
    for reviews in (1, 3, 5, 6):
        output = tmp_path / f"after {reviews}"
        with pytest.raises(Crash):
            await made(source, output, *shape, on_event=CrashAt(Countdown(reviews, complete)))
        assert await made(source, output, *shape) == undisturbed


async def test_two_runs_do_not_write_one_output(tmp_path: Path) -> None:
    source, output = cafe(tmp_path), tmp_path / "out"
    first = child(source, output, tmp_path / "log", tell=20)
    told(first)
    with pytest.raises(Mistake, match=r"another run is writing .*--output"):
        await made(source, output, *KILLED)
    first.kill()
    first.communicate()
    assert await made(source, output, *KILLED) == await made(source, tmp_path / "alone", *KILLED)


async def test_a_run_that_crashed_may_be_judged_by_another_panel_and_goes_on(tmp_path: Path) -> None:
    """A job may be there that has no dialogue yet."""
    source, output, shape = cafe(tmp_path), tmp_path / "out", ("rounds.count=1", "concurrency=2", ALONE)
    for due in (lambda e: isinstance(e, JobStarted), lambda e: isinstance(e, TurnSpoken)):
        with pytest.raises(Crash):
            await made(source, output, *shape, on_event=CrashAt(Countdown(5, due)))
    panel = await review_run(output, loaded(source, ("critics.panel=[structure]",)))
    with Corpus.open(output) as corpus:
        assert corpus.ledger.count(panel=panel) > 0
        assert corpus.ledger.job_count(1) > len(corpus.ledger.jobs_done(1, panel))
    assert await made(source, output, *shape) == await made(source, tmp_path / "undisturbed", *shape)


async def test_a_review_that_crashed_at_its_barrier_goes_on_with_the_same_dialogues(tmp_path: Path) -> None:
    source, panel = cafe(tmp_path), ('critics.panel=[{use: "fakes:Ranked", name: ranked}, structure]',)
    await made(source, tmp_path / "run", "rounds.count=1", "critics={panel: []}")
    file, scenario = tmp_path / "run" / "provenance.jsonl", loaded(source, panel)
    with await review_file(file, scenario, tmp_path / "undisturbed") as corpus:
        undisturbed = exported(corpus, tmp_path / "undisturbed")
    assert b'"outcome":"rejected"' in undisturbed
    for reviews in (1, 4, 9):
        output = tmp_path / f"after {reviews}"
        with pytest.raises(Crash):
            await review_file(file, scenario, output, CrashAt(Countdown(reviews, complete)))
        with await review_file(file, scenario, output) as corpus:
            assert exported(corpus, output) == undisturbed
