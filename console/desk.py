"""How do commands that make personas keep what they paid for? One ledger beside their output: again is resume."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from ..corpus.ledger import Ledger
from ..corpus.record import RunInfo
from ..models.budget import Budget, check_prices
from ..models.calling import Services
from ..models.client import ChatClient
from ..models.metering import Meter
from ..models.provider import connect
from ..models.request import Events, unwatched
from ..models.spec import ModelSpec


@dataclass(frozen=True)
class Limit:
    """What may be spent, all resumes together."""

    usd: float | None = None
    tokens: int | None = None
    minutes: float | None = None


def replies_of(output: Path) -> Path:
    """Where the replies behind an output file are kept: `pool.jsonl` -> `pool.replies.sqlite`."""
    return output.with_suffix(".replies.sqlite")


@asynccontextmanager
async def desk(
    output: Path, model: str, limit: Limit, meter: Meter, events: Events = unwatched
) -> AsyncIterator[ChatClient]:
    """A client whose replies are committed beside `output` and are not paid for again. Raises Mistake."""
    from .. import __version__

    spec = ModelSpec.parse(model)
    with Ledger.open(replies_of(output)) as ledger:
        ledger.begin(RunInfo(output.stem, {}, "", "", __version__))
        spent = ledger.spent()
        budget = Budget(
            usd=limit.usd,
            tokens=limit.tokens,
            minutes=limit.minutes,
            spent_usd=spent.usd,
            spent_tokens=spent.tokens,
        )
        check_prices([spec], budget)
        client = connect(spec, Services(ledger.replies, meter, budget, events))
        try:
            yield client
        finally:
            await client.close()
