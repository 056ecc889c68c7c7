"""How is a set too large to hold visited in random order? By a seeded permutation of its indices."""

from collections.abc import Iterator
from hashlib import blake2b
from math import comb

TURNS = 4


def walk(size: int, key: int) -> Iterator[int]:
    """Every index in range(size) once, in an order that the key decides; in constant memory.

    A Feistel network over the next even number of bits; indices that leave the range are sent through again.
    """
    half = max(1, (max(size - 1, 0).bit_length() + 1) // 2)
    for index in range(size):
        place = _scrambled(index, half, key)
        while place >= size:
            place = _scrambled(place, half, key)
        yield place


def _scrambled(index: int, half: int, key: int) -> int:
    mask = (1 << half) - 1
    left, right = index >> half, index & mask
    for turn in range(TURNS):
        left, right = right, left ^ (_hashed(key, turn, right) & mask)
    return left << half | right


def _hashed(key: int, turn: int, value: int) -> int:
    return int.from_bytes(blake2b(f"{key} {turn} {value}".encode()).digest(), "big")


def combination(rank: int, size: int, count: int) -> list[int]:
    """The rank-th of the comb(size, count) ways to choose `count` of range(size), in falling order."""
    chosen = []
    for left in range(count, 0, -1):
        top = _largest(rank, size, left)
        chosen.append(top)
        rank, size = rank - comb(top, left), top
    return chosen


def _largest(rank: int, size: int, left: int) -> int:
    """The largest number below `size` with comb(number, left) <= rank."""
    low, high = left - 1, size - 1
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if comb(middle, left) <= rank else (low, middle - 1)
    return low
