"""How does the Generator-Critic method make a profile? Random additions until there are five (Jandaghi et al. 2023)."""

from collections.abc import Container
from dataclasses import dataclass

from .conflict import Conflicts
from .draft import Draft, Supply


@dataclass(frozen=True)
class Profile:
    """Adds sentences of any category; a candidate that conflicts with one that stands before it is rejected."""

    supply: Supply
    size: int

    def fill(self, draft: Draft) -> str:
        while len(draft.held) < self.size:
            places = range(len(self.supply.sentences))
            found = self.supply.tray.draw(places, lambda place: place not in draft.tried, draft.chance())
            if found is None:
                return "pool"
            draft.hold(found)
        return ""

    def mend(self, draft: Draft, conflicts: Conflicts) -> bool:
        members: list[int] = []
        rejected: list[int] = []
        for candidate in draft.held:
            fits = not any(conflicts.between(candidate, member) for member in members)
            (members if fits else rejected).append(candidate)
        for candidate in rejected:
            self.supply.take_out(draft, candidate)
            self.supply.replaced[self.supply.paths[candidate]] += 1
        return bool(rejected)

    def pick(self, draft: Draft, seen: Container[frozenset[int]]) -> tuple[int, ...] | None:
        return None if frozenset(draft.held) in seen else tuple(draft.held)

    def vary(self, draft: Draft) -> None:
        self.supply.take_out(draft, draft.chance().choice(draft.held))
