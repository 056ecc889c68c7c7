"""Who writes next to whom? Requests join the running batch between two of its steps, and leave when they are done."""

from asyncio import wrap_future
from collections import deque
from collections.abc import Callable
from concurrent.futures import InvalidStateError, ThreadPoolExecutor
from contextlib import suppress
from threading import Lock
from typing import TYPE_CHECKING

from ..errors import ReplyRefused
from .decoding import Decoder, Row, Written, short_of_memory
from .templating import Template

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Generation:
    """A model that writes for many callers at once, in one worker thread; nothing here belongs to an event loop.

    There are as many seats as rows in a batch. Between two steps, seats that are free are taken by who waits longest;
    a prompt is read alone when it takes its seat. A reply is a function of its messages, parameters and seed: neither
    its neighbours nor its seat change a bit of its arithmetic, since batched steps always have the same shape.
    """

    def __init__(self, name: str, decoder: Decoder, template: Template) -> None:
        self.name = name
        self._decoder, self._template = decoder, template
        self._waiting: deque[Row] = deque()
        self._seats: list[Row | None] = [None] * decoder.rows
        self._lock = Lock()
        self._working = False
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"chat {name}")

    async def write(self, row: Row) -> Written:
        """The reply. A caller that is cancelled gives up its seat before the next step.

        Raises ReplyRefused for a prompt that leaves no room for a reply, and Mistake for one that the chat template
        refuses, for memory that does not suffice, and for scores that are no numbers.
        """
        with self._lock:
            self._waiting.append(row)
            if not self._working:
                self._working = True
                self._thread.submit(self._work)
        return await wrap_future(row.future)

    def _work(self) -> None:
        """Until nobody waits or writes; between times the thread is idle, and never holds up the end of the program."""
        while self._seated():
            try:
                self._step()
            except BaseException as error:
                for at, row in enumerate(self._seats):
                    if row:
                        self._fail(row, error)
                        self._seats[at] = None

    def _seated(self) -> bool:
        """Whether somebody writes, after free seats were taken; if not, the work is over."""
        self._seats = [None if row is None or row.future.done() else row for row in self._seats]
        while True:
            with self._lock:
                free = next((at for at, row in enumerate(self._seats) if row is None), None)
                if free is None or not self._waiting:
                    self._working = any(self._seats)
                    return self._working
                row = self._waiting.popleft()
            self._seats[free] = self._begun(row)

    def _begun(self, row: Row) -> Row | None:
        """The row once its prompt is read and its first token drawn; None if it is over."""
        if row.future.done():
            return None
        try:
            row.prompt = self._template.tokens(row.messages)
            row.room = self._room(row)
            scores, row.past = self._decoder.read(row.prompt)
        except BaseException as error:
            self._fail(row, error)
            return None
        return self._grown(row, scores)

    def _step(self) -> None:
        scores = self._decoder.step(self._seats)
        for at, (row, one) in enumerate(zip(self._seats, scores, strict=True)):
            if row and one is not None:
                self._seats[at] = self._grown(row, one)

    def _grown(self, row: Row, scores: "NDArray[np.float32]") -> Row | None:
        """The row with its next token, or None if that was its last one."""
        try:
            written = self._decoder.add(row, scores)
        except BaseException as error:
            self._fail(row, error)
            return None
        if written is None:
            return row
        _settle(lambda: row.future.set_result(written))
        return None

    def _room(self, row: Row) -> int:
        reads, length = self._decoder.reads, len(row.prompt)
        if length >= reads:
            raise ReplyRefused(
                f"{self.name}: the prompt has {length} tokens, and the model reads {reads}, its reply included; "
                f"shorten personas, exemplars or stage.turns, or take a model with a longer context"
            )
        return min(row.sampling.max_tokens or reads, reads - length)

    def _fail(self, row: Row, error: BaseException) -> None:
        row.past = None
        told = short_of_memory(self.name, self._decoder.rows, error) or error
        _settle(lambda: row.future.set_exception(told))


def _settle(answer: Callable[[], None]) -> None:
    """Unless the caller gave up a moment ago."""
    with suppress(InvalidStateError):
        answer()
