"""May the next call be made, or is the money, the tokens or the time spent?"""

from asyncio import Future, get_running_loop
from collections.abc import Callable, Iterable
from time import monotonic
from types import TracebackType
from typing import Self

from .errors import BudgetSpent, Mistake
from .pricing import price_of
from .spec import ModelSpec

ROUNDING = 1e-9
"""What sums of many small amounts may be off by."""


class Budget:
    """Limits that no call may pass: before a call its estimate is reserved, after it the real amount is settled.

    A call that doesn't fit beside those in flight waits until they are settled; one that doesn't fit beside what is
    spent is refused. So the limit holds, and what can be spent does not depend on the concurrency.
    """

    def __init__(
        self,
        *,
        usd: float | None = None,
        tokens: int | None = None,
        minutes: float | None = None,
        spent_usd: float = 0.0,
        spent_tokens: int = 0,
        spent_minutes: float = 0.0,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """`spent_*`: what earlier runs of the same corpus took. `clock`: in seconds."""
        self.usd, self.tokens, self.minutes = usd, tokens, minutes
        self.spent_usd, self.spent_tokens = spent_usd, spent_tokens
        self._earlier_minutes = spent_minutes
        self._clock = clock
        self._began = clock()
        self._reserved_usd, self._reserved_tokens, self._in_flight = 0.0, 0, 0
        self._waiting: list[Future[None]] = []

    @property
    def counts(self) -> bool:
        """Whether it matters how much a call takes."""
        return self.usd is not None or self.tokens is not None

    @property
    def spent_minutes(self) -> float:
        return self._earlier_minutes + (self._clock() - self._began) / 60

    async def reserve(self, usd: float, tokens: int) -> "Ticket":
        """A ticket for a call that takes at most so much. Raises BudgetSpent if it would pass a limit."""
        while not self._fits(usd, tokens):
            self._refuse_for_good(usd, tokens)
            waiting = get_running_loop().create_future()
            self._waiting.append(waiting)
            await waiting
        self._reserved_usd += usd
        self._reserved_tokens += tokens
        self._in_flight += 1
        return Ticket(self, usd, tokens)

    def spent(self) -> dict[str, float]:
        """What is spent by now, to go on from."""
        return {"usd": self.spent_usd, "tokens": self.spent_tokens, "minutes": self.spent_minutes}

    def _fits(self, usd: float, tokens: int) -> bool:
        return (
            (self.usd is None or self.spent_usd + self._reserved_usd + usd <= self.usd + ROUNDING)
            and (self.tokens is None or self.spent_tokens + self._reserved_tokens + tokens <= self.tokens)
            and (self.minutes is None or self.spent_minutes < self.minutes)
        )

    def _refuse_for_good(self, usd: float, tokens: int) -> None:
        """Raise unless the calls in flight may leave enough when they are settled."""
        if self.usd is not None and self.spent_usd + usd > self.usd + ROUNDING:
            raise _spent("usd", f"{self.spent_usd:.4f} of {self.usd:.4f} USD", f"up to {usd:.4f} USD")
        if self.tokens is not None and self.spent_tokens + tokens > self.tokens:
            raise _spent("tokens", f"{self.spent_tokens} of {self.tokens} tokens", f"up to {tokens} tokens")
        if self.minutes is not None and self.spent_minutes >= self.minutes:
            raise _spent("minutes", f"{self.spent_minutes:.1f} of {self.minutes:g} minutes", "more time")

    def settle(self, ticket: "Ticket", usd: float, tokens: int) -> None:
        """Give a reservation back and take what was really spent."""
        self._reserved_usd -= ticket.usd
        self._reserved_tokens -= ticket.tokens
        self._in_flight -= 1
        self.spent_usd += usd
        self.spent_tokens += tokens
        if not self._in_flight:
            self._reserved_usd = 0.0
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)


class Ticket:
    """A reservation; as a context manager it is given back unless it was settled."""

    __slots__ = ("_budget", "_open", "tokens", "usd")

    def __init__(self, budget: Budget, usd: float, tokens: int) -> None:
        self._budget = budget
        self._open = True
        self.usd = usd
        self.tokens = tokens

    def settle(self, usd: float, tokens: int) -> None:
        """The call was made and took this."""
        if self._open:
            self._open = False
            self._budget.settle(self, usd, tokens)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.settle(0.0, 0)


def check_prices(specs: Iterable[ModelSpec], budget: Budget) -> None:
    """Raise Mistake if money is limited and a model's price is unknown. To be called before the first call."""
    if budget.usd is None:
        return
    unknown = sorted({str(spec) for spec in specs if price_of(spec) is None})
    if unknown:
        raise Mistake(
            f"budget.usd is set, but the price of {', '.join(map(repr, unknown))} is unknown; write "
            "price: {input: ..., output: ...} (USD per million tokens) into the model's spec, or limit budget.tokens"
        )


def _spent(limit: str, spent: str, needs: str) -> BudgetSpent:
    return BudgetSpent(
        f"budget.{limit}: {spent} are spent and the next call needs {needs}; "
        f"raise budget.{limit} and run the same command again"
    )
