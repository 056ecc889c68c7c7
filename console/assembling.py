"""What happens at `tertulia personas assemble`? A pool becomes personas, and it is told who cleared them."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ..models.errors import Mistake
from ..models.metering import Meter
from ..models.request import Events
from ..models.scorer import Embedder, Nli
from ..models.spec import ModelSpec
from ..personas.categorising import categorise
from ..personas.consistency.assembling import Assembled, assemble
from ..personas.consistency.checking import check_categories, distinct
from ..personas.consistency.lexical import LexicalNli
from ..personas.consistency.negating import PROMPTS
from ..personas.consistency.recipe import Recipe
from ..personas.consistency.report import Example, Report
from ..personas.formats import write_personas
from ..personas.formats.registry import format_of, name_of
from ..personas.persona import ProfileSentence
from ..personas.pool import read_pool
from ..personas.taxonomy import Taxonomy, read_taxonomy
from .card import card
from .claiming import claimed, digest, note_written
from .converting import Conversion, watched
from .desk import Limit, check_price, desk, keeping
from .loading import load_detector, load_embedder
from .printing import print_json
from .progress import progress
from .terminal import terminal
from .text import duration, listed, money, number, one_line

TURNED_AWAY = "conflicts that were turned away while drawing"
EXAMPLES = 3
DROPPED = 5
"""Categories that ran out, in the report."""
FULL_SIZE = "ynie/roberta-large_conv_contradiction_detector_v0"
"""The model of the paper (Lee et al. 2022)."""


@dataclass(frozen=True)
class Wanted:
    """What was typed."""

    pool: Path
    output: Path
    recipe: Recipe
    nli: str | None
    embedder: str
    taxonomy: Path | None
    model: str
    limit: Limit


@dataclass(frozen=True)
class Job:
    """What was typed, read and connected."""

    sentences: tuple[ProfileSentence, ...]
    taxonomy: Taxonomy
    embedder: Embedder
    nli: Nli
    settings: Mapping[str, Any]


def assemble_people(wanted: Wanted, *, remake: bool, json: bool, quiet: bool) -> int:
    """Exit code 0, or 1 when nobody could be built; then nothing is written. Raises what `assemble` raises."""
    meter, console = Meter(), terminal()
    view = progress(console, meter, silent=json or quiet)
    with view:
        job = prepared(wanted, view)
        with keeping(wanted.output), claimed(wanted.output, job.settings, remake):
            found = asyncio.run(_assembled(wanted, job, meter, view))
    done = Conversion(wanted.pool, wanted.output, name_of(wanted.output))
    if found.personas:
        done.count = write_personas(watched(found.personas, done), wanted.output)
        note_written(wanted.output)
    if json:
        print_json(_as_json(wanted, found, done, meter))
    elif not quiet:
        console.print(report(wanted, found, done.loss(), meter, view.seen.seconds))
    return 0 if found.personas else 1


def prepared(wanted: Wanted, events: Events) -> Job:
    """Everything that can be wrong is found before the first call. Raises Mistake."""
    _check_output(wanted)
    spec, taxonomy = ModelSpec.parse(wanted.model), read_taxonomy(wanted.taxonomy)
    check_price(spec, wanted.limit)
    sentences = distinct(read_pool(wanted.pool))
    check_categories(sentences, taxonomy, str(wanted.pool))
    nli, embedder = load_detector(wanted.nli, events), load_embedder(wanted.embedder, events)
    settings = {
        "sentences": digest(repr(sentences)),
        **_options(wanted.recipe),
        "nli": nli.name,
        "embedder": embedder.name,
        "taxonomy": digest(repr(taxonomy.categories)),
        **(_asked(spec) if wanted.recipe.builder == "profile" else {}),
    }
    return Job(sentences, taxonomy, embedder, nli, settings)


def _asked(spec: ModelSpec) -> dict[str, Any]:
    """What the model's negations depend on."""
    return {"model": str(spec), "sampling": {**spec.options, **spec.sampling}, "prompts": PROMPTS.fingerprint()}


def _options(recipe: Recipe) -> dict[str, Any]:
    """The recipe by the names of its options."""
    plain = {name: value for name, value in vars(recipe).items() if name not in ("quota", "thresholds")}
    quota = ",".join(f"{family}={wanted}" for family, wanted in recipe.quota.items())
    return {**plain, "quota": quota, "threshold": recipe.thresholds.contradiction}


def _check_output(wanted: Wanted) -> None:
    format_of(wanted.output, None)
    if wanted.output.is_dir() and name_of(wanted.output) != "datasets":
        raise Mistake(f"--output {str(wanted.output)!r} is a folder; name a file in it, such as people.yaml")
    if wanted.output.resolve() == wanted.pool.resolve():
        raise Mistake(f"--output {str(wanted.output)!r} is the pool itself; name another file")


async def _assembled(wanted: Wanted, job: Job, meter: Meter, events: Events) -> Assembled:
    sentences = await categorise(job.sentences, job.taxonomy, embedder=job.embedder, events=events)
    async with desk(wanted.output, wanted.model, wanted.limit, meter, events) as client:
        return await assemble(
            sentences,
            wanted.recipe,
            taxonomy=job.taxonomy,
            nli=job.nli,
            embedder=job.embedder,
            client=client,
            events=events,
        )


