"""What happens at `tertulia audit`? Every request that the ledger holds is searched for what its reader may not see."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import groupby
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from ..agents import Dialogue, Member, Turn
from ..agents.audit import Leak, leaks
from ..agents.stopping import normal
from ..corpus.corpus import Corpus
from ..corpus.ledger import Ledger
from ..corpus.sent import Sent
from ..models.request import Kind, Task
from .choosing import PLACE, seeds_of
from .printing import print_json
from .text import number, one_line

SHOWN = 50
"""Leaks that are listed."""
SPEAKERS = (Task.SPEAK, Task.SELECT)
"""What is audited: a judge may see what its critic declares, and a script's writer sees all by design."""


@dataclass
class Audit:
    """What was found, and in how much."""

    leaks: dict[Leak, int] = field(default_factory=dict)
    """The first different ones, with the number of requests that each stands in."""
    found: int = 0
    requests: int = 0
    dialogues: int = 0
    scripts: int = 0
    """Dialogues of script mode."""
    loose: int = 0
    """Requests among the above of tries that were never finished."""
    superseded: int = 0
    """Requests of another cast than their job has now; not audited."""

    def add(self, found: Iterator[Leak]) -> None:
        for leak in found:
            self.found += 1
            if leak in self.leaks or len(self.leaks) < SHOWN:
                self.leaks[leak] = self.leaks.get(leak, 0) + 1

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON data."""
        counts = {
            name: getattr(self, name) for name in ("found", "requests", "dialogues", "scripts", "loose", "superseded")
        }
        return {**counts, "leaks": [{**asdict(leak), "times": times} for leak, times in self.leaks.items()]}


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
    """The audit of a whole ledger, job by job; what was said in an unfinished try stands in its requests."""
    done = Audit()
    for scope, group in groupby(ledger.all_requests(), key=lambda call: call.request.scope):
        found = PLACE.fullmatch(scope)
        if found:
            _audit_job(done, ledger, int(found[1]), int(found[2]), list(group))
    return done


def _audit_job(done: Audit, ledger: Ledger, round: int, index: int, sent: Sequence[Sent]) -> None:
    calls = [call for call in sent if call.request.task in SPEAKERS]
    kept = ledger.job(round, index) if any(call.request.task is Task.FIT for call in sent) else None
    for call in sent:
        if call.request.task is Task.FIT:
            _audit_choice(done, kept.cast if kept else (), call)
    for record in ledger.tries(round, index):
        calls = _audit_try(done, record.dialogue, calls)
    job = ledger.job(round, index) if calls else None
    for call in calls:
        _audit_loose(done, job.cast if job else (), call)


def _audit_choice(done: Audit, cast: tuple[Member, ...], call: Sent) -> None:
    """A call that chose a profile sentence for a seat, before anything was said."""
    if not _of_this_cast(cast, call):
        done.superseded += 1
        return
    done.requests += 1
    done.add(leaks(Dialogue(f"{call.request.scope} (before)", cast, ()), [call.request.parts]))


def _audit_try(done: Audit, dialogue: Dialogue, calls: list[Sent]) -> list[Sent]:
    """One dialogue. Returns the calls that were not made for it."""
    if dialogue.mode == "script":
        done.scripts += 1
        return calls
    seeds = seeds_of(dialogue, len(calls))
    own = [call for call in calls if call.request.seed in seeds]
    if own:
        done.dialogues += 1
        done.requests += len(own)
        for call in own:
            done.add(leaks(dialogue, [call.request.parts], None if call.request.task is Task.SPEAK else ""))
    return [call for call in calls if call.request.seed not in seeds]


def _audit_loose(done: Audit, cast: tuple[Member, ...], call: Sent) -> None:
    """A call of a try that is no dialogue of the run: it was interrupted, or made anew from something else."""
    if not _of_this_cast(cast, call):
        done.superseded += 1
        return
    done.requests += 1
    done.loose += 1
    turns = tuple(Turn(part.seat, part.text) for part in call.request.parts if part.kind is Kind.TURN and part.seat)
    reader = None if call.request.task is Task.SPEAK else ""
    done.add(leaks(Dialogue(f"{call.request.scope} (unfinished)", cast, turns), [call.request.parts], reader))


def _of_this_cast(cast: Sequence[Member], call: Sent) -> bool:
    """Whether the persona in a request is the one that its seat has in this cast; a selector's request has none."""
    for part in call.request.parts:
        if part.kind is Kind.PERSONA:
            own = next((member.persona for member in cast if member.seat == part.seat), None)
            return own is not None and all(normal(sentence) in normal(part.text) for sentence in own.sentences)
    return bool(cast)


def told(done: Audit) -> RenderableType:
    """The count first, then what leaks, then what was not counted."""
    amount = f"{number(done.requests, 'request')} of {number(done.dialogues, 'dialogue')}"
    text = Text(f"{number(done.found, 'leak')} in {amount}", style="bold red" if done.found else "bold green")
    parts: list[RenderableType] = [text]
    if done.leaks:
        parts += [Text(), leak_table(done.leaks)]
    if rest := done.found - sum(done.leaks.values()):
        parts.append(Text(f"and {rest:,} more", style="red"))
    return Group(*parts, *(Text(line, style="dim") for line in remarks(done)))


def remarks(done: Audit) -> Iterator[str]:
    """What the count leaves out, or takes in."""
    if done.scripts:
        what = number(done.scripts, "dialogue")
        yield f"not counted: {what}, script mode: one context sees all personas by design"
    if done.loose:
        yield f"counted above: {number(done.loose, 'request')} of tries that were not finished"
    if done.superseded:
        yield f"not counted: {number(done.superseded, 'request')} of an earlier cast, made anew since"


def leak_table(found: Mapping[Leak, int]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", expand=True)
    table.add_column("dialogue", no_wrap=True, max_width=16)
    for name in ("was sent to", "is private to"):
        table.add_column(name, no_wrap=True, max_width=14)
    table.add_column("in", no_wrap=True)
    table.add_column("text", ratio=1, overflow="fold")
    table.add_column("requests", justify="right", no_wrap=True)
    for leak, times in found.items():
        reader, text = leak.reader or "the selector", one_line(leak.text)
        table.add_row(*map(Text, (leak.dialogue, reader, leak.owner, leak.kind.value, text, f"{times:,}")))
    return table
