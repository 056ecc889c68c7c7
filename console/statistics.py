"""What happens at `tertulia stats`? A run in numbers: what was said, what critics let through, what it took."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from ..corpus.comparing import Tournaments, tournaments
from ..corpus.corpus import Corpus
from ..corpus.ledger import Ledger
from ..corpus.reading import Usage
from ..corpus.record import RunInfo
from ..corpus.rounds import RoundReport, report_rounds
from ..corpus.statistics import GuardRates, Statistics, collect
from ..corpus.survival import AttemptRow, SurvivalTable
from ..corpus.talk import Span, Talk
from ..critics import Outcome, SeatKind
from .badge import SIGNS
from .change import round_table
from .columns import columns
from .confusion import personality_tables
from .contest import tournament_table, tournament_title
from .generations import generation_report
from .printing import print_json
from .text import money, number, one_line, percent, share

OPENERS = 5
NAME_WIDTH = 20


def stats(console: Console, run: str, rounds: bool, json: bool) -> int:
    """Exit code 0. Raises Mistake."""
    with Corpus.open(run) as corpus:
        numbers = collect(corpus.records(outcomes=None))
        usage, info = corpus.ledger.usage(), corpus.info
        held = tournaments(corpus.ledger.all_comparisons())
        reports = list(_reports(corpus.ledger, info)) if rounds else []
        taught = generation_report(corpus.ledger) if rounds and not json else None
    if json:
        print_json(as_json(info, numbers, usage, reports if rounds else None, held))
        return 0
    for part in report(info, numbers, usage, held):
        console.print(part)
    if rounds:
        console.print(section("rounds", round_table(reports)))
    if taught:
        console.print(section("generations", taught))
    return 0


def _reports(ledger: Ledger, info: RunInfo) -> Iterator[RoundReport]:
    return report_rounds(ledger.records(outcomes=None), int(info.scenario.get("seed") or 0))


def report(info: RunInfo, numbers: Statistics, usage: Sequence[Usage], held: Tournaments) -> Iterator[RenderableType]:
    """Section by section; those without content are left out."""
    yield heading(info, numbers)
    yield section("what was said", talk_table(numbers))
    kept = numbers.accepted if numbers.accepted.dialogues else numbers.said
    yield section("how accepted dialogues open" if kept is numbers.accepted else "how they open", opener_table(kept))
    yield section("why they ended", reason_table(numbers.stops))
    if any(rates.asked_again or rates.failed for rates in numbers.guards):
        yield section("replies that guards asked for again", guard_table(numbers.guards))
    if numbers.survival.critics:
        yield section(f"critics, {number(numbers.survival.reviewed, 'reviewed try', 'reviewed tries')}",
                      survival_table(numbers.survival))  # fmt: skip
        yield from skipped(numbers.survival)
    if held.held:
        yield section(tournament_title(held), tournament_table(held))
    if len(numbers.attempts) > 1:
        yield section("rejected by attempt and critic", attempt_table(numbers.attempts, numbers.survival))
    if numbers.personality:
        yield section("personality, assigned against assessed", personality_tables(numbers.personality))
    if usage:
        yield section("calls", usage_table(usage))


def section(title: str, body: RenderableType) -> Group:
    return Group(Text(), Text(title, style="bold cyan"), body)


def heading(info: RunInfo, numbers: Statistics) -> Group:
    """The run's name, and what became of its tries."""
    tries = f"{number(numbers.jobs, 'job')} · {number(numbers.tries, 'try', 'tries')}"
    size = f"{number(numbers.tries, 'dialogue')} judged" if info.kind == "review" else tries
    text = Text.assemble((one_line(info.name), "bold"), f" · {size}")
    outcomes = Text()
    for outcome in (*Outcome, None):
        if count := numbers.outcomes.get(outcome.value if outcome else "open", 0):
            sign, style = SIGNS[outcome]
            name = outcome.value if outcome else "open"
            outcomes.append(f"{sign} {count:,} {name} ({percent(count, numbers.tries)})  ", style=style)
    return Group(text, outcomes)


def talk_table(numbers: Statistics) -> Table:
    """All tries beside the accepted ones."""
    table = columns("", "all tries", "accepted")
    for label, shown in _talk(numbers.said, numbers.accepted):
        table.add_row(label, *shown)
    return table


def _talk(said: Talk, accepted: Talk) -> Iterator[tuple[str, tuple[str, str]]]:
    both = (said, accepted)
    yield "dialogues", _each(both, lambda t: f"{t.dialogues:,}")
    yield "turns a dialogue: mean (least–most)", _each(both, lambda t: span(t.turns))
    yield "words a turn: mean (least–most)", _each(both, lambda t: span(t.words))
    yield "distinct-1", _each(both, lambda t: decimal(t.distinct_1))
    yield "distinct-2", _each(both, lambda t: decimal(t.distinct_2))
    yield "with a placeholder such as [name]", _each(both, lambda t: share(t.placeholders))
    yield "open with hi, hello or hey", _each(both, lambda t: share(t.greeting))


