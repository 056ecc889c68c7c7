"""When is a dialogue over? Pure functions of what was said."""

import re
from collections.abc import Collection, Sequence
from functools import lru_cache

from .dialogue import StopReason, Turn
from .parting import is_farewell

_WORDS = re.compile(r"\w+")


def normal(text: str) -> str:
    """Lower-cased words alone, for comparing utterances."""
    return " ".join(_WORDS.findall(text.lower()))


@lru_cache(maxsize=1 << 14)
def wording(utterance: str) -> str:
    """`normal`, remembered: each utterance is compared with all that follow it."""
    return normal(utterance)


def too_early(turns: int, seats: int, least: int) -> bool:
    """Whether a farewell as turn number `turns` (from 1) would end the dialogue below `least`, even if all that have to
    say goodbye follow at once."""
    return turns + leavers(seats) - 1 < least


def stopped(turns: Sequence[Turn], seats: int, least: int, stops: Collection[str]) -> StopReason | None:
    """Why the dialogue ends after its last turn, or None while it goes on.

    A farewell that comes too early ends it at once (the speaker was asked again before); later it takes farewells of
    two seats in a row, of three where more are at the table.
    """
    if "repetition" in stops and _repeats(turns):
        return StopReason.REPETITION
    if "farewell" not in stops or not is_farewell(turns[-1].text):
        return None
    if too_early(len(turns), seats, least):
        return StopReason.EARLY_FAREWELL
    return StopReason.FAREWELL if len(turns) >= least and _leaving(turns) >= leavers(seats) else None


def leavers(seats: int) -> int:
    """How many have to say goodbye before a dialogue is over."""
    return min(seats, 3)


def _leaving(turns: Sequence[Turn]) -> int:
    """How many seats have said goodbye in the unbroken run of farewells at the end."""
    seats: set[str] = set()
    for turn in reversed(turns):
        if not is_farewell(turn.text):
            break
        seats.add(turn.seat)
    return len(seats)


def _repeats(turns: Sequence[Turn]) -> bool:
    """The last utterance was said twice before, or the last two repeat the two before them."""
    last = [wording(turn.text) for turn in turns[-4:]]
    if len(last) == 4 and last[:2] == last[2:]:
        return True
    if len(turns) < 3 or not last[-1]:
        return False
    return [wording(turn.text) for turn in turns].count(last[-1]) > 2
