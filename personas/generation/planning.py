"""How often is each category asked? In waves, each a function of what the waves before it gave."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil

from ..taxonomy import Category
from .asking import Call

A_REPLY = 5
"""Sentences that one call asks for."""
LEAST = 0.5
"""New sentences a call that a plan counts on at least, however few there were."""
FIRST = 8
"""Calls of a category in its first wave; a later wave may double what was asked before."""
DRY = 5
"""Calls in a row that gave nothing new, after which a category is spent."""


@dataclass(frozen=True, slots=True)
class Yield:
    """What a category was asked for, and what it gave."""

    category: Category
    wanted: int = 0
    """Its even share of the pool."""
    kept: int = 0
    """New sentences, more than `wanted` where a wave gave more."""
    calls: int = 0
    dry: int = 0
    """Its last calls that gave nothing new."""
    refused: int = 0
    """Calls that the model refused to answer."""

    @property
    def spent(self) -> bool:
        return self.dry >= DRY

    @property
    def short(self) -> bool:
        return self.kept < self.wanted

    def __str__(self) -> str:
        refused = f", {self.refused} of them refused" if self.refused else ""
        dry = f", the last {self.dry} gave nothing new" if self.dry else ""
        return f"{self.category.path}: gave {self.kept} of {self.wanted} in {self.calls} calls{refused}{dry}"


def wave(yields: Sequence[Yield], count: int) -> list[Call]:
    """The calls to make next for a pool of `count`, all fixed before the first; none where it is full or all are spent.

    Round-robin over the categories, so that a wave that is cut short has asked all of them.
    """
    targets = shares(yields, count)
    due = [_calls(one, target) for one, target in zip(yields, targets, strict=True)]
    turns = range(max(due, default=0))
    return [
        Call(one.category, one.calls + turn)
        for turn in turns
        for one, calls in zip(yields, due, strict=True)
        if turn < calls
    ]


def shares(yields: Sequence[Yield], count: int) -> list[int]:
    """How many sentences each category is to give: as evenly as the spent ones allow, the first ones a remainder."""
    targets = [0] * len(yields)
    room = [one.kept if one.spent else count for one in yields]
    left = count
    while left and (open_ := [n for n, target in enumerate(targets) if target < room[n]]):
        each = max(1, left // len(open_))
        for n in open_:
            more = min(each, room[n] - targets[n], left)
            targets[n] += more
            left -= more
    return targets


def _calls(one: Yield, target: int) -> int:
    lacking = target - one.kept
    if lacking <= 0 or one.spent:
        return 0
    rate = max(one.kept / one.calls, LEAST) if one.calls else A_REPLY
    return min(ceil(lacking / rate), max(FIRST, one.calls))


def even(categories: Sequence[Category], count: int) -> list[Yield]:
    """Nothing asked yet; a pool of `count` is to be shared evenly, the first categories get a remainder."""
    fresh = [Yield(category) for category in categories]
    return [replace(one, wanted=share) for one, share in zip(fresh, shares(fresh, count), strict=True)]


def asked(one: Yield, gave: Sequence[int | None]) -> Yield:
    """The yield after further calls: how many new sentences each gave, None where the model refused."""
    dry = one.dry
    for new in gave:
        dry = 0 if new else dry + 1
    kept, refused = sum(new or 0 for new in gave), sum(new is None for new in gave)
    return replace(one, kept=one.kept + kept, calls=one.calls + len(gave), dry=dry, refused=one.refused + refused)
