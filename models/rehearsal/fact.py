"""How does one say what a profile sentence says, in other words than its own?"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

from .clause import aside, heart
from .grammar import article, bare, expanded, norm, restored, small, token_f1
from .lexicon import Act, Line, lexicon
from .understanding import understood

TOO_CLOSE: Final = 0.7
"""A telling whose token-F1 with its sentence is above this is not used; copy-paste filters drop at 0.8."""


@dataclass(frozen=True, slots=True, eq=False)
class Telling:
    """One way of bringing a fact up."""

    line: Line
    text: str


@dataclass(frozen=True, eq=False)
class Fact:
    """A profile sentence, understood as far as its words go."""

    sentence: str
    topic: str
    slots: Mapping[str, str]
    tellings: tuple[Telling, ...]
    spare: tuple[Telling, ...]
    """Its main clause within a frame, for when the tellings are used up."""
    detail: Line | None
    """What the sentence says beside its main clause; may follow a telling."""

    @cached_property
    def ways(self) -> frozenset[str]:
        """How it may have been said, normalised: any telling, or the sentence itself; in short and in full forms."""
        texts = [self.sentence, *(way.text for way in (*self.tellings, *self.spare))]
        return frozenset(norm(form) for text in texts for form in (text, expanded(text)))

    @property
    def denies(self) -> bool:
        """Whether the honest answer to a question about it begins with no."""
        return not lexicon().denials.isdisjoint(self.slots)


@lru_cache(maxsize=32768)
def fact(sentence: str) -> Fact:
    """What a profile sentence says. What no line of its topic fits is told within a frame."""
    whole = restored(" ".join(sentence.split()))
    topic, named = understood(whole)
    slots = {**with_forms(named), "clause": small(heart(whole)), "clause:": ""}
    framed = _tellings("self", {"clause": slots["clause"], "clause:": ""}, whole)
    tellings = _tellings(topic, slots, whole)
    beside = aside(whole)
    detail = Line(beside, Act.MORE, topic, parts=(beside,)) if beside and token_f1(beside, whole) < TOO_CLOSE else None
    return Fact(whole, topic, slots, tellings or framed, framed if tellings else (), detail)


def with_forms(slots: Mapping[str, str]) -> dict[str, str]:
    """Slots with their mark (`it:`), their bare form (`it_bare`) and the one with an article (`it_a`)."""
    more: dict[str, str] = {}
    for name, value in slots.items():
        more[f"{name}:"] = value
        if value:
            more |= {name: value, f"{name}_bare": bare(value), f"{name}_a": article(value)}
    return more


def _tellings(topic: str, slots: Mapping[str, str], sentence: str) -> tuple[Telling, ...]:
    framed = slots.keys() == {"clause", "clause:"}
    lines = [
        line
        for line in lexicon().topics[topic].lines["tell"]
        if line.fits(slots) and ("clause" in line.needs) == framed
    ]
    texts = [(line, line.filled(slots)) for line in lines]
    return tuple(Telling(line, text) for line, text in texts if token_f1(text, sentence) < TOO_CLOSE)
