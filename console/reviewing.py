"""What happens at `tertulia review`? A panel judges what is there: the dialogues of a file, or of a run."""

import asyncio
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.text import Text

from ..corpus.corpus import Corpus
from ..corpus.formats import export
from ..corpus.formats.filtering import REWRITTEN, filter_file, name_of
from ..corpus.formats.importing import format_of
from ..corpus.opening import is_database
from ..corpus.record import Record
from ..corpus.statistics import Counting, Statistics
from ..models.errors import Mistake
from ..models.metering import Meter
from ..scenarios.reviewing import making_of, review_file, review_run
from ..scenarios.scenario import Scenario
from .confusion import personality_tables
from .finding import EXAMPLES, Examples, found
from .judging import Judging
from .printing import print_json
from .running import resumable
from .statistics import opener_table, section, skipped, survival_table, talk_table
from .text import number

VERDICTS = "verdicts.jsonl"


@dataclass
class Gathered:
    """What is told of a review, gathered while its records pass."""

    counting: Counting = field(default_factory=Counting)
    examples: Examples = field(default_factory=Examples)
    odd: dict[str, Counter[str]] = field(default_factory=dict)
    """Where a file had to be read with care, by what was odd."""

    def count(self, where: str, what: str) -> None:
        self.odd.setdefault(what.partition(":")[0], Counter())[where] += 1

    def watch(self, records: Iterable[Record]) -> Iterator[Record]:
        for record in records:
            self.counting.add(record)
            self.examples.add(record)
            yield record


def review(
    console: Console, source: Path, scenario: Scenario, output: Path | None, format: str | None, json: bool
) -> int:
    """Exit code 0, or 1 when the panel lets nothing pass. Raises Mistake, Stopped."""
    if is_run(source):
        return _review_run(console, source, scenario, output, json)
    folder, gathered = output or Path("runs") / f"review-{source.stem}", Gathered()
    kind = format or format_of(source)
    with resumable(folder), Judging(console, silent=json) as watching:
        reviewed = review_file(source, scenario, folder, watching, format=kind, meter=Meter(), on_odd=gathered.count)
        corpus = asyncio.run(reviewed)
    with corpus:
        copy = _write(corpus, gathered, source, kind, folder)
        return _report(console, corpus, None, gathered, [*_kept(folder, copy, kind), *_look(folder)], json)


def is_run(source: Path) -> bool:
    """Whether a path is a run's folder or ledger, and no file of dialogues."""
    if source.is_dir():
        return True
    with suppress(Mistake):  # a file of another kind
        return source.is_file() and is_database(source)
    return False


def _review_run(console: Console, run: Path, scenario: Scenario, output: Path | None, json: bool) -> int:
    if output is not None:
        raise Mistake(f"the review of a run is kept in the run, beside its own: leave out `--output` ({run} is a run)")
    with resumable(run), Judging(console, silent=json) as watching:
        panel = asyncio.run(review_run(run, scenario, watching, meter=Meter()))
    gathered = Gathered()
    with Corpus.open(run) as corpus:
        deque(gathered.watch(corpus.ledger.records(outcomes=None, panel=panel)), maxlen=0)
        beside = f"kept in {run} as panel {panel[:8]}; the run's own reviews and outcomes are as they were"
        return _report(console, corpus, panel, gathered, [beside, *_look(run)], json)


def _write(corpus: Corpus, gathered: Gathered, source: Path, format: str, folder: Path) -> Path:
    """Beside the ledger: all verdicts, and what the panel lets pass as it stands in the file. Returns the copy."""
    if making_of(source, format) != corpus.info.making:
        raise Mistake(f"{source} has changed while it was judged: review it again, into another `--output`")
    records, copy = corpus.ledger.records, folder / name_of(source, format)
    export(gathered.watch(records(outcomes=None)), corpus.info, "provenance", folder / VERDICTS)
    filter_file(records(outcomes=None), corpus.info, source, format, copy)
    return copy


def _kept(folder: Path, copy: Path, format: str) -> Iterator[str]:
    again = " (names and words alone: a script is written anew)" if format in REWRITTEN else ""
    width = max(len(copy.name), len(VERDICTS))
    yield f"in {folder}:"
    yield f"  {copy.name:{width}}  what is accepted{again}"
    yield f"  {VERDICTS:{width}}  a line a dialogue, with all verdicts"


def _look(where: Path) -> Iterator[str]:
    yield f"look: tertulia show {where} --outcome rejected"
    yield f"      tertulia show {where} 1/0"


def _report(
    console: Console, corpus: Corpus, panel: str | None, gathered: Gathered, hints: Iterable[str], json: bool
) -> int:
    numbers, accepted = gathered.counting.statistics(), corpus.ledger.count(panel=panel)
    if json:
        print_json(as_json(numbers, gathered))
        return 0 if accepted else 1
    for part in report(numbers, gathered):
        console.print(part)
    console.print(Text(f"\n{accepted:,} of {number(numbers.tries, 'dialogue')} accepted", style="bold"))
    for hint in hints:
        console.print(Text(hint), soft_wrap=True)
    return 0 if accepted else 1


def as_json(numbers: Statistics, gathered: Gathered) -> dict[str, Any]:
    critics = [row.critic for row in numbers.survival.critics]
    odd = {what: dict(where) for what, where in gathered.odd.items()}
    return {**numbers.to_dict(), "examples": gathered.examples.to_dict(critics), "odd": odd}


def report(numbers: Statistics, gathered: Gathered) -> Iterator[RenderableType]:
    yield section("what was said", talk_table(numbers))
    yield section("how dialogues open", opener_table(numbers.said))
    yield section("what each critic found", Group(*found(numbers.survival, gathered.examples)))
    yield section(f"what is left, of {number(numbers.survival.reviewed, 'dialogue')}", survival_table(numbers.survival))
    yield from skipped(numbers.survival)
    if numbers.personality:
        yield section("personality, assigned against assessed", personality_tables(numbers.personality))
    if gathered.odd:
        yield section("what had to be read with care", Group(*map(Text, odd_lines(gathered))))


def odd_lines(gathered: Gathered) -> Iterator[str]:
    """`no speaker's label: 95 times, in 31 lines (624, 1048, 3882, ...)`."""
    for what, where in sorted(gathered.odd.items(), key=lambda item: -item[1].total()):
        lines = [spot.rpartition(":")[2] for spot in list(where)[:EXAMPLES]]
        more = ", ..." if len(where) > EXAMPLES else ""
        total, distinct = number(where.total(), "time"), number(len(where), "line")
        yield f"{what}: {total}, in {distinct} ({', '.join(lines)}{more})"
