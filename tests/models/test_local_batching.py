import asyncio
from collections.abc import Sequence
from threading import Event, get_ident

import pytest

from tertulia.models.local.batching import Batcher

WAIT = 0.001


class Shouting:
    """Upper-cases; remembers its batches. Its first batch waits at the gate, so that others can queue up behind."""

    def __init__(self, *, gated: bool = False) -> None:
        self.batches: list[list[str]] = []
        self.threads: set[int] = set()
        self.begun, self.gate = Event(), Event()
        if not gated:
            self.gate.set()

    def __call__(self, items: Sequence[str]) -> list[str]:
        self.batches.append(list(items))
        self.threads.add(get_ident())
        self.begun.set()
        assert self.gate.wait(20)
        if "bad" in items:
            raise ValueError("a bad one")
        return [item.upper() for item in items]


def batcher(function: Shouting, **settings: float) -> Batcher[str, str]:
    return Batcher(function, length=len, max_wait=WAIT, **settings)  # type: ignore[arg-type]


async def held(function: Shouting, shared: Batcher[str, str], text: str = "first") -> "asyncio.Task[list[str]]":
    """A call that the worker is busy with until the gate opens."""
    task = asyncio.create_task(shared.run([text]))
    assert await asyncio.to_thread(function.begun.wait, 20)
    return task


async def test_answers_come_in_the_order_of_the_items_though_batches_are_sorted_by_length() -> None:
    function = Shouting()
    items = ["ccc", "a", "dddd", "bb", "eeeee"]
    assert await batcher(function, max_batch=2, pool=8).run(items) == ["CCC", "A", "DDDD", "BB", "EEEEE"]
    assert function.batches == [["eeeee", "dddd"], ["ccc", "bb"], ["a"]]


async def test_callers_at_the_same_time_share_batches_sorted_by_length() -> None:
    function = Shouting(gated=True)
    shared = batcher(function, max_batch=3, pool=6)
    first = await held(function, shared)
    others = [asyncio.create_task(shared.run([text])) for text in ("a", "bbbbbb", "cc", "ddddd", "eee", "ffff")]
    await asyncio.sleep(0)
    function.gate.set()
    assert await first == ["FIRST"]
    assert await asyncio.gather(*others) == [["A"], ["BBBBBB"], ["CC"], ["DDDDD"], ["EEE"], ["FFFF"]]
    assert function.batches[1:] == [["bbbbbb", "ddddd", "ffff"], ["eee", "cc", "a"]]


async def test_a_long_item_has_no_short_ones_padded_to_its_length() -> None:
    function = Shouting()
    items = ["a" * 90, "b" * 60, "c" * 40, "d" * 21, "e" * 16, "f"]
    assert await batcher(function, max_batch=8).run(items) == [item.upper() for item in items]
    assert function.batches == [items[:2], items[2:4], items[4:]]


async def test_the_function_runs_in_one_thread_that_is_not_the_loops() -> None:
    function = Shouting()
    shared = batcher(function, max_batch=2)
    await asyncio.gather(*(shared.run([str(number)] * 3) for number in range(10)))
    assert len(function.threads) == 1
    assert get_ident() not in function.threads


async def test_a_call_with_very_many_items_is_split_and_lets_a_small_one_through() -> None:
    function = Shouting(gated=True)
    shared = batcher(function, max_batch=4, pool=8)
    first = await held(function, shared)
    many = asyncio.create_task(shared.run(["many"] * 1000))
    await asyncio.sleep(0)
    few = asyncio.create_task(shared.run(["few"]))
    await asyncio.sleep(0)
    function.gate.set()
    assert await few == ["FEW"]
    assert await many == ["MANY"] * 1000
    assert await first == ["FIRST"]
    assert max(map(len, function.batches)) == 4
    assert any("few" in batch for batch in function.batches[:3])


async def test_an_error_reaches_the_callers_of_that_batch_and_no_others() -> None:
    function = Shouting(gated=True)
    shared = batcher(function, max_batch=2, pool=4)
    first = await held(function, shared)
    calls = [asyncio.create_task(shared.run([text])) for text in ("bad", "not", "fine one", "fine two")]
    await asyncio.sleep(0)
    function.gate.set()
    found = await asyncio.gather(first, *calls, return_exceptions=True)
    assert [str(answer) for answer in found[1:3]] == ["a bad one", "a bad one"]
    assert [found[0], *found[3:]] == [["FIRST"], ["FINE ONE"], ["FINE TWO"]]
    assert await shared.run(["later"]) == ["LATER"]


async def test_a_call_that_failed_is_not_worked_on_any_more() -> None:
    function = Shouting()
    with pytest.raises(ValueError, match="a bad one"):
        await batcher(function, max_batch=2, pool=2).run(["bad"] * 2 + ["good"] * 1000)
    assert len(function.batches) == 1


async def test_too_few_answers_are_an_error_not_a_wait() -> None:
    short: Batcher[str, str] = Batcher(lambda items: items[:1], length=len, max_wait=WAIT)
    with pytest.raises(ValueError, match="zip"):
        await short.run(["a", "b"])


async def test_a_caller_that_is_cancelled_harms_nobody_and_its_items_are_dropped() -> None:
    function = Shouting(gated=True)
    shared = batcher(function, max_batch=2, pool=2)
    first = await held(function, shared)
    leaves, stays = (asyncio.create_task(shared.run([text])) for text in ("leaves", "stays"))
    await asyncio.sleep(0)
    first.cancel()
    leaves.cancel()
    await asyncio.gather(first, leaves, return_exceptions=True)
    function.gate.set()
    assert await stays == ["STAYS"]
    assert first.cancelled()
    assert ["stays"] in function.batches


def test_one_batcher_serves_several_event_loops_one_after_another() -> None:
    function = Shouting()
    shared = batcher(function, max_batch=2)
    assert asyncio.run(shared.run(["a", "b", "c"])) == ["A", "B", "C"]
    assert asyncio.run(shared.run(["d"])) == ["D"]


async def test_an_item_without_a_length_is_the_callers_own_error() -> None:
    shared: Batcher[object, object] = Batcher(lambda items: items, length=len, max_wait=WAIT)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        await shared.run([3])
    assert await shared.run(["abc"]) == ["abc"]


async def test_closing_answers_whoever_waits_and_takes_nobody_after() -> None:
    function = Shouting(gated=True)
    shared = batcher(function, max_batch=1, pool=1)
    first = await held(function, shared)
    second = asyncio.create_task(shared.run(["second"]))
    await asyncio.sleep(0)
    closing = asyncio.create_task(shared.close())
    function.gate.set()
    assert await asyncio.gather(first, second, closing) == [["FIRST"], ["SECOND"], None]
    with pytest.raises(RuntimeError, match="closed"):
        await shared.run(["late"])


async def test_no_items_no_answers() -> None:
    function = Shouting()
    assert await batcher(function).run([]) == []
    assert function.batches == []
