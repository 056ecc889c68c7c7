"""Can this NLI model tell what a sentence is about? It has to know entailment, and more than words."""

from ..models.errors import Mistake
from ..models.scorer import Nli, entails
from .consistency.scoring import LEXICAL

INSTEAD = "name a three-way NLI model (entailment, neutral, contradiction), or leave it out: the embedder judges"


def category_judge(nli: Nli | None) -> Nli | None:
    """The NLI model itself where it can; None where the embedder has to."""
    return nli if nli and not _unable(nli) else None


def check_judge(nli: Nli | None) -> None:
    """Raises Mistake for a model that can't, and would say of every sentence that it is about nothing."""
    if nli and (why := _unable(nli)):
        raise Mistake(f"nli: {nli.name!r} can't tell what a sentence is about: {why}; {INSTEAD}")


def _unable(nli: Nli) -> str:
    if nli.name == LEXICAL:
        return "it compares words"
    return "" if entails(nli) else "it knows contradiction alone"