def _as_json(wanted: Wanted, found: Assembled, done: Conversion, meter: Meter) -> dict[str, Any]:
    total = meter.total
    return {
        "output": str(wanted.output) if found.personas else None,
        **asdict(found.report),
        "lost": dict(done.dropped),
        "merged": done.merged,
        "calls": total.calls,
        "cached": total.cached,
        "tokens": total.prompt_tokens + total.completion_tokens,
        "usd": total.usd,
    }


def report(wanted: Wanted, found: Assembled, loss: str, meter: Meter, seconds: float) -> RenderableType:
    """Who was built, what of them the file can't carry, what was turned away and by whom, one persona, what next."""
    numbers = found.report
    parts: list[RenderableType] = [_heading(wanted, numbers), *([Text(loss, style="yellow")] if loss else ())]
    told = Text.assemble((TURNED_AWAY, "bold"), f"; left in the personas: {numbers.left:,}")
    parts += [Text(), told, conflict_table(wanted.recipe, numbers)]
    parts += [Text(), Text("such as", style="dim"), example_table(numbers)] if numbers.conflicts else []
    parts += [Text(), card(found.personas[0])] if found.personas else []
    return Group(*parts, Text("\n").join(_lines(wanted, numbers, meter, seconds)))


def _heading(wanted: Wanted, numbers: Report) -> Text:
    where = f" in {wanted.output}" if numbers.built else ": nothing is written"
    text = Text.assemble((f"{numbers.built:,} of {number(numbers.wanted, 'persona')}", "bold"), where)
    if numbers.why:
        text.append(f"\nno more, because {numbers.why}", style="yellow")
    if numbers.dropped:
        ran_out = [f"{path} ({count}x)" for path, count in list(numbers.dropped.items())[:DROPPED]]
        more = len(numbers.dropped) - len(ran_out)
        text.append(f"\nran out for a persona: {', '.join(ran_out)}{f' and {more} more' * (more > 0)}", style="dim")
    return text


def conflict_table(recipe: Recipe, numbers: Report) -> Table:
    """Kind by kind: who looked, above what, and how many pairs were turned away."""
    limits = recipe.thresholds
    rows = [
        ("contradiction", numbers.scorer, f"> {limits.contradiction:g}"),
        ("redundancy", f"{numbers.embedder} (cosine)", f"> {limits.redundancy:g}"),
        ("exclusive", "taxonomy (one value at a time)", ""),
    ]
    if numbers.negations:
        rows.append(("negation", f"{numbers.scorer} (entailed)", f"> {limits.negation:g}"))
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("conflict")
    table.add_column("by", overflow="ellipsis", no_wrap=True, max_width=30)
    for name in ("above", "pairs", "across categories"):
        table.add_column(name, justify="right")
    for kind, by, above in rows:
        counted = numbers.conflicts.get(kind)
        counts = (f"{counted.count:,}", f"{counted.across:,}") if counted else ("0", "0")
        table.add_row(kind, Text(one_line(by)), above, *counts)
    return table


def example_table(numbers: Report) -> Table:
    """Three pairs that were kept apart, contradictions first."""
    table = Table.grid(padding=(0, 2, 0, 0), expand=True)
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold", ratio=1)
    for kind, example in _examples(numbers):
        about = f"{kind} {example.score:.2f}" if example.score < 1 else kind
        table.add_row(about, Text(f"{one_line(example.first, 200)}\n{one_line(example.second, 200)}"))
    return table


def _examples(numbers: Report) -> Sequence[tuple[str, Example]]:
    """One of each kind, then more of the first; pairs across categories before others."""
    rows = [
        (place, kind, example)
        for kind, finding in numbers.conflicts.items()
        for place, example in enumerate(sorted(finding.examples, key=lambda one: not one.across))
    ]
    rows.sort(key=lambda row: row[0])
    return [(kind, example) for _, kind, example in rows[:EXAMPLES]]


def _lines(wanted: Wanted, numbers: Report, meter: Meter, seconds: float) -> Iterator[Text]:
    """What it took, what would be better, and the next step."""
    remembered = f"{numbers.cached:,} more remembered" if numbers.cached else ""
    yield Text(listed([f"{number(numbers.scored, 'pair')} scored", remembered,
                       f"{number(numbers.replaced, 'draw')} replaced", duration(seconds)]))  # fmt: skip
    used = f"{numbers.used:,} of {number(numbers.pool, 'sentence')} in use, each in {numbers.most_used} at most"
    yield Text(listed([used, numbers.scarce]))
    if wanted.recipe.builder == "profile" and not numbers.negations:
        told = f"negations are left out: {one_line(numbers.scorer)} has no entailment, so that none could count"
        yield Text(f"{told}; a model with three labels finds them", style="yellow")
    total = meter.total
    if total.calls or total.cached:
        without = f"{numbers.unnegated} without an answer" if numbers.unnegated else ""
        asked = f"negations by {one_line(wanted.model)}: {number(total.calls, 'call')}"
        yield Text(listed([asked, f"{total.cached:,} kept before" if total.cached else "", money(total.usd), without]))
    if numbers.uncategorised:
        yield Text(f"{number(numbers.uncategorised, 'sentence')} without a category", style="dim")
    if numbers.scorer == LexicalNli.name:
        yield Text("lexical compares words and knows nothing of the world; a model finds more:", style="yellow")
        yield Text(f"  --nli {FULL_SIZE}", style="yellow")
    if numbers.built:
        yield Text(f"next: tertulia run first-meeting --set cast.personas={wanted.output}")
