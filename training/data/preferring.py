"""Which reply is better than which? What a run accepted, passed over, rejected and compared, as preferences."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Literal, NamedTuple

from ...agents import Dialogue
from ...corpus.corpus import Corpus
from ...corpus.ledger import Ledger
from ...corpus.opening import is_run
from ...corpus.record import Record
from ...critics import Choice, Outcome
from ...critics.tournament.comparison import Comparison
from ...models.errors import Mistake
from ...models.request import Role
from ..example import Message, Preference, Speaker, System
from .conversing import learners, told_by

Span = Literal["turn", "rest"]
"""turn: the first own turn in which two dialogues differ, alone. rest: from there on, what the others say included."""
LESSER = (Outcome.PASSED_OVER, Outcome.REJECTED)


class Rivals(NamedTuple):
    """Two tries of one job, the same people in both."""

    chosen: Dialogue
    rejected: Dialogue
    why: str
    """rejected, passed-over or comparison."""


def preferences(
    source: str,
    *,
    speaker: Speaker = Speaker.BOTH,
    system: System = System.PERSONA,
    span: Span = "rest",
    run: str | None = None,
) -> tuple[Preference, ...]:
    """All of a run, in the order of its jobs. Raises Mistake for a file, and where there is none."""
    found = rivals(source, run)
    if made := preferring(found, speaker, system, span):
        return made
    raise nothing_common(source, len(found), speaker)


def rivals(source: str, run: str | None = None) -> tuple[Rivals, ...]:
    """An accepted try against each that was passed over or rejected, and what most policies of a tournament preferred.

    `source`: the folder of a run, its ledger or its URL. Raises Mistake for a file, and where no job has two tries of
    which one is better.
    """
    if not is_run(source):
        raise Mistake(f"{source}: a file holds no rejected dialogues; give a run, from which preferences are taken")
    with Corpus.open(source, run=run) as corpus:
        compared = _compared(corpus.ledger)
        tries = [(job, list(each)) for job, each in groupby(corpus.records(outcomes=None), key=_job)]
    found = tuple(pair for job, each in tries for pair in _of_job(each, compared.get(job, {})))
    if found:
        return found
    there = Counter(record.outcome.value if record.outcome else "open" for _, each in tries for record in each)
    told = ", ".join(f"{count} {outcome}" for outcome, count in sorted(there.items())) or "no dialogue"
    raise Mistake(
        f"{source}: nothing to prefer ({told}): no job has a better and a worse try; let the run make several for each "
        "job (`--set rounds.candidates=2`), and have critics that reject"
    )


def preferring(found: Iterable[Rivals], speaker: Speaker, system: System, span: Span) -> tuple[Preference, ...]:
    """What the rivals show of each speaker that is learned; nothing of one whose side has nothing in common in both."""
    return tuple(
        preference
        for pair in found
        for seat in learners(pair.chosen, speaker)
        if (preference := _preference(pair, seat, system, span))
    )


def nothing_common(source: str, pairs: int, speaker: Speaker) -> Mistake:
    """That so many pairs of rivals have no beginning that a preference could start from."""
    return Mistake(
        f"{source}: in none of {pairs} pairs of dialogues does {_who(speaker)} answer the same beginning in two ways; "
        "take `--set span=rest`, `--speaker both` or a system message (`--system persona`)"
    )


def own_turns(messages: Iterable[Message]) -> int:
    """How many of the messages are the speaker's."""
    return sum(message["role"] == Role.ASSISTANT for message in messages)


def _preference(pair: Rivals, seat: str, system: System, span: Span) -> Preference | None:
    one, other = (_up_to_own(told_by(dialogue, seat, system)) for dialogue in (pair.chosen, pair.rejected))
    common = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    start = None if common is None else _start(one, other, common, span)
    if not start:
        return None
    end = start + 1 if span == "turn" else None
    better, worse = tuple(one[start:end]), tuple(other[start:end])
    if [m for m in better if m["role"] == Role.ASSISTANT] == [m for m in worse if m["role"] == Role.ASSISTANT]:
        return None
    persona = pair.chosen.member(seat).persona
    ids = pair.chosen.id, pair.rejected.id
    return Preference(*ids, seat, tuple(one[:start]), better, worse, pair.why, persona)


def _start(one: Sequence[Message], other: Sequence[Message], common: int, span: Span) -> int | None:
    """Where the prompt ends, given that so many messages are common: before an own turn of both, if there is one.

    Where the other side is the first to say something else, the last common own turn counts for nothing in the
    difference; before the first there is the system message alone.
    """
    if one[common]["role"] == other[common]["role"] == Role.ASSISTANT:
        return common
    if span == "turn" or Role.SYSTEM in (one[common]["role"], other[common]["role"]):
        return None
    return next((at for at in reversed(range(common)) if one[at]["role"] == Role.ASSISTANT), common)


def _up_to_own(messages: list[Message]) -> list[Message]:
    last = max((at for at, message in enumerate(messages) if message["role"] == Role.ASSISTANT), default=-1)
    return messages[: last + 1]


def _of_job(tries: Sequence[Record], preferred: Mapping[tuple[str, str], int]) -> Iterator[Rivals]:
    """Outcomes first: what a policy says against them counts for nothing."""
    dialogues = {record.dialogue.id: record.dialogue for record in tries if record.dialogue.turns}
    best = [record.dialogue for record in tries if record.outcome is Outcome.ACCEPTED]
    known: set[frozenset[str]] = set()
    for record in tries:
        if record.outcome in LESSER and record.dialogue.id in dialogues:
            for chosen in best:
                known.add(frozenset((chosen.id, record.dialogue.id)))
                yield Rivals(chosen, record.dialogue, record.outcome.value)
    for (first, second), lead in preferred.items():
        if lead and {first, second} <= dialogues.keys() and frozenset((first, second)) not in known:
            better, worse = (first, second) if lead > 0 else (second, first)
            yield Rivals(dialogues[better], dialogues[worse], "comparison")


def _compared(ledger: Ledger) -> dict[tuple[int, int], dict[tuple[str, str], int]]:
    """By job and pair: how many more policies preferred the first than the second."""
    found: defaultdict[tuple[int, int], dict[tuple[str, str], int]] = defaultdict(dict)
    for round, index, one in ledger.all_comparisons():
        leads = found[round, index]
        leads[one.pair] = leads.get(one.pair, 0) + _lead(one)
    return dict(found)


def _lead(one: Comparison) -> int:
    return {Choice.FIRST: 1, Choice.SECOND: -1}.get(one.choice or Choice.TIE, 0)


def _job(record: Record) -> tuple[int, int]:
    place = record.dialogue.place
    assert place is not None
    return place[0], place[1]


def _who(speaker: Speaker) -> str:
    return "anybody" if speaker is Speaker.BOTH else f"the {speaker}"
