"""What is known of a persona in the making?"""

from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations, product
from random import Random
from typing import Protocol

from ...models.stream import stream
from ..persona import ProfileSentence
from ..taxonomy import Taxonomy
from .conflict import Conflicts
from .drawing import Tray


@dataclass
class Draft:
    """The sentences that one persona holds at the moment, as places in the pool."""

    index: int
    seed: int
    held: list[int] = field(default_factory=list)
    tried: set[int] = field(default_factory=set)
    """What it holds, and what was taken from it: nothing is drawn twice."""
    dropped: set[str] = field(default_factory=set)
    """Categories of which it has tried every sentence."""
    wanted: list[str] = field(default_factory=list)
    """Categories that a replacement is due of."""
    restarts: int = 0
    repeated: bool = False
    """Whether it came to a profile that existed already."""
    _seen: frozenset[int] = frozenset()
    """What it held when it last told its pairs."""
    _step: int = 0

    def chance(self) -> Random:
        """A stream of its own for the next choice, whatever other drafts do."""
        self._step += 1
        return stream(self.seed, "assemble", self.index, self._step)

    def unseen(self) -> list[tuple[int, int]]:
        """The pairs of what it holds that it has not told before: those with a new sentence in them."""
        new = [place for place in self.held if place not in self._seen]
        old = [place for place in self.held if place in self._seen]
        self._seen = frozenset(self.held)
        return [*combinations(new, 2), *product(old, new)]

    def hold(self, place: int) -> None:
        self.held.append(place)
        self.tried.add(place)

    def restart(self) -> None:
        """Forget what was tried; what it holds must have been let go."""
        self.tried, self.dropped, self.wanted = set(), set(), []
        self.restarts += 1


@dataclass(frozen=True)
class Supply:
    """A pool in the order of `distinct`, and what has been drawn from it."""

    sentences: Sequence[ProfileSentence]
    taxonomy: Taxonomy
    tray: Tray
    replaced: Counter[str] = field(default_factory=Counter)
    """Draws that were taken out for a conflict, by category."""
    dropped: Counter[str] = field(default_factory=Counter)
    """How many drafts a category ran out for."""

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """The category of each sentence, as the taxonomy writes it; `""` where there is none."""
        found = [self.taxonomy.get(sentence.category or "") for sentence in self.sentences]
        return tuple(category.path if category else "" for category in found)

    @cached_property
    def by_category(self) -> Mapping[str, Sequence[int]]:
        """Places by category, in the order of the taxonomy."""
        places: dict[str, list[int]] = {category.path: [] for category in self.taxonomy.categories}
        for place, path in enumerate(self.paths):
            if path:
                places[path].append(place)
        return {path: found for path, found in places.items() if found}

    @cached_property
    def by_family(self) -> Mapping[str, Sequence[int]]:
        return {
            family: [
                place for category in self.taxonomy.of(family) for place in self.by_category.get(category.path, ())
            ]
            for family in self.taxonomy.families
        }

    @cached_property
    def families(self) -> tuple[str, ...]:
        """The family of each sentence."""
        found = [self.taxonomy.get(path) if path else None for path in self.paths]
        return tuple(str(category.family) if category else "" for category in found)

    def take_out(self, draft: Draft, place: int) -> None:
        """The draft lets go of a sentence, and won't draw it again."""
        draft.held.remove(place)
        self.tray.put_back(place)

    def let_go(self, draft: Draft, kept: Sequence[int] = ()) -> None:
        """The draft lets go of all that is not kept."""
        for place in draft.held:
            if place not in kept:
                self.tray.put_back(place)
        draft.held = list(kept)


class Builder(Protocol):
    """How a draft becomes a profile. All its steps are plain rules; the scoring between them is the assembler's."""

    def fill(self, draft: Draft) -> str:
        """Draw what is missing. Returns what ran out, `""` where the draft is whole."""
        ...

    def mend(self, draft: Draft, conflicts: Conflicts) -> bool:
        """Take out what conflicts; whether there was any."""
        ...

    def pick(self, draft: Draft, seen: Container[frozenset[int]]) -> tuple[int, ...] | None:
        """The profile of a draft without conflicts, if there is one that is not among those seen."""
        ...

    def vary(self, draft: Draft) -> None:
        """Take out a sentence at random, since the profile exists already."""
        ...


def conflicting(draft: Draft, conflicts: Conflicts) -> list[int]:
    """Sentences without which no conflict is left: again and again the one with most conflicts, ties by chance."""
    edges = conflicts.among(draft.held)
    removed: list[int] = []
    while edges:
        counts = Counter(place for edge in edges for place in edge)
        most = max(counts.values())
        worst = draft.chance().choice([place for place in draft.held if counts[place] == most])
        removed.append(worst)
        edges = [edge for edge in edges if worst not in edge]
    return removed
