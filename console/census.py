"""What happens at `tertulia personas stats`? A set of people, a pool, or the casts of a run, in numbers."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from ..corpus.corpus import Corpus
from ..corpus.opening import FILE, SUFFIXES
from ..models.local import connect_embedder, connect_nli
from ..models.metering import Meter
from ..models.request import Events
from ..models.scorer import Embedder, Nli
from ..personas import Persona, Trait, read_personas
from ..personas.census import UNKNOWN, Census, count_people, count_sentences, diversity
from ..personas.consistency.lexical import LexicalNli
from ..personas.personality.selecting import NONE, selections
from ..personas.pool import is_pool, read_pool
from ..personas.survey import Clash, Survey, survey_people, survey_pool
from ..personas.taxonomy import Taxonomy, read_taxonomy
from ..personas.traits import Pole
from .printing import print_json
from .progress import progress
from .statistics import section
from .terminal import terminal
from .text import listed, number, one_line, percent, share

SHOWN = 5
"""Clashes, and sentences for each pole."""
ENTITIES = 12
"""Rows of the table of entities."""
PAPER = "in the paper season shares 30.8 % with PersonaChat, movie title 0 %"

Selected = Mapping[tuple[Trait, Pole], Mapping[str, int]]


@dataclass(frozen=True)
class Asked:
    """What was typed."""

    where: str
    against: Path | None
    taxonomy: Path | None
    embedder: str
    nli: str | None


def census(asked: Asked, *, json: bool, quiet: bool) -> int:
    """Exit code 0. Raises Mistake."""
    taxonomy, console = read_taxonomy(asked.taxonomy), terminal()
    embedder, nli = connect_embedder(asked.embedder), connect_nli(asked.nli) if asked.nli else LexicalNli()
    other = _counted(asked.against, taxonomy) if asked.against else None
    with progress(console, Meter(), silent=json or quiet) as events:
        found, selected = asyncio.run(_surveyed(asked.where, taxonomy, embedder, nli, events))
    if json:
        print_json(as_json(found, selected, other))
        return 0
    for part in report(asked, found, selected, other, taxonomy):
        console.print(part)
    return 0


async def _surveyed(
    where: str, taxonomy: Taxonomy, embedder: Embedder, nli: Nli, events: Events
) -> tuple[Survey, Selected]:
    path, tools = Path(where), {"taxonomy": taxonomy, "embedder": embedder, "nli": nli, "events": events}
    if _is_run(where):
        with Corpus.open(where) as corpus:
            casts = list(_cast_once(corpus))
        different = list({persona.id: persona for persona in casts}.values())
        return await survey_people(different, **tools), selections(casts)  # type: ignore[arg-type]
    if is_pool(path):
        return await survey_pool(read_pool(path), **tools), {}  # type: ignore[arg-type]
    return await survey_people(read_personas(path), **tools), {}  # type: ignore[arg-type]


def _is_run(where: str) -> bool:
    """Whether it is a ledger, or the folder of one."""
    return "://" in where or Path(where).suffix in SUFFIXES or (Path(where) / FILE).exists()


def _cast_once(corpus: Corpus) -> Iterator[Persona]:
    """The personas of each job, as they were cast; its tries have the same ones."""
    records = (record for record in corpus.records(outcomes=None) if record.dialogue.place)
    for _, tries in groupby(records, key=lambda record: record.dialogue.place and record.dialogue.place[:2]):
        yield from (member.persona for member in next(tries).dialogue.cast)


def _counted(path: Path, taxonomy: Taxonomy) -> Census:
    return count_sentences(read_pool(path), taxonomy) if is_pool(path) else count_people(read_personas(path), taxonomy)


def report(
    asked: Asked, found: Survey, selected: Selected, other: Census | None, taxonomy: Taxonomy
) -> Iterator[RenderableType]:
    """Section by section; those without content are left out."""
    yield heading(asked.where, found)
    yield section("what they are about", category_table(found.census, taxonomy))
    if found.census.entities:
        yield section("entities", entity_table(found.census, other))
        if other:
            yield Text(f"shared with {asked.against}, of all in either (Jaccard); {PAPER}", style="dim")
    if found.census.levels:
        yield section("traits", level_table(found.census))
    if selected:
        yield section("selected to fit a trait", selection_table(selected))
    yield section("checks", check_table(found))
    if found.clashes:
        yield section("that don't go together", clash_table(found.clashes[:SHOWN]))
    if found.scorer == LexicalNli().name:
        yield Text("lexical: by words alone; an NLI model sees more: --nli MODEL", style="dim")


def heading(where: str, found: Survey) -> Text:
    counts = found.census
    people = number(counts.people, "person", "people") if counts.people else "a pool"
    parts = (people, number(counts.sentences, "sentence"), f"{len(counts.texts):,} different")
    return Text.assemble((one_line(where, 60), "bold"), f" · {listed(parts)}")


def category_table(census: Census, taxonomy: Taxonomy) -> Table:
    """By family, the categories with most sentences first."""
    table = _table("category", "sentences", "share")
    for family in taxonomy.families:
        paths = [category.path for category in taxonomy.of(family) if census.by_category[category.path]]
        paths.sort(key=lambda path: -census.by_category[path])
        total = sum(census.by_category[path] for path in paths)
        table.add_row(Text(family, "bold"), f"{total:,}", share(total / max(census.sentences, 1)))
        for path in paths:
            count = census.by_category[path]
            table.add_row(Text(f"  {one_line(path)}"), f"{count:,}", share(count / census.sentences))
    known = {category.path for category in taxonomy.categories}
    for path, count in census.by_category.most_common():
        if path not in known:
            name = Text("no category", "bold") if path == UNKNOWN else Text(f"{one_line(path)} (not in the taxonomy)")
            table.add_row(name, f"{count:,}", share(count / census.sentences))
    return table


def entity_table(census: Census, other: Census | None) -> Table:
    """How varied the values of each key are, and what another set shares of them."""
    table = _table("key", "given", "different", *(("shared", "Jaccard") if other else ()))
    rows = diversity(census, other)
    for row in rows if other else rows[:ENTITIES]:
        both = (f"{row.shared:,}", share(row.jaccard)) if other else ()
        table.add_row(Text(one_line(row.key)), f"{row.values:,}", f"{row.different:,}", *both)
    if not other and len(rows) > ENTITIES:
        table.add_row(Text(f"and {len(rows) - ENTITIES} more keys: --json", style="dim"))
    return table


def level_table(census: Census) -> Table:
    """How many people have each level of each trait."""
    table = _table("trait", *(f"{level:+d}" if level else "0" for level in range(-5, 6)))
    for trait, levels in census.levels.items():
        table.add_row(Text(trait.value), *(str(levels[level] or "·") for level in range(-5, 6)))
    return table


def selection_table(selected: Selected) -> Table:
    """The sentences that were selected most for each pole of a trait (PSYDIAL, table 3)."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("trait")
    table.add_column("most selected sentences", ratio=1, overflow="fold")
    table.add_column("times", justify="right")
    for (trait, pole), counts in selected.items():
        chosen = [item for item in counts.items() if item[0] != NONE]
        chosen.sort(key=lambda item: (-item[1], item[0]))
        total = sum(counts.values())
        for row, (sentence, times) in enumerate(chosen[:SHOWN]):
            name = Text(f"{trait.value} {pole.value}", "bold") if row == 0 else Text()
            table.add_row(name, Text(one_line(sentence)), str(times))
        none = f"none fitted, of {number(total, 'selection')}"
        name = Text() if chosen else Text(f"{trait.value} {pole.value}", "bold")
        table.add_row(name, Text(none, style="dim"), Text(str(counts.get(NONE, 0)), style="dim"))
    return table


