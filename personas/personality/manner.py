"""In which words are traits and ways of talking told to a language model?"""

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from ..traits import Pole, Trait

PATH = Path(__file__).parent / "manner.yaml"
"""Part of the prompts."""


class Nature(NamedTuple):
    """One end of a trait, without a subject, so that it stands after `you are` and after a name alike."""

    name: str
    """What one is."""
    shows: str
    """How it shows."""


class Manner(NamedTuple):
    """All of these words."""

    degrees: dict[int, str]
    """By the distance of a level from the middle, 1 to 5."""
    natures: dict[tuple[Trait, Pole], Nature]
    meanings: dict[str, str]
    """What each known word of a style asks for."""


@lru_cache(maxsize=1)
def manner() -> Manner:
    """The words of `manner.yaml`."""
    import yaml

    told = yaml.safe_load(PATH.read_text(encoding="utf-8"))
    natures = {
        (Trait(trait), Pole(pole)): Nature(words["is"], words["shows"])
        for trait, poles in told["natures"].items()
        for pole, words in poles.items()
    }
    return Manner(told["degrees"], natures, told["meanings"])
