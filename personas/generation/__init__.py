"""MAKING SENTENCES: profile sentences by category, written by a model and filtered."""

from .generating import Generated, Rejected, generate
from .planning import Yield
from .survival import PAPER, Filter, Survival, SurvivalRow

__all__ = ["PAPER", "Filter", "Generated", "Rejected", "Survival", "SurvivalRow", "Yield", "generate"]
