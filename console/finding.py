"""What did each critic find, and where, for example?"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ..agents import Dialogue
from ..corpus import Record
from ..corpus.survival import CriticRow, SurvivalTable
from ..critics import Abstention, Ballot, SeatKind, Verdict
from .choosing import place_name
from .text import number, one_line, share

EXAMPLES = 3
"""Of each critic."""
QUOTED = 200
"""Columns of a quoted turn or sentence."""
AROUND = 60
"""Columns of a long turn that are quoted before the words in question."""


@dataclass(frozen=True, slots=True)
class Example:
    """One finding, with the words that it is about."""

    place: str
    """For `tertulia show`."""
    source: str
    """Line of the file, where the dialogue is from one."""
    rejected: bool
    turn: int | None
    """From 0."""
    speaker: str
    text: str
    said: str
    """The turn."""
    span: str
    """The part of it that is in question."""
    sentence: str
    """Of a profile."""


class Examples:
    """Gathers the first examples of each critic from a stream of records: of rejections, if there are any."""

    def __init__(self, most: int = EXAMPLES) -> None:
        self._most = most
        self._of: dict[tuple[str, bool], list[Example]] = {}

    def add(self, record: Record) -> None:
        for ballot in record.review.ballots if record.review else ():
            if isinstance(ballot.answer, Verdict) and ballot.answer.findings:
                known = self._of.setdefault((ballot.critic, not ballot.answer.approve), [])
                if len(known) < self._most:
                    known.append(example(record, ballot))

    def of(self, critic: str) -> list[Example]:
        return [*self._of.get((critic, True), ()), *self._of.get((critic, False), ())][: self._most]

    def to_dict(self, critics: Sequence[str]) -> dict[str, Any]:
        """Plain JSON data."""
        return {critic: [asdict(one) for one in self.of(critic)] for critic in critics}


def example(record: Record, ballot: Ballot) -> Example:
    """Of the first finding that names a turn; else of the first."""
    assert not isinstance(ballot.answer, Abstention)
    dialogue, found = record.dialogue, ballot.answer.findings
    finding = next((one for one in found if one.turn is not None), found[0])
    turn = None if finding.turn is None else dialogue.turns[finding.turn]
    names = {member.seat: member.name for member in dialogue.cast}
    return Example(
        place=_place(dialogue),
        source=dialogue.source,
        rejected=not ballot.answer.approve,
        turn=finding.turn,
        speaker=names.get(finding.seat or (turn.seat if turn else ""), ""),
        text=finding.text,
        said=turn.text if turn else "",
        span=finding.span or "",
        sentence=finding.sentence or "",
    )


def _place(dialogue: Dialogue) -> str:
    """Short where there is one try."""
    if dialogue.place is None:
        return dialogue.id
    return dialogue.place.scope if dialogue.place[2:] == (0, 0) else place_name(dialogue.place)


def found(table: SurvivalTable, examples: Examples) -> Iterator[RenderableType]:
    """Critic by critic, in panel order: how often it found something, and examples; those that found nothing last."""
    silent = [row for row in table.critics if row.answered and not (row.remarked or row.rejected)]
    for row in table.critics:
        if row.remarked or row.rejected:
            yield Group(Text(), rates(row, table), *map(shown, examples.of(row.critic)))
    if silent:
        names = ", ".join(f"{one_line(row.critic)} ({row.answered:,} judged)" for row in silent)
        yield Text.assemble("\n", ("nothing was found by ", "dim"), names)


def rates(row: CriticRow, table: SurvivalTable) -> Text:
    """`structure  veto · rejects 442 of 1,000 (44.2 %)`, and in how many dialogues and sides it found something."""
    role = f"  {row.role}{', optional' if row.optional else ''} · "
    verb = "would reject" if row.role == SeatKind.ADVISE else "rejects"
    text = Text.assemble((one_line(row.critic), "bold"), (role, "dim"))
    text.append(f"{verb} {row.rejected:,} of {row.answered:,} ({share(row.rejection)})")
    sides = f", on {number(row.sides, 'side')} ({share(row.sides / table.sides)})" if row.sides else ""
    remarked = f"{number(row.remarked, 'dialogue')} ({share(row.remarked / table.reviewed)})"
    return text.append(f"\nfinds something in {remarked}{sides}", style="dim")


def shown(one: Example) -> Table:
    """Where, on the left; what, with the words, beside it."""
    table = Table.grid(padding=(0, 2), expand=True)
    table.add_column(no_wrap=True, width=19)
    table.add_column(ratio=1, overflow="fold")
    turn = "" if one.turn is None else f"turn {one.turn + 1} · "
    where = Text.assemble("  ", _where(one), (f"\n  {turn}{one.place}", "dim"))
    what = Text(one_line(one.text), style="" if one.rejected else "dim")
    for label, words in _words(one):
        what.append("\n").append(f"{label}: ", style="dim").append_text(words)
    table.add_row(where, what)
    return table


def _where(one: Example) -> Text:
    line = one.source.rpartition(":")[2]
    return Text(f"line {line}" if line.isdigit() else "dialogue", style="cyan" if one.rejected else "dim")


def _words(one: Example) -> Iterator[tuple[str, Text]]:
    if one.sentence and one.sentence not in one.text:
        yield "profile", quoted(one.sentence)
    if one.said:
        yield one_line(one.speaker, 20) or "said", quoted(one.said, one.span)


def quoted(text: str, span: str = "") -> Text:
    """On one line, cut so that the words in question are seen; they stand out."""
    line, words = one_line(text), one_line(span)
    start = line.find(words) if words else -1
    if start > AROUND and len(line) > QUOTED:
        line = "…" + line[start - AROUND :]
    shown = Text(one_line(line, QUOTED), style="italic")
    if words and words != line and (at := shown.plain.find(words)) >= 0:
        shown.stylize("underline", at, at + len(words))
    return shown
