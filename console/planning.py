"""What happens at `tertulia plan`? Calls, tokens and money are estimated, before anything is paid for."""

import asyncio
from dataclasses import asdict

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..scenarios.planning import Money, Plan, foreseen, plan, total
from ..scenarios.scenario import Scenario
from .gathering import gathering_line
from .printing import print_json
from .running import teacher_of
from .text import money, number, one_line


def show_plan(console: Console, scenario: Scenario, json: bool) -> int:
    """Exit code 0. Raises Mistake."""
    planned = asyncio.run(foreseen(plan(scenario, teach=teacher_of(scenario)), scenario))
    if json:
        print_json({**asdict(planned), "usd": planned.usd()})
        return 0
    console.print(heading(scenario, planned))
    console.print(table(planned))
    if planned.lessons:
        rounds = ", ".join(map(str, planned.lessons))
        console.print(Text(f"a model is taught after round {rounds}, and speaks from the next one on", style="dim"))
    if planned.paired:
        console.print(Text(gathering_line(planned.paired), style="dim"))
    for line in planned.wrong:
        console.print(Text(f"wrong: {one_line(line)}", style="red"))
    for line in planned.missing:
        console.print(Text(f"missing: {one_line(line)}", style="yellow"))
    return 0


def heading(scenario: Scenario, planned: Plan) -> Text:
    done = f", {planned.done:,} done already" if planned.done else ""
    attempts = number(1 + scenario.refine.regenerate, "time")
    text = Text.assemble((one_line(scenario.name), "bold"), f" · {planned.rounds} x {planned.jobs:,} dialogues{done}\n")
    waves = "; open: waves are added until enough are accepted" if scenario.rounds.until_accepted else ""
    text.append(f"least: all accepted at once; most: all made {attempts}{waves}", style="dim")
    return text


def table(planned: Plan) -> Table:
    """A row for each task and model, then the sum."""
    shown = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("task", "model"):
        shown.add_column(name)
    for name in ("calls, least", "most", "prompt tokens a call", "reply tokens", "USD, least", "most"):
        shown.add_column(name, justify="right")
    for row in planned.calls:
        spending = _spending(row.usd, "?")
        sizes = (f"{row.least:,}", _calls(row.most), f"~{row.prompt_tokens:,}", f"~{row.completion_tokens:,}")
        shown.add_row(row.task.value, Text(one_line(row.model, 30)), *sizes, *spending)
    least, most = sum(row.least for row in planned.calls), total([row.most for row in planned.calls])
    spending = _spending(planned.usd(), "price not known")
    shown.add_row(Text("all", "bold"), "", f"{least:,}", _calls(most), "", "", *spending)
    return shown


def _calls(most: int | None) -> str:
    return "open" if most is None else f"{most:,}"


def _spending(usd: Money | None, unknown: str) -> list[str]:
    """Least and most."""
    if usd is None:
        return [unknown, "?"]
    return [money(usd[0]), "open" if usd[1] is None else money(usd[1])]
