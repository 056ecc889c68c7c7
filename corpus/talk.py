"""How long are the dialogues, in how varied words, and how do they open?"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from .wording import Distinct, Wording

GREETINGS = ("hi", "hello", "hey")
SHOWN = 10
"""Openers in the table."""
HELD = 4096
"""Openers that are counted at a time; rarer ones are forgotten."""


@dataclass(frozen=True, slots=True)
class Span:
    """How large something is, over all of its kind."""

    mean: float
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Opener:
    """The first three words of a dialogue, lower-cased, and how many open so."""

    words: str
    dialogues: int
    share: float


@dataclass(frozen=True, slots=True)
class Talk:
    """What was said in a set of dialogues. Rates are shares of the dialogues, 0 to 1; None without any."""

    dialogues: int
    turns: Span | None
    """A dialogue."""
    words: Span | None
    """A turn."""
    distinct_1: float | None
    distinct_2: float | None
    """Different word pairs over all word pairs of the set; falls as a set grows, so compare sets of one size."""
    placeholders: float | None
    """Dialogues with a blank such as [name]."""
    greetings: Mapping[str, float]
    """Dialogues whose first word is this one: hi, hello, hey."""
    greeting: float | None
    """hi, hello or hey."""
    greeting_without_hey: float | None
    openers: tuple[Opener, ...]
    """The most frequent ones."""

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


class _Extent:
    """A span in the making."""

    def __init__(self) -> None:
        self.count = self.total = self.most = 0
        self.least: int | None = None

    def add(self, size: int) -> None:
        self.count += 1
        self.total += size
        self.least = size if self.least is None else min(self.least, size)
        self.most = max(self.most, size)

    def span(self) -> Span | None:
        return None if self.least is None else Span(self.total / self.count, self.least, self.most)


class Listening:
    """Gathers `Talk` from a stream of dialogues."""

    def __init__(self) -> None:
        self._turns, self._words = _Extent(), _Extent()
        self._ones, self._twos = Distinct(), Distinct()
        self._openers: Counter[str] = Counter()
        self._greetings: Counter[str] = Counter()
        self._placeholders = 0

    def add(self, wording: Wording) -> None:
        self._turns.add(len(wording.turns))
        for turn in wording.turns:
            self._words.add(len(turn))
        self._ones.add(wording.unigrams)
        self._twos.add(wording.bigrams)
        self._placeholders += wording.placeholder
        self._open(wording.opener)

    def _open(self, opener: str) -> None:
        first = opener.partition(" ")[0]
        if first in GREETINGS:
            self._greetings[first] += 1
        if opener:
            self._openers[opener] += 1
        if len(self._openers) > 2 * HELD:
            self._openers = Counter(dict(_frequent(self._openers, HELD)))

    def talk(self) -> Talk:
        count = self._turns.count
        greeting = {word: self._greetings[word] / count for word in GREETINGS} if count else {}
        openers = tuple(Opener(text, number, number / count) for text, number in _frequent(self._openers, SHOWN))
        return Talk(
            dialogues=count,
            turns=self._turns.span(),
            words=self._words.span(),
            distinct_1=self._ones.ratio,
            distinct_2=self._twos.ratio,
            placeholders=self._placeholders / count if count else None,
            greetings=greeting,
            greeting=self._greetings.total() / count if count else None,
            greeting_without_hey=(self._greetings["hi"] + self._greetings["hello"]) / count if count else None,
            openers=openers,
        )


def _frequent(counts: Counter[str], number: int) -> list[tuple[str, int]]:
    """The most frequent first, equals by the alphabet."""
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:number]
