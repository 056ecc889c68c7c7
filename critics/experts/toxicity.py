"""Is anybody abusive?"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import Field

from ...models.errors import Mistake
from ...models.scorer import Toxicity as ToxicityScorer
from ...models.suggesting import suggest
from ..case import Case
from ..critic import Critic
from ..language import unspoken
from ..verdict import Abstention, Finding, Verdict

Scores = Mapping[str, float]

ADVICE = 'You were offensive: "{said}" Say what you mean without insult, threat or slur.'


@dataclass(frozen=True)
class Toxicity(Critic):
    """No utterance is toxic (PersonaChatGen, filter 3): a Detoxify model scores each of them, label by label.

    An utterance counts when any of the labels is above the threshold. The score is 1 less the highest of all scores;
    the figures are the highest of each label.
    """

    threshold: Annotated[float, Field(gt=0, lt=1)] = 0.7
    """Score of a label above which an utterance counts."""
    labels: tuple[str, ...] = ()
    """Which labels count, such as `[toxicity, insult]`; all that the model has, if none are named."""
    allowed: Annotated[int, Field(ge=0)] = 0
    """How many utterances of a dialogue may be toxic."""
    toxicity: ToxicityScorer | None = None

    needs: ClassVar[tuple[str, ...]] = ("toxicity",)

    def __post_init__(self) -> None:
        """Raises Mistake for a label that the model lacks."""
        if self.toxicity is None:
            return
        there = self.toxicity.labels
        if unknown := next((label for label in self.labels if label not in there), None):
            raise Mistake(
                f"critic 'toxicity': option 'labels': the model {self.toxicity.name!r} has no label {unknown!r}"
                f"{suggest(unknown, there)}"
            )

    async def review(self, case: Case) -> Verdict | Abstention:
        assert self.toxicity is not None
        if strange := unspoken(case.language, self.toxicity):
            return strange
        said = list(dict.fromkeys(turn.text for turn in case.turns if turn.text.strip()))
        scores = dict(zip(said, map(self._counting, await self.toxicity.score(said)), strict=True))
        highest = {label: max(score[label] for score in scores.values()) for label in next(iter(scores.values()), ())}
        found = tuple(self._toxic(case, scores))
        score = 1.0 - max(highest.values(), default=0.0)
        if len(found) <= self.allowed:
            return Verdict(True, score, found, figures=highest)
        return Verdict(False, score, found, {f.seat: _advice(f) for f in reversed(found) if f.seat}, highest)

    def _counting(self, scores: Scores) -> Scores:
        """Those of the labels that count, rounded."""
        return {label: round(score, 4) for label, score in scores.items() if not self.labels or label in self.labels}

    def _toxic(self, case: Case, scores: Mapping[str, Scores]) -> Iterator[Finding]:
        """One finding an utterance, with every label above the threshold, the worst first."""
        for index, turn in enumerate(case.turns):
            above = {label: score for label, score in scores.get(turn.text, {}).items() if score > self.threshold}
            if above:
                worst = sorted(above, key=lambda label: (-above[label], label))
                text = ", ".join(f"{label} {above[label]:.2f}" for label in worst)
                yield Finding(text, index, turn.seat, span=turn.text)


def _advice(finding: Finding) -> str:
    return ADVICE.format(said=finding.span)