def _each(both: tuple[Talk, Talk], shown: Any) -> tuple[str, str]:
    return shown(both[0]), shown(both[1])


def span(size: Span | None) -> str:
    return "–" if size is None else f"{size.mean:.1f} ({size.least}–{size.most})"


def decimal(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def opener_table(talk: Talk) -> Table:
    table = columns("first words", "dialogues", "share")
    for opener in talk.openers[:OPENERS]:
        table.add_row(Text(one_line(opener.words, 40)), f"{opener.dialogues:,}", share(opener.share))
    return table


def reason_table(stops: Mapping[str, int]) -> Table:
    total = sum(stops.values())
    table = columns("stop reason", "tries", "share")
    for reason, count in sorted(stops.items(), key=lambda item: (-item[1], item[0])):
        table.add_row(str(reason), f"{count:,}", share(count / total))
    return table


def guard_table(guards: Sequence[GuardRates]) -> Table:
    """A row for each model and guard."""
    table = columns("model", "guard", "asked again", "a turn", "tries failed", left=2)
    for rates in guards:
        model = one_line(rates.model) or "–"
        for guard, count in rates.asked_again.items() or {"–": 0}.items():
            failed = f"{rates.failed:,}" if model else ""
            table.add_row(Text(model), guard, f"{count:,}", share(rates.rates.get(guard, 0.0)), failed)
            model = ""
    return table


def survival_table(table: SurvivalTable) -> Table:
    """What each critic rejects, and what is left after it and all before it."""
    shown = columns("critic", "counts as", "approves", "rejects", "share", "abstains", "survival", left=2)
    for row in table.critics:
        counts = (f"{row.approved:,}", f"{row.rejected:,}", share(row.rejection), f"{row.abstained or '·'}")
        survival = Text(share(row.survival), "dim" if row.role == SeatKind.ADVISE else "")
        shown.add_row(Text(one_line(row.critic, NAME_WIDTH)), Text(row.role, "dim"), *counts, survival)
    accepted = table.decided.get(Outcome.ACCEPTED, 0)
    passed = share(accepted / table.reviewed) if table.reviewed else "–"
    shown.add_row(Text("the whole panel", "bold"), "", f"{accepted:,}", "", "", "", Text(passed, "bold"))
    return shown


def skipped(table: SurvivalTable) -> Iterator[Text]:
    """Critics that abstained, and why; those with one story in one line."""
    stories: dict[tuple[str, str, str], list[str]] = {}
    for row in table.critics:
        kinds = {"failed": row.failed, "skipped": row.skipped, "not applicable": row.not_applicable}
        if told := ", ".join(f"{kind} {count:,}x" for kind, count in kinds.items() if count):
            what = f"{'optional, ' if row.optional else ''}{told}"
            story = ("abstained" if row.answered else "gave no verdict", what, row.why)
            stories.setdefault(story, []).append(row.critic)
    for (what, told, why), names in stories.items():
        style = "yellow" if "failed" in told else "dim"
        text = f"{', '.join(map(one_line, names))} {what} ({told})"
        yield Text(f"{text}: {one_line(why, 300)}" if why else text, style=style)


def attempt_table(rows: Sequence[AttemptRow], survival: SurvivalTable) -> Table:
    """A row an attempt, a column a critic that rejected something."""
    named = [row.critic for row in survival.critics if any(a.rejections.get(row.critic) for a in rows)]
    table = columns("attempt", "tries", *(one_line(name) for name in named), "accepted", "so far")
    for row in rows:
        counts = [f"{row.rejections.get(name) or '·'}" for name in named]
        accepted = f"{row.outcomes.get(Outcome.ACCEPTED, 0):,}"
        table.add_row(str(row.attempt), f"{row.tries:,}", *counts, accepted, f"{row.accepted_so_far:,}")
    return table


def usage_table(usage: Sequence[Usage]) -> Table:
    """A row for each model and task, over all resumes; calls that the ledger answered cost nothing and are not here."""
    table = columns("model", "task", "calls", "tokens in", "tokens out", "money", "s a call", left=2)
    for row in sorted(usage, key=lambda row: (row.model, row.task)):
        table.add_row(Text(one_line(row.model)), row.task, *_used(row))
    total = Usage("", "", *(sum(column) for column in zip(*(row[2:] for row in usage), strict=True)))
    if len(usage) > 1:
        table.add_row(Text("all", "bold"), "", *_used(total))
    return table


def _used(row: Usage) -> Iterator[str]:
    yield from (f"{row.calls:,}", f"{row.prompt_tokens:,}", f"{row.completion_tokens:,}", money(row.usd))
    yield f"{row.seconds / row.calls:.2f}" if row.calls else "–"


def as_json(
    info: RunInfo, numbers: Statistics, usage: Sequence[Usage], reports: Sequence[RoundReport] | None, held: Tournaments
) -> dict[str, Any]:
    data = {"name": info.name, **numbers.to_dict(), "usage": [row._asdict() for row in usage]}
    data |= {"tournaments": held.to_dict()} if held.held else {}
    return data if reports is None else {**data, "rounds": [report.to_dict() for report in reports]}
