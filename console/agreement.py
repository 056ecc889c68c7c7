"""What happens at `tertulia critics agreement`? The critics of a panel held against one another, without a call."""

from collections.abc import Iterator, Sequence

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from ..corpus.calibration.agreement import Agreement, CriticAlone, compare_critics
from ..corpus.calibration.pairwise import Pair, Redundancy
from ..corpus.calibration.panels import bench_of, panel_meant, panels
from ..corpus.corpus import Corpus
from ..critics import SeatKind
from ..models.errors import Mistake
from .change import signed
from .columns import columns
from .printing import print_json
from .statistics import section
from .text import listed, number, one_line, percent, share

PAIRS = 12
"""Rows of the table of pairs."""
NAME_WIDTH = 20
FEW = 30
"""Dialogues below which the figures are hardly more than chance."""


def agreement(console: Console, run: str, panel: str | None, json: bool) -> int:
    """Exit code 0. Raises Mistake where the panel has judged nothing."""
    with Corpus.open(run) as corpus:
        ledger, name = corpus.ledger, corpus.info.name
        meant = panel_meant(ledger, panel)
        found = compare_critics(ledger.records(outcomes=None, panel=meant), meant, bench_of(ledger, meant))
        there = [] if found.reviewed else panels(ledger)
    if not found.reviewed:
        others = f"; judged by {', '.join(there)}: --panel" if there else ": run `tertulia review` on it"
        raise Mistake(f"{run}: no finished review by panel {meant[:8]}{others}")
    if json:
        print_json({"name": name, **found.to_dict()})
        return 0
    for part in report(name, run, found):
        console.print(part)
    return 0


def report(name: str, run: str, found: Agreement) -> Iterator[RenderableType]:
    yield Text.assemble((one_line(name), "bold"), f" · {_heading(found)}")
    if found.waiting:
        yield Text(f"{number(found.waiting, 'dialogue')} left out: the round is not closed yet", style="yellow")
    if found.reviewed < FEW:
        yield Text(f"only {number(found.reviewed, 'dialogue')}: take the figures for hints", style="yellow")
    yield section("what each critic does alone", alone_table(found))
    yield from (Text(line, style="dim") for line in _alone_legend(found))
    yield section("pair by pair", pair_table(found.pairs))
    yield Text(_pair_legend(found.pairs), style="dim")
    yield section("all together", Text(alpha_line(found)))
    yield section("redundant", redundant_text(found.redundant))
    if any(row.examples for row in found.critics):
        yield section("rejected by one critic alone, for example", example_table(found.critics))
        yield Text(f"look: tertulia show {run} {_first(found)}", style="dim")


def _heading(found: Agreement) -> str:
    reviewed, panel = number(found.reviewed, "dialogue reviewed", "dialogues reviewed"), f"panel {found.panel[:8]}"
    return listed([reviewed, f"{percent(found.accepted, found.reviewed)} accepted", found.rule, panel])


def alone_table(found: Agreement) -> Table:
    """A row a critic: what it rejects, what it alone rejects, and what would be accepted without it."""
    table = columns("critic", "counts as", "judged", "rejects", "share", "alone", "without it", "change", left=2)
    for row in found.critics:
        alone = f"{row.alone:,}" if row.role != SeatKind.ADVISE else "·"
        counts = (f"{row.judged:,}", f"{row.rejected:,}", share(row.rejection), alone)
        table.add_row(Text(one_line(row.critic, NAME_WIDTH)), Text(row.role, "dim"), *counts, *_without(row, found))
    whole = Text(share(found.accepted / found.reviewed), "bold")
    table.add_row(Text("the whole panel", "bold"), "", f"{found.reviewed:,}", "", "", "", whole, "")
    return table


def _without(row: CriticAlone, found: Agreement) -> tuple[Text, Text]:
    """What would be accepted without a critic, and by how many points that is more or less."""
    if row.accepted_without is None:
        return Text("·", style="dim"), Text("·", style="dim")
    change = 100 * (row.accepted_without - found.accepted) / found.reviewed
    return Text(share(row.accepted_without / found.reviewed)), Text(
        signed(change, 1), style="bold" if change else "dim"
    )


def _alone_legend(found: Agreement) -> Iterator[str]:
    yield "alone: no other voter or veto rejects it"
    if not found.rule:
        yield "without it: not known, since the decisions of this panel fit no plain rule"
        return
    yield "without it: share that the others accept, decided again; the change in points"
    if found.unasked:
        yield f"{number(found.unasked, 'dialogue')} fell before the critics of the whole round were asked: those are"
        yield "taken to approve"


def pair_table(pairs: Sequence[Pair]) -> Table:
    """Those that agree most beyond chance first; those where one rejects nothing tell nothing."""
    table = columns("critics", "judged", "the same", "kappa", "both reject", "1st only", "2nd only")
    told = sorted((pair for pair in pairs if pair.telling), key=lambda pair: -(pair.kappa or 0.0))
    for pair in told[:PAIRS]:
        names = Text(f"{one_line(pair.first, NAME_WIDTH)} + {one_line(pair.second, NAME_WIDTH)}")
        counts = (pair.both_reject, pair.first_rejects, pair.second_rejects)
        table.add_row(names, f"{pair.judged:,}", share(pair.agreement), figure(pair.kappa), *(f"{n:,}" for n in counts))
    return table


def _pair_legend(pairs: Sequence[Pair]) -> str:
    told = sum(pair.telling for pair in pairs)
    more = [f"{number(told - PAIRS, 'more pair')}: --json" if told > PAIRS else ""]
    more += [
        f"not shown: {number(len(pairs) - told, 'pair')} in which one rejects nothing" if told < len(pairs) else ""
    ]
    return "\n".join(filter(None, ["kappa (Cohen's): 1 always the same, 0 as chance would have it", *more]))


def figure(value: float | None) -> str:
    """`0.42`; a dash where it can't be told; what is nought once it is rounded has no sign."""
    text = "–" if value is None else f"{value:.2f}"
    return "0.00" if text == "-0.00" else text


def alpha_line(found: Agreement) -> str:
    if not found.several:
        return "no dialogue has two verdicts"
    both = f"{figure(found.alpha)} on approve and reject, {figure(found.alpha_scores)} on scores"
    return f"Krippendorff's alpha {both} ({number(found.several, 'dialogue')})"


def redundant_text(redundant: Sequence[Redundancy]) -> Text:
    if not redundant:
        return Text("none: no two say the same, and none rejects only what another rejects", style="dim")
    return Text("\n").join(Text(told(one)) for one in redundant)


def told(one: Redundancy) -> str:
    name, other = one_line(one.critic), one_line(one.other)
    if one.kind == "twins":
        return f"{name} and {other} say the same (kappa {figure(one.kappa)}): one of them is enough"
    rejected = f"rejects all {one.rejected:,} that {name} rejects, and {one.other_rejected - one.rejected:,} more"
    return f"{name} adds nothing to {other}, which {rejected}"


def example_table(critics: Sequence[CriticAlone]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(overflow="fold")
    table.add_column(overflow="fold")
    for row in critics:
        if row.examples:
            table.add_row(Text(one_line(row.critic, NAME_WIDTH)), Text("  ".join(row.examples), style="dim"))
    return table


def _first(found: Agreement) -> str:
    return next(row.examples[0] for row in found.critics if row.examples)
