"""What may still be spent? The scenario's limits, less what earlier runs on the ledger took."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace

from ..corpus.ledger import Ledger
from ..models.budget import Budget, check_prices
from ..models.errors import StorageFailed
from ..models.spec import ModelSpec
from .scenario import Scenario

NOTED = 0.5
"""Minutes after which the time that a run takes is noted again; a kill loses no more."""


@dataclass
class Spending:
    """The budget of a run; the minutes that it takes are noted in its ledger."""

    budget: Budget
    ledger: Ledger
    noted: float = 0.0
    """Minutes, over all resumes, that the ledger knows of."""

    async def note(self) -> None:
        """To be awaited where nobody else changes what is known of the run. A ledger that can't be written has said so
        already."""
        self.noted = self.budget.spent_minutes
        info = self.ledger.info()
        with suppress(StorageFailed):
            if info:
                await self.ledger.set_info(replace(info, extra={**info.extra, "minutes": round(self.noted, 3)}))

    async def now_and_then(self) -> None:
        """Note the minutes if the last time was a while ago."""
        if self.budget.spent_minutes - self.noted >= NOTED:
            await self.note()


@asynccontextmanager
async def limited(scenario: Scenario, ledger: Ledger, specs: Iterable[ModelSpec]) -> AsyncIterator[Spending]:
    """The budget of a run; its minutes are noted at the end, whatever happens. Raises Mistake for an unknown price."""
    spent, limits, minutes = ledger.spent(), scenario.budget.model_dump(), _minutes(ledger)
    budget = Budget(**limits, spent_usd=spent.usd, spent_tokens=spent.tokens, spent_minutes=minutes)
    check_prices(specs, budget)
    spending = Spending(budget, ledger, minutes)
    try:
        yield spending
    finally:
        await spending.note()


def _minutes(ledger: Ledger) -> float:
    info = ledger.info()
    return float(info.extra.get("minutes", 0.0)) if info else 0.0
