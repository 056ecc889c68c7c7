"""How do a set of personas and a pool look in numbers? Section by section."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from rich.cells import cell_len
from rich.columns import Columns
from rich.console import Group, RenderableType
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


def category_table(census: Census, taxonomy: Taxonomy) -> Columns:
    """By family, the categories with most sentences first: how many, and what share. In two columns where the screen
    is wide."""
    groups = [[family, *_most(census, (one.path for one in taxonomy.of(family)))] for family in taxonomy.families]
    known = {category.path for category in taxonomy.categories}
    groups.append([STRANGE, *_most(census, census.by_category.keys() - known - {UNKNOWN})])
    groups = [group for group in groups if len(group) > 1]
    wide = max((cell_len(name) for group in groups for name in group), default=0) + 2
    tables = [(_family(census, name, paths, wide), 1 + len(paths)) for name, *paths in groups]
    if bare := census.by_category[UNKNOWN]:
        tables.append((_rows(wide, [(Text(NOWHERE, "bold"), bare)], census.sentences), 1))
    return Columns([Group(*half) for half in _halves(tables) if half], padding=(0, 4))


def _most(census: Census, paths: Iterable[str]) -> list[str]:
    """Those that have sentences."""
    return sorted((path for path in paths if census.by_category[path]), key=lambda one: (-census.by_category[one], one))


def _family(census: Census, name: str, paths: Sequence[str], wide: int) -> Table:
    rows = [(Text(f"  {one_line(path)}"), census.by_category[path]) for path in paths]
    return _rows(wide, [(Text(one_line(name), "bold"), sum(count for _, count in rows)), *rows], census.sentences)


def _rows(wide: int, rows: Iterable[tuple[Text, int]], total: int) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(min_width=wide)
    table.add_column(min_width=6, justify="right")
    table.add_column(min_width=7, justify="right", style="dim")
    for name, count in rows:
        table.add_row(name, f"{count:,}", share(count / total))
    return table


def _halves(tables: Sequence[tuple[Table, int]]) -> tuple[list[Table], list[Table]]:
    """Tables with their rows in two stacks, in order, the first one as high as the second or higher."""
    left, right = list[Table](), list[Table]()
    height, total = 0, sum(rows for _, rows in tables)
    for table, rows in tables:
        (left if 2 * height < total else right).append(table)
        height += rows
    return left, right


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
    near = "not looked for: too many" if found.near is None else f"{found.near:,} near (cosine > 0.9, {found.embedder})"
    yield "duplicates", f"{counts.repeated:,} word for word, {near}"
    yield "contradictions", f"{found.contradictions:,} in {number(found.scored, 'pair')}, by {found.scorer}"
    if counts.people:
        yield "exclusive values", f"{found.exclusive:,} (two values of what one has one of)"
        yield "people with one of these", f"{found.afflicted:,} ({percent(found.afflicted, counts.people)})"
        yield "twice in a profile", number(found.redundant, "pair")
    if found.miss_rate is not None:
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
