"""WHO SPEAKS: personas, where they come from, who meets whom."""

from .formats import read_personas, write_personas
from .meeting import PAIRINGS, pair_count, pairing
from .persona import Persona, ProfileSentence, Public
from .shelf import people, shelves, shipped
from .traits import BigFive, Trait

__all__ = [
    "PAIRINGS",
    "BigFive",
    "Persona",
    "ProfileSentence",
    "Public",
    "Trait",
    "pair_count",
    "pairing",
    "people",
    "read_personas",
    "shelves",
    "shipped",
    "write_personas",
]
