"""Who looks for contradictions? A model by its name, or the detector that needs none."""

from ...models.local import connect_nli
from ...models.scorer import Nli
from .scoring import LEXICAL


def connect_contradictions(name: str | None) -> Nli:
    """`lexical`, or no name: words alone; else the NLI model of that name or folder. Raises what
    `connect_nli` raises."""
    if name and name != LEXICAL:
        return connect_nli(name)
    from .lexical import LexicalNli

    return LexicalNli()
