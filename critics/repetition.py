"""Does someone say the same thing twice?"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from .case import Case
from .critic import Critic
from .overlap import Words, f1, reaches, sizes, tokens
from .verdict import Finding, Verdict


@dataclass(frozen=True)
class Repetition(Critic):
    """Nobody repeats an utterance of their own, exactly or nearly, nor echoes what was said just before.

    Utterances are compared by token-F1; a short one ("Me too!") may come again. The score is the share of turns that
    repeat nothing.
    """

    threshold: Annotated[float, Field(gt=0, le=1)] = 0.9
    """Token-F1 from which two utterances say the same."""
    shortest: Annotated[int, Field(ge=1)] = 5
    """Words that both utterances must have."""
    allowed: Annotated[int, Field(ge=0)] = 0
    """How many turns of a dialogue may repeat something."""

    async def review(self, case: Case) -> Verdict:
        found = tuple(self._repeats(case))
        score = 1.0 - len(found) / len(case.turns) if found else 1.0
        if len(found) <= self.allowed:
            return Verdict(True, score, found)
        return Verdict(False, score, found, {f.seat: _advice(case, f) for f in reversed(found) if f.seat})

    def _repeats(self, case: Case) -> Iterator[Finding]:
        """At most one finding a turn."""
        said = [tokens(turn.text) for turn in case.turns]
        for index, turn in enumerate(case.turns):
            earlier = self._earlier(case, said, index)
            if earlier is not None:
                own = case.turns[earlier].seat == turn.seat
                text = f"{'repeats' if own else 'echoes'} turn {earlier + 1}"
                yield Finding(text, index, turn.seat, span=turn.text)

    def _earlier(self, case: Case, said: list[Words], index: int) -> int | None:
        words, seat = said[index], case.turns[index].seat
        if len(words) < self.shortest:
            return None
        least, most = sizes(len(words), self.threshold)
        least = max(least, self.shortest)
        for other in range(index):
            if least <= len(said[other]) <= most and (other == index - 1 or case.turns[other].seat == seat):
                if reaches(f1(words, said[other]), self.threshold):
                    return other
        return None


def _advice(case: Case, finding: Finding) -> str:
    return f'You said something that had been said before: "{finding.span}" Say something new in every turn.'
