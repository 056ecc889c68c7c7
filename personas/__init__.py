"""WHO SPEAKS: personas, where they come from, who meets whom."""

from .persona import Persona, ProfileSentence, Public
from .traits import BigFive, Trait

__all__ = ["BigFive", "Persona", "ProfileSentence", "Public", "Trait"]
