"""Which dialogues are in a run? A table of them, a row a try."""

from collections.abc import Collection, Iterable, Sequence

from rich.table import Table
from rich.text import Text

from ..corpus import Record
from ..critics import Outcome
from .badge import outcome_badge
from .choosing import place_name
from .text import one_line

PAGE = 20
"""Rows, where nothing else is asked for."""
ID_WIDTH, PLACE_WIDTH = 8, 7


def listing(records: Iterable[Record], *, outcomes: bool, header: bool = True) -> Table:
    """A row a try; with `outcomes` what became of it is a column of its own. Columns stand where they stand, so that a
    long list may be printed in pieces, the first with the `header`."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", show_header=header, expand=True)
    table.add_column("place", no_wrap=True, min_width=PLACE_WIDTH)
    table.add_column("id", no_wrap=True, width=ID_WIDTH)
    table.add_column("turns", no_wrap=True, justify="right", width=5)
    table.add_column("score", no_wrap=True, justify="right", width=5)
    if outcomes:
        table.add_column("outcome", no_wrap=True, width=13)
    table.add_column("who", no_wrap=True, overflow="ellipsis", ratio=1)
    table.add_column("why", no_wrap=True, overflow="ellipsis", ratio=2 if outcomes else 1)
    for record in records:
        table.add_row(*row(record, outcomes))
    return table


def row(record: Record, outcomes: bool) -> list[Text]:
    dialogue = record.dialogue
    who = " · ".join(one_line(member.name) for member in dialogue.cast)
    score = f"{record.review.decision.score:.2f}" if record.review else "–"
    cells = [Text(place_name(dialogue.place)), Text(dialogue.id[:ID_WIDTH], "dim")]
    cells += [Text(str(len(dialogue.turns))), Text(score)]
    cells += [outcome_badge(record.outcome)] if outcomes else []
    return [*cells, Text(who), Text(one_line(record.why))]


def caption(shown: int, total: int, outcomes: Collection[Outcome] | None, counts: dict[Outcome, int]) -> Text:
    """How many of how many are shown, and what else there is."""
    what = " or ".join(outcomes) if outcomes else "all"
    some = f"the first {shown} of {total:,}" if shown < total else f"{total:,}"
    text = Text(f"{some} {what}" if outcomes else f"{some} dialogues, {what} outcomes")
    rest = {o: n for o, n in counts.items() if outcomes and o not in outcomes and n}
    if rest:
        text.append(" · not shown: " + ", ".join(f"{n:,} {o}" for o, n in rest.items()), style="dim")
    return text


def totals(counts: dict[int, dict[Outcome, int]]) -> dict[Outcome, int]:
    """Tries by outcome, all rounds together."""
    return {outcome: sum(by.get(outcome, 0) for by in counts.values()) for outcome in Outcome}


def plain(record: Record) -> dict[str, object]:
    """A row for programs."""
    dialogue = record.dialogue
    return {
        "id": dialogue.id,
        "place": list(dialogue.place) if dialogue.place else None,
        "outcome": record.outcome,
        "turns": len(dialogue.turns),
        "score": record.review.decision.score if record.review else None,
        "who": [member.name for member in dialogue.cast],
        "why": record.why,
    }


def hint(shown: int, total: int, where: str) -> Text:
    """What to type next."""
    more = f" · more rows: --limit {min(total, shown * 5)}" if shown < total else ""
    return Text(f"read one: tertulia show {where} PLACE{more}", style="dim")


def none_found(outcomes: Sequence[Outcome] | None) -> Text:
    return Text(f"no dialogue is {' or '.join(outcomes)}" if outcomes else "no dialogue yet", style="yellow")
