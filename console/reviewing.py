"""What happens at `tertulia review`? A panel judges what is there: the dialogues of a file, or of a run."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from ..agents import Dialogue
from ..corpus.corpus import Corpus
from ..corpus.formats import export
from ..corpus.formats.importing import format_of
from ..corpus.opening import is_database
from ..corpus.record import Record
from ..corpus.statistics import Statistics, collect
from ..corpus.survival import SurvivalTable
from ..critics import Finding, Verdict
from ..models.errors import Mistake
from ..models.metering import Meter
from ..scenarios.reviewing import review_file, review_run
from ..scenarios.scenario import Scenario
from .confusion import personality_tables
from .printing import print_json
from .running import resumable, watcher
from .statistics import opener_table, section, skipped, survival_table, talk_table
from .text import number, one_line, share

EXAMPLES = 3
"""Shown of each critic's rejections, and of each oddity of a file."""
Odd = dict[str, Counter[str]]
"""Where a file had to be read with care, by what was odd."""


def review(
    console: Console, source: Path, scenario: Scenario, output: Path | None, format: str | None, json: bool
) -> int:
    """Exit code 0, or 1 when the panel lets nothing pass. Raises Mistake, Stopped."""
    if is_run(source):
        return _review_run(console, source, scenario, json)
    folder = output or Path("runs") / f"review-{source.stem}"
    odd: Odd = {}
    meter = Meter()

    def count(where: str, what: str) -> None:
        odd.setdefault(what.partition(":")[0], Counter())[where] += 1

    with resumable(folder), watcher(console, meter, live=False, silent=json) as watching:
        corpus = asyncio.run(review_file(source, scenario, folder, watching, format=format, meter=meter, on_odd=count))
    with corpus:
        _write(corpus, source, format, folder)
        return _report(console, corpus, None, odd, folder, json)


def is_run(source: Path) -> bool:
    """Whether a path is a run's folder or ledger, and no file of dialogues."""
    if source.is_dir():
        return True
    with suppress(Mistake):  # a file of another kind
        return source.is_file() and is_database(source)
    return False


def _review_run(console: Console, run: Path, scenario: Scenario, json: bool) -> int:
    meter = Meter()
    with resumable(run), watcher(console, meter, live=False, silent=json) as watching:
        panel = asyncio.run(review_run(run, scenario, watching, meter=meter))
    with Corpus.open(run) as corpus:
        return _report(console, corpus, panel, {}, None, json)


def _write(corpus: Corpus, source: Path, format: str | None, folder: Path) -> None:
    """Beside the ledger: all verdicts, and what the panel lets pass in the format that it came in."""
    records = corpus.ledger.records
    export(records(outcomes=None), corpus.info, "provenance", folder / "verdicts.jsonl")
    kind = format or format_of(source)
    if kind != "provenance":
        export(records(outcomes=None), corpus.info, kind, folder / f"accepted{source.suffix}")


def _report(console: Console, corpus: Corpus, panel: str | None, odd: Odd, folder: Path | None, json: bool) -> int:
    numbers = collect(corpus.ledger.records(outcomes=None, panel=panel))
    accepted = corpus.ledger.count(panel=panel)
    if json:
        print_json(numbers.to_dict())
        return 0 if accepted else 1
    for part in report(numbers, odd):
        console.print(part)
    for part in examples(corpus.ledger.records(outcomes=None, panel=panel)):
        console.print(part)
    if folder:
        kept = f"\n{accepted:,} accepted · verdicts.jsonl and the accepted dialogues are in {folder}"
        console.print(Text(f"{kept}\nlook: tertulia show {folder} --outcome rejected"))
    return 0 if accepted else 1


def report(numbers: Statistics, odd: Odd) -> Iterator[RenderableType]:
    yield section("what was said", talk_table(numbers))
    yield section("how dialogues open", opener_table(numbers.said))
    yield section("what critics found", found_table(numbers.survival))
    yield section(f"what is left, of {number(numbers.survival.reviewed, 'dialogue')}", survival_table(numbers.survival))
    yield from skipped(numbers.survival)
    if numbers.personality:
        yield section("personality, assigned against assessed", personality_tables(numbers.personality))
    for what, where in sorted(odd.items(), key=lambda item: -item[1].total()):
        yield Text(
            f"read with care, {number(where.total(), 'line')}: {what} (such as {', '.join(list(where)[:EXAMPLES])})",
            style="yellow",
        )


def found_table(table: SurvivalTable) -> Table:
    """How often a critic found something, whether it rejects for it or not."""
    shown = Table(box=None, pad_edge=False, header_style="dim")
    shown.add_column("critic")
    for name in ("dialogues with a finding", "share", "sides with a finding", "share"):
        shown.add_column(name, justify="right")
    for row in table.critics:
        dialogues, sides = share(row.remarked / table.reviewed), share(row.sides / table.sides)
        shown.add_row(Text(row.critic), f"{row.remarked:,}", dialogues, f"{row.sides:,}", sides)
    return shown


def examples(records: Iterator[Record]) -> Iterator[RenderableType]:
    """The first findings of each critic that rejects, with the turn and its words."""
    told: dict[str, list[Text]] = {}
    for record in records:
        for ballot in record.review.ballots if record.review else ():
            answer = ballot.answer
            if isinstance(answer, Verdict) and not answer.approve and len(told.get(ballot.critic, ())) < EXAMPLES:
                found = (_example(record.dialogue, finding) for finding in answer.findings[:1])
                told.setdefault(ballot.critic, []).extend(found)
    for critic, texts in told.items():
        yield section(f"{critic} rejects, for example", Group(*texts))


def _example(dialogue: Dialogue, finding: Finding) -> Text:
    where = dialogue.source or dialogue.id
    turn = "" if finding.turn is None else f", turn {finding.turn + 1}"
    text = Text.assemble((f"{where}{turn}: ", "dim"), one_line(finding.text, 200))
    if finding.sentence and finding.sentence not in finding.text:
        text.append("\n    profile: ", style="dim").append(one_line(finding.sentence, 160), style="italic")
    if finding.turn is not None and finding.turn < len(dialogue.turns):
        text.append(f"\n    {one_line(dialogue.turns[finding.turn].text, 160)}", style="italic")
    return text
