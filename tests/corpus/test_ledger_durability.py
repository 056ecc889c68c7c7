"""What was acknowledged is there, whatever happens next: a kill, a full disk, a second run, another version."""

import asyncio
import os
import sqlite3
import sys
from pathlib import Path
from subprocess import PIPE, Popen
from threading import Event

import pytest
from sqlalchemy import Connection, event

from tertulia.corpus import ledger as ledger_module
from tertulia.corpus import schema
from tertulia.corpus.ledger import Ledger
from tertulia.corpus.opening import FILE
from tertulia.corpus.record import RunInfo
from tertulia.corpus.writer import ThreadWriter
from tertulia.models.errors import Mistake, StorageFailed
from tertulia.models.request import Kind, Part, Reply, Request, Role

INFO = RunInfo("cafe", {}, making="m", judging="p")
CHILD = """
import asyncio, sys
from tertulia.agents import Dialogue, Place, Turn
from tertulia.corpus.ledger import Ledger
from tertulia.corpus.record import RunInfo
from tertulia.models.request import Kind, Part, Reply, Request, Role

async def job(ledger, first, step):
    for index in range(first, 10**9, step):
        parts = ()
        for turn in range(4):
            parts += (Part(Role.USER, Kind.TURN, f"{index} {turn} " + "word " * 50, "a"),)
            request = Request("e", "m", parts, scope=f"1/{index}")
            await ledger.replies.put(request, Reply(f"reply to {request.key}"), usd=0.0, seconds=0.0)
            print("reply", request.key, f"1/{index}", flush=True)
        await ledger.keep_dialogue(Dialogue(f"d{index}", (), (Turn("a", "x"),), place=Place(1, index)))
        print("dialogue", f"d{index}", index, flush=True)

async def main():
    ledger = Ledger.open(sys.argv[1])
    ledger.begin(RunInfo("cafe", {}, making="m", judging="p"))
    await asyncio.gather(*(job(ledger, first, 32) for first in range(32)))

asyncio.run(main())
"""


def asked(n: int, scope: str = "1/0", size: int = 10) -> Request:
    return Request("e", "m", (Part(Role.USER, Kind.TURN, f"{n}" * size),), seed=n, scope=scope)


async def put(ledger: Ledger, request: Request) -> None:
    await ledger.replies.put(request, Reply(request.key), usd=0.5, seconds=1.0)


