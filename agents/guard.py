"""May this reply be used as a turn? A guard gives the reason why not; a turn is never silently altered."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from .parting import straight
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

_MARKS = (
    r"</?think(?:ing)?>",
    r"<\|[^|>]*\|>|\[/?INST\]|</?s>|<</?SYS>>|<(?:start|end)_of_turn>",
    r"^\W*(?:thoughts?|reasoning|analysis|internal monologue|reply)\s*:",
    r"(?m:^\W*(?:user|human|assistant|system|ai|instruction|response)\s*:)",
    r"^\W*(?:(?:sure|certainly|of course|okay|ok|great)[,!.]*\s+)?here(?:'s| is) (?:"
    r"what \w+ (?:says|would say|might say)"
    r"|(?:the|my|an?|\w+'s) (?:possible |suitable |short |natural |next )*(?:response|reply|turn|line|continuation))\b"
    r"(?: (?:as|from|for|of|to|in)\b[^.!?:\n]{0,40})?:",
    r"^\W*as (?-i:[A-Z])\w+, i (?:would|might|could|will) (?:say|respond|reply|answer)\b",
    r"\bnote: [^.]{0,80}\b(?:response|reply|persona|profile|in character|instructions|prompt|role-?play)\b",
)
"""What surrounds an utterance when a model shows its work."""
_PLANS = (
    r"the user(?:'s\b| (?:wants|is|has|asks|asked|says|said|just|seems|mentioned|might|needs|expects|wrote)\b)",
    r"(?:the|my) (?:persona|profile) (?:says|states|mentions|tells|describes|includes|indicates|is that)\b",
    r"(?:based on|according to|given) (?:the|my) (?:persona|profile)\b",
    r"(?:stay|remain|keep|answer|respond|reply|speak|write|be|act)(?:ing)? (?:\w+ )?in character\b",
    r"as (?:the|this|my) (?:character|persona)\b",
    r"i (?:need to|should|have to|must|will|'ll) (?:now )?(?:respond|reply|answer|write|continue) (?:"
    r"as|in (?:character|a|one|two)|with (?:a|one|something)|naturally|to the user|to \w+'s (?:question|message|last)"
    r"|the (?:conversation|dialogue|role))\b",
)
"""How a plan for an utterance begins."""
_REASONING = re.compile(
    rf"{'|'.join(_MARKS)}"
    rf"|^\W*(?:(?:okay|ok|alright|hmm|so|let me|now|first|well)\b.{{0,40}}?)?\b(?:{'|'.join(_PLANS)})",
    re.IGNORECASE,
)
_AM = r"\b(?:as|i'm|i am)(?: (?:just|only|actually))?"
_ENDING = (
    r"(?=\s*(?:$|[^\w\s'-]|(?:and|so|but|that|who|which|designed|created|trained|developed|made|programmed|built"
    r"|without|here|to|i)\b))"
)
"""After it the noun is whole: an AI researcher is a person."""
_ASSISTANTS = (
    rf"{_AM} an? (?:(?:ai|artificial intelligence)[- ])?(?:large )?(?:language model|chatbot|computer program)\b",
    rf"{_AM} an? (?:ai|artificial intelligence)(?:[- ](?:model|assistant|program|system|bot))?{_ENDING}",
    rf"{_AM} (?:a|your) (?:virtual|digital|helpful) assistant(?=\s*(?:,|designed|created|trained|here to|without))",
    r"\bhow (?:can|may) i (?:help|assist) you(?: today| with [^.?!]{1,40})?\s*\?\W*$",
    r"\bhow (?:can|may) i assist you today\b",
    r"\b(?:happy|glad|here) to (?:help|assist)(?: you)? with any (?:questions?|requests?)\b",
    r"\bi (?:was|am|'m) (?:created|developed|trained|made) by (?:openai|anthropic|google|meta|microsoft|mistral)\b",
    r"\bi do(?:n't| not) have (?:any )?(?:personal|real) (?:experiences?|feelings|emotions|opinions|preferences)"
    r"(?: (?:or|and) \w+)?(?=,| like (?:a )?humans?| as an?\b)",
    r"\bmy knowledge cut-?off\b",
)
_ASSISTANT = re.compile("|".join(_ASSISTANTS), re.IGNORECASE)


def empty(reply: str, moment: Moment) -> str | None:
    """Nothing was said."""
    return None if any(c.isalnum() for c in reply) else "it was empty."


def leaked_reasoning(reply: str, moment: Moment) -> str | None:
    """The model thinks aloud instead of speaking."""
    if not _REASONING.search(reply.replace("’", "'")):
        return None
    return "it held thoughts or marks about the task. Give the spoken words alone."


def speaking_for_others(reply: str, moment: Moment) -> str | None:
    """A line of the reply is labelled with somebody else's name."""
    for line in reply.splitlines():
        label, colon, _ = line.partition(":")
        if colon and label.strip(" *_#>-[]()\"'").casefold() in _folded(moment.others):
            return f"it also spoke for {label.strip(' *_#>-[]()')}. Speak for {moment.name} alone."
    return None


def role_reversal(reply: str, moment: Moment) -> str | None:
    """The speaker takes itself for somebody else, or for an assistant."""
    said = straight(reply)
    if _ASSISTANT.search(said):
        return f"it spoke as an assistant. Speak as {moment.name}, a person."
    for other in moment.others:
        if other in said and _claim_to_be(other).search(said):
            return f"you are {moment.name}, not {other}."
    if _address(moment.name).match(said):
        return f"it addressed {moment.name}, and that is you. Speak to the others."
    return None


@lru_cache(maxsize=1024)
def _claim_to_be(name: str) -> re.Pattern[str]:
    """Somebody's sister, or a name that goes on, is somebody else."""
    return re.compile(rf"\b(?i:I am|I'm|my name is|my name's) {re.escape(name)}(?!\w|'s?\b)")


@lru_cache(maxsize=1024)
def _address(name: str) -> re.Pattern[str]:
    """A greeting of the name, or the name and a comma; but one may give one's own name, or quote who calls it."""
    greeted = rf"\W*(?:hi|hello|hey|thanks|thank you|nice to meet you),? {re.escape(name)}\s*(?:[,!?.]|$)"
    given = r"(?!that's (?:me|my|what)\b|short for\b|like\b|nice to\b|pleased\b)"
    called = rf"\W*(?:(?:well|oh|so),? )?{re.escape(name)}, {given}"
    return re.compile(f"{greeted}|{called}", re.IGNORECASE)


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
