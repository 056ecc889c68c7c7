"""What is a dialogue worth to a learned vote? A logistic of the critics' scores, fitted to what people say."""

from collections.abc import Mapping
from math import exp, fsum
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from .member import LARGEST

DIGITS = 9
"""Of means and probabilities, so that 0.1 + 0.2 reaches 0.3, and a half is a half."""


class Weights(BaseModel):
    """A learned vote: P(good) = logistic(bias + sum of weight x score), approved from `threshold` on.

    A voter that abstains counts what `missing` has for it; without an entry it is taken to have the weighted mean score
    of the others.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    bias: float = Field(default=0.0, ge=-LARGEST, le=LARGEST)
    weights: dict[str, Annotated[float, Field(ge=0, le=LARGEST)]]
    """By the critic's name on the panel; one that is not named, or has weight 0, does not count."""
    missing: dict[str, Annotated[float, Field(ge=-LARGEST, le=LARGEST)]] = Field(default_factory=dict)
    """By the critic's name: what is added when it abstains, instead of weight x score; at most its weight."""
    threshold: float = Field(default=0.5, ge=0, le=1)
    about: dict[str, Any] = Field(default_factory=dict)
    """Where the weights come from: the run, the labels, how well they do. For readers; it decides nothing."""

    @model_validator(mode="after")
    def _weighs(self) -> Self:
        """Without a weight nobody would vote, and everything be accepted."""
        if not any(self.weights.values()):
            raise ValueError("weights: no critic has a weight above 0, so that nobody votes: give one to a critic")
        return self

    @model_validator(mode="after")
    def _monotone(self) -> Self:
        """An abstention is worth a score of 1 at most: else a verdict could cost what silence would not."""
        for name, value in self.missing.items():
            weight = self.weights.get(name, 0.0)
            if not weight:
                raise ValueError(f"missing: {name!r} has no weight, so that its abstention can't count either")
            if value > weight:
                raise ValueError(f"missing: {name!r} has {value:g}, more than its weight {weight:g}: take that at most")
        return self

    def good(self, scores: Mapping[str, float]) -> float:
        """P(good), 0 to 1, from the scores of those that gave a verdict; every other one abstains."""
        judged = {name: weight for name, weight in self.weights.items() if weight and name in scores}
        mean = weighted_mean({name: scores[name] for name in judged}, judged)
        terms = [weight * scores[name] for name, weight in judged.items()]
        terms += [self.missing.get(name, self.weights[name] * mean) for name in self.weights.keys() - judged.keys()]
        return round(_logistic(fsum([self.bias, *terms])), DIGITS)

    def silent(self, scores: Mapping[str, float]) -> list[str]:
        """`openers -0.3`: those whose abstention counts something of its own here."""
        return [f"{name} {value:+.3g}" for name, value in sorted(self.missing.items()) if name not in scores]


def weighted_mean(scores: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """0 where nothing weighs anything. `fsum` is exact, so that no order can change it."""
    total = fsum(weights[name] for name in scores)
    return (
        min(1.0, round(fsum(weights[name] * score for name, score in scores.items()) / total, DIGITS)) if total else 0.0
    )


def _logistic(x: float) -> float:
    return 1.0 / (1.0 + exp(-x)) if x > -700 else 0.0
