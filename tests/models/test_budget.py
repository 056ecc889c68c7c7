from asyncio import create_task, sleep

import pytest

from tertulia.models import Budget, BudgetSpent


async def test_what_would_pass_the_limit_is_refused_and_the_limit_holds() -> None:
    budget = Budget(usd=1.0)
    for _ in range(4):
        (await budget.reserve(0.25, 10)).settle(0.2, 8)
    with pytest.raises(BudgetSpent) as raised:
        await budget.reserve(0.25, 10)
    assert "0.8000 of 1.0000 USD are spent" in str(raised.value)
    assert "raise budget.usd and run the same command again" in str(raised.value)
    assert budget.spent_usd == pytest.approx(0.8)


async def test_a_limit_that_fits_exactly_is_not_passed() -> None:
    budget = Budget(usd=0.3, tokens=30)
    for _ in range(3):
        (await budget.reserve(0.1, 10)).settle(0.1, 10)
    with pytest.raises(BudgetSpent):
        await budget.reserve(0.1, 10)


async def test_spending_goes_on_where_earlier_runs_ended() -> None:
    budget = Budget(tokens=1000, spent_tokens=990)
    with pytest.raises(BudgetSpent, match="990 of 1000 tokens are spent and the next call needs up to 20 tokens"):
        await budget.reserve(0, 20)
    (await budget.reserve(0, 10)).settle(0, 7)
    assert budget.spent()["tokens"] == 997


async def test_minutes_are_those_of_all_runs() -> None:
    now = 0.0
    budget = Budget(minutes=60, spent_minutes=59, clock=lambda: now)
    (await budget.reserve(0, 1)).settle(0, 1)
    now = 61.0
    with pytest.raises(BudgetSpent, match=r"budget\.minutes: 60\.0 of 60 minutes"):
        await budget.reserve(0, 1)
    assert budget.spent_minutes == pytest.approx(60.0, abs=0.1)


async def test_a_call_that_fails_gives_its_reservation_back() -> None:
    budget = Budget(tokens=10)
    with pytest.raises(ValueError, match="lost"), await budget.reserve(0, 10):
        raise ValueError("lost")
    (await budget.reserve(0, 10)).settle(0, 10)
    assert budget.spent_tokens == 10


async def test_calls_in_flight_make_others_wait_and_not_fail() -> None:
    budget = Budget(tokens=100)
    first = await budget.reserve(0, 90)
    second = create_task(budget.reserve(0, 50))
    third = create_task(budget.reserve(0, 95))
    await sleep(0)
    assert not second.done()
    assert not third.done()
    first.settle(0, 40)
    (await second).settle(0, 50)
    with pytest.raises(BudgetSpent, match=r"40 of 100 tokens are spent and the next call needs up to 95"):
        await third


async def test_a_waiting_call_that_is_cancelled_holds_nothing() -> None:
    budget = Budget(tokens=100)
    first = await budget.reserve(0, 90)
    waiting = create_task(budget.reserve(0, 50))
    await sleep(0)
    waiting.cancel()
    first.settle(0, 0)
    await sleep(0)
    assert waiting.cancelled()
    (await budget.reserve(0, 100)).settle(0, 100)
