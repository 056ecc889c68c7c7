"""What happens at `tertulia show`? The dialogues of a run in a table, or one of them with all that belongs to it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.rule import Rule
from rich.text import Text

from ..corpus import Record
from ..corpus.corpus import Corpus
from ..corpus.formats.provenance import record_to
from ..corpus.ledger import Ledger
from ..corpus.sent import Sent
from ..critics import Outcome
from .card import cards
from .choosing import calls_for, chosen, siblings
from .contest import Contest, contest
from .conversation import ending, facts, objections, others, people, settled, title, turns
from .judgement import judgement
from .kinship import lineage
from .listing import PAGE, caption, hint, listing, none_found, plain, totals
from .printing import print_array, print_json
from .prompting import prompts
from .text import one_line

PIECE = 256
"""Rows that are laid out at a time."""


@dataclass(frozen=True)
class Shown:
    """What to show of a dialogue beside what is always shown."""

    prompts: bool = False
    personas: bool = False


def show(console: Console, run: str, dialogue: str | None, shown: Shown, every: bool, json: bool) -> int:
    """One dialogue; with `every` all tries of its job. Raises Mistake."""
    with Corpus.open(run) as corpus:
        records = chosen(corpus.ledger, dialogue or "", every)
        if json:
            data = [_as_json(corpus.ledger, record, shown) for record in records]
            print_json(data if every else data[0])
            return 0
        for record in records:
            for part in view(corpus.ledger, record, shown):
                console.print(part)
    return 0


def view(ledger: Ledger, record: Record, shown: Shown) -> Iterator[RenderableType]:
    """Everything of one dialogue, from top to bottom."""
    dialogue = record.dialogue
    yield title(record)
    if shown.personas:
        yield cards(dialogue)
    yield facts(made(ledger, record, cast=not shown.personas))
    yield Group(Text(), turns(dialogue, objections(record.review)), Text())
    yield facts([("ended", ending(dialogue)), ("outcome", settled(record))])
    yield Group(Text(), judgement(dialogue, record.reviews), Text())
    if found := Contest(ledger, dialogue):
        yield Group(contest(found, dialogue), Text())
    if shown.prompts:
        yield Rule(Text("requests", "bold"), style="dim", align="left")
        yield from prompts(dialogue, calls_of(ledger, record))


def made(ledger: Ledger, record: Record, cast: bool) -> list[tuple[str, Text | str]]:
    """How it came about: who, where, from which exemplars, with which notes."""
    dialogue = record.dialogue
    names = {member.seat: one_line(member.name) for member in dialogue.cast}
    notes = [Text.assemble((f"to {names.get(s, s)}: ", "dim"), one_line(t)) for s, t in dialogue.notes.items()]
    mode = "one call wrote it, knowing all personas (script mode)" if dialogue.mode == "script" else ""
    return [
        ("who", people(dialogue) if cast else ""),
        ("setting", Text(one_line(dialogue.setting))),
        ("mode", mode),
        ("source", one_line(dialogue.source)),
        *lineage(dialogue, ledger),
        ("notes", Text("\n").join(notes)),
        ("other tries", others(siblings(ledger, dialogue))),
    ]


def calls_of(ledger: Ledger, record: Record) -> list[Sent]:
    place = record.dialogue.place
    return list(calls_for(record.dialogue, ledger.requests_in(place.scope))) if place else []


def show_all(
    console: Console, run: str, outcomes: Sequence[Outcome], limit: int | None, every: bool, json: bool
) -> int:
    """The table. Accepted dialogues where no outcome is asked for; with `every` all, without a limit."""
    wanted = None if every and not outcomes else tuple(outcomes) or (Outcome.ACCEPTED,)
    with Corpus.open(run) as corpus:
        ledger = corpus.ledger
        if json:
            print_array(plain(record) for record in islice(ledger.records(outcomes=wanted), limit))
            return 0
        total, counts = ledger.count(outcomes=wanted), totals(ledger.counts())
        shown = min(total, limit or (total if every else PAGE))
        console.print(caption(shown, total, wanted, counts))
        if not total:
            console.print(none_found(wanted))
            return 0
        print_rows(console, islice(ledger.records(outcomes=wanted), shown), wanted is None or len(wanted) > 1)
        console.print(hint(shown, total, run))
    return 0


def print_rows(console: Console, records: Iterable[Record], outcomes: bool) -> None:
    """The table, in pieces."""
    rows, header = iter(records), True
    console.print()
    while piece := list(islice(rows, PIECE)):
        console.print(listing(piece, outcomes=outcomes, header=header))
        header = False
    console.print()


def _as_json(ledger: Ledger, record: Record, shown: Shown) -> dict[str, Any]:
    data = record_to(record)
    if found := Contest(ledger, record.dialogue):
        data["tournament"] = found.to_dict()
    if shown.prompts:
        data["requests"] = [_request(call) for call in calls_of(ledger, record)]
    return data


def _request(call: Sent) -> dict[str, Any]:
    request, reply = call.request, call.reply
    parts = [{"role": p.role, "kind": p.kind, "seat": p.seat, "text": p.text} for p in request.parts]
    return {
        "key": request.key,
        "task": request.task,
        "model": request.model,
        "sampling": dict(request.sampling),
        "seed": request.seed,
        "parts": parts,
        "messages": request.messages,
        "reply": reply.text,
        "thought": reply.thought,
        "tokens": [reply.prompt_tokens, reply.completion_tokens],
    }
