"""A review that is killed, or interrupted, and started again judges nothing twice and ends as an undisturbed one."""

import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from signal import SIGINT, SIGKILL
from subprocess import PIPE, Popen

import pytest

from tertulia.corpus.opening import FILE

CONSOLE = "from tertulia.console.main import main; main()"
DIALOGUES = 60
HANDS = 4
PANEL = (
    'critics={panel: [{use: "fakes:Logged", name: logged, role: veto}, {use: openers, role: advise}, '
    '{use: "fakes:Ranked", name: ranked, role: advise}]}'
)


def talk(folder: Path) -> Path:
    path = folder / "talk.csv"
    rows = (f'"I have {n} cats.","I sail.","User 1: I have {n} cats.\nUser 2: I sail."\n' for n in range(DIALOGUES))
    path.write_text("user 1 personas,user 2 personas,Best Generated Conversation\n" + "".join(rows))
    return path


def child(source: Path, output: Path, log: Path, halt: int = 10**9) -> "Popen[str]":
    """`tertulia review`, whose critic logs each dialogue that it is asked about, and answers no more from number `halt`
    on, which is told."""
    paths = [str(Path(__file__).parent), *(os.path.abspath(path) for path in sys.path)]
    fake = {"FAKE_LOG": str(log), "FAKE_HALT": str(halt)}
    env = {**os.environ, **fake, "PYTHONPATH": os.pathsep.join(paths)}
    words = ["--set", PANEL, "--set", f"concurrency={HANDS}", "--output", str(output)]
    return Popen(
        [sys.executable, "-c", CONSOLE, "review", str(source), *words], stdout=PIPE, stderr=PIPE, env=env, text=True
    )


def ended(process: "Popen[str]", signal: int) -> str:
    """Waits until the child answers no more, sends the signal, and gives what it said of it."""
    assert process.stdout
    assert any(line == "told\n" for line in process.stdout), process.communicate()
    process.send_signal(signal)
    return process.communicate()[1]


def finished(process: "Popen[str]") -> None:
    """It ends well, and has nothing to complain of."""
    assert (*process.communicate(), process.returncode)[1:] == ("", 0)


def judged(output: Path) -> set[str]:
    """The ids of dialogues whose review is committed."""
    with closing(sqlite3.connect(output / FILE)) as connection:
        return {id for (id,) in connection.execute("SELECT dialogue FROM reviews")}


@pytest.mark.parametrize(("signal", "code"), [(SIGKILL, -SIGKILL), (SIGINT, 130)], ids=["kill", "ctrl-c"])
def test_it_goes_on_where_it_stopped(tmp_path: Path, signal: int, code: int) -> None:
    source, output, log = talk(tmp_path), tmp_path / "out", tmp_path / "log"
    undisturbed = tmp_path / "undisturbed"
    finished(child(source, undisturbed, tmp_path / "other"))
    for halt in (13, 24):
        before = log.read_text().split() if log.exists() else []
        known = judged(output) if before else set()
        process = child(source, output, log, halt)
        said = ended(process, signal)
        assert process.returncode == code
        assert ("the same command goes on from there" in said) == (signal == SIGINT)
        assert known.isdisjoint(log.read_text().split()[len(before) :])
        assert len(judged(output)) >= len(known) + halt - HANDS
        assert not (output / "verdicts.jsonl").exists()
    kept, before = judged(output), log.read_text().split()
    finished(child(source, output, log))
    asked = log.read_text().split()
    assert kept.isdisjoint(asked[len(before) :])
    assert len(set(asked)) == DIALOGUES
    for name in ("verdicts.jsonl", "accepted.csv"):
        assert (output / name).read_bytes() == (undisturbed / name).read_bytes()
