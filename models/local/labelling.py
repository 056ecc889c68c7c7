"""Which output of a classifier means contradiction, which entailment, which neither?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from re import fullmatch, sub
from typing import Any

from ..errors import Mistake
from ..scorer import Inference

EXPECTED = "('contradiction', 'entailment', 'neutral')"


@dataclass(frozen=True)
class Labels:
    """Positions among the outputs. Two-label models have no entailment: what does not contradict is neutral."""

    contradiction: int
    neutral: int
    entailment: int | None = None

    def inference(self, probabilities: Sequence[float]) -> Inference:
        entailment = 0.0 if self.entailment is None else round(probabilities[self.entailment], 4)
        return Inference(entailment, round(probabilities[self.neutral], 4), round(probabilities[self.contradiction], 4))


def read_labels(name: str, config: Mapping[str, Any], given: Sequence[str] | None = None) -> Labels:
    """From a model's config, or from labels that the user gives in the order of the model's outputs.

    Understood: contradiction, entailment, neutral in any order and case; `contradiction` beside `non-contradiction`;
    and two labels without names, of which the second is the contradiction (DECODE: Nie et al. 2021). Raises Mistake
    for a config of another kind of model, and for other labels.
    """
    kinds = [str(kind) for kind in config.get("architectures") or []]
    if kinds and not any(kind.endswith("ForSequenceClassification") for kind in kinds):
        raise Mistake(
            f"{name!r} is a {kinds[0]}, no sequence classifier: it has not learned to judge pairs of sentences"
        )
    labels = list(given) if given else _named(config)
    found = _two(labels) if len(labels) == 2 else _three(labels)
    if found is None:
        raise Mistake(
            f"{name!r}: its labels {', '.join(map(repr, labels))} don't say which one is contradiction; take an NLI "
            f"model, or name its outputs in their order, such as labels={EXPECTED}"
        )
    return found


def _named(config: Mapping[str, Any]) -> list[str]:
    """Two labels are the library's default, which it leaves out of the file."""
    named = config.get("id2label") or {number: f"LABEL_{number}" for number in range(config.get("num_labels", 2))}
    return [str(named[key]) for key in sorted(named, key=int)]


def _three(labels: Sequence[str]) -> Labels | None:
    means = [_meaning(label) for label in labels]
    if sorted(means) != ["contradiction", "entailment", "neutral"]:
        return None
    return Labels(means.index("contradiction"), means.index("neutral"), means.index("entailment"))


def _two(labels: Sequence[str]) -> Labels | None:
    if all(fullmatch(r"label_?\d", label.lower()) for label in labels):
        return Labels(contradiction=1, neutral=0)
    means = [_meaning(label) for label in labels]
    if means.count("contradiction") != 1 or not {"neutral", "other"} & set(means):
        return None
    at = means.index("contradiction")
    return Labels(contradiction=at, neutral=1 - at)


def _meaning(label: str) -> str:
    """`other` is said to be no contradiction, and nothing more; an unknown label means nothing."""
    letters = sub(r"[^a-z]", "", label.lower())
    if fullmatch(r"(non?|not)contradict\w*", letters):
        return "other"
    starts = {"contradict": "contradiction", "entail": "entailment", "neutral": "neutral"}
    return next((meaning for start, meaning in starts.items() if letters.startswith(start)), "")
