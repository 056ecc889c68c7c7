"""What do critics on models cost the event loop, if the models cost nothing? Their scorers sleep in their worker.

Critics for a panel: `sleeping:Consistency`, `sleeping:Abuse`. They go the whole way of the real ones: statements,
pairs, the batcher, findings; only the model is a nap.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from time import sleep
from typing import ClassVar

from tertulia.critics.experts.persona_consistency import PersonaConsistency
from tertulia.critics.experts.toxicity import Toxicity
from tertulia.models.local.batching import Batcher
from tertulia.models.scorer import Inference, Pair

NAP = 0.002
"""Seconds of a batch: about what a small model takes on an accelerator."""
BATCH = 128


def infer(pairs: Sequence[Pair]) -> list[Inference]:
    sleep(NAP)
    return [Inference(0.02, 0.96, 0.02)] * len(pairs)


def score(texts: Sequence[str]) -> list[Mapping[str, float]]:
    sleep(NAP)
    return [{"toxicity": 0.01}] * len(texts)


class SleepingNli:
    """Finds nothing, after a nap."""

    name = "sleeping"

    def __init__(self) -> None:
        self._batcher = Batcher(infer, length=lambda pair: len(pair[0]) + len(pair[1]), max_batch=BATCH)

    async def infer(self, pairs: Sequence[Pair]) -> Sequence[Inference]:
        return await self._batcher.run(pairs)


class SleepingToxicity:
    """Finds nothing, after a nap."""

    name = "sleeping"
    labels = ("toxicity",)

    def __init__(self) -> None:
        self._batcher = Batcher(score, length=len, max_batch=BATCH)

    async def score(self, texts: Sequence[str]) -> Sequence[Mapping[str, float]]:
        return await self._batcher.run(texts)


@dataclass(frozen=True)
class Consistency(PersonaConsistency):
    """Persona-consistency with a model that naps."""

    ask: str = "statements"
    nli: SleepingNli = field(default_factory=SleepingNli)
    needs: ClassVar[tuple[str, ...]] = ()

    def needed(self) -> tuple[str, ...]:
        return ()


@dataclass(frozen=True)
class Abuse(Toxicity):
    """Toxicity with a model that naps."""

    toxicity: SleepingToxicity = field(default_factory=SleepingToxicity)
    needs: ClassVar[tuple[str, ...]] = ()
