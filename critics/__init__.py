"""IS IT GOOD: critics, their votes, and the loop that makes a dialogue again."""

from .case import Case, Chair, Limits, Sees
from .critic import Comparer, CorpusCritic, Critic, Neighbours
from .member import PanelMember
from .panel import Panel
from .registry import create, known
from .review import Ballot, Decision, Outcome, Review, SeatKind
from .verdict import Abstention, Choice, Finding, Preference, Verdict, Why
from .voting import Voting, decide, presume

__all__ = [
    "Abstention", "Ballot", "Case", "Chair", "Choice", "Comparer", "CorpusCritic", "Critic", "Decision", "Finding",
    "Limits", "Neighbours", "Outcome", "Panel", "PanelMember", "Preference", "Review", "SeatKind", "Sees", "Verdict",
    "Voting", "Why", "create", "decide", "known", "presume",
]  # fmt: skip
