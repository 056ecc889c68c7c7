"""Which mistakes of language models are made, and how often?"""

import re
from collections.abc import Callable
from typing import Final

from .answering import react
from .grammar import capital, small
from .hearing import hear
from .lexicon import lexicon
from .negating import denied
from .wording import Draft

STRETCH: Final = 3
"""`flaws` is shared out over a stretch of so many turns, so that at the default most conversations stay good."""

_LOOP: Final = 3
"""Somebody who has begun to thank does it in this many turns."""


def slip(draft: Draft, flaws: float, unsaid_of_others: tuple[str, ...] = ()) -> str:
    """A flawed turn with probability `flaws / 3`, or nothing."""
    if flaws <= 0:
        return ""
    own = draft.floor.own
    if own and hear(own[-1]).thanks and sum(hear(turn).thanks for turn in own) < _LOOP:
        return _thank(draft)
    if not draft.odds(flaws / STRETCH):
        return ""
    kinds = list(_KINDS)
    draft.chance.shuffle(kinds)
    if unsaid_of_others:
        kinds.insert(draft.chance.randrange(len(kinds)), lambda draft: _take_over(draft, unsaid_of_others))
    return next((text for kind in kinds if (text := kind(draft))), "")


def _recite(draft: Draft) -> str:
    """A profile sentence, word for word."""
    facts = draft.floor.me.facts
    return _closed(draft.chance.choice(facts).sentence) if facts else ""


def _contradict(draft: Draft) -> str:
    """The opposite of a profile sentence."""
    facts = draft.floor.me.facts
    said = denied(draft.chance.choice(facts).sentence, draft.chance) if facts else ""
    return _framed(draft, "denial", said) if said else ""


def _repeat(draft: Draft) -> str:
    """An own turn once more."""
    own = [turn for turn in draft.floor.own if len(turn.split()) > 3]
    return draft.chance.choice(own) if own else ""


def _thank(draft: Draft) -> str:
    """Thanks, and thanks for the thanks."""
    if not draft.floor.own:
        return ""
    line = draft.pick(lexicon().talk["thanks"])
    return line.text if line else ""


def _leave_early(draft: Draft) -> str:
    """A goodbye that nobody asked for."""
    if not draft.floor.own:
        return ""
    line = draft.pick(lexicon().talk["early bye"])
    return line.text if line else ""


def _leave_blank(draft: Draft) -> str:
    """A placeholder instead of a name."""
    line = draft.pick(lexicon().talk["placeholder"])
    return _after_reaction(draft, line.text) if line else ""


def _claim(draft: Draft) -> str:
    """As one's own what another has said of himself."""
    told = draft.floor.confided
    return _framed(draft, "claim", told[-1]) if told else ""


def _take_over(draft: Draft, unsaid_of_others: tuple[str, ...]) -> str:
    """As one's own what only another's profile says."""
    return _after_reaction(draft, _closed(draft.chance.choice(unsaid_of_others)))


_KINDS: Final[tuple[Callable[[Draft], str], ...]] = (
    _recite, _contradict, _repeat, _thank, _leave_early, _leave_blank, _claim,
)  # fmt: skip


def _framed(draft: Draft, frame: str, sentence: str) -> str:
    slots = {"sentence": _closed(sentence), "clause": small(sentence)}
    line = draft.pick(lexicon().talk[frame], slots)
    return line.filled(slots) if line else _closed(sentence)


def _after_reaction(draft: Draft, sentence: str) -> str:
    if draft.floor.news is not None:
        react(draft, draft.floor.news)
    return " ".join([*draft.said, sentence])


def _closed(sentence: str) -> str:
    return capital(sentence if re.search(r"[.?!]$", sentence) else f"{sentence}.")
