"""What happens at `tertulia personas generate`? A pool of profile sentences is written, with what was rejected."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from ..models.errors import Mistake
from ..models.metering import Meter
from ..models.request import Events
from ..models.scorer import Embedder, Nli
from ..models.spec import ModelSpec
from ..personas.formats.registry import TABLES, by_suffix
from ..personas.formats.writing import replacing, telling
from ..personas.generation import Generated, Yield, generate
from ..personas.generation.asking import PROMPTS, sampling
from ..personas.judging import check_judge
from ..personas.persona import ProfileSentence
from ..personas.pool import write_pool
from ..personas.taxonomy import Category, Taxonomy, read_taxonomy, select
from .claiming import claimed, digest, note_written
from .desk import Limit, check_price, desk, keeping
from .loading import load_embedder, load_nli
from .printing import print_json
from .progress import progress
from .source import Source
from .terminal import terminal
from .text import duration, listed, money, number, one_line, share

WITHOUT_NLI = "without --nli the embedder judges"
SUFFIX = ".jsonl"
SHOWN = 8
"""Categories that fell short, in the report."""
LOOSE = "by words alone 8 in 10 right lines pass, but 1 in 4 wrong ones too"
WHAT = {
    "parse": "a line `sentence (key: value)`",
    "entity": "the value stands in the sentence",
    "category": "it is about its category",
    "duplicate": "nobody has said it before",
}


@dataclass(frozen=True)
class Wanted:
    """What was typed."""

    categories: Sequence[str]
    count: int
    output: Path
    model: str
    nli: str | None
    embedder: str
    taxonomy: Path | None
    against: str | None
    seed: int
    concurrency: int
    limit: Limit


def generate_pool(wanted: Wanted, *, remake: bool, json: bool, quiet: bool) -> int:
    """Exit code 0, or 1 when nothing was kept. Raises what `generate` raises, after saying how to go on."""
    meter, console = Meter(), terminal()
    view = progress(console, meter, silent=json or quiet)
    with view:
        job = prepared(wanted, view)
        with keeping(wanted.output), claimed(wanted.output, job.settings, remake):
            found = asyncio.run(_generated(wanted, job, meter, view))
    write_rejected(found, rejected_of(wanted.output))
    write_spare(found, spare_of(wanted.output))
    write_pool(found.kept, wanted.output)
    note_written(wanted.output)
    if json:
        print_json(_as_json(wanted, job, found, meter))
    elif not quiet:
        console.print(survival_table(found), short_text(found))
        console.print(_as_text(wanted, job, found, meter, view.seen.seconds), soft_wrap=True)
    return 0 if found.kept else 1


@dataclass(frozen=True)
class Job:
    """What was typed, read and connected."""

    taxonomy: Taxonomy
    categories: tuple[Category, ...]
    known: tuple[ProfileSentence, ...]
    embedder: Embedder
    nli: Nli | None
    settings: Mapping[str, Any]


def prepared(wanted: Wanted, events: Events) -> Job:
    """Everything that can be wrong is found before the first call. Raises Mistake."""
    _check_output(wanted)
    spec = ModelSpec.parse(wanted.model)
    check_price(spec, wanted.limit)
    taxonomy = read_taxonomy(wanted.taxonomy)
    categories = select(taxonomy, wanted.categories)
    known = tuple(Source(wanted.against).sentences()) if wanted.against else ()
    if wanted.nli == "lexical":
        raise Mistake("--nli: 'lexical' can't tell what a sentence is about; name an NLI model, or leave --nli out")
    nli = load_nli(wanted.nli, events, WITHOUT_NLI) if wanted.nli else None
    check_judge(nli)
    embedder = load_embedder(wanted.embedder, events)
    settings = {
        "categories": [category.path for category in categories],
        "count": wanted.count,
        "seed": wanted.seed,
        "model": str(spec),
        "sampling": {**spec.options, **sampling(spec)},
        "nli": nli.name if nli else "",
        "embedder": embedder.name,
        "taxonomy": digest(repr(taxonomy.categories)),
        "against": digest("\n".join(sentence.text for sentence in known)) if wanted.against else "",
        "prompts": PROMPTS.fingerprint(),
    }
    return Job(taxonomy, categories, known, embedder, nli, settings)


def _check_output(wanted: Wanted) -> None:
    check_pool(wanted.output, "pool")
    if wanted.against and Path(wanted.against).resolve() == wanted.output.resolve():
        raise Mistake(f"--against {wanted.against!r} is the output itself; name another --output")


def check_pool(output: Path, usual: str) -> None:
    """Raises Mistake for what can't be a pool's name, with one that can."""
    format = by_suffix(output) if output.suffix else None
    if format not in ("jsonl", *TABLES) or (output.is_dir() and format != "datasets"):
        name = output.stem.rstrip(".") or usual
        raise Mistake(f"--output {str(output)!r}: a pool is .jsonl, .parquet or .dataset; name it {name}{SUFFIX}")


async def _generated(wanted: Wanted, job: Job, meter: Meter, events: Events) -> Generated:
    async with desk(wanted.output, wanted.model, wanted.limit, meter, events) as client:
        return await generate(
            client,
            job.categories,
            count=wanted.count,
            seed=wanted.seed,
            taxonomy=job.taxonomy,
            embedder=job.embedder,
            nli=job.nli,
            known=job.known,
            concurrency=wanted.concurrency,
            events=events,
        )


def rejected_of(output: Path) -> Path:
    """`pool.jsonl` -> `pool.rejected.jsonl`."""
    return output.with_suffix(f".rejected{SUFFIX}")


def write_rejected(found: Generated, path: Path) -> None:
    """A line for each rejection, whole or not at all. Raises Mistake."""
    with replacing(path) as file, telling(path):
        file.writelines(json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in found.rejected)


def spare_of(output: Path) -> Path:
    """`pool.jsonl` -> `pool.spare.jsonl`."""
    return output.with_suffix(f".spare{SUFFIX}")


def write_spare(found: Generated, path: Path) -> None:
    """What passed every filter and is more than was asked for: a pool, where there is any. Raises Mistake."""
    if found.spare:
        write_pool(found.spare, path)
    else:
        with telling(path):
            path.unlink(missing_ok=True)


def _as_json(wanted: Wanted, job: Job, found: Generated, meter: Meter) -> dict[str, Any]:
    total = meter.total
    return {
        "output": str(wanted.output),
        "rejected": str(rejected_of(wanted.output)),
        "spare_pool": str(spare_of(wanted.output)) if found.spare else None,
        "wanted": wanted.count,
        "kept": len(found.kept),
        "spare": len(found.spare),
        "calls": total.calls,
        "cached": total.cached,
        "tokens": total.prompt_tokens + total.completion_tokens,
        "usd": total.usd,
        "judge": found.judge,
        "embedder": job.embedder.name,
        "survival": found.survival.to_dict(),
        "yields": [_yield(one) for one in found.yields],
    }


def _yield(one: Yield) -> dict[str, Any]:
    counts = asdict(one)
    return {**counts, "category": one.category.path}


def survival_table(found: Generated) -> Table:
    """Cumulative shares of all lines, the paper's and ours."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("filter")
    table.add_column("what passes", style="dim")
    for name in ("paper", "here", "lost", "left"):
        table.add_column(name, justify="right")
    for row in found.survival.rows:
        shares = (share(row.paper), share(row.share))
        table.add_row(row.filter, WHAT[row.filter], *shares, f"{row.lost:,}", f"{row.left:,}")
    return table


