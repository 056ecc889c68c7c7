"""What does one sentence claim of the person, in a form that is quick to compare?"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from .age import Counted
from .attitude import stances
from .clause import Clause, Time, clauses
from .counting import counted, merged
from .lexicon import lexicon
from .slot import fillings
from .sole import Filling
from .stance import Stance
from .topic import Span, holds_from, vocabulary


@dataclass(frozen=True, slots=True)
class Reading:
    """A sentence, read once."""

    now: int
    """Bits of topics that hold."""
    once: int
    """Bits of topics that hold or held."""
    denied: int
    """Bits of topics that cannot hold now."""
    barred: int
    """Bits of topics that can never have held."""
    because: tuple[tuple[int, str], ...]
    """Which words said a bit; for explanations."""
    counts: tuple[tuple[str, Span], ...]
    slots: tuple[Filling, ...]
    stances: tuple[Stance, ...]
    content: frozenset[str]
    negative: bool
    keys: frozenset[str]
    """Two sentences that share no key can clash by their bits only."""


@lru_cache(maxsize=200_000)
def read(sentence: str) -> Reading:
    """The same sentence is read once in a process, as long as there is room."""
    bits, because, amounts = [0, 0, 0, 0], list[tuple[int, str]](), list[Counted]()
    slots, attitudes, parts = list[Filling](), list[Stance](), clauses(sentence)
    for clause in parts:
        amounts += counted(clause)
        slots += fillings(clause)
        attitudes += _resolved(stances(clause), attitudes)
        if clause.real and not clause.words[0].startswith("when"):
            _add_topics(clause, bits, because, amounts)
    ranges = merged(amounts)
    words = frozenset(word for part in parts for word in part.words) - lexicon().light
    keys = {*ranges, *(slot.slot for slot in slots), *(word for stance in attitudes for word in stance.keys)}
    negative = sum(part.denied or "hate" in part.words for part in parts) % 2 == 1
    now, once, denied, barred = bits
    return Reading(
        now,
        once,
        denied,
        barred,
        tuple(because),
        tuple(ranges.items()),
        tuple(slots),
        tuple(attitudes),
        words,
        negative,
        frozenset(keys),
    )


def _resolved(found: Iterable[Stance], before: list[Stance]) -> list[Stance]:
    """`I love them` is about what the clause before was about."""
    last = next((stance for stance in reversed(before) if stance.content), None)
    return [
        stance
        if stance.content or last is None
        else replace(stance, object=last.object, content=last.content, keys=last.keys)
        for stance in found
    ]


def _add_topics(clause: Clause, bits: list[int], because: list[tuple[int, str]], amounts: list[Counted]) -> None:
    for topic, affirmed, said in vocabulary().said(clause):
        added = holds_from(topic, affirmed, clause.time)
        for place, more in enumerate(added):
            bits[place] |= more
        because.append((topic.holds | topic.denies | topic.never | topic.when_ever, said))
        if not affirmed:
            continue
        past = clause.time is Time.PAST and not topic.lasting
        amounts += [(what, span) for what, span in topic.counts if not past or (what == "age" and span[1] == 999)]
