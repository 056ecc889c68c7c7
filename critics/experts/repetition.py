"""Does someone say the same thing twice?"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import ceil
from operator import attrgetter
from typing import Annotated, NamedTuple

from pydantic import Field

from ..case import Case
from ..critic import Critic
from ..language import Pack, pack, unknown
from ..overlap import f1, reaches, sizes
from ..tokenisation import Words
from ..verdict import Abstention, Finding, Verdict


class _Said(NamedTuple):
    words: Words
    turn: int


@dataclass(frozen=True)
class Repetition(Critic):
    """Nobody repeats an utterance of their own, exactly or nearly, nor echoes what was said just before.

    Utterances are compared by token-F1; a short one ("Me too!") may come again. The score is the share of turns that
    repeat nothing.
    """

    threshold: Annotated[float, Field(gt=0, le=1)] = 0.9
    """Token-F1 from which two utterances say the same."""
    shortest: Annotated[int, Field(ge=1)] | None = None
    """Words that both utterances must have; by default 5, and 4 in Korean, which says more in a word."""
    allowed: Annotated[int, Field(ge=0)] = 0
    """How many turns of a dialogue may repeat something."""

    async def review(self, case: Case) -> Verdict | Abstention:
        words = pack(case.language)
        if not words:
            return unknown(case.language)
        found = tuple(self._repeats(case, words))
        score = 1.0 - len(found) / len(case.turns) if found else 1.0
        if len(found) <= self.allowed:
            return Verdict(True, score, found)
        return Verdict(False, score, found, {f.seat: _advice(f) for f in reversed(found) if f.seat})

    def _repeats(self, case: Case, words: Pack) -> Iterator[Finding]:
        """At most one finding a turn."""
        shortest = self.shortest or words.phrase + 1
        said = [_Said(words.tokens(turn.text), index) for index, turn in enumerate(case.turns)]
        counts = Counter(word for one in said for word in one.words)
        spoken: dict[str, dict[str, list[_Said]]] = {}
        before: list[_Said] = []
        for one, turn in zip(said, case.turns, strict=True):
            if len(one.words) < shortest:
                before = []
                continue
            rare, own = self._rare(one.words, counts), spoken.setdefault(turn.seat, {})
            possible = sorted({other for word in rare for other in own.get(word, ())}, key=attrgetter("turn"))
            if (earlier := self._earlier(one.words, [*possible, *before])) is not None:
                does = "repeats" if case.turns[earlier].seat == turn.seat else "echoes"
                yield Finding(f"{does} turn {earlier + 1}", one.turn, turn.seat, span=turn.text)
            for word in rare:
                own.setdefault(word, []).append(one)
            before = [one]

    def _rare(self, words: Words, counts: Mapping[str, int]) -> set[str]:
        """Its rarest words: two utterances whose F1 can reach the threshold have one of them in common (prefix
        filtering; Chaudhuri, Ganti and Kaushik 2006), so that no others need be compared."""
        shared = ceil(sizes(len(words), self.threshold)[0] - 1e-6)
        return set(sorted(words, key=lambda word: (counts[word], word))[: len(words) - shared + 1])

    def _earlier(self, words: Words, earlier: list[_Said]) -> int | None:
        least, most = sizes(len(words), self.threshold)
        for said in earlier:
            if least <= len(said.words) <= most and reaches(f1(words, said.words), self.threshold):
                return said.turn
        return None


def _advice(finding: Finding) -> str:
    return f'You said something that had been said before: "{finding.span}" Say something new in every turn.'
