"""How do a set of personas and a pool look in numbers? Section by section."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from ..personas import Trait
from ..personas.census import UNKNOWN, Census, diversity
from ..personas.consistency.lexical import LexicalNli
from ..personas.personality.selecting import NONE
from ..personas.survey import Clash, Survey
from ..personas.taxonomy import Taxonomy
from ..personas.traits import Pole
from .statistics import section
from .text import listed, number, one_line, percent, share

SHOWN = 5
"""Clashes, and sentences for each pole."""
ENTITIES = 12
"""Rows of the table of entities."""
SIZES = 6
"""Lengths of profiles that are told one by one."""
STRANGE, NOWHERE = "not in the taxonomy", "no category"
PAPER = "in the paper season shares 30.8 % with PersonaChat, movie title 0 %"

GAP = 4
"""Columns of the screen between two halves."""

Row = tuple[Text, int]
Selected = Mapping[tuple[Trait, Pole], Mapping[str, int]]


def report(
    where: str, found: Survey, selected: Selected, taxonomy: Taxonomy, other: Census | None = None, against: str = ""
) -> Iterator[RenderableType]:
    """What stands in `where`, with the entities that it shares with `against`. What is not there is left out."""
    yield heading(where, found)
    yield section("what they are about", category_table(found.census, taxonomy))
    if found.census.entities:
        yield section("entities", entity_table(found.census, other))
        if other:
            yield Text(f"shared with {one_line(against)}, of all in either (Jaccard); {PAPER}", style="dim")
    if found.census.levels:
        yield section("traits", level_table(found.census))
    if selected:
        yield section("selected to fit a trait", selection_table(selected))
    yield section("checks", check_table(found))
    if found.clashes:
        yield section("that don't go together", clash_table(found.clashes[:SHOWN]))
    if found.scorer == LexicalNli.name:
        yield Text("lexical: by words alone; an NLI model sees more: --nli MODEL", style="dim")


def heading(where: str, found: Survey) -> Text:
    counts = found.census
    people = number(counts.people, "person", "people") if counts.people else "a pool"
    parts = (people, number(counts.sentences, "sentence"), f"{len(counts.texts):,} different")
    return Text.assemble((one_line(where), "bold"), f"\n{listed(parts)}")


def category_table(census: Census, taxonomy: Taxonomy) -> "Halves":
    """By family, the categories with most sentences first: how many, and what share."""
    groups = {family: [one.path for one in taxonomy.of(family)] for family in taxonomy.families}
    known = {category.path for category in taxonomy.categories}
    groups[STRANGE] = [path for path in census.by_category if path not in known | {UNKNOWN}]
    blocks = [rows for name, paths in groups.items() if (rows := _family(census, name, paths))]
    if bare := census.by_category[UNKNOWN]:
        blocks.append([(Text(NOWHERE, "bold"), bare)])
    return Halves(*_halved(blocks), census.sentences)


def _family(census: Census, name: str, paths: Iterable[str]) -> list[Row]:
    """The family's name and its categories; nothing where no sentence is of it."""
    counts = [(path, count) for path in paths if (count := census.by_category[path])]
    counts.sort(key=lambda one: (-one[1], one[0]))
    rows = [(Text(f"  {one_line(path)}"), count) for path, count in counts]
    return [(Text(one_line(name), "bold"), sum(count for _, count in rows)), *rows] if rows else []


def _halved(blocks: Sequence[Sequence[Row]]) -> tuple[list[Row], list[Row]]:
    """The blocks in order, whole: the first half is as long as the second, or longer."""
    left, right = list[Row](), list[Row]()
    total = sum(map(len, blocks))
    for block in blocks:
        (right if right or 2 * len(left) >= total else left).extend(block)
    return left, right


@dataclass(frozen=True)
class Halves:
    """Counts by name, in two columns where the screen is wide enough."""

    left: Sequence[Row]
    right: Sequence[Row]
    total: int

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        halves = [self._table(rows) for rows in (self.left, self.right)]
        if sum(Measurement.get(console, options, half).maximum for half in halves) + GAP > options.max_width:
            yield self._table([*self.left, *self.right])
            return
        both = Table.grid(padding=(0, GAP, 0, 0))
        both.add_row(*halves)
        yield both

    def _table(self, rows: Sequence[Row]) -> Table:
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column()
        table.add_column(justify="right")
        table.add_column(min_width=7, justify="right", style="dim")
        for name, count in rows:
            table.add_row(name, f"{count:,}", share(count / self.total))
        return table


def entity_table(census: Census, other: Census | None) -> Table:
    """How varied the values of each key are, and what another set shares of them."""
    table = _table("key", "given", "different", *(("shared", "Jaccard") if other else ()))
    rows = diversity(census, other)
    for row in rows if other else rows[:ENTITIES]:
        both = (f"{row.shared:,}", share(row.jaccard)) if other else ()
        table.add_row(Text(one_line(row.key) or NOWHERE), f"{row.values:,}", f"{row.different:,}", *both)
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
        yield "sentences a profile", _sizes(counts.profiles)
    if counts.people:
        cleared = [f"{who or 'nobody yet'} ({count:,})" for who, count in counts.cleared.most_common()]
        yield "cleared by", listed(cleared)
    if found.assigned:
        yield "categories", f"{percent(found.assigned, counts.sentences)} of them guessed here, by {found.embedder}"
    if counts.unsaid:
        yield "entities", f"{number(counts.unsaid, 'sentence')} without the entity that it is given with"
    near = "not looked for: too many" if found.near is None else f"{found.near:,} near (cosine > 0.9, {found.embedder})"
    yield "duplicates", f"{counts.repeated:,} word for word, {near}"
    yield "contradictions", f"{found.contradictions:,} in {number(found.scored, 'pair')}, by {found.scorer}"
    if counts.people:
        yield "exclusive values", f"{found.exclusive:,} (two values of what one has one of)"
        yield "people with one of these", f"{found.afflicted:,} ({percent(found.afflicted, counts.people)})"
        yield "twice in a profile", number(found.redundant, "pair")
    if found.farther and found.candidates:
        told = f"the {found.candidates - found.farther.of:,} nearest of {found.candidates:,} that can conflict"
        yield (
            "looked at",
            f"{told}; of {found.farther.pairs:,} random farther ones {share(found.farther.share)} contradict",
        )
    if found.miss_rate is not None and found.scored < counts.sentences * (counts.sentences - 1) // 2:
        yield "not looked at", f"of random pairs among the rest {share(found.miss_rate)} conflict"


def _sizes(profiles: Counter[int]) -> str:
    """`4 (969) · 5 (936)`, or from where to where if there are many."""
    if len(profiles) <= SIZES:
        return listed(f"{size} ({count:,})" for size, count in sorted(profiles.items()))
    mean = sum(profiles.elements()) / profiles.total()
    return f"{mean:.1f}, from {min(profiles)} to {max(profiles)}"


def clash_table(clashes: Sequence[Clash]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", show_header=False)
    table.add_column(ratio=1, overflow="fold")
    table.add_column(ratio=1, overflow="fold")
    table.add_column(style="dim", no_wrap=True)
    for clash in clashes:
        about = f"{clash.kind.value} {clash.score:.2f}" if clash.score < 1 else clash.kind.value
        table.add_row(Text(one_line(clash.first)), Text(one_line(clash.second)), about)
    return table


def _table(*columns: str) -> Table:
    table = Table(*columns, box=None, padding=(0, 2, 0, 0), header_style="dim")
    for column in table.columns[1:]:
        column.justify = "right"
    return table
