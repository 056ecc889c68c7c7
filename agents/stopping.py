"""When is a dialogue over? Pure functions of what was said."""

import re
from collections.abc import Collection, Sequence
from functools import lru_cache

from .dialogue import StopReason, Turn

FAREWELL = re.compile(
    r"\b(good ?-?bye|bye(?:-bye| now)?|farewell|see you(?: later| soon| around| tomorrow| there)?|see ya"
    r"|take care|good ?night|so long|until next time|talk (?:to you )?(?:later|soon)|catch you later"
    r"|safe (?:travels|journey|trip)"
    r"|have a (?:good|great|nice|lovely|wonderful|safe) (?:day|evening|night|one|trip|journey|weekend|time)"
    r"|(?:nice|good|great|lovely|a pleasure) (?:meeting|talking|chatting)(?: to| with)? ?(?:you)?|been a pleasure)\b"
)
"""English leave-taking, in lower case. Other languages end at `turns.max` until a word list of theirs is there."""

REFUSAL = re.compile(
    r"^\W*(?:i'?m (?:very |really )?sorry,? but i (?:can(?:no|')t|am (?:unable|not able))"
    r"|i (?:can(?:no|')t|am unable to|won'?t) "
    r"(?:assist|help|comply|continue|participate|engage|fulfil|fulfill|generate|role-?play))",
    re.IGNORECASE,
)

_WORDS = re.compile(r"\w+")


def normal(text: str) -> str:
    """Lower-cased words alone, for comparing utterances."""
    return " ".join(_WORDS.findall(text.lower()))


@lru_cache(maxsize=1 << 14)
def wording(utterance: str) -> str:
    """`normal`, remembered: each utterance is compared with all that follow it."""
    return normal(utterance)


def is_farewell(text: str) -> bool:
    """Whether the utterance takes leave: a farewell near its end, and no question after it."""
    tail = text[-160:].lower()
    found = list(FAREWELL.finditer(tail))
    return bool(found) and "?" not in tail[found[-1].end() :]


def is_refusal(text: str) -> bool:
    """Whether a model declines to play, instead of speaking."""
    return REFUSAL.search(text) is not None


def too_early(turns: int, least: int) -> bool:
    """Whether a farewell as turn number `turns` (from 1), even if returned, would end the dialogue below `least`."""
    return turns + 1 < least


def stopped(turns: Sequence[Turn], seats: int, least: int, stops: Collection[str]) -> StopReason | None:
    """Why the dialogue ends after its last turn, or None while it goes on.

    A farewell that comes too early ends it at once (the speaker was asked again before); later it takes farewells of
    two seats in a row, of three where more are at the table.
    """
    if "repetition" in stops and _repeats(turns):
        return StopReason.REPETITION
    if "farewell" not in stops or not is_farewell(turns[-1].text):
        return None
    if too_early(len(turns), least):
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
    return sum(turn.text == turns[-1].text or wording(turn.text) == last[-1] for turn in turns) > 2
