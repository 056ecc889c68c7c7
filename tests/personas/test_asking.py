"""Do many calls at once come back in order, bounded, and is what was paid for waited for?"""

import asyncio

import pytest

from tertulia.models.errors import ReplyRefused
from tertulia.personas.asking import answers


class Model:
    """Answers when all that may be in flight are, the latest first."""

    def __init__(self, refuses: str = "", fails: str = "") -> None:
        self.refuses, self.fails = refuses, fails
        self.begun: list[str] = []
        self.ended: list[str] = []
        self.most = 0

    async def answer(self, call: str) -> str:
        self.begun.append(call)
        self.most = max(self.most, len(self.begun) - len(self.ended))
        for _ in range(3 - len(self.begun) % 3):
            await asyncio.sleep(0)
        self.ended.append(call)
        if call == self.refuses:
            raise ReplyRefused("no")
        if call == self.fails:
            raise OSError(call)
        return call.upper()


def test_answers_come_in_the_order_of_the_calls_and_never_more_at_once_than_allowed() -> None:
    model, told = Model(), list[tuple[int, str]]()
    found = asyncio.run(answers("abcdefgh", model.answer, 3, lambda done, call: told.append((done, call))))
    assert found == list("ABCDEFGH")
    assert model.ended != model.begun
    assert model.most == 3
    assert told == list(enumerate(model.ended, 1))


def test_a_refusal_is_none_and_counts_as_done() -> None:
    told = list[int]()
    found = asyncio.run(answers("abc", Model(refuses="b").answer, 1, lambda done, call: told.append(done)))
    assert found == ["A", None, "C"]
    assert told == [1, 2, 3]


def test_after_a_failure_nothing_is_begun_and_what_is_in_flight_is_waited_for() -> None:
    model = Model(fails="b")
    with pytest.raises(OSError, match="b"):
        asyncio.run(answers("abcdefgh", model.answer, 3))
    assert sorted(model.begun) == sorted(model.ended)
    assert len(model.begun) < 6


def test_no_calls_no_answers() -> None:
    assert asyncio.run(answers([], Model().answer, 8)) == []
