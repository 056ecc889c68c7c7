from collections.abc import Awaitable, Callable

import pytest

from tertulia.models import Mistake, Reply, Retrying, ServerDown, Unavailable
from tertulia.models.retrying import LONGEST_WAIT, SPREAD_SECONDS, Patience, persist


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.waits: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds

    def patience(self, retries: int = 6, random: float = 1.0) -> Patience:
        return Patience(retries, sleep=self.sleep, clock=lambda: self.now, random=lambda: random)


def failing(*errors: Exception) -> tuple[Callable[[], Awaitable[Reply]], list[int]]:
    """A call that raises these, then answers; and how often it was made."""
    left, made = list(errors), [0]

    async def ask() -> Reply:
        made[0] += 1
        if left:
            raise left.pop(0)
        return Reply("there")

    return ask, made


async def test_waits_double_up_to_a_limit_with_full_jitter() -> None:
    time = Time()
    ask, _ = failing(*[Unavailable("busy")] * 9)
    assert (await persist(ask, time.patience(9), "m", lambda e: None)).text == "there"
    assert time.waits == [1, 2, 4, 8, 16, 32, LONGEST_WAIT, LONGEST_WAIT, LONGEST_WAIT]
    assert time.patience(random=0.0).wait(Unavailable("busy"), 5) == 0.0


async def test_what_the_server_asks_for_comes_first_and_is_capped() -> None:
    time = Time()
    ask, _ = failing(Unavailable("busy", retry_after=7), Unavailable("busy", retry_after=86400))
    await persist(ask, time.patience(random=0.5), "m", lambda e: None)
    assert time.waits == [7 + SPREAD_SECONDS / 2, LONGEST_WAIT + SPREAD_SECONDS / 2]


async def test_each_retry_is_told_and_counted() -> None:
    time, told = Time(), list[Retrying]()
    ask, made = failing(Unavailable("busy"), Unavailable("lost"))
    await persist(ask, time.patience(), "m", told.append)
    assert told == [Retrying("m", "busy", 1.0, 1), Retrying("m", "lost", 2.0, 2)]
    assert made == [3]


async def test_patience_ends_after_the_retries_and_says_how_to_go_on() -> None:
    time = Time()
    ask, made = failing(*[Unavailable("busy")] * 9)
    with pytest.raises(ServerDown, match=r"m: busy \(tried 3 times\).*run the same command again") as raised:
        await persist(ask, time.patience(2), "m", lambda e: None)
    assert made == [3]
    assert not isinstance(raised.value, Unavailable)


async def test_a_server_that_nobody_reaches_ends_the_run_in_seconds() -> None:
    time = Time()
    ask, _ = failing(*[Unavailable("refused", unreachable=True)] * 1000)
    with pytest.raises(ServerDown):
        await persist(ask, time.patience(1000), "m", lambda e: None)
    assert 5 <= time.now <= 6


async def test_a_host_that_says_nothing_gets_a_second_chance_and_no_third() -> None:
    time, made = Time(), [0]

    async def ask() -> Reply:
        made[0] += 1
        time.now += 4
        raise Unavailable("nothing heard", unreachable=True)

    with pytest.raises(ServerDown):
        await persist(ask, time.patience(), "m", lambda e: None)
    assert made == [2]
    assert time.now < 10


async def test_what_a_retry_cannot_mend_is_not_tried_again() -> None:
    ask, made = failing(Unavailable("busy"), Mistake("wrong key"))
    with pytest.raises(Mistake, match="wrong key"):
        await persist(ask, Time().patience(), "m", lambda e: None)
    assert made == [2]
