"""What happens at `tertulia run`? The run is simulated, watched, and summed up."""

import asyncio
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from json import dumps
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..corpus.corpus import Corpus
from ..critics import Outcome
from ..models.errors import Stopped
from ..models.metering import Meter
from ..scenarios.scenario import Scenario
from ..scenarios.simulation import simulate
from ..scenarios.teach import Teacher
from .generations import generation_report, generations_as_json
from .live import LiveView
from .person import at_console
from .plain import PlainLines
from .terminal import terminal
from .text import duration, money, percent
from .watching import Seen


def run_scenario(scenario: Scenario, *, join: str | None, remake: bool, json: bool, quiet: bool) -> int:
    """Exit code 0, or 1 when nothing was accepted. Raises what `simulate` raises, after saying how to go on."""
    meter, console = Meter(), terminal()
    view = watcher(console, meter, live=not join, silent=json or quiet)
    seats = {join: at_console(console, join)} if join else {}
    if join:  # one conversation at a time, for a person
        scenario = scenario.model_copy(update={"concurrency": 1})
    with resumable(scenario.output_folder), view:
        corpus = asyncio.run(
            simulate(scenario, view, meter=meter, join=seats, remake=remake, teach=teacher_of(scenario))
        )
    with corpus:
        _report(console, corpus, scenario, meter, view.seen, json=json, quiet=quiet)
        return 0 if len(corpus) else 1


def teacher_of(scenario: Scenario) -> Teacher | None:
    """Who trains between rounds, where the scenario asks for it."""
    if not scenario.lessons:
        return None
    from ..training.teaching import teacher

    return teacher()


def watcher(console: Console, meter: Meter, *, live: bool, silent: bool) -> LiveView | PlainLines:
    """The live view on a terminal, plain lines elsewhere, nothing when `silent`."""
    if silent:
        return PlainLines(lambda line: None)
    return (
        LiveView(console, meter) if live and console.is_terminal else PlainLines(lambda line: print(line, flush=True))
    )


@contextmanager
def resumable(output: Path) -> Iterator[None]:
    """Says, when what happens within stops early, what is kept and how to go on."""
    try:
        yield
    except (KeyboardInterrupt, Stopped) as ended:
        what = "interrupted" if isinstance(ended, KeyboardInterrupt) else "stopped early"
        kept = f"what was said and judged so far is kept in {output}"
        print(f"{what}: {kept}; the same command goes on from there", file=sys.stderr)
        raise


def _report(
    console: Console, corpus: Corpus, scenario: Scenario, meter: Meter, seen: Seen, *, json: bool, quiet: bool
) -> None:
    counts = corpus.ledger.counts()
    if json:
        print(dumps(_as_json(corpus, scenario, meter, counts, seen)))
    elif not quiet:
        for line in seen.gathered if console.is_terminal else ():
            console.print(Text(line, style="dim"))
        console.print(_as_table(counts))
        if taught := generation_report(corpus.ledger):
            console.print()
            console.print(taught)
        console.print(_as_text(scenario, meter, seen))


def _as_json(corpus: Corpus, scenario: Scenario, meter: Meter, counts: Mapping[int, Any], seen: Seen) -> dict[str, Any]:
    total, taught = meter.total, generations_as_json(corpus.ledger)
    return {
        "name": scenario.name,
        "output": str(scenario.output_folder),
        "accepted": len(corpus),
        "rounds": {number: {o.value: n for o, n in by.items()} for number, by in counts.items()},
        "calls": total.calls,
        "cached": total.cached,
        "tokens": total.prompt_tokens + total.completion_tokens,
        "usd": total.usd,
        "gathered": seen.gathered,
        "ended": seen.ended.why if seen.ended else "",
        **({"generations": taught} if taught else {}),
    }


def _as_table(counts: Mapping[int, Mapping[Outcome, int]]) -> Table:
    """Tries by round and outcome; outcomes that never came have no column."""
    always = (Outcome.ACCEPTED, Outcome.REJECTED)
    named = [outcome for outcome in Outcome if outcome in always or any(by.get(outcome) for by in counts.values())]
    table = Table("round", "made", *named, "accepted of made", box=None, padding=(0, 2, 0, 0), header_style="dim")
    for column in table.columns:
        column.justify = "right"
    for number, by in counts.items():
        made = sum(by.values())
        shown = [str(by.get(outcome, 0) or "·") for outcome in named]
        table.add_row(str(number), str(made), *shown, percent(by.get(Outcome.ACCEPTED, 0), made))
    return table


def _as_text(scenario: Scenario, meter: Meter, seen: Seen) -> Text:
    total, where = meter.total, scenario.output_folder
    why = f"\nended early: {seen.ended.why}" if seen.ended and seen.ended.why else ""
    return Text(
        f"\n{total.calls} calls, {total.cached} replies from the ledger, {money(total.usd)}, "
        f"{duration(seen.seconds)}{why}\n"
        f"look:   tertulia show {where} · tertulia stats {where} --rounds\n"
        f"export: tertulia export {where} --format messages"
    )
