"""How does a persona look on a card: what everyone may know above, what is private below?"""

from collections.abc import Sequence

from rich import box
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from ..agents import Dialogue
from ..personas import BigFive, Persona, Trait
from .text import one_line, seat_colours

POLE = 5
BAR = "█"
FITS_NONE = "nothing; no sentence fitted their personality"


def card(persona: Persona, colour: str = "cyan", aside: str = "") -> Panel:
    """Public part, profile with categories, traits as bars, statements, style, goal, focus, who cleared it."""
    parts: list[RenderableType] = [public(persona)]
    for part in (profile(persona), traits(persona.traits), statements(persona), manner(persona)):
        parts += [Text(), part] if part else []
    below = one_line(" · ".join(filter(None, (persona.id, persona.language, aside))), 60)
    return Panel(
        Group(*parts),
        title=Text(f" {one_line(persona.name, 40)} ", style=f"bold {colour}"),
        title_align="left",
        subtitle=Text(f" {below} ", style="dim"),
        subtitle_align="left",
        border_style=colour,
        box=box.ROUNDED,
    )


def cards(dialogue: Dialogue) -> Group:
    """One card a seat."""
    colours = seat_colours(dialogue.cast)
    return Group(*(card(member.persona, colours[member.seat], member.seat) for member in dialogue.cast))


def public(persona: Persona) -> Text:
    lines = [line for line in (one_line(persona.introduction), _labelled("to the others: ", persona.relation)) if line]
    return Text("\n".join(lines) if lines else "nothing but the name is public", style="" if lines else "dim italic")


def profile(persona: Persona) -> RenderableType | None:
    """Each sentence with what it is about, and whether that was guessed."""
    if not persona.profile:
        return None
    about = any(sentence.category for sentence in persona.profile)
    table = Table.grid(padding=(0, 2), expand=True)
    table.add_column(ratio=3, overflow="fold")
    if about:
        table.add_column(ratio=2, overflow="fold", style="dim")
    for sentence in persona.profile:
        category = Text(one_line(sentence.category or ""))
        if sentence.category and sentence.origin == "assigned":
            category = Text.assemble(category, (" (assigned)", "italic"))
        text = Text.assemble(("· ", "dim"), highlighted(one_line(sentence.text), one_line(sentence.entity or "")))
        table.add_row(text, *([category] if about else []))
    return table


def highlighted(text: str, entity: str) -> Text:
    """The sentence, with the value that it is about set off."""
    shown = Text(text)
    if entity and (at := text.lower().find(entity.lower())) >= 0:
        shown.stylize("bold", at, at + len(entity))
    return shown


def traits(big_five: BigFive | None) -> RenderableType | None:
    """A bar a trait: to the left of the middle below average, to the right above."""
    if big_five is None:
        return None
    table = Table.grid(padding=(0, 1))
    for trait in Trait:
        level = big_five.level(trait)
        table.add_row(Text(trait.value, "dim"), bar(level), Text(f"{level:+d}" if level else "0"))
    return table


def bar(level: int) -> Text:
    """`     │███  ` for 3 of 5."""
    below, above = BAR * max(-level, 0), BAR * max(level, 0)
    return Text.assemble(
        ("·" * (POLE - len(below)), "dim"), (below, "magenta"), ("│", "dim"),
        (above, "green"), ("·" * (POLE - len(above)), "dim"),
    )  # fmt: skip


def statements(persona: Persona) -> RenderableType | None:
    """What the person would say of their own nature, with the pole that it stands for."""
    if not persona.statements:
        return None
    table = Table.grid(padding=(0, 2), expand=True)
    table.add_column(ratio=3, overflow="fold")
    table.add_column(ratio=2, overflow="fold", style="dim")
    table.add_row(Text("would say of themselves:", "dim"), Text())
    for statement in persona.statements:
        pole = " ".join(one.value for one in (statement.trait, statement.pole) if one)
        table.add_row(Text.assemble(("“", "dim"), one_line(statement.text), ("”", "dim")), Text(pole))
    return table


def manner(persona: Persona) -> Text | None:
    """Style, goal, focus, and who looked for contradictions."""
    named = (
        ("style: ", ", ".join(persona.style)),
        ("wants: ", persona.goal),
        ("wants to let come up: ", FITS_NONE if persona.focus == "" else persona.focus or ""),
        ("cleared by: ", persona.cleared_by),
    )
    lines = [Text.assemble((label, "dim"), one_line(text)) for label, text in named if text]
    return Text("\n").join(lines) if lines else None


def shelf(people: Sequence[Persona]) -> Table:
    """A row a persona."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", expand=True)
    table.add_column("id", no_wrap=True, max_width=26)
    table.add_column("name", no_wrap=True, max_width=20)
    table.add_column("facts", justify="right", no_wrap=True)
    table.add_column("introduction", overflow="ellipsis", no_wrap=True, ratio=1)
    for persona in people:
        facts = str(len(persona.profile))
        table.add_row(*map(Text, (persona.id, one_line(persona.name), facts, one_line(persona.introduction))))
    return table


def _labelled(label: str, text: str) -> str:
    return label + one_line(text) if text else ""
