"""THE UNDERSTUDY: the embedded default model. It rehearses a scenario by rule, and says so."""

from .endpoint import Rehearsal, connect

__all__ = ["Rehearsal", "connect"]
