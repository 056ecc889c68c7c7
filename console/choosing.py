"""Which dialogue of a run does a user mean, and which of the run's calls were made for it?"""

import re
from collections.abc import Iterable, Iterator, Sequence

from ..agents import Dialogue, Place
from ..agents.audit import reader_of
from ..corpus import Record
from ..corpus.ledger import Ledger
from ..corpus.sent import Sent
from ..critics import Outcome
from ..models.errors import Mistake
from ..models.request import Task
from ..models.stream import sampling_seed

PLACE = re.compile(r"(\d+)/(\d+)(?:/(\d+))?(?:/(\d+))?")
JUDGED = frozenset({Task.JUDGE, Task.COMPARE, Task.ASSESS})
"""Tasks of calls that are shown a dialogue; a comparison is shown two."""
UNANSWERED = 64
"""Calls of a try, at most, that got no reply, and so are in no ledger."""


def place_name(place: Place | None) -> str:
    """`2/17/0`: round, index, attempt; the candidate stands behind them where it is not the first."""
    if place is None:
        return "–"
    return f"{place.scope}/{place.attempt}" + (f"/{place.candidate}" if place.candidate else "")


def chosen(ledger: Ledger, wanted: str, every: bool = False) -> list[Record]:
    """The dialogue of an id, of the beginning of one, or of a place, with its reviews by all panels.

    A job (`2/17`) means its accepted try, or else its last one; with `every` all its tries. Raises Mistake.
    """
    found = PLACE.fullmatch(wanted.strip())
    if not found:
        return [ledger.record(wanted.strip())]
    round, index, attempt, candidate = (None if part is None else int(part) for part in found.groups())
    assert round is not None
    assert index is not None
    tries = [r for r in ledger.tries(round, index) if _at(r.dialogue.place, attempt, candidate)]
    if not tries:
        raise Mistake(f"no dialogue {wanted!r}: {_rounds(ledger)}; `tertulia show RUN --all` lists all")
    if not every and attempt is None:
        tries = [next((r for r in tries if r.outcome is Outcome.ACCEPTED), tries[-1])]
    return [ledger.record(record.dialogue.id) for record in tries]


def siblings(ledger: Ledger, dialogue: Dialogue) -> list[Record]:
    """The other tries of its job."""
    if dialogue.place is None:
        return []
    tries = ledger.tries(dialogue.place.round, dialogue.place.index)
    return [record for record in tries if record.dialogue.id != dialogue.id]


def calls_for(dialogue: Dialogue, calls: Sequence[Sent]) -> Iterator[Sent]:
    """Of the calls of a job those made for this try: by its sampling seeds; a judge's by what it was shown."""
    seeds = seeds_of(dialogue, len(calls))
    for call in calls:
        judged = call.request.task in JUDGED
        if _shows(call, dialogue) if judged else call.request.seed in seeds:
            yield call


def seeds_of(dialogue: Dialogue, calls: int) -> frozenset[int]:
    """The sampling seeds of a try whose job has so many calls in the ledger."""
    place = dialogue.place or ()
    return frozenset(sampling_seed(dialogue.seed, "sampling", *place, n) for n in range(calls + UNANSWERED))


def speaker_of(call: Sent) -> str:
    """The seat that a call was made for; empty for a selector's, a writer's or a judge's."""
    return reader_of(call.request.parts) if call.request.task is Task.SPEAK else ""


def _shows(call: Sent, dialogue: Dialogue) -> bool:
    shown = _squeezed(message["content"] for message in call.request.messages)
    return bool(dialogue.turns) and all(_squeezed([turn.text]) in shown for turn in dialogue.turns)


def _squeezed(texts: Iterable[str]) -> str:
    return "".join("".join(texts).split())


def _at(place: Place | None, attempt: int | None, candidate: int | None) -> bool:
    return place is not None and attempt in (None, place.attempt) and candidate in (None, place.candidate)


def _rounds(ledger: Ledger) -> str:
    """What places there are."""
    counts: dict[int, int] = {}
    number = 1
    while count := ledger.job_count(number):
        counts[number] = count
        number += 1
    if not counts:
        return "the run has none yet"
    ranges = ", ".join(f"{number}/0 to {number}/{count - 1}" for number, count in counts.items())
    return f"write ROUND/INDEX, here {ranges}, or an id"
