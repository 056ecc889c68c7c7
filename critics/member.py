"""Who sits on a panel? One entry of `critics.panel` in a scenario."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from .review import Ballot, SeatKind
from .verdict import Abstention, Verdict

LARGEST = 1e6
"""Of any weight."""


class PanelMember(BaseModel):
    """A critic with its place on the panel; in YAML a mapping, or the critic's name alone."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    use: str = Field(min_length=1)
    """A built-in, a plug-in's name, `package.module:Class`, or a rubric file (`my_rubric.md`)."""
    name: str = ""
    """Its name in reviews and tables; `use` where none is given. No two members share one."""
    role: SeatKind = SeatKind.VOTE
    """vote | veto | advise"""
    weight: float = Field(default=1.0, ge=0, le=LARGEST)
    """Counts in `weighted` and `mean`."""
    optional: bool = False
    """Whether the run may go on without it where a service that it needs is missing."""
    options: dict[str, Any] = Field(default_factory=dict)
    """The critic's own."""
    timeout: float = Field(default=60.0, gt=0)
    """Seconds for one dialogue. Holds for critics from elsewhere; for built-in ones only where it is given."""

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, value: Any) -> Any:
        entry = {"use": value} if isinstance(value, str) else value
        if isinstance(entry, dict) and not entry.get("name") and isinstance(entry.get("use"), str):
            entry = {**entry, "name": entry["use"]}
        return entry

    def ballot(self, answer: Verdict | Abstention) -> Ballot:
        """The answer as this member's place on the panel makes it count."""
        return Ballot(self.name, answer, self.role, self.weight, self.optional)
