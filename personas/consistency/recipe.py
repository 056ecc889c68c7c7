"""What is to be assembled, and how? Checked before anything is drawn."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from ...models.errors import Mistake
from ...models.suggesting import suggest
from ..taxonomy import Taxonomy
from .conflict import Thresholds

BUILDERS = ("conl", "profile")
ORDERS = ("quota", "all")
QUOTA: Mapping[str, int] = MappingProxyType({"demographic": 2, "psychographic": 2, "wellness": 1})
"""Sentences by family (Lee et al. 2022)."""
SIZE = 5
"""Sentences of a profile (Jandaghi et al. 2023)."""


@dataclass(frozen=True)
class Recipe:
    """How many personas, and of what. Raises Mistake."""

    count: int
    builder: str = "conl"
    """`conl`: a quota by family, each sentence of another category; `profile`: whatever fits, until there are five."""
    quota: Mapping[str, int] = field(default_factory=lambda: QUOTA)
    order: str = "quota"
    """Of `conl`. `quota`: draw the quota and mend it; `all`: the paper's, draw and mend one sentence of every category,
    then take the quota from what is left."""
    size: int = SIZE
    """Of `profile`."""
    thresholds: Thresholds = field(default_factory=Thresholds)
    reuse: int | None = None
    """How many personas may hold one sentence; None: as many as need be, the least used first."""
    seed: int = 0

    def __post_init__(self) -> None:
        for name, word, choices in (("builder", self.builder, BUILDERS), ("order", self.order, ORDERS)):
            if word not in choices:
                raise Mistake(f"{name}: no such {name} {word!r}{suggest(word, choices)}")
        if self.builder == "profile" and (self.order != "quota" or self.quota != QUOTA):
            raise Mistake("quota and order are for the builder 'conl'; leave them out, or take it")
        if self.builder == "conl" and self.size != SIZE:
            raise Mistake(f"size: {self.size} is for the builder 'profile'; give 'conl' a quota of that many")
        for name, number in (("count", self.count), ("size", self.size), ("reuse", self.reuse)):
            if number is not None and number < 1:
                raise Mistake(f"{name}: {number} is too few; give 1 or more")
        for name, share in vars(self.thresholds).items():
            if not 0 <= share <= 1:
                raise Mistake(f"threshold: {share} for {name} is no probability; give one from 0 to 1, such as 0.9")


def read_quota(text: str, taxonomy: Taxonomy) -> dict[str, int]:
    """`demographic=2,psychographic=2,wellness=1`, in that order. Raises Mistake."""
    quota: dict[str, int] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, equals, number = (piece.strip() for piece in part.partition("="))
        if not equals or not number.isascii() or not number.isdigit():
            raise Mistake(f"quota: {part!r} is no `family=number`; write it like 'demographic=2,wellness=1'")
        family = name.casefold()
        if family not in taxonomy.families:
            raise Mistake(f"quota: no family {name!r}{suggest(name, taxonomy.families)}")
        if family in quota:
            raise Mistake(f"quota: {family!r} stands twice; give it one number")
        quota[family] = int(number)
    wanted = {family: number for family, number in quota.items() if number}
    if not wanted:
        raise Mistake(f"quota: {text!r} wants no sentence; write it like 'demographic=2,wellness=1'")
    return wanted
