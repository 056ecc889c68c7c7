"""How is much written, and nothing lost? What piles up while others commit is the next transaction."""

import asyncio
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection
from sqlalchemy.sql.dml import UpdateBase

from ..models.errors import StorageFailed

MOST = 2048
"""Writes that a thread puts into one transaction: a bound on memory, above what gathers in practice."""

PASSES = 3
"""Turns of the event loop that a transaction waits for more to come: no time while the loop is idle, a few writes more
while it is busy."""

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Write:
    """Rows that are stored together or not at all."""

    rows: Sequence[tuple[UpdateBase, dict[str, Any]]]
    about: Hashable = None
    """Writes about one thing are executed in their order; others are grouped by statement."""


Group = dict[UpdateBase, list[dict[str, Any]]]
Waiting = tuple[Write, "asyncio.Future[None]"]
Errand = tuple[Callable[[Connection], Any], "Future[Any]"]


class Writer(Protocol):
    """The only one who writes. Writes are committed in their order; after a failure none is."""

    async def write(self, write: Write) -> None:
        """Returns once committed. Raises StorageFailed."""
        ...

    def call(self, errand: Callable[[Connection], Answer]) -> Answer:
        """Run something in a transaction of its own, and wait for it: for the start of a run."""
        ...

    def close(self) -> None:
        """Commit what waits, then let go of the connection."""
        ...


class Pen:
    """The connection that writes. After an error it writes no more: nothing is ever half there."""

    def __init__(self, connection: Connection, name: str) -> None:
        self._connection = connection
        self._name = name
        self._failure: Exception | None = None
        self.closed = False

    def check(self) -> None:
        """Raises StorageFailed where nothing can be written any more."""
        if self.closed:
            raise StorageFailed(f"the ledger {self._name} is closed already")
        if self._failure:
            raise self.failed()

    def failed(self) -> StorageFailed:
        """A new exception for each who waits: a traceback belongs to one."""
        failed = StorageFailed(*(self._failure.args if self._failure else ()))
        failed.__cause__ = self._failure
        return failed

    def commit(self, writes: Iterable[Write]) -> Callable[[], StorageFailed] | None:
        """One transaction. The answer, for each who waits: None, or what to raise."""
        try:
            if not self._failure:
                with self._connection.begin():
                    self._execute(writes)
        except Exception as error:
            self._failure = error
        return self.failed if self._failure else None

    def run(self, errand: Callable[[Connection], Answer]) -> Answer:
        with self._connection.begin():
            return errand(self._connection)

    def put_down(self) -> None:
        self.closed = True
        self._connection.close()
        self._connection.engine.dispose()

    def _execute(self, writes: Iterable[Write]) -> None:
        for group in grouped(writes):
            for statement, rows in group.items():
                self._connection.execute(statement, rows)


class LoopWriter:
    """Writes between two turns of the event loop: for a file.

    A transaction in a write-ahead log is two copies in memory. A thread would have to ask for the interpreter lock at
    each row, and waits up to 5 ms for it while the loop is busy: at 1,000 replies a second it costs a fifth of the
    throughput.
    """

    def __init__(self, connection: Connection, name: str) -> None:
        self._pen = Pen(connection, name)
        self._waiting: list[Waiting] = []
        self._loop: asyncio.AbstractEventLoop | None = None

    async def write(self, write: Write) -> None:
        self._pen.check()
        loop = asyncio.get_running_loop()
        if not self._waiting or loop is not self._loop:
            self._loop = loop
            loop.call_soon(self._gather, loop, PASSES)
        future = loop.create_future()
        self._waiting.append((write, future))
        await future

    def call(self, errand: Callable[[Connection], Answer]) -> Answer:
        self._pen.check()
        self._flush()
        return self._pen.run(errand)

    def close(self) -> None:
        if not self._pen.closed:
            self._flush()
            self._pen.put_down()

    def _gather(self, loop: asyncio.AbstractEventLoop, passes: int) -> None:
        if passes:
            loop.call_soon(self._gather, loop, passes - 1)
        else:
            self._flush()

    def _flush(self) -> None:
        waiting, self._waiting = self._waiting, []
        if waiting:
            resolve([future for _, future in waiting], self._pen.commit(write for write, _ in waiting))


class ThreadWriter:
    """Writes in a thread of its own: for a server, where a commit waits for the network."""

    def __init__(self, connection: Connection, name: str) -> None:
        self._pen = Pen(connection, name)
        self._queue: SimpleQueue[Waiting | Errand | None] = SimpleQueue()
        self._thread = Thread(target=self._work, name="tertulia-ledger", daemon=True)
        self._thread.start()

    async def write(self, write: Write) -> None:
        self._pen.check()
        future = asyncio.get_running_loop().create_future()
        self._queue.put((write, future))
        await future

    def call(self, errand: Callable[[Connection], Answer]) -> Answer:
        self._pen.check()
        future: Future[Answer] = Future()
        self._queue.put((errand, future))
        return future.result()

    def close(self) -> None:
        if not self._pen.closed:
            self._pen.closed = True
            self._queue.put(None)
            self._thread.join()

    def _work(self) -> None:
        going = True
        while going:
            items = self._gather()
            going = None not in items
            for item in items:
                if item is not None and not isinstance(item[0], Write):
                    self._run(item[0], item[1])
            waiting = [item for item in items if item is not None and isinstance(item[0], Write)]
            if waiting:
                answer([future for _, future in waiting], self._pen.commit(write for write, _ in waiting))
        self._pen.put_down()

    def _gather(self) -> list[Waiting | Errand | None]:
        items = [self._queue.get()]
        while len(items) < MOST:
            try:
                items.append(self._queue.get_nowait())
            except Empty:
                break
        return items

    def _run(self, errand: Callable[[Connection], Any], future: "Future[Any]") -> None:
        try:
            future.set_result(self._pen.run(errand))
        except Exception as error:
            future.set_exception(error)


def grouped(writes: Iterable[Write]) -> Iterator[Group]:
    """Rows by statement, for `executemany`. A second write about one thing starts the next group."""
    group: Group = {}
    seen: set[Hashable] = set()
    for write in writes:
        if write.about is not None and write.about in seen:
            yield group
            group, seen = {}, set()
        seen.add(write.about)
        for statement, row in write.rows:
            group.setdefault(statement, []).append(row)
    yield group


def answer(futures: Iterable["asyncio.Future[None]"], failed: Callable[[], StorageFailed] | None) -> None:
    """Resolve all futures of a transaction, from another thread: one call into each event loop."""
    loops: dict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = {}
    for future in futures:
        loops.setdefault(future.get_loop(), []).append(future)
    for loop, mine in loops.items():
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(resolve, mine, failed)


def resolve(futures: Iterable["asyncio.Future[None]"], failed: Callable[[], StorageFailed] | None) -> None:
    for future in futures:
        with suppress(RuntimeError):  # its loop is closed: no one waits any more
            if future.done():
                continue
            if failed:
                future.set_exception(failed())
            else:
                future.set_result(None)
