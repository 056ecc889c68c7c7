"""What is a model shown of a case, so that nothing in it can pass for anything but words that were said?"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from unicodedata import category

from ..agents.staging import language_name
from .case import Case
from .prompt import render

LONGEST = 4000
"""Characters of a turn that are shown."""

_SPACE = re.compile(r"\s+")


@dataclass(frozen=True)
class Material:
    """A fenced dialogue as text, with what is needed to read an answer about it."""

    text: str
    turns: int
    seats: Mapping[str, str]
    """Seat by the name that stands in the text."""


def material(case: Case, critic: str) -> Material:
    """The dialogue between two fences, one numbered turn a line.

    The fences carry a word that follows from the case's seed: nobody who speaks in the dialogue can know it, and the
    same dialogue is always shown in the same way.
    """
    fence = f"{case.seed_for(critic):08x}"
    labels = _labels(case)
    turns = [{"name": labels[turn.seat], "text": _shown(turn.text, fence)} for turn in case.turns]
    text = render(
        "material",
        fence=fence,
        setting=plain(case.setting),
        language=language_name(case.language),
        names=list(labels.values()),
        turns=turns,
    )
    return Material(text, len(case.turns), {label: seat for seat, label in labels.items()})


def plain(text: str) -> str:
    """One line without control, formatting (direction, zero width) and private characters."""
    kept = (c for c in _SPACE.sub(" ", text) if c.isascii() or category(c) not in ("Cc", "Cf", "Co", "Cs", "Zl", "Zp"))
    return "".join(c for c in kept if c.isprintable()).strip()


def _shown(text: str, fence: str) -> str:
    shown = plain(text).replace(fence, "")
    return shown if len(shown) <= LONGEST else f"{shown[:LONGEST]} ..."


def _labels(case: Case) -> dict[str, str]:
    """The name of each seat; numbered where two have the same."""
    names = {chair.seat: plain(chair.name).replace(":", "") or chair.seat for chair in case.chairs}
    shared = Counter(names.values())
    return {
        seat: name if shared[name] == 1 else f"{name} ({number})"
        for number, (seat, name) in enumerate(names.items(), 1)
    }
