"""How do many concurrent callers share one slow function? Their items run together, off the event loop."""

from asyncio import to_thread, wrap_future
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, InvalidStateError, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Condition
from typing import Generic, TypeVar

from .memory import give_back

Item = TypeVar("Item")
Answer = TypeVar("Answer")

TIDY = 8
"""Pools after which memory is given back."""
SHORT = 16
"""Below this length two items count as alike: halving what is short saves nothing."""


@dataclass(eq=False)
class Call(Generic[Item, Answer]):
    """What one caller asks for. `taken`: how many of its items have been taken up."""

    items: Sequence[Item]
    lengths: Sequence[int]
    future: "Future[list[Answer]]" = field(default_factory=Future)
    answers: dict[int, Answer] = field(default_factory=dict)
    taken: int = 0

    def answer(self, place: int, answer: Answer) -> None:
        self.answers[place] = answer
        if len(self.answers) == len(self.items):
            with suppress(InvalidStateError):  # the caller gave up a moment ago
                self.future.set_result([self.answers[place] for place in range(len(self.items))])

    def fail(self, error: BaseException) -> None:
        with suppress(InvalidStateError):
            self.future.set_exception(error)


Place = tuple[Call[Item, Answer], int]
"""One item: whose it is, and its place among the caller's."""


class Batcher(Generic[Item, Answer]):
    """Gathers items of concurrent callers into batches for a blocking function, which runs in one worker thread.

    Calls wait in a queue without their items being copied. The worker takes up at most `pool` items at a time, a batch
    from each call in turn, so that a call with very many items delays a small one by no more than a pool; it sorts
    them by length, so that a batch needs little padding. That is the back-pressure: a caller goes on when its own
    items are answered, and what is under way is bounded. Nothing here belongs to an event loop: one batcher serves
    several, at once or one after another.
    """

    def __init__(
        self,
        function: Callable[[Sequence[Item]], Sequence[Answer]],
        *,
        length: Callable[[Item], int],
        max_batch: int = 32,
        max_wait: float = 0.005,
        pool: int | None = None,
        name: str = "batcher",
    ) -> None:
        """`function` answers at most `max_batch` items, in their order. `length` of an item: what sorts them.

        `max_wait`: seconds that an idle worker waits for a batch to fill. `pool`: items taken up at a time, four
        batches if not given.
        """
        self._function = function
        self._length = length
        self._max_batch = max_batch
        self._max_wait = max_wait
        self._pool = max(pool or 4 * max_batch, max_batch)
        self._calls: deque[Call[Item, Answer]] = deque()
        self._changed = Condition()
        self._working = self._closed = False
        self._pools = 0
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)

    async def run(self, items: Sequence[Item]) -> list[Answer]:
        """The answers, in the order of the items.

        Raises what the function raised for a batch that held one of them; callers in other batches don't see it. A
        caller that is cancelled takes its waiting items along and harms nobody. Raises RuntimeError after `close`.
        """
        if not items:
            return []
        call: Call[Item, Answer] = Call(items, [self._length(item) for item in items])
        self._enter(call)
        return await wrap_future(call.future)

    async def close(self) -> None:
        """Answer whoever waits, then end the thread."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        await to_thread(self._thread.shutdown)

    def _enter(self, call: Call[Item, Answer]) -> None:
        with self._changed:
            if self._closed:
                raise RuntimeError("this batcher is closed")
            self._calls.append(call)
            self._changed.notify()
            if not self._working:
                self._working = True
                self._thread.submit(self._work)

    def _work(self) -> None:
        """Until nobody waits; between times the thread is idle, and so never holds up the end of the program."""
        while places := self._taken():
            self._pools += 1
            if self._pools % TIDY == 0:
                give_back()
            for batch in self._batches(places):
                self._answer([place for place in batch if not place[0].future.done()])

    def _batches(self, places: list[Place[Item, Answer]]) -> Iterator[list[Place[Item, Answer]]]:
        """The longest first, and none that is padded to more than twice its length: one long item in a batch costs as
        much as if all were so long."""
        batch: list[Place[Item, Answer]] = []
        longest = 0
        for place in sorted(places, key=_length, reverse=True):
            if batch and (len(batch) == self._max_batch or 2 * max(_length(place), SHORT) < longest):
                yield batch
                batch = []
            longest = longest if batch else _length(place)
            batch.append(place)
        if batch:
            yield batch

    def _answer(self, places: list[Place[Item, Answer]]) -> None:
        if not places:
            return
        try:
            answers = self._function([call.items[place] for call, place in places])
            for (call, place), answer in zip(places, answers, strict=True):
                call.answer(place, answer)
        except BaseException as error:
            for call, _ in places:
                call.fail(error)

    def _taken(self) -> list[Place[Item, Answer]]:
        """The next pool; empty when nobody waits, and then the work is over."""
        with self._changed:
            self._changed.wait_for(self._enough, self._max_wait if self._calls else 0)
            places: list[Place[Item, Answer]] = []
            while self._calls and len(places) < self._pool:
                self._take(self._calls.popleft(), places)
            self._working = bool(places)
            return places

    def _take(self, call: Call[Item, Answer], places: list[Place[Item, Answer]]) -> None:
        """A batch of one call's items, at most; the rest queues up again behind the others."""
        if call.future.done():
            return
        end = min(call.taken + self._max_batch, len(call.items), call.taken + self._pool - len(places))
        places += [(call, place) for place in range(call.taken, end)]
        call.taken = end
        if end < len(call.items):
            self._calls.append(call)

    def _enough(self) -> bool:
        return self._closed or sum(len(call.items) - call.taken for call in self._calls) >= self._max_batch


def _length(place: Place[Item, Answer]) -> int:
    call, number = place
    return call.lengths[number]
