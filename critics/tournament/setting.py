"""What does a scenario say of its tournament? `critics.tournament`."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from ..policy import FED
from .schedule import Schedule, pairs_of
from .standing import Pick

ORDERS = 2
"""Each pair is shown both ways round."""


class TournamentSetting(BaseModel):
    """How the best of several candidates is found among those that the panel accepts."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    policies: tuple[str, ...] = Field(FED, min_length=1)
    """Who compares: policies by name (coherency, consistency, depth, diversity, likable), Markdown files, or
    `package.module:Class`."""
    schedule: Schedule = Schedule.ALL_PAIRS
    """Who meets whom: `all-pairs`; `swiss`, about log2 n rounds of n / 2 pairs; or `knock-out`, n - 1 pairs."""
    pick: Pick = Pick.MAJORITY
    """Who wins: most comparisons (`majority`), most pairs (`copeland`), or the greatest strength (`bradley-terry`);
    of a knock-out, who is left."""

    @property
    def names(self) -> tuple[str, ...]:
        """Of the policies, as comparisons are kept under them."""
        return tuple(map(name_of, self.policies))

    def calls(self, candidates: int, policies: int | None = None) -> int:
        """Comparing calls of one tournament among so many candidates, of so many policies or of all."""
        voters = len(self.policies) if policies is None else policies
        return pairs_of(self.schedule, candidates) * voters * ORDERS


def name_of(policy: str) -> str:
    """`depth`; `wit` of `policies/wit.md`; a class as it is written."""
    return Path(policy).stem if policy.endswith(".md") else policy
