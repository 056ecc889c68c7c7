"""Which measures are there, and where?"""

from collections.abc import Callable, Sequence
from importlib import import_module

from ...models.errors import Mistake
from ...models.suggesting import suggest
from .bench import Bench
from .sample import Samples
from .subject import Subject

Measure = Callable[[Subject, Bench], list[Samples]]
"""Raises `Lacking` where it can't be taken."""

MEASURES = {
    "perplexity": "perplexity:measure",
    "overlap": "overlap:measure",
    "hits@1": "ranking:measure",
    "c-score": "consistency:c_score",
    "p-acc": "reading:p_acc",
    "trait-error": "trait_error:on_script",
    "trait-error-questions": "trait_error:on_questions",
    "trait-error-new": "trait_error:on_new_personalities",
    "extraction": "extraction:profile_f",
    "recall": "recall:persona_recall",
}
"""By the name that `--measures` takes."""


def chosen(names: Sequence[str]) -> tuple[str, ...]:
    """Each once, in the order in which they are given; none: all. Raises Mistake for a name that isn't known."""
    for name in names:
        if name not in MEASURES:
            raise Mistake(f"no measure is called {name!r}{suggest(name, MEASURES)}")
    return tuple(dict.fromkeys(names)) or tuple(MEASURES)


def measure_of(name: str) -> Measure:
    """Its code is imported now."""
    module, _, function = MEASURES[name].partition(":")
    found: Measure = getattr(import_module(f".{module}", __package__), function)
    return found
