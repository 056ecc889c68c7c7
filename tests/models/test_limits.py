from asyncio import create_task, sleep

import pytest

from tertulia.models import ModelSpec
from tertulia.models.limits import Limits


class Time:
    """A clock that only sleeping moves, on its own for each sleeper."""

    def __init__(self) -> None:
        self.now = 100.0
        self.waits: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)


async def test_requests_are_spread_over_the_minute_in_the_order_they_came() -> None:
    time = Time()
    limits = Limits(requests_per_minute=30, clock=lambda: time.now, sleep=time.sleep)
    for _ in range(4):
        async with limits.slot(0):
            pass
    assert time.waits == [2.0, 4.0, 6.0]
    time.now += 8.0
    async with limits.slot(0):
        pass
    assert len(time.waits) == 3


async def test_after_a_pause_one_second_of_the_rate_may_be_used_at_once() -> None:
    time = Time()
    limits = Limits(requests_per_minute=600, clock=lambda: time.now, sleep=time.sleep)
    time.now += 1000.0
    for _ in range(12):
        async with limits.slot(0):
            pass
    assert time.waits == pytest.approx([0.1])


async def test_tokens_are_booked_by_estimate_and_corrected_by_what_was_taken() -> None:
    time = Time()
    limits = Limits(tokens_per_minute=6000, clock=lambda: time.now, sleep=time.sleep)
    async with limits.slot(500):
        pass
    limits.took(300, 500)
    async with limits.slot(500):
        pass
    assert time.waits == pytest.approx([3.0])


async def test_no_more_are_in_flight_than_allowed() -> None:
    limits = Limits(concurrency=2)
    inside, most = 0, 0

    async def call() -> None:
        nonlocal inside, most
        async with limits.slot(0):
            inside += 1
            most = max(most, inside)
            await sleep(0)
            inside -= 1

    for task in [create_task(call()) for _ in range(10)]:
        await task
    assert most == 2


def test_a_spec_without_limits_has_none() -> None:
    assert Limits.of(ModelSpec.parse("rehearsal")) is None
    assert Limits.of(ModelSpec.parse("rehearsal?concurrency=4")) is not None
