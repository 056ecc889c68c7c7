"""IS IT GOOD: critics, their votes, and the loop that makes a dialogue again."""

from .case import Case, Chair, Limits, Sees
from .critic import Comparer, CorpusCritic, Critic, Neighbours
from .review import Ballot, Decision, Outcome, Review, SeatKind
from .verdict import Abstention, Choice, Finding, Preference, Verdict, Why

__all__ = [
    "Abstention", "Ballot", "Case", "Chair", "Choice", "Comparer", "CorpusCritic", "Critic", "Decision", "Finding",
    "Limits", "Neighbours", "Outcome", "Preference", "Review", "SeatKind", "Sees", "Verdict", "Why",
]  # fmt: skip
