"""What is a critic? A small class with one async method, named for the claim that it checks."""

from collections.abc import Iterable, Sequence
from typing import ClassVar, Protocol, runtime_checkable

from ..agents import Dialogue
from .case import Case, Sees
from .verdict import Abstention, Preference, Verdict


@runtime_checkable
class Critic(Protocol):
    """One claim about a dialogue, checked. Built-ins are frozen dataclasses; their fields are the YAML `options`."""

    needs: ClassVar[tuple[str, ...]] = ()
    """Services that the panel binds once, each as the field of that name: chat, embedder, nli, toxicity. A critic whose
    options decide which of them it asks has a method `needed()` that says so."""
    sees: ClassVar[Sees] = Sees.TRANSCRIPT

    async def review(self, case: Case) -> Verdict | Abstention: ...


class Comparer(Protocol):
    """Which of two candidates for one job is better? It may sit in a tournament as one of its policies."""

    async def compare(self, case: Case, first: Dialogue, second: Dialogue) -> Preference | Abstention:
        """Asked once for each order of the two. `case` says what else may be known of them (setting, seats, language),
        and gives seeds. It and the dialogues are cut to what the comparer `sees`, the transcript unless it says more.
        """
        ...


class Neighbours(Protocol):
    """What a corpus critic may know of other dialogues: accepted ones only, in (round, index) order, streamed."""

    def earlier(self) -> Iterable[Dialogue]:
        """Accepted in earlier rounds."""
        ...

    def settled(self) -> Iterable[Dialogue]:
        """Accepted in this round before this barrier."""
        ...

    def earlier_ids(self) -> Sequence[str]:
        """The ids of `earlier()`, without reading a dialogue: for who remembers those of the last barrier."""
        ...

    def settled_ids(self) -> Sequence[str]:
        """The ids of `settled()`."""
        ...

    def read(self, ids: Iterable[str]) -> Iterable[Dialogue]:
        """Those of them that have these ids, in the order of `ids`, streamed."""
        ...


@runtime_checkable
class CorpusCritic(Protocol):
    """Runs once at a round's barrier, over the round's cases in (round, index) order."""

    needs: ClassVar[tuple[str, ...]] = ()
    sees: ClassVar[Sees] = Sees.TRANSCRIPT

    async def review_round(self, cases: Sequence[Case], corpus: Neighbours) -> Sequence[Verdict | Abstention]:
        """One answer a case, in order. `cases` may be read from storage as it is walked: don't keep it."""
        ...
