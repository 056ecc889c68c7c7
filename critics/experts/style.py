"""Do the speakers keep to the register that was asked for?"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from ..case import Case, Chair
from ..critic import Critic
from ..formality import Formality, formality
from ..language import Pack, pack, unknown
from ..statement import spoken
from ..tokenisation import split
from ..verdict import Abstention, Finding, Verdict

ADVICE = {
    "informal": "Speak casually, as friends do, from the first turn to the last.",
    "polite": "Speak politely and formally, from the first turn to the last.",
    "any": "Keep to one way of speaking: casual or polite, and not now one, now the other.",
}


@dataclass(frozen=True)
class Style(Critic):
    """Every speaker keeps to the register that was asked for: informal or polite.

    PSYDIAL's style filter asks for informal Korean (Han et al. 2024). A lexical check, sentence by sentence: Korean
    endings (해체 against 해요체 and 하십시오체), English contractions and small talk against full forms and formal
    words. A sentence that shows no register counts for neither. The score is the share of marked sentences in the
    register, of the speaker who has the lowest.
    """

    register: Literal["informal", "polite", "any"] = "informal"
    """What is asked for; `any`: each speaker's own, which is the one that most of its sentences have."""
    threshold: Annotated[float, Field(gt=0, le=1)] = 0.8
    """Share of a speaker's marked sentences that have to be in the register."""
    least: Annotated[int, Field(ge=1)] = 2
    """How many sentences in the other register it takes to reject a speaker."""

    async def review(self, case: Case) -> Verdict | Abstention:
        words = pack(case.language)
        if not words:
            return unknown(case.language)
        names = frozenset(name for chair in case.chairs for name in _called(chair))
        sides = {chair.seat: self._side(case, chair.seat, words, names) for chair in case.chairs}
        score = min((score for score, _ in sides.values()), default=1.0)
        rejected = [seat for seat, (score, odd) in sides.items() if score < self.threshold and len(odd) >= self.least]
        found = sorted((f for _, odd in sides.values() for f in odd), key=lambda finding: finding.turn or 0)
        figures = {f"{seat}/{self.register}": score for seat, (score, _) in sides.items()}
        return Verdict(not rejected, score, tuple(found), dict.fromkeys(rejected, ADVICE[self.register]), figures)

    def _side(self, case: Case, seat: str, words: Pack, names: frozenset[str]) -> tuple[float, list[Finding]]:
        """(share of a speaker's marked sentences that are in the register, a finding for each of the others)."""
        marked = list(_marked(case, seat, words, names))
        own = self.register if self.register != "any" else _usual([kind for kind, _, _ in marked])
        odd = [Finding(f"{kind}, not {own}", index, seat, span=text) for kind, index, text in marked if kind != own]
        return round(1.0 - len(odd) / len(marked), 4) if odd else 1.0, odd


def _marked(case: Case, seat: str, words: Pack, names: frozenset[str]) -> Iterator[tuple[Formality, int, str]]:
    """(register, turn, sentence) of each of a speaker's sentences that shows one."""
    for index, text in case.said_by(seat):
        for sentence in spoken(text):
            if kind := formality(sentence, words, names):
                yield kind, index, sentence


def _usual(kinds: list[Formality]) -> Formality:
    """The more frequent one; of a tie, the one that comes first."""
    return max(kinds, key=kinds.count, default="informal")


def _called(chair: Chair) -> Iterator[str]:
    """A name word by word; of a Korean one, the given name too."""
    for word in split(chair.name):
        yield word
        if len(word) == 3 and all("가" <= letter <= "힣" for letter in word):
            yield word[1:]