@pytest.mark.parametrize("writer", ["LoopWriter", "ThreadWriter"])
def test_a_killed_process_loses_nothing_that_it_was_told_is_kept(tmp_path: Path, writer: str) -> None:
    child = CHILD.replace(
        "async def main", f"import tertulia.corpus.ledger as m; m.LoopWriter = m.{writer}\nasync def main"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with Popen([sys.executable, "-c", child, str(tmp_path)], stdout=PIPE, env=env, text=True) as process:
        assert process.stdout
        lines = [process.stdout.readline() for _ in range(1500)]
        process.kill()
        lines += process.stdout.readlines()
    told = [line.split() for line in lines if line.endswith("\n")]
    assert process.returncode == -9
    with Ledger.open(tmp_path) as ledger:
        kept = {sent.request.key: sent for sent in ledger.all_requests()}
        dialogues = {record.dialogue.id for record in ledger.records(outcomes=None)}
    assert len(told) >= 1500
    assert {key for what, key, _ in told if what == "reply"} <= kept.keys()
    assert {id for what, id, _ in told if what == "dialogue"} <= dialogues
    assert all(sent.reply.text == f"reply to {key}" for key, sent in kept.items())


async def test_what_waits_together_is_one_transaction(tmp_path: Path) -> None:
    commits: list[Connection] = []
    with Ledger.open(tmp_path) as ledger:
        ledger.begin(INFO)
        event.listen(ledger._writer._pen._connection, "commit", commits.append)  # type: ignore[union-attr]
        await asyncio.gather(*(put(ledger, asked(n, f"1/{n % 10}")) for n in range(300)))
    assert len(commits) == 1


async def test_what_gathers_while_the_thread_is_busy_is_one_transaction(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_module, "LoopWriter", ThreadWriter)
    busy, free, commits = Event(), Event(), list[Connection]()

    def hold(connection: Connection) -> None:
        busy.set()
        assert free.wait(60)

    with Ledger.open(tmp_path) as ledger:
        ledger.begin(INFO)
        holding = asyncio.get_running_loop().run_in_executor(None, ledger._writer.call, hold)  # type: ignore[union-attr]
        await asyncio.to_thread(busy.wait, 60)
        event.listen(ledger._writer._pen._connection, "commit", commits.append)  # type: ignore[union-attr]
        waiting = [asyncio.create_task(put(ledger, asked(n))) for n in range(300)]
        await asyncio.sleep(0)
        assert not commits
        free.set()
        await asyncio.gather(holding, *waiting)
    assert len(commits) == 2


@pytest.mark.parametrize("writer", ["LoopWriter", "ThreadWriter"])
async def test_a_full_disk_stops_the_run_and_nothing_is_half_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, writer: str
) -> None:
    monkeypatch.setattr(ledger_module, "LoopWriter", getattr(ledger_module, writer))
    with Ledger.open(tmp_path) as ledger:
        ledger.begin(INFO)
        ledger._writer.call(lambda c: c.exec_driver_sql("PRAGMA max_page_count=60"))  # type: ignore[union-attr]
        requests = [asked(n, f"1/{n}", size=1000) for n in range(500)]
        answers = []
        for n in range(0, 500, 10):
            some = (put(ledger, request) for request in requests[n : n + 10])
            answers += await asyncio.gather(*some, return_exceptions=True)
        kept = [request for request, answer in zip(requests, answers, strict=True) if answer is None]
        assert requests[: len(kept)] == kept
        assert {type(answer) for answer in answers[len(kept) :]} == {StorageFailed}
        assert "disk is full" in str(answers[-1])
        assert "free space" in str(answers[-1])
        with pytest.raises(StorageFailed, match="disk is full"):
            await put(ledger, asked(-1))
        with pytest.raises(StorageFailed, match="disk is full"):
            ledger.begin(INFO)
        assert {sent.request.key for sent in ledger.all_requests()} == {request.key for request in kept}
    with Ledger.open(tmp_path) as ledger:
        assert len(kept) > 10
        assert [await ledger.replies.get(request) for request in kept] == [Reply(request.key) for request in kept]
        await put(ledger, asked(-1))
        assert ledger.spent().calls == len(kept) + 1


async def test_what_waits_is_committed_on_close_and_nothing_after_it(tmp_path: Path) -> None:
    ledger = Ledger.open(tmp_path)
    ledger.begin(INFO)
    waiting = [asyncio.create_task(put(ledger, asked(n))) for n in range(5)]
    await asyncio.sleep(0)
    ledger.close()
    ledger.close()
    await asyncio.gather(*waiting)
    with pytest.raises(StorageFailed, match="closed already"):
        await put(ledger, asked(9))
    with Ledger.open(tmp_path, write=False) as ledger:
        assert ledger.spent().calls == 5


def test_a_writer_outlives_an_event_loop_that_ended_under_it(tmp_path: Path) -> None:
    async def leave(n: int) -> None:
        asyncio.get_running_loop().call_soon(waiting.append, asyncio.ensure_future(put(ledger, asked(n))))
        await asyncio.sleep(0)

    waiting: list[asyncio.Task[None]] = []
    with Ledger.open(tmp_path) as ledger:
        ledger.begin(INFO)
        asyncio.run(leave(1))
        asyncio.run(put(ledger, asked(2, "1/2")))
        assert ledger.spent().calls == 1
        assert len(list(ledger.all_requests())) == 2


