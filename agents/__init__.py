"""WHO SAYS WHAT: dialogues, speakers, the stage that lets them talk."""

from .dialogue import Dialogue, Member, Place, SeatRole, StopReason, Turn
from .job import Job

__all__ = ["Dialogue", "Job", "Member", "Place", "SeatRole", "StopReason", "Turn"]
