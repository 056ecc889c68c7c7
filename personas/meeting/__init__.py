"""WHO MEETS WHOM: pairings of people, and groups of them."""

from .pairing import PAIRINGS, pair_count, pairing

__all__ = ["PAIRINGS", "pair_count", "pairing"]