def check_table(found: Survey) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    for name, value in checks(found):
        table.add_row(name, value)
    return table


def checks(found: Survey) -> Iterator[tuple[str, str]]:
    """Each figure with its name."""
    counts = found.census
    if counts.words:
        span = f"from {min(counts.words)} to {max(counts.words)}"
        yield "words a sentence", f"{counts.mean_words:.1f} ± {counts.words_deviation:.1f}, {span}"
    if counts.profiles:
        most = listed(f"{size} ({count:,})" for size, count in sorted(counts.profiles.items()))
        yield "sentences a profile", most
    if counts.people:
        cleared = [f"{who or 'nobody yet'} ({count:,})" for who, count in counts.cleared.most_common()]
        yield "cleared by", listed(cleared)
    if found.assigned:
        yield "categories", f"{percent(found.assigned, counts.sentences)} of them assigned by {found.embedder}"
    near = "not looked for: too many" if found.near is None else f"{found.near:,} near (cosine > 0.9, {found.embedder})"
    yield "duplicates", f"{counts.repeated:,} word for word, {near}"
    inside = f"in {number(found.scored, 'pair')}, by {found.scorer}"
    yield "contradictions", f"{found.contradictions:,} {inside}"
    if counts.people:
        yield "exclusive values", f"{found.exclusive:,} (two values of what one has one of)"
    if counts.people:
        yield "people with one of these", f"{found.afflicted:,} ({percent(found.afflicted, counts.people)})"
    if found.miss_rate is not None:
        yield "not looked at", f"of random pairs among the rest {share(found.miss_rate)} conflict"


def clash_table(clashes: Sequence[Clash]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", show_header=False)
    table.add_column(ratio=1, overflow="fold")
    table.add_column(ratio=1, overflow="fold")
    table.add_column(style="dim", no_wrap=True)
    for clash in clashes:
        about = f"{clash.kind.value} {clash.score:.2f}" if clash.score < 1 else clash.kind.value
        table.add_row(Text(one_line(clash.first)), Text(one_line(clash.second)), about)
    return table


def as_json(found: Survey, selected: Selected, other: Census | None) -> dict[str, Any]:
    counts = found.census
    return {
        "people": counts.people,
        "sentences": counts.sentences,
        "different": len(counts.texts),
        "categories": dict(counts.by_category.most_common()),
        "origins": dict(counts.by_origin.most_common()),
        "entities": [row._asdict() for row in diversity(counts, other)],
        "words": {"mean": round(counts.mean_words, 3), "deviation": round(counts.words_deviation, 3)},
        "profiles": {str(size): count for size, count in sorted(counts.profiles.items())},
        "cleared_by": dict(counts.cleared.most_common()),
        "traits": {trait.value: dict(sorted(levels.items())) for trait, levels in counts.levels.items()},
        "duplicates": {"exact": counts.repeated, "near": found.near},
        "embedder": found.embedder,
        "scorer": found.scorer,
        "pairs": found.scored,
        "contradictions": found.contradictions,
        "exclusive": found.exclusive,
        "afflicted": found.afflicted,
        "miss_rate": found.miss_rate,
        "clashes": [asdict(clash) for clash in found.clashes],
        "selected": {f"{trait.value} {pole.value}": dict(counts) for (trait, pole), counts in selected.items()},
    }


def _table(*columns: str) -> Table:
    table = Table(*columns, box=None, padding=(0, 2, 0, 0), header_style="dim")
    for column in table.columns[1:]:
        column.justify = "right"
    return table
