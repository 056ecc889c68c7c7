"""How is much written, and nothing lost? One thread writes; what piles up while it commits is the next transaction."""

import asyncio
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.sql.dml import UpdateBase

from ..models.errors import StorageFailed

MOST = 2048
"""Writes in one transaction: a bound on memory, far above what gathers in practice."""

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


class Writer:
    """Owns the connection that writes. After an error it writes no more: nothing is ever half there."""

    def __init__(self, connection: Connection, name: str) -> None:
        self._connection = connection
        self._name = name
        self._queue: SimpleQueue[Waiting | Errand | None] = SimpleQueue()
        self._closed = False
        self._failure: Exception | None = None
        self._thread = Thread(target=self._work, name="tertulia-ledger", daemon=True)
        self._thread.start()

    async def write(self, write: Write) -> None:
        """Returns once committed. Raises StorageFailed."""
        self._open()
        future = asyncio.get_running_loop().create_future()
        self._queue.put((write, future))
        await future

    def call(self, errand: Callable[[Connection], Answer]) -> Answer:
        """Run something in a transaction of its own and wait for it, blocking: for the start of a run."""
        self._open()
        future: Future[Answer] = Future()
        self._queue.put((errand, future))
        return future.result()

    def close(self) -> None:
        """Commit what waits, then let go of the connection."""
        if not self._closed:
            self._closed = True
            self._queue.put(None)
            self._thread.join()

    def _open(self) -> None:
        if self._closed:
            raise StorageFailed(f"the ledger {self._name} is closed already")
        if self._failure:
            raise self._failed()

    def _failed(self) -> StorageFailed:
        failed = StorageFailed(*(self._failure.args if self._failure else ()))
        failed.__cause__ = self._failure
        return failed

    def _work(self) -> None:
        going = True
        while going:
            items = self._gather()
            going = None not in items
            for item in items:
                if item is not None and not isinstance(item[0], Write):
                    self._run(item[0], item[1])
            self._commit([item for item in items if item is not None and isinstance(item[0], Write)])
        self._connection.close()
        self._connection.engine.dispose()

    def _gather(self) -> list[Waiting | Errand | None]:
        items = [self._queue.get()]
        while len(items) < MOST:
            try:
                items.append(self._queue.get_nowait())
            except Empty:
                break
        return items

    def _commit(self, waiting: list[Waiting]) -> None:
        try:
            if waiting and not self._failure:
                with self._connection.begin():
                    for group in grouped(write for write, _ in waiting):
                        for statement, rows in group.items():
                            self._connection.execute(statement, rows)
        except Exception as error:
            self._failure = error
        answer([future for _, future in waiting], self._failed if self._failure else None)

    def _run(self, errand: Callable[[Connection], Any], future: "Future[Any]") -> None:
        try:
            with self._connection.begin():
                result = errand(self._connection)
        except Exception as error:
            future.set_exception(error)
        else:
            future.set_result(result)


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
    """Resolve all futures of a transaction with one call into each event loop."""
    loops: dict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = {}
    for future in futures:
        loops.setdefault(future.get_loop(), []).append(future)
    for loop, mine in loops.items():
        with suppress(RuntimeError):  # the loop is closed: no one waits any more
            loop.call_soon_threadsafe(_resolve, mine, failed)


def _resolve(futures: Iterable["asyncio.Future[None]"], failed: Callable[[], StorageFailed] | None) -> None:
    for future in futures:
        if future.done():
            continue
        if failed:
            future.set_exception(failed())
        else:
            future.set_result(None)
