"""What happens at `tertulia personas expand`? A file's profile sentences grow into a pool, with what was rejected."""

import asyncio
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ..models.errors import Mistake
from ..models.metering import Meter
from ..models.request import Events
from ..models.scorer import Embedder
from ..models.spec import ModelSpec
from ..personas.consistency.checking import check_categories
from ..personas.expansion.asking import PROMPTS, sampling
from ..personas.expansion.expanding import Expanded, check, expand
from ..personas.expansion.portrait import PAPER_AFTER, PAPER_BEFORE, Portrait
from ..personas.formats.writing import replacing, telling
from ..personas.persona import ProfileSentence
from ..personas.pool import read_pool, write_pool
from ..personas.taxonomy import Taxonomy, read_taxonomy
from .claiming import claimed, digest, note_written
from .desk import Limit, check_price, desk, keeping
from .generating import check_pool, rejected_of
from .loading import load_embedder
from .printing import print_json
from .progress import progress
from .terminal import terminal
from .text import duration, listed, money, number, one_line

EXAMPLES = 3
"""New sentences in the report."""


@dataclass(frozen=True)
class Wanted:
    """What was typed."""

    file: Path
    output: Path
    count: int | None
    factor: float
    """How many times as many sentences there are to be, where no count is given."""
    queries: int | None
    steps: int
    merge_above: float | None
    too_close: float
    model: str
    embedder: str
    taxonomy: Path | None
    seed: int
    concurrency: int
    limit: Limit


@dataclass(frozen=True)
class Job:
    """What was typed, read and connected."""

    sentences: tuple[ProfileSentence, ...]
    count: int
    taxonomy: Taxonomy
    embedder: Embedder
    settings: Mapping[str, Any]


def expand_pool(wanted: Wanted, *, remake: bool, json: bool, quiet: bool) -> int:
    """Exit code 0, or 1 when nothing was added. Raises what `expand` raises, after saying how to go on."""
    meter, console = Meter(), terminal()
    view = progress(console, meter, silent=json or quiet)
    with view:
        job = prepared(wanted, view)
        with keeping(wanted.output), claimed(wanted.output, job.settings, remake):
            found = asyncio.run(_expanded(wanted, job, meter, view))
    write_rejected(found, rejected_of(wanted.output))
    write_pool([*found.given, *found.added], wanted.output)
    note_written(wanted.output)
    if json:
        print_json(_as_json(wanted, job, found, meter))
    elif not quiet:
        console.print(report(wanted, job, found, meter, view.seen.seconds))
    return 0 if found.added else 1


def prepared(wanted: Wanted, events: Events) -> Job:
    """Everything that can be wrong is found before the first call. Raises Mistake."""
    _check_output(wanted)
    spec, taxonomy = ModelSpec.parse(wanted.model), read_taxonomy(wanted.taxonomy)
    check_price(spec, wanted.limit)
    sentences = tuple(read_pool(wanted.file))
    check_categories(sentences, taxonomy, str(wanted.file))
    count = wanted.count or _count(wanted.factor, len(sentences))
    check(len(sentences), count, wanted.queries, wanted.merge_above, wanted.too_close)
    embedder = load_embedder(wanted.embedder, events)
    settings = {
        "sentences": digest(repr(sentences)),
        "count": count,
        "queries": wanted.queries,
        "steps": wanted.steps,
        "merge_above": wanted.merge_above,
        "too_close": wanted.too_close,
        "seed": wanted.seed,
        "model": str(spec),
        "sampling": {**spec.options, **spec.sampling, **sampling(spec)},
        "embedder": embedder.name,
        "taxonomy": digest(repr(taxonomy.categories)),
        "prompts": PROMPTS.fingerprint(),
    }
    return Job(sentences, count, taxonomy, embedder, settings)


def _check_output(wanted: Wanted) -> None:
    check_pool(wanted.output, "expanded")
    if wanted.file.resolve() == wanted.output.resolve():
        raise Mistake(f"--output {str(wanted.output)!r} is the file that is read; give it another name")


def _count(factor: float, given: int) -> int:
    """How many to add. Raises Mistake."""
    if not factor > 1:
        raise Mistake(f"--factor {factor:g} adds nothing: give a number above 1, such as 2.2 (the paper's)")
    return max(1, round((factor - 1) * given))


