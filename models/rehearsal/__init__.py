"""THE UNDERSTUDY: the embedded default model. It rehearses a scenario by rule, and says so."""

from ..request import Events, unwatched
from ..spec import ModelSpec
from .endpoint import Rehearsal

__all__ = ["Rehearsal", "connect"]


def connect(spec: ModelSpec, events: Events = unwatched) -> Rehearsal:
    """The endpoint of a spec, with its options `flaws` and `latency`. Raises Mistake."""
    return Rehearsal(**spec.options)