def short_text(found: Generated) -> Text:
    """The categories that gave less than their share, one a line."""
    short = sorted((one for one in found.yields if one.short), key=lambda one: one.kept - one.wanted)
    lines = [one_line(f"{one}") for one in short[:SHOWN]]
    if len(short) > SHOWN:
        lines.append(f"… and {number(len(short) - SHOWN, 'more category', 'more categories')} (--json tells all)")
    return Text("".join(f"\n{line}" for line in lines), style="yellow")


def _as_text(wanted: Wanted, job: Job, found: Generated, meter: Meter, seconds: float) -> Text:
    """What there is, what it took, who judged, and the next step; lines that can be copied whole."""
    total, output = meter.total, wanted.output
    cached = f"{total.cached:,} replies kept before" if total.cached else ""
    spare = f"spare:    {spare_of(output)} ({len(found.spare):,} more that passed)\n" if found.spare else ""
    paper = "" if job.nli else ", an embedder; the paper took an NLI model: --nli MODEL"
    loose = "" if job.nli or job.embedder.name != "lexical" else f"          {LOOSE}\n"
    return Text.assemble(
        (f"{len(found.kept):,} of {number(wanted.count, 'sentence')}", "bold"),
        f" on {number(len(job.categories), 'category', 'categories')} in {output}\n",
        f"{listed([number(total.calls, 'call'), cached, money(total.usd), duration(seconds)])}\n",
        f"category: judged by {found.judge}{paper}\n{loose}nearness: by {job.embedder.name}\n",
        f"rejected: {rejected_of(output)}\n{spare}",
        f"next:     tertulia personas assemble {output} --count 20 --output people.yaml",
    )
