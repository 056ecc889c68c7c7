"""How does one dialogue read on a screen: who talks, how it was made, what was said, how it ended?"""

from collections.abc import Collection, Iterator, Mapping, Sequence

from rich.console import RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from ..agents import Dialogue, Member, StopReason
from ..corpus import Record
from ..critics import Abstention, Review
from .badge import outcome_badge
from .choosing import place_name
from .text import clean, listed, number, one_line, said, seat_colours

NAME_WIDTH = 14
ENDINGS: Mapping[StopReason, str] = {
    StopReason.FAREWELL: "all took leave",
    StopReason.EARLY_FAREWELL: "took leave too early",
    StopReason.MAX_TURNS: "reached the greatest number of turns",
    StopReason.REPETITION: "went round in circles",
    StopReason.REFUSAL: "the model refused",
    StopReason.GUARD: "a reply could not be used",
    StopReason.SCRIPT_END: "end of the script",
    StopReason.IMPORTED: "imported",
}


def title(record: Record) -> Rule:
    """Place, outcome, score and id, in a line across the screen."""
    dialogue = record.dialogue
    text = Text.assemble((f"{place_name(dialogue.place)} ", "bold"), outcome_badge(record.outcome))
    if record.review:
        text.append(f" · score {record.review.decision.score:.2f}")
    text.append(f" · {dialogue.id}", style="dim")
    return Rule(text, style="dim", align="left")


def facts(rows: Sequence[tuple[str, Text | str]]) -> Table:
    """Labels on the left, what they stand for beside them; empty ones are left out."""
    table = Table.grid(padding=(0, 2), expand=True)
    table.add_column(style="dim", no_wrap=True)
    table.add_column(ratio=1, overflow="fold")
    for label, what in rows:
        if what:
            table.add_row(label, what)
    return table


def people(dialogue: Dialogue) -> Text:
    """The cast, one line each: name, seat, role, model, introduction."""
    colours = seat_colours(dialogue.cast)
    return Text("\n").join(person(member, colours[member.seat]) for member in dialogue.cast)


def person(member: Member, colour: str) -> Text:
    text = Text(one_line(member.name), style=f"bold {colour}")
    place = ", ".join(one_line(word) for word in (member.seat, member.role or "", member.model) if word)
    text.append(f" ({place})", style="not bold dim")
    intro = one_line(member.persona.introduction)
    return text.append(f" · {intro}" if intro else "", style="not bold default")


def turns(dialogue: Dialogue, flagged: Collection[int] = ()) -> RenderableType:
    """The turns with their numbers, from 1; those that a critic objects to have a red number."""
    colours = seat_colours(dialogue.cast)
    names = {member.seat: member.name for member in dialogue.cast}
    table = Table.grid(padding=(0, 1), expand=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True, max_width=NAME_WIDTH)
    table.add_column(ratio=1, overflow="fold")
    for index, turn in enumerate(dialogue.turns):
        name = Text(one_line(names.get(turn.seat, turn.seat), NAME_WIDTH), f"bold {colours.get(turn.seat, 'default')}")
        table.add_row(Text(str(index + 1), "bold red" if index in flagged else "dim"), name, Text(clean(turn.text)))
    return table if dialogue.turns else Text("nothing was said", style="dim italic")


def ending(dialogue: Dialogue) -> Text:
    """How it ended, after how many turns, and what the guards asked for again."""
    failed = f"failed: {one_line(dialogue.failure)}" if dialogue.failure else ""
    why = failed or f"{dialogue.stop}: {ENDINGS[dialogue.stop]}"
    asked = ", ".join(f"{guard} {count}x" for guard, count in dialogue.guards.items())
    again = f"guards asked again: {asked}" if asked else ""
    return Text(listed((why, number(len(dialogue.turns), "turn"), again)), style="red" if dialogue.failure else "")


def objections(review: Review | None) -> frozenset[int]:
    """Turns that a critic of this panel rejects the dialogue for."""
    return frozenset(
        finding.turn
        for ballot in (review.ballots if review else ())
        if not isinstance(ballot.answer, Abstention) and not ballot.answer.approve
        for finding in ballot.answer.findings
        if finding.turn is not None
    )


def spoken(dialogue: Dialogue) -> Iterator[Text]:
    """The turns one by one, `Name: text`."""
    colours = seat_colours(dialogue.cast)
    names = {member.seat: member.name for member in dialogue.cast}
    for turn in dialogue.turns:
        yield said(names.get(turn.seat, turn.seat), turn.text, colours.get(turn.seat, "default"))


def others(records: Sequence[Record]) -> Text:
    """The other tries of a job, with what became of them."""
    marks = [Text.assemble(place_name(record.dialogue.place), " ", outcome_badge(record.outcome)) for record in records]
    return Text(" · ").join(marks)


def settled(record: Record) -> Text:
    """What became of a try, and why."""
    text = outcome_badge(record.outcome)
    return text.append(f": {one_line(record.why)}" if record.why else "", style="default")
