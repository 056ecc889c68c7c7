"""What may still be spent? The scenario's limits, less what earlier runs on the ledger took."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

from ..corpus.ledger import Ledger
from ..models.budget import Budget, check_prices
from ..models.errors import StorageFailed
from ..models.spec import ModelSpec
from .scenario import Scenario


@asynccontextmanager
async def limited(scenario: Scenario, ledger: Ledger, specs: Iterable[ModelSpec]) -> AsyncIterator[Budget]:
    """The budget of a run; the minutes that it takes are noted in the ledger. Raises Mistake for an unknown price."""
    spent, limits = ledger.spent(), scenario.budget.model_dump()
    budget = Budget(**limits, spent_usd=spent.usd, spent_tokens=spent.tokens, spent_minutes=_minutes(ledger))
    check_prices(specs, budget)
    try:
        yield budget
    finally:
        await _note_minutes(ledger, budget)


def _minutes(ledger: Ledger) -> float:
    info = ledger.info()
    return float(info.extra.get("minutes", 0.0)) if info else 0.0


async def _note_minutes(ledger: Ledger, budget: Budget) -> None:
    """Minutes count over all resumes. A ledger that can't be written has said so already."""
    info = ledger.info()
    with suppress(StorageFailed):
        if info:
            await ledger.set_info(replace(info, extra={**info.extra, "minutes": round(budget.spent_minutes, 3)}))
