"""What do local scorers answer: how alike are texts, does one sentence follow from another?

A scorer that was made for some languages says so by an attribute `languages`, a tuple of their codes (see `spoken_by`).
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Pair = tuple[str, str]
"""(premise, hypothesis)"""


class Inference(NamedTuple):
    """What a premise says of a hypothesis: three probabilities that sum to 1, rounded to 4 decimals."""

    entailment: float
    neutral: float
    contradiction: float


class Embedder(Protocol):
    """Turns texts into vectors; near vectors mean alike."""

    @property
    def name(self) -> str:
        """For reports and fingerprints; two embedders that differ have names that differ."""
        ...

    @property
    def merge_above(self) -> float:
        """Cosine above which average-link clustering merges; it belongs to the embedder (Jandaghi et al. 2023: 0.1)."""
        ...

    async def embed(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """An array (texts, dimensions) of unit vectors. A text's vector does not depend on the other texts."""
        ...


class Nli(Protocol):
    """Natural language inference: does a hypothesis follow from a premise, or contradict it?

    A detector of contradictions alone has `entails = False` beside what is below: its entailment is always 0.
    """

    @property
    def name(self) -> str:
        """For reports and fingerprints; says `lexical` where no model is behind it."""
        ...

    async def infer(self, pairs: Sequence[Pair]) -> Sequence[Inference]:
        """One Inference a pair, in their order. A pair's answer does not depend on the other pairs."""
        ...


class Toxicity(Protocol):
    """How toxic is a text, and in which way?"""

    @property
    def name(self) -> str:
        """For reports and fingerprints; two scorers that differ have names that differ."""
        ...

    @property
    def labels(self) -> tuple[str, ...]:
        """What is scored, by Detoxify's names, such as toxicity, insult, threat; which ones, depends on the model."""
        ...

    async def score(self, texts: Sequence[str]) -> Sequence[Mapping[str, float]]:
        """For each text every label's score in [0, 1], rounded to 4 decimals. It does not depend on the other texts."""
        ...


def entails(nli: Nli) -> bool:
    """Whether it can find entailment at all; who doesn't say can."""
    return getattr(nli, "entails", True) is not False


def spoken_by(scorer: Embedder | Nli | Toxicity) -> tuple[str, ...] | None:
    """Codes (ISO 639) of the languages that it was made for; None where that is not known, as with who doesn't say."""
    return getattr(scorer, "languages", None)
