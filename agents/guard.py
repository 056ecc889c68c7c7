"""May this reply be used as a turn? A guard gives the reason why not; a turn is never silently altered."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from .stopping import wording


@dataclass(frozen=True, slots=True)
class Moment:
    """What a guard may know: who speaks, who else is there, and what was said."""

    name: str
    others: Sequence[str]
    own: Sequence[str] = ()
    """Own earlier utterances."""
    heard: Sequence[str] = ()
    """Utterances of the others."""


Guard = Callable[[str, Moment], str | None]
"""(reply, moment) -> the reason to ask again, as a sentence for the model; or None."""

_REASONING = re.compile(
    r"</?think(?:ing)?>|<\|[^|>]*\|>|^\W*(?:okay|ok|alright|hmm|so|let me|now|first),? .{0,40}"
    r"\b(?:the user|my persona|the persona|my profile|in character|as the character"
    r"|i need to (?:respond|reply|answer|write|continue))\b"
    r"|^\W*(?:thought|reasoning|analysis|internal monologue|response|reply|note to self)\s*:",
    re.IGNORECASE,
)
_ASSISTANT = re.compile(
    r"\bas an? (?:ai|artificial intelligence|(?:large )?language model|virtual assistant)\b"
    r"|\bhow (?:can|may) i (?:help|assist) you(?: today)?\b"
    r"|\bi(?:'m| am) (?:just )?an? (?:ai|chatbot|language model|virtual assistant)\b",
    re.IGNORECASE,
)


def empty(reply: str, moment: Moment) -> str | None:
    """Nothing was said."""
    return None if any(c.isalnum() for c in reply) else "it was empty."


def leaked_reasoning(reply: str, moment: Moment) -> str | None:
    """The model thinks aloud instead of speaking."""
    if not _REASONING.search(reply):
        return None
    return "it held thoughts about the task instead of the words that are spoken."


def speaking_for_others(reply: str, moment: Moment) -> str | None:
    """A line of the reply is labelled with somebody else's name."""
    for line in reply.splitlines():
        label, colon, _ = line.partition(":")
        if colon and label.strip(" *_#>-[]()\"'").casefold() in _folded(moment.others):
            return f"it also spoke for {label.strip(' *_#>-[]()')}. Speak for {moment.name} alone."
    return None


def role_reversal(reply: str, moment: Moment) -> str | None:
    """The speaker takes itself for somebody else, or for an assistant."""
    if _ASSISTANT.search(reply):
        return f"it spoke as an assistant. Speak as {moment.name}, a person."
    for other in moment.others:
        if _claim_to_be(other).search(reply):
            return f"you are {moment.name}, not {other}."
    if _address(moment.name).match(reply):
        return f"it addressed {moment.name}, and that is you. Speak to the others."
    return None


@lru_cache(maxsize=1024)
def _claim_to_be(name: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:I am|I'm|my name is|my name's) {re.escape(name)}\b", re.IGNORECASE)


@lru_cache(maxsize=1024)
def _address(name: str) -> re.Pattern[str]:
    start = r"\W*(?:hi|hello|hey|thanks|thank you|well|oh|so)?,? ?"
    return re.compile(rf"{start}{re.escape(name)}\s*[,!?]", re.IGNORECASE)


def repeated_opening(reply: str, moment: Moment) -> str | None:
    """The reply says again how the conversation opened, or only echoes the last utterance."""
    said = wording(reply)
    if not said or (not moment.own and not moment.heard):
        return None
    openings = [wording(text) for text in (*moment.own[:1], *moment.heard[:1], *moment.heard[-1:])]
    if said in openings and len(said.split()) > 2:
        return "it repeated something that was already said, word for word. Say something new."
    return None


GUARDS: Mapping[str, Guard] = {
    "empty": empty,
    "leaked-reasoning": leaked_reasoning,
    "speaking-for-others": speaking_for_others,
    "role-reversal": role_reversal,
    "repeated-opening": repeated_opening,
}
"""In the order in which they are asked."""


def first_objection(reply: str, moment: Moment, guards: Sequence[str]) -> tuple[str, str] | None:
    """(guard, reason) of the first guard that objects; None when the reply may be used."""
    for name in guards:
        if reason := GUARDS[name](reply, moment):
            return name, reason
    return None


def spoken(reply: str, name: str) -> str:
    """The utterance in a reply: its form (own name label, wrapping quotes, code fence) is taken off, its words stay."""
    text = reply.strip()
    if text.startswith("```") and text.endswith("```") and text.count("```") == 2:
        text = text[3:-3].partition("\n")[2].strip() or text.strip("`").strip()
    label = _label(name).match(text)
    if label and label.end() < len(text):
        text = text[label.end() :].strip()
    if len(text) > 2 and (text[0], text[-1]) in _QUOTES and not _inside(text, text[0], text[-1]):
        text = text[1:-1].strip()
    return text


@lru_cache(maxsize=1024)
def _label(name: str) -> re.Pattern[str]:
    return re.compile(rf"[*_\[(\"]*{re.escape(name)}[*_\])\"]*\s*:[*_]*\s*", re.IGNORECASE)


_QUOTES = {('"', '"'), ("“", "”"), ("«", "»"), ("「", "」")}


def _inside(text: str, opening: str, closing: str) -> bool:
    return opening in text[1:-1] or closing in text[1:-1]


def _folded(names: Sequence[str]) -> set[str]:
    return {name.casefold() for name in names}


@dataclass(slots=True)
class GuardCount:
    """How often each guard asked again in one dialogue."""

    counts: dict[str, int] = field(default_factory=dict)

    def add(self, guard: str) -> None:
        self.counts[guard] = self.counts.get(guard, 0) + 1
