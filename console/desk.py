"""How do commands that make personas keep what they paid for? One ledger beside their output: again is resume."""

import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from ..corpus.ledger import Ledger
from ..corpus.record import RunInfo
from ..models.budget import Budget
from ..models.calling import Services
from ..models.client import ChatClient
from ..models.errors import BudgetSpent, Mistake, Stopped
from ..models.metering import Meter
from ..models.pricing import price_of
from ..models.provider import connect
from ..models.request import Events, unwatched
from ..models.spec import ModelSpec


@dataclass(frozen=True)
class Limit:
    """What may be spent: money and tokens all resumes together, minutes each time."""

    usd: float | None = None
    tokens: int | None = None
    minutes: float | None = None


def replies_of(output: Path) -> Path:
    """Where the replies behind an output are kept: `pool.jsonl` -> `pool.jsonl.replies.sqlite`."""
    return output.with_name(f"{output.name}.replies.sqlite")


@contextmanager
def keeping(output: Path) -> Iterator[None]:
    """Says, when what happens within stops early, what is kept and how to go on."""
    try:
        yield
    except (KeyboardInterrupt, Stopped) as ended:
        what = "interrupted" if isinstance(ended, KeyboardInterrupt) else "stopped early"
        how = "" if isinstance(ended, BudgetSpent) else "; the same command goes on from there"
        print(f"{what}: what was said so far is kept in {replies_of(output)}{how}", file=sys.stderr)
        raise


@asynccontextmanager
async def desk(
    output: Path, model: str, limit: Limit, meter: Meter, events: Events = unwatched
) -> AsyncIterator[ChatClient]:
    """A client whose replies are committed beside `output` and are not paid for again. Raises Mistake."""
    from .. import __version__

    spec = ModelSpec.parse(model)
    check_price(spec, limit)
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
        client = connect(spec, Services(ledger.replies, meter, budget, events))
        try:
            yield client
        except BudgetSpent as error:
            raise BudgetSpent(in_options(str(error))) from error
        finally:
            await client.close()


def check_price(spec: ModelSpec, limit: Limit) -> None:
    """Raises Mistake if money is limited and the price is unknown."""
    if limit.usd is not None and price_of(spec) is None:
        raise Mistake(
            f"--usd: the price of {str(spec)!r} is unknown; limit --tokens instead, or give a --model with a price"
        )


def in_options(spent: str) -> str:
    """What a budget says of `budget.tokens`, in the words of a command that has `--tokens`."""
    name, _, told = spent.removeprefix("budget.").partition(": ")
    fact = told.partition("; raise ")[0]
    more = "" if name == "minutes" else f" with a higher --{name}"  # time is counted from the start of each command
    return f"--{name}: {fact}; the same command goes on from there{more}"
