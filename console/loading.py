"""What is seen while a scorer is loaded, before a command begins its work?"""

from ..models.errors import Mistake
from ..models.local import connect_embedder, connect_nli
from ..models.local.connecting import WITHOUT_NLI, embedder_meant
from ..models.request import Events
from ..models.scorer import Embedder, Nli
from ..personas.consistency.connecting import connect_contradictions
from ..personas.consistency.scoring import LEXICAL
from ..personas.event import Progressed
from .progress import LOAD


def load_embedder(name: str, events: Events) -> Embedder:
    """As `connect_embedder`, watched; one that needs no weights is there at once."""
    meant = embedder_meant(name)
    if meant == "lexical":
        return connect_embedder(meant)
    events(Progressed(LOAD, 0, 1, f"the embedder {meant}"))
    found = connect_embedder(name)
    events(Progressed(LOAD, 1, 1, f"the embedder {meant}"))
    return found


def load_nli(name: str, events: Events, without: str = WITHOUT_NLI) -> Nli:
    """As `connect_nli`, watched. `without`: how the command goes on without this model."""
    events(Progressed(LOAD, 0, 1, f"the NLI model {name}"))
    try:
        found = connect_nli(name)
    except Mistake as mistake:
        raise Mistake(str(mistake).replace(WITHOUT_NLI, without)) from mistake
    events(Progressed(LOAD, 1, 1, f"the NLI model {name}"))
    return found


def load_detector(name: str | None, events: Events) -> Nli:
    """What finds contradictions: the named NLI model, or `lexical` where none is named."""
    return load_nli(name, events) if name and name != LEXICAL else connect_contradictions(LEXICAL)
