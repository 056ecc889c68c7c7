"""Which few of many are kept, whatever the order they come in?"""

from collections.abc import Iterator
from hashlib import blake2b
from heapq import heappush, heappushpop
from typing import Generic, TypeVar

T = TypeVar("T")


def ticket(salt: int | str, id: str) -> int:
    """A number in [0, 2**64) that is drawn for an id: the order of tickets is a shuffle that `salt` decides."""
    return int.from_bytes(blake2b(f"{salt}\x1f{id}".encode(), digest_size=8).digest(), "big")


class Sample(Generic[T]):
    """At most `limit` items: those of the highest rank, and among equals those of the lowest ticket.

    With one rank for all it is a uniform sample. What is kept depends on the items alone, never on their order.
    """

    def __init__(self, limit: int, salt: int | str = 0) -> None:
        self.limit, self.salt = limit, salt
        self._heap: list[tuple[float, int, str, T]] = []
        self._ids: set[str] = set()

    def offer(self, id: str, item: T, rank: float = 0.0) -> None:
        """An id that is held already changes nothing."""
        entry = (rank, -ticket(self.salt, id), id, item)
        if id in self._ids:
            return
        if len(self._heap) < self.limit:
            heappush(self._heap, entry)
        elif entry[:3] < self._heap[0][:3]:
            return
        else:
            self._ids.remove(heappushpop(self._heap, entry)[2])
        self._ids.add(id)

    def __len__(self) -> int:
        return len(self._heap)

    def __iter__(self) -> Iterator[T]:
        """Best rank first, then by ticket."""
        return (entry[3] for entry in sorted(self._heap, key=lambda entry: entry[:3], reverse=True))
