"""Where does chance come from? From named streams, so that no draw depends on when it is made."""

from hashlib import blake2b
from random import Random


def stream(seed: int, purpose: str, *coordinates: int | str) -> Random:
    """A random generator of its own for one purpose at one place.

    Equal arguments give equal draws, in any process and any order. `coordinates` are such as (round, index,
    attempt, candidate, call).
    """
    return Random(_digest(seed, purpose, coordinates))


def sampling_seed(seed: int, purpose: str, *coordinates: int | str) -> int:
    """The seed of one model call, in [0, 2**31): what servers accept."""
    return _digest(seed, purpose, coordinates) & 0x7FFFFFFF


def _digest(seed: int, purpose: str, coordinates: tuple[int | str, ...]) -> int:
    name = "\x1f".join((str(seed), purpose, *map(str, coordinates)))
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big")
