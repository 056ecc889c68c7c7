"""What is a personality here? Big Five traits, each an integer from -5 to 5."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Level = Annotated[int, Field(ge=-5, le=5, strict=True)]


class Trait(StrEnum):
    """The Big Five."""

    OPENNESS = "openness"
    CONSCIENTIOUSNESS = "conscientiousness"
    EXTRAVERSION = "extraversion"
    AGREEABLENESS = "agreeableness"
    NEUROTICISM = "neuroticism"


class Pole(StrEnum):
    """The two ends of a trait."""

    HIGH = "high"
    LOW = "low"


def pole_of(level: float) -> Pole | None:
    """The end that a level leans to; None for 0."""
    return Pole.HIGH if level > 0 else Pole.LOW if level < 0 else None


class BigFive(BaseModel):
    """A trait vector; 0 is average, -5 and 5 are the poles (the 11 levels of Liu et al. 2024)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    openness: Level = 0
    conscientiousness: Level = 0
    extraversion: Level = 0
    agreeableness: Level = 0
    neuroticism: Level = 0

    def level(self, trait: Trait) -> int:
        return int(getattr(self, trait.value))

    def line(self) -> str:
        """One line for a prompt: `openness 3, conscientiousness -2, ...`."""
        return ", ".join(f"{trait.value} {self.level(trait)}" for trait in Trait)
