"""What is a stage told? How long, in which order, under which rules."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from .guard import GUARDS

Mode = Literal["private", "script"]
Briefing = Literal["full", "persona"]
OrderKind = Literal["round-robin", "random", "selector", "graph"]


@dataclass(frozen=True)
class Staging:
    """The rules of a conversation; the same for every job of a scenario."""

    mode: Mode = "private"
    setting: str = ""
    least: int = 8
    most: int = 16
    """Utterances, both ends included."""
    order: OrderKind = "round-robin"
    edges: tuple[tuple[str, str], ...] = ()
    opener: str = ""
    """The seat that speaks first; empty: the first seat."""
    stops: frozenset[str] = frozenset({"farewell", "repetition", "refusal"})
    style: tuple[str, ...] = ()
    language: str = "en"
    guards: tuple[str, ...] = field(default_factory=lambda: tuple(GUARDS))
    patience: int = 2
    """How often a turn is asked for again before the try fails."""
    bare: frozenset[str] = frozenset()
    """Seats that are told their persona alone, as a model is that was fine-tuned on such dialogues."""

    @property
    def alternating(self) -> bool:
        """Whether the order keeps anyone from speaking twice in a row."""
        return self.order != "graph" or all(a != b for a, b in self.edges)

    def first(self, seats: Sequence[str]) -> str:
        return self.opener or seats[0]


LANGUAGES = {
    "en": "English", "de": "German", "es": "Spanish", "fr": "French", "it": "Italian", "ja": "Japanese",
    "ko": "Korean", "nl": "Dutch", "pl": "Polish", "pt": "Portuguese", "ru": "Russian", "tr": "Turkish",
    "zh": "Chinese",
}  # fmt: skip


def language_name(code: str) -> str:
    """The English name of a language code; the code itself where it is not known."""
    return LANGUAGES.get(code, code)
