"""Do too many dialogues of a round begin alike?"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import floor
from typing import Annotated

from pydantic import Field

from ...agents import Turn
from ..case import Case
from ..critic import CorpusCritic, Neighbours
from ..language import pack, unknown
from ..verdict import Abstention, Finding, Verdict, Why

GREETING = "greeting"


@dataclass(frozen=True)
class Openers(CorpusCritic):
    """No opener takes more than its share of a round.

    An opener is the first word that is said, with all greetings (hi, hello, hey, ...) as one. In their order, dialogues
    are approved until an opener has its share; accepted dialogues of the round count. The score is 1 for those, and
    then falls with every further one.
    """

    share: Annotated[float, Field(gt=0, le=1)] = 0.3
    """How many of the round's dialogues may begin alike."""
    least: Annotated[int, Field(ge=1)] = 10
    """With fewer dialogues in the round nothing is rejected."""
    family: bool = True
    """Whether all greetings are one opener; false: each word is its own."""

    async def review_round(self, cases: Sequence[Case], corpus: Neighbours) -> Sequence[Verdict | Abstention]:
        seen = Counter(self._opener(dialogue.turns, dialogue.language) for dialogue in corpus.settled())
        total = seen.total() + len(cases)
        most = max(1, floor(self.share * total + 1e-9)) if total >= self.least else total
        return [self._verdict(case, seen, most) for case in cases]

    def _verdict(self, case: Case, seen: Counter[str], most: int) -> Verdict | Abstention:
        if not pack(case.language):
            return unknown(case.language)
        opener = self._opener(case.turns, case.language)
        if not opener:
            return Abstention(Why.NOT_APPLICABLE, "nothing is said")
        seen[opener] += 1
        if seen[opener] <= most:
            return _APPROVED
        turn = case.turns[0]
        finding = Finding(f"one of {seen[opener]} that begin with {opener!r}", 0, turn.seat, span=turn.text)
        advice = (
            f'Too many conversations begin like yours ("{turn.text[:60]}"). Begin in another way, without a greeting.'
        )
        return Verdict(False, round(most / seen[opener], 4), (finding,), {turn.seat: advice})

    def _opener(self, turns: Sequence[Turn], language: str) -> str:
        words, word = pack(language), first_word(turns, language)
        return GREETING if self.family and words and word in words.greetings else word


def first_word(turns: Sequence[Turn], language: str = "en") -> str:
    """The first word of the first turn, in lower case, drawn-out letters shortened ("Heyyy!" is "hey").

    "" where nothing is said, or in a language without words.
    """
    words = pack(language)
    said = words.tokens(turns[0].text) if words and turns else ()
    return _DRAWN_OUT.sub(r"\1", said[0]) if said else ""


_DRAWN_OUT = re.compile(r"(\w)\1{2,}")
_APPROVED = Verdict(approve=True, score=1.0)
