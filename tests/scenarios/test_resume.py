"""A run that is killed, wherever it is, and started again ends with the corpus of an undisturbed one."""

import asyncio
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random
from signal import SIGKILL
from subprocess import PIPE, Popen
from time import monotonic

import pytest
from fakes import Countdown, Crash, CrashAt, cafe, exported, made

from tertulia.corpus.corpus import Corpus
from tertulia.corpus.ledger import Ledger
from tertulia.models.errors import Mistake
from tertulia.scenarios.event import Reviewed

SEEDED = "exemplars.seed_file=library/exemplars"
CONSOLE = "from tertulia.console.main import main; main()"
PATIENCE = 60.0
"""Seconds until a child that does nothing fails the test."""


def child(source: Path, output: Path, log: Path, halt: int = 10**9) -> "Popen[str]":
    """`tertulia run`, whose model stops answering at the call of number `halt`."""
    paths = [str(Path(__file__).parent), *(os.path.abspath(path) for path in sys.path)]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "FAKE_LOG": str(log), "FAKE_HALT": str(halt)}
    command = [sys.executable, "-c", CONSOLE, "run", str(source), "--output", str(output), "--set", SEEDED]
    return Popen(command, stdout=PIPE, stderr=PIPE, env=env, text=True)


def committed(output: Path) -> set[str]:
    with Ledger.open(output, write=False) as ledger:
        return {sent.request.key for sent in ledger.all_requests()}


def killed(process: "Popen[str]", output: Path, target: int) -> None:
    """Kill the child as soon as its ledger holds so many replies."""
    assert process.stdout
    first, deadline = process.stdout.readline(), monotonic() + PATIENCE
    assert first.startswith("cafe"), first
    with Ledger.open(output, write=False) as ledger:
        while ledger.spent().calls < target:
            assert process.poll() is None, process.communicate()
            assert monotonic() < deadline, "it hangs"
    process.kill()
    process.communicate()
    assert process.returncode == -SIGKILL


def fractions(total: int, count: int = 10) -> Iterator[int]:
    """So many increasing numbers of replies, by chance, below the total."""
    yield from sorted(Random(4).sample(range(5, total - 5), count))


async def test_killed_ten_times_it_gives_the_same_corpus_and_asks_for_no_committed_reply(tmp_path: Path) -> None:
    source, output, log = cafe(tmp_path), tmp_path / "killed", tmp_path / "log"
    undisturbed = await made(source, tmp_path / "undisturbed", SEEDED)
    total, before, kept = len(committed(tmp_path / "undisturbed")), 0, []
    for target in fractions(total):
        killed(child(source, output, log, halt=target - before + 3), output, target)
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
    assert crashes >= 4
    assert found == undisturbed


def complete(event: object) -> bool:
    return isinstance(event, Reviewed) and event.review.complete


async def test_a_barrier_in_which_it_crashed_is_gone_through_with_the_same_dialogues(tmp_path: Path) -> None:
    """What `ranked` says of a dialogue depends on the others: on those that were there, not on those still waiting."""
    source, shape = cafe(tmp_path), ("rounds.count=1", "rounds.dialogues=8")
    undisturbed = await made(source, tmp_path / "undisturbed", *shape)
    for reviews in (3, 5, 6, 8):
        output = tmp_path / f"after {reviews}"
        with pytest.raises(Crash):
            await made(source, output, *shape, on_event=CrashAt(Countdown(reviews, complete)))
        assert await made(source, output, *shape) == undisturbed


async def test_two_runs_do_not_write_one_output(tmp_path: Path) -> None:
    source, output = cafe(tmp_path), tmp_path / "out"
    first = child(source, output, tmp_path / "log", halt=20)
    assert first.stdout
    await asyncio.to_thread(first.stdout.readline)
    with pytest.raises(Mistake, match=r"another run is writing .*--output"):
        await made(source, output)
    first.kill()
    first.communicate()
    assert await made(source, output, SEEDED) == await made(source, tmp_path / "alone", SEEDED)
