"""How does CoNL make a profile? Sentences of different categories, redrawn until none contradicts (Lee et al. 2022)."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass

from .conflict import Conflicts
from .draft import Draft, Supply, conflicting

PICKS = 32
"""How often a quota is taken from one sentence of every category before a profile counts as one that exists."""


@dataclass(frozen=True)
class Conl:
    """Draws the quota by family, one sentence a category; what conflicts is replaced by another of its category, and
    by one of another category of the family when those have run out."""

    supply: Supply
    quota: Mapping[str, int]

    def fill(self, draft: Draft) -> str:
        self._replace(draft)
        for family, wanted in self.quota.items():
            while _count(self.supply, draft.held, family) < wanted:
                if not self._draw(draft, self.supply.by_family[family]):
                    return family
        return ""

    def mend(self, draft: Draft, conflicts: Conflicts) -> bool:
        removed = conflicting(draft, conflicts)
        for place in removed:
            self._take_out(draft, place)
            self.supply.replaced[self.supply.paths[place]] += 1
        return bool(removed)

    def pick(self, draft: Draft, seen: Container[frozenset[int]]) -> tuple[int, ...] | None:
        profile = tuple(sorted(draft.held, key=self._rank))
        return None if frozenset(profile) in seen else profile

    def vary(self, draft: Draft) -> None:
        self._take_out(draft, draft.chance().choice(draft.held))

    def _take_out(self, draft: Draft, place: int) -> None:
        self.supply.take_out(draft, place)
        draft.wanted.append(self.supply.paths[place])

    def _replace(self, draft: Draft) -> None:
        """Another draw of each category that lost one; a category without is dropped."""
        for path in draft.wanted:
            if not self._draw(draft, self.supply.by_category[path]):
                draft.dropped.add(path)
                self.supply.dropped[path] += 1
        draft.wanted = []

    def _draw(self, draft: Draft, among: Sequence[int]) -> bool:
        paths = self.supply.paths
        closed = {paths[place] for place in draft.held} | draft.dropped
        found = self.supply.tray.draw(
            among, lambda place: paths[place] not in closed and place not in draft.tried, draft.chance()
        )
        if found is not None:
            draft.hold(found)
        return found is not None

    def _rank(self, place: int) -> int:
        return list(self.quota).index(self.supply.families[place])


@dataclass(frozen=True)
class ConlOfAll(Conl):
    """The paper's order: one sentence of every category, all pairs mended, and the quota taken from what is left."""

    def fill(self, draft: Draft) -> str:
        self._replace(draft)
        closed = draft.dropped | {self.supply.paths[place] for place in draft.held}
        for path, places in self.supply.by_category.items():
            if path not in closed:
                self._draw(draft, places)
        short = (family for family, wanted in self.quota.items() if _count(self.supply, draft.held, family) < wanted)
        return next(short, "")

    def pick(self, draft: Draft, seen: Container[frozenset[int]]) -> tuple[int, ...] | None:
        for _ in range(PICKS):
            chance = draft.chance()
            profile: list[int] = []
            for family, wanted in self.quota.items():
                profile += chance.sample([p for p in draft.held if self.supply.families[p] == family], wanted)
            if frozenset(profile) not in seen:
                self.supply.let_go(draft, profile)
                return tuple(profile)
        return None


def _count(supply: Supply, held: Iterable[int], family: str) -> int:
    return sum(supply.families[place] == family for place in held)
