"""How is a trait vector told to a language model? In words by level, with the number behind them."""

from collections.abc import Iterator

from ..traits import BigFive, Trait, pole_of
from .manner import manner

TOLD_FROM = 3
"""The distance from the middle from which on it is said how a trait shows; below that it hardly does."""


def told(traits: BigFive) -> Iterator[str]:
    """One line a trait: `very outgoing and lively (extraversion +4): talking a lot ...`; none for an average one."""
    words = manner()
    for trait in Trait:
        level = traits.level(trait)
        if pole := pole_of(level):
            nature = words.natures[trait, pole]
            line = f"{words.degrees[abs(level)]} {nature.name} ({trait.value} {level:+d})"
            yield f"{line}: {nature.shows}" if abs(level) >= TOLD_FROM else line
