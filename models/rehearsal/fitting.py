"""Which sentence would somebody of this personality bring up? The one with most words that show it."""

import re
from collections import Counter
from collections.abc import Mapping
from functools import cache
from typing import Final

from ..errors import Mistake
from ..stream import stream
from .brief import TRAITS
from .marring import around
from .reading import bullets, numbered
from .words import words

NONE: Final = "none"

Pole = tuple[str, str]
"""A trait and `high` or `low`."""

_LEVEL: Final = re.compile(r"\b(" + "|".join(TRAITS) + r")[\s:=]+([-+]?\d)", re.I)


def fit(prompt: str, seed: int, flaws: float) -> str:
    """The number of a line under `Sentences:`, or `none`. Raises Mistake for a prompt without such lines."""
    sentences = numbered(prompt, "Sentences")
    if not sentences:
        raise Mistake("rehearsal: the prompt of the task 'fit' has no lines `1. ...` under `Sentences:`")
    wanted = poles(bullets(prompt, "Personality"))
    scores = {number: _score(text, wanted) for number, text in sentences.items()}
    best = [number for number, score in scores.items() if score == max(scores.values()) > 0]
    choice = str(stream(0, "fit", prompt).choice(best)) if best else NONE
    return around(choice, "fit", stream(seed, "fit", "form", prompt), flaws)


def poles(statements: list[str]) -> Counter[Pole]:
    """The poles that the statements speak of, each counted as often as a statement does."""
    return Counter(pole for text in statements for pole in _poles(text))


def _poles(statement: str) -> list[Pole]:
    """By its level if it has one, else the pole with most words in it."""
    levels = [(trait.lower(), int(level)) for trait, level in _LEVEL.findall(statement)]
    if levels:
        return [(trait, "high" if level > 0 else "low") for trait, level in levels if level]
    counts = {pole: _weight(pattern, statement) for pole, pattern in _cues("says").items()}
    best = max(counts.values())
    return [pole for pole, count in counts.items() if count == best][:1] if best else []


def _score(sentence: str, wanted: Mapping[Pole, int]) -> int:
    """Words that show a wanted pole, less those that show the opposite one."""
    counts = {pole: _weight(pattern, sentence) for pole, pattern in _cues("shows").items()}
    return sum(times * (counts[pole] - counts[_opposite(pole)]) for pole, times in wanted.items())


def _weight(cues: re.Pattern[str], text: str) -> int:
    """Words of all cues found: longer cues tell more."""
    return sum(len(found.split()) for found in cues.findall(text))


def _opposite(pole: Pole) -> Pole:
    return pole[0], "low" if pole[1] == "high" else "high"


@cache
def _cues(kind: str) -> Mapping[Pole, re.Pattern[str]]:
    """By pole: what statements of it say, or what sentences that fit it show. A cue in `*` may go on."""
    return {
        (trait, pole): re.compile("|".join(map(_cue, sorted(sides[kind].split(";"), key=len, reverse=True))), re.I)
        for trait, ends in words("traits").items()
        for pole, sides in ends.items()
    }


def _cue(text: str) -> str:
    plain = re.escape(text.strip().removesuffix("*"))
    return rf"\b{plain}" + (r"\w*" if text.strip().endswith("*") else r"\b")
