"""What happens at `tertulia audit`? Every request that the ledger holds is searched for what its reader may not see."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import groupby
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from ..agents import Dialogue, Turn
from ..agents.audit import Leak, leaks
from ..corpus import Record
from ..corpus.corpus import Corpus
from ..corpus.ledger import Ledger
from ..corpus.sent import Sent
from ..models.request import Kind, Task
from .choosing import seeds_of
from .printing import print_json
from .text import number, one_line

SHOWN = 50
"""Leaks that are listed."""
SPEAKERS = (Task.SPEAK, Task.SELECT)
"""What is audited: a judge may see what its critic declares, and a script's writer sees all by design."""


@dataclass
class Audit:
    """What was found, and in how much."""

    leaks: list[Leak] = field(default_factory=list)
    """The first of them."""
    found: int = 0
    requests: int = 0
    dialogues: int = 0
    scripts: int = 0
    """Dialogues of script mode."""
    loose: int = 0
    """Requests among the above of tries that were never finished."""
    superseded: int = 0
    """Requests of another cast than the job has now; not audited."""

    def add(self, found: Iterator[Leak]) -> None:
        for leak in found:
            self.found += 1
            if len(self.leaks) < SHOWN:
                self.leaks.append(leak)

    def to_dict(self) -> dict[str, Any]:
        return {**asdict(self), "leaks": [asdict(leak) for leak in self.leaks]}


def audit(console: Console, run: str, json: bool) -> int:
    """Exit code 1 when something leaks."""
    with Corpus.open(run) as corpus:
        done = audited(corpus.ledger)
    if json:
        print_json(done.to_dict())
    else:
        console.print(told(done))
    return 1 if done.found else 0


def audited(ledger: Ledger) -> Audit:
    """The audit of a whole ledger, job by job."""
    done = Audit()
    for scope, group in groupby(ledger.records(outcomes=None), key=_scope):
        tries = list(group)
        calls = [call for call in ledger.requests_in(scope) if call.request.task in SPEAKERS]
        for record in tries:
            calls = _audit_try(done, record, calls)
        _audit_rest(done, tries, calls)
    return done


def _scope(record: Record) -> str:
    return record.dialogue.place.scope if record.dialogue.place else ""


def _audit_try(done: Audit, record: Record, calls: Sequence[Sent]) -> list[Sent]:
    """One dialogue. Returns the calls that were not made for it."""
    dialogue = record.dialogue
    if dialogue.mode == "script":
        done.scripts += 1
        return list(calls)
    seeds = seeds_of(dialogue, len(calls))
    own = [call for call in calls if call.request.seed in seeds]
    if own:
        done.dialogues += 1
        done.requests += len(own)
        done.add(leaks(dialogue, (call.request.parts for call in own)))
    return [call for call in calls if call.request.seed not in seeds]


def _audit_rest(done: Audit, tries: Sequence[Record], calls: Sequence[Sent]) -> None:
    """Calls of tries that a run was interrupted in: what was said stands in the requests themselves."""
    for call in calls:
        if not _of_this_cast(tries[0].dialogue, call):
            done.superseded += 1
            continue
        done.requests += 1
        done.loose += 1
        done.add(leaks(_heard(tries[0].dialogue, call), [call.request.parts]))


def _of_this_cast(dialogue: Dialogue, call: Sent) -> bool:
    """Whether the persona in a request is the one that its seat has now; a selector's request has none."""
    for part in call.request.parts:
        if part.kind is Kind.PERSONA:
            own = next((member.persona for member in dialogue.cast if member.seat == part.seat), None)
            return own is not None and all(sentence in part.text for sentence in own.sentences)
    return True


def _heard(dialogue: Dialogue, call: Sent) -> Dialogue:
    """A dialogue of which nothing is known but what its speakers were told."""
    turns = tuple(Turn(p.seat, p.text) for p in call.request.parts if p.kind is Kind.TURN and p.seat)
    return Dialogue(f"{call.request.scope} (not finished)", dialogue.cast, turns, place=dialogue.place)


def told(done: Audit) -> RenderableType:
    """The count first, then what leaks, then what was not counted."""
    amount = f"{number(done.requests, 'request')} of {number(done.dialogues, 'dialogue')}"
    text = Text(f"{number(done.found, 'leak')} in {amount}", style="bold red" if done.found else "bold green")
    parts: list[RenderableType] = [text]
    if done.leaks:
        parts += [Text(), leak_table(done.leaks)]
    if done.found > len(done.leaks):
        parts.append(Text(f"and {done.found - len(done.leaks):,} more", style="red"))
    return Group(*parts, *(Text(line, style="dim") for line in remarks(done)))


def remarks(done: Audit) -> Iterator[str]:
    """What the count leaves out, or takes in."""
    if done.scripts:
        yield f"{number(done.scripts, 'dialogue')} in script mode: one context sees all personas by design; not counted"
    if done.loose:
        yield f"{number(done.loose, 'request')} of tries that were not finished, counted above"
    if done.superseded:
        yield f"{number(done.superseded, 'request')} of an earlier cast that was made anew; not counted"


def leak_table(found: Sequence[Leak]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", expand=True)
    table.add_column("dialogue", no_wrap=True, max_width=16)
    for name in ("was sent to", "is private to"):
        table.add_column(name, no_wrap=True, max_width=14)
    table.add_column("in", no_wrap=True)
    table.add_column("text", ratio=1, overflow="fold")
    for leak in found:
        reader = leak.reader or "the selector"
        table.add_row(*map(Text, (leak.dialogue, reader, leak.owner, leak.kind.value, one_line(leak.text))))
    return table
