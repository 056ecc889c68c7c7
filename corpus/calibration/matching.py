"""Which dialogue of a ledger does a label mean? By its id, the beginning of one, its place, or where it comes from."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ...critics import Outcome, Review
from ..record import Record
from .labels import Label, Problem
from .leaving import waits

SHORTEST = 4
"""Characters of an id that are enough to mean it, if only one begins so."""


class Labelled(NamedTuple):
    """A dialogue that both people and the panel have judged."""

    id: str
    accept: bool
    """Whether people accept it."""
    review: Review


@dataclass(frozen=True, slots=True)
class Matching:
    """The labels with their dialogues."""

    labelled: tuple[Labelled, ...]
    """In the order of the file."""
    unknown: tuple[str, ...] = ()
    """Names that no dialogue has."""
    unjudged: tuple[str, ...] = ()
    """Ids of dialogues without a finished review of this panel."""
    problems: tuple[Problem, ...] = ()


class _Hit(NamedTuple):
    """A dialogue that a name may mean."""

    surest: int
    """0: the id itself; the greater, the less sure."""
    id: str
    accepted: bool
    review: Review | None


@dataclass
class _Hits:
    """What a name may mean: the surest, as few as tell whether it is one."""

    label: Label
    found: list[_Hit] = field(default_factory=list)

    def add(self, hit: _Hit) -> None:
        surest = min((one.surest for one in self.found), default=hit.surest)
        if hit.surest < surest:
            self.found = [hit]
        elif hit.surest == surest and len(self.found) < 2:
            self.found.append(hit)


ID, PLACE, JOB, SOURCE, LINE, START = range(6)


def match(records: Iterable[Record], labels: Sequence[Label]) -> Matching:
    """Each label with the dialogue that it means; records are walked once.

    A job (`1/17`) means its accepted try, or else its last. A number means the line of the file that a dialogue comes
    from, where there is one, and else the beginning of an id.
    """
    wanted = {label.name: _Hits(label) for label in labels}
    lengths = sorted({len(name) for name in wanted if len(name) >= SHORTEST})
    for record in records:
        for surest, name in _names(record, lengths):
            if hits := wanted.get(name):
                _note(hits, _Hit(surest, record.dialogue.id, record.outcome is Outcome.ACCEPTED, record.review))
    return _matching(wanted.values())


def _names(record: Record, lengths: Sequence[int]) -> Iterator[tuple[int, str]]:
    """All that a dialogue may be called."""
    dialogue, place = record.dialogue, record.dialogue.place
    yield ID, dialogue.id
    if place:
        yield JOB, place.scope
        yield PLACE, "/".join(map(str, place))
        if not place.candidate:
            yield PLACE, f"{place.scope}/{place.attempt}"
    if dialogue.source:
        yield SOURCE, dialogue.source
        yield LINE, dialogue.source.rpartition(":")[2]
    for length in lengths:
        if length < len(dialogue.id):
            yield START, dialogue.id[:length]


def _note(hits: _Hits, hit: _Hit) -> None:
    if hits.label.by_line and hit.surest not in (LINE, SOURCE):
        return
    if hit.surest == JOB and hits.found and hits.found[0].surest == JOB:
        hits.found = [hits.found[0] if hits.found[0].accepted else hit]
    else:
        hits.add(hit)


def _matching(wanted: Iterable[_Hits]) -> Matching:
    labelled: dict[str, Labelled] = {}
    lines: dict[str, int] = {}
    unknown, unjudged, problems = list[str](), list[str](), list[Problem]()
    for label, found in ((hits.label, hits.found) for hits in wanted):
        hit = found[0] if found else None
        if hit is None:
            unknown.append(label.name)
        elif len(found) > 1:
            told = f"{label.name!r} may be {found[0].id} or {found[1].id}: give more of the id"
            problems.append(Problem(label.line, told))
        elif hit.id in lines:
            problems.append(Problem(label.line, f"{label.name!r} is the dialogue of line {lines[hit.id]} again"))
        elif hit.review is None or waits(hit.review):
            unjudged.append(hit.id)
        else:
            lines[hit.id] = label.line
            labelled[hit.id] = Labelled(hit.id, label.accept, hit.review)
    return Matching(tuple(labelled.values()), tuple(unknown), tuple(unjudged), tuple(problems))
