"""Where is printed, and what do words on the command line mean?"""

from collections.abc import Sequence

from rich.console import Console

from ..critics import Outcome
from ..models.errors import Mistake
from ..models.suggesting import suggest


def terminal() -> Console:
    """Standard output, with colours where it is a terminal, 80 columns where it is none."""
    return Console(highlight=False, markup=False, emoji=False)


def outcomes(words: Sequence[str] | None) -> list[Outcome]:
    """Raises Mistake for a word that is no outcome."""
    return [outcome(word) for word in words or ()]


def outcome(word: str) -> Outcome:
    try:
        return Outcome(word.strip().lower().replace("_", "-"))
    except ValueError:
        raise Mistake(f"no outcome {word!r}{suggest(word, list(Outcome))}") from None