async def test_one_writes_and_others_read(tmp_path: Path) -> None:
    with Ledger.open(tmp_path) as ledger:
        ledger.begin(INFO)
        with pytest.raises(Mistake, match=r"another run is writing .*ledger\.sqlite: wait for it"):
            Ledger.open(tmp_path / FILE)
        with Ledger.open(tmp_path, write=False) as reading:
            await put(ledger, asked(1))
            assert [sent.request for sent in reading.all_requests()] == [asked(1)]
            with pytest.raises(Mistake, match="opened to be read"):
                reading.begin(INFO)
            with pytest.raises(Mistake, match="opened to be read"):
                await reading.set_info(INFO)
    with Ledger.open(tmp_path):
        pass


def test_writing_waits_for_a_run_to_begin(tmp_path: Path) -> None:
    with Ledger.open(tmp_path) as ledger:
        assert (ledger.info(), list(ledger.records()), ledger.spent().usd) == (None, [], 0)
        with pytest.raises(Mistake, match=r"no run has begun: call begin\(\)"):
            _ = ledger.replies


def test_a_ledger_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    Ledger.open(tmp_path).close()
    with sqlite3.connect(tmp_path / FILE) as database:
        database.execute("UPDATE schema_version SET version = 9")
    database.close()
    for write in (True, False):
        with pytest.raises(Mistake, match=r"ledger version 9; this Tertulia reads versions up to 2: upgrade it"):
            Ledger.open(tmp_path, write=write)


def test_an_older_ledger_is_brought_forward_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forward(connection: Connection) -> None:
        connection.exec_driver_sql("ALTER TABLE jobs ADD COLUMN mood TEXT")

    def broken(connection: Connection) -> None:
        forward(connection)
        connection.exec_driver_sql("ALTER TABLE nowhere ADD COLUMN mood TEXT")

    def columns() -> set[str]:
        with sqlite3.connect(tmp_path / FILE) as database:
            found = {row[1] for row in database.execute("PRAGMA table_info(jobs)")}
        database.close()
        return found

    with Ledger.open(tmp_path) as ledger:
        ledger.begin(INFO)
    today = tuple(schema.MIGRATIONS)
    monkeypatch.setattr(schema, "MIGRATIONS", (*today, broken))
    with pytest.raises(StorageFailed, match="nowhere"):
        Ledger.open(tmp_path)
    assert "mood" not in columns()
    monkeypatch.setattr(schema, "MIGRATIONS", (*today, forward))
    with Ledger.open(tmp_path, write=False) as ledger:
        assert ledger.info() == INFO
    assert "mood" in columns()
    Ledger.open(tmp_path).close()


def test_what_is_no_ledger_is_refused_and_left_alone(tmp_path: Path) -> None:
    text, other = tmp_path / "notes.txt", tmp_path / "other.sqlite"
    text.write_text("my notes\n" * 500)
    with sqlite3.connect(other) as database:
        database.execute("CREATE TABLE songs (title TEXT)")
    database.close()
    before = text.read_bytes(), other.read_bytes()
    for path in (text, other):
        for write in (True, False):
            with pytest.raises(Mistake, match=f"{path.name} is .*no ledger.*another place with --output"):
                Ledger.open(path, write=write)
    assert (text.read_bytes(), other.read_bytes()) == before
    for nowhere in (tmp_path, tmp_path / "none", tmp_path / "none.sqlite"):
        with pytest.raises(Mistake, match=r"no ledger at .*`tertulia run`"):
            Ledger.open(nowhere, write=False)
    for address in ("mysql://host/db", "nonsense://x", "http:///"):
        with pytest.raises(Mistake, match="give a path"):
            Ledger.open(address)


def test_a_ledger_lies_where_one_says(tmp_path: Path) -> None:
    odd = tmp_path / "a b" / "100% #1? é.v2"
    for where, path in (
        (odd / "x.db", odd / "x.db"),
        (f"sqlite:///{tmp_path}/u.db", tmp_path / "u.db"),
        (tmp_path / "run", tmp_path / "run" / FILE),
    ):
        with Ledger.open(where) as ledger:
            ledger.begin(INFO)
        assert path.is_file()
        with Ledger.open(where, write=False) as ledger:
            assert ledger.info() == INFO