async def _expanded(wanted: Wanted, job: Job, meter: Meter, events: Events) -> Expanded:
    async with desk(wanted.output, wanted.model, wanted.limit, meter, events) as client:
        return await expand(
            client,
            job.sentences,
            embedder=job.embedder,
            taxonomy=job.taxonomy,
            count=job.count,
            queries=wanted.queries,
            steps=wanted.steps,
            merge_above=wanted.merge_above,
            too_close=wanted.too_close,
            seed=wanted.seed,
            concurrency=wanted.concurrency,
            events=events,
        )


def write_rejected(found: Expanded, path: Path) -> None:
    """A line for each rejection, whole or not at all. Raises Mistake."""
    with replacing(path) as file, telling(path):
        file.writelines(json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in found.rejected)


def _as_json(wanted: Wanted, job: Job, found: Expanded, meter: Meter) -> dict[str, Any]:
    total = meter.total
    return {
        "output": str(wanted.output),
        "rejected": str(rejected_of(wanted.output)),
        "given": len(found.given),
        "wanted": job.count,
        "added": len(found.added),
        "why_rejected": dict(Counter(one.why.value for one in found.rejected)),
        "queries": list(found.queries),
        "induced": found.induced,
        "before": asdict(found.before),
        "after": asdict(found.after),
        "paper": {"before": asdict(PAPER_BEFORE), "after": asdict(PAPER_AFTER)},
        "embedder": job.embedder.name,
        "merge_above": found.merge_above,
        "calls": total.calls,
        "cached": total.cached,
        "tokens": total.prompt_tokens + total.completion_tokens,
        "usd": total.usd,
    }


def report(wanted: Wanted, job: Job, found: Expanded, meter: Meter, seconds: float) -> RenderableType:
    """Before and after beside the paper's, what was rejected, what it took, and the next step."""
    return Group(portraits(found), Text(), _as_text(wanted, job, found, meter, seconds))


def portraits(found: Expanded) -> Table:
    """A line for each number; ours, then the paper's."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("")
    for name in ("before", "after", "paper: before", "after"):
        table.add_column(name, justify="right", style="dim" if table.columns[3:] else "")
    columns = [_numbers(one) for one in (found.before, found.after, PAPER_BEFORE, PAPER_AFTER)]
    for name, *numbers in zip(
        ("sentences", "clusters", "mean distance of clusters", "words a sentence (after: new ones)"),
        *columns,
        strict=True,
    ):
        table.add_row(name, *numbers)
    return table


def _numbers(portrait: Portrait) -> tuple[str, ...]:
    return (
        f"{portrait.sentences:,}",
        f"{portrait.clusters:,}",
        f"{portrait.mean_distance:.3f}",
        f"{portrait.mean_words:.2f}",
    )


def _as_text(wanted: Wanted, job: Job, found: Expanded, meter: Meter, seconds: float) -> Text:
    total, output = meter.total, wanted.output
    took = listed([
        number(total.calls, "call"),
        f"{total.cached:,} replies kept before" if total.cached else "",
        money(total.usd),
        duration(seconds),
    ])  # fmt: skip
    text = Text.assemble(
        (f"{len(found.added):,} of {number(job.count, 'new sentence')}", "bold"),
        f" after the {len(found.given):,} given ones in {output}\n",
        *((f"  {one_line(sentence.text, 76)}\n", "dim") for sentence in found.added[:EXAMPLES]),
    )
    if found.dry:
        text.append("hardly anything new came any more: try more --queries, or a larger model\n", "yellow")
    text.append(f"{took}\n")
    text.append(f"{number(len(found.queries), 'question')}, {found.induced} of them induced from clusters\n")
    text.append(f"clusters by {job.embedder.name}, merged above {found.merge_above:g}\n")
    text.append(f"rejected: {_whys(found)} {rejected_of(output)}\n")
    text.append(f"next:     tertulia personas assemble {output} -n 20 -o people.yaml")
    return text


def _whys(found: Expanded) -> str:
    """`12 (9 too close to another, 3 a question):`"""
    counts = Counter(one.why for one in found.rejected).most_common()
    each = ", ".join(f"{count:,} {why.value}" for why, count in counts)
    return f"{len(found.rejected):,} ({each}):" if each else "none,"
