"""Do the speakers get stuck in thanks, praise and goodbyes?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from ...agents import Turn
from ..case import Case
from ..critic import Critic
from ..language import Pack, pack, unknown
from ..verdict import Abstention, Finding, Verdict

ADVICE = (
    "You exchanged empty courtesies. Answer with something of substance: tell, ask, wonder, disagree; "
    "thank or praise once, and say goodbye once."
)


@dataclass(frozen=True)
class Pleasantries(Critic):
    """No loops of thanks, praise, agreement and goodbyes.

    A pleasantry is a turn that asks nothing and holds nothing but such words. Leave-taking at the end is no loop while
    it is short. The score is the share of turns that are no pleasantry.
    """

    in_a_row: Annotated[int, Field(ge=1)] = 3
    """How many pleasantries may follow one another before the leave-taking."""
    thanks: Annotated[int, Field(ge=1)] = 1
    """How many turns of one's own in a row may be pleasantries that thank."""
    share: Annotated[float, Field(gt=0, le=1)] = 0.4
    """How many of the turns before the leave-taking may be pleasantries."""
    after_farewell: Annotated[int, Field(ge=0)] = 2
    """How many turns may follow when two speakers in a row have said goodbye."""

    async def review(self, case: Case) -> Verdict | Abstention:
        words = pack(case.language)
        if not words or not words.courtesies:
            return unknown(case.language)
        empty = _pleasantries(case, words)
        farewells = [words.farewells.search(turn.text.lower()) is not None for turn in case.turns]
        before = empty[: _leaving(empty, farewells)]
        turns = self._too_many(before) | self._thanks(case, before, words)
        turns |= self._loops(before) | self._overstayed(case.turns, farewells)
        score = 1.0 - sum(empty) / len(empty) if empty else 1.0
        if not turns:
            return Verdict(True, score)
        findings = [Finding(turns[i], i, case.turns[i].seat, span=case.turns[i].text) for i in sorted(turns)]
        return Verdict(False, score, tuple(findings), {case.turns[i].seat: ADVICE for i in sorted(turns)})

    def _loops(self, empty: Sequence[bool]) -> dict[int, str]:
        """Runs that are too long."""
        found: dict[int, str] = {}
        run: list[int] = []
        for index, is_empty in enumerate(empty):
            run = [*run, index] if is_empty else []
            if len(run) > self.in_a_row:
                found |= dict.fromkeys(run, "one of too many pleasantries in a row")
        return found

    def _thanks(self, case: Case, empty: Sequence[bool], words: Pack) -> dict[int, str]:
        """One speaker's runs of thanks, whatever the others say in between."""
        found: dict[int, str] = {}
        runs: dict[str, list[int]] = {}
        for index, (turn, is_empty) in enumerate(zip(case.turns, empty, strict=False)):
            thanks = is_empty and not words.thanks.isdisjoint(words.tokens(turn.text))
            run = runs[turn.seat] = [*runs.get(turn.seat, []), index] if thanks else []
            if len(run) > self.thanks:
                found |= dict.fromkeys(run, "thanks again and again")
        return found

    def _overstayed(self, turns: Sequence[Turn], farewells: Sequence[bool]) -> dict[int, str]:
        """Turns too long after a mutual farewell."""
        for index in range(1, len(turns)):
            if farewells[index] and farewells[index - 1] and turns[index].seat != turns[index - 1].seat:
                late = range(index + 1 + self.after_farewell, len(turns))
                return dict.fromkeys(late, "comes after both had said goodbye")
        return {}

    def _too_many(self, empty: Sequence[bool]) -> dict[int, str]:
        if sum(empty) <= max(self.in_a_row, self.share * len(empty)):
            return {}
        return {index: "one of too many pleasantries" for index, is_empty in enumerate(empty) if is_empty}


def _pleasantries(case: Case, words: Pack) -> list[bool]:
    """By turn: whether it asks nothing and holds nothing but courtesies, function words and names."""
    names = frozenset(word for chair in case.chairs for word in words.tokens(chair.name))
    return [_is_pleasantry(turn.text, words, names) for turn in case.turns]


def _is_pleasantry(text: str, words: Pack, names: frozenset[str]) -> bool:
    if "?" in text:
        return False
    said = set(words.tokens(text)) - words.stop_words - names
    return bool(said) and said <= words.courtesies


def _leaving(empty: Sequence[bool], farewells: Sequence[bool]) -> int:
    """Where the leave-taking begins: the first farewell in the run of pleasantries and farewells at the end."""
    start = first = len(empty)
    while start and (empty[start - 1] or farewells[start - 1]):
        start -= 1
        first = start if farewells[start] else first
    return first
