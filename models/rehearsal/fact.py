"""What does a profile sentence say, and how does one say it in other words?"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from .grammar import article, bare, capital, expanded, gerund, norm, restored, small, token_f1
from .lexicon import Line, lexicon

TOO_CLOSE: Final = 0.7
"""A telling whose token-F1 with its sentence is above this is not used; copy-paste filters drop at 0.8."""

_GREETING: Final = re.compile(r"^(?:hey|hi|hello|whats up|well)(?: there)?,? (?=i |my )", re.I)
_FILLER: Final = re.compile(
    r"\b(?:also|really|truly|absolutely|definitely|actually|currently|especially|simply|do(?= (?:like|love|enjoy))) ", re.I
)
_SPELLING: Final = (("favourite", "favorite"), ("colour", "color"), ("I would like", "I want"), (" ’", "'"))
_CUT: Final = re.compile(
    r"(?:,| (?:but|because|when|while|so that|although|even though|which|since|as long as|if|whenever|and I|and my)\b).*$"
)
_TAIL: Final = re.compile(r" (?:a lot|very much|so much|the most|too|as well|as a hobby|in my (?:free|spare) time)$")
_COUPLED: Final = re.compile(
    r"\band (sing|dance|play|watch|eat|drink|cook|ride|go|listen|read|walk|run|write|take|draw|paint|talk|swim|see|do|make|"
    r"bake|hang|spend|relax|sleep|explore|hunt|fish|camp|sew|knit|travel|meet|visit|help|work|build|fix|shop|laugh)\b"
)
_ING: Final = re.compile(r"[a-z]+ing\b")
_NAMED: Final = frozenset(("music artist", "movie title", "book author", "book title", "show", "school name", "name"))
_NOT_A_THING: Final = frozenset("when that how it being what where to if the".split()) - {"the"}
_NOT_AN_ING: Final = frozenset("nothing something everything anything spring king string morning evening ring thing wing".split())
_NOT_A_HABIT: Final = frozenset(
    "am is was were be been have had do did does will would can could should may might must feel know think need want "
    "own believe wish remember hate dislike love like prefer live work look seem got get went came became used "
    "moved met won saw made took began started quit lost found left said had never no not just recently to once now "
    "hope plan dream find understand mind belong weigh stand come grew turned graduated joined bought broke fell".split()
)
_FORMS: Final = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        r"^I (?:love|like|enjoy|adore|prefer|am (?:an? )?(?:huge |big )?fan of|am (?:into|passionate about|fond of|"
        r"obsessed with|crazy about)) (?:to (?P<to>[a-z]+)\b ?(?P<rest>.*)|(?P<liked>.+))$",
        r"^I (?:hate|dislike|detest|do not like|cannot stand|do not enjoy|am not a fan of|do not care for) "
        r"(?:to (?P<hate>[a-z]+)\b ?(?P<rest>.*)|(?P<bad>.+))$",
        r"^My favorite (?P<kind>[\w ]+?) (?:is|are) (?:to (?P<fav_to>[a-z]+) ?(?P<rest>.*)|(?P<fav>.+))$",
        r"^I am (?P<role>an? .+)$",
        r"^I (?:have|own|have got) (?P<own>(?:an?|my|one|two|three|four|five|six|many|several|some|lots of|\d+) .+)$",
        r"^I (?:often |usually |sometimes |always |regularly |mostly )?(?P<habit>[a-z]+)\b ?(?P<rest>.*)$",
    )
)
_DENIED: Final = frozenset("none no no_alcohol not bad bad2 far silent out whole".split())


@dataclass(frozen=True, slots=True, eq=False)
class Telling:
    """One way of bringing a fact up."""

    line: Line
    text: str
    key: str


@dataclass(frozen=True, slots=True, eq=False)
class Fact:
    """A profile sentence, understood as far as its words go."""

    sentence: str
    topic: str
    slots: Mapping[str, str]
    tellings: tuple[Telling, ...]
    spare: tuple[Telling, ...]
    """The sentence within a frame, for when the tellings are used up."""

    @property
    def denies(self) -> bool:
        """Whether the honest answer to a question about it begins with no."""
        return not _DENIED.isdisjoint(self.slots)


@lru_cache(maxsize=32768)
def fact(sentence: str) -> Fact:
    """What a profile sentence says. One that fits no topic is about `self`, and told within a frame."""
    whole = restored(" ".join(sentence.split()))
    topic, slots = understood(whole)
    slots = with_forms(slots)
    framed = {"clause": small(whole)}
    spare = _tellings("self", framed, whole)
    tellings = _tellings(topic, slots, whole)
    if not tellings:
        topic, tellings, spare = "self", spare, ()
    return Fact(whole, topic, {**slots, **framed}, tellings, spare)


@lru_cache(maxsize=32768)
def understood(sentence: str) -> tuple[str, dict[str, str]]:
    """The topic of a first-person sentence and the things it names."""
    plain = cleaned(sentence)
    for name in _candidates(plain):
        for pattern in lexicon().topics[name].facts:
            if found := pattern.match(plain):
                return name, _named(name, found)
    return _by_form(plain)


def cleaned(sentence: str) -> str:
    """Without greeting, filler words, short forms and full stop."""
    text = _GREETING.sub("", expanded(sentence)).strip(" .!")
    for variant, usual in _SPELLING:
        text = text.replace(variant, usual).replace(variant.capitalize(), usual.capitalize())
    return " ".join(_FILLER.sub("", text).split())


def _candidates(plain: str) -> list[str]:
    by_cue = lexicon().by_cue
    tokens = re.findall(r"[\w'-]+", plain.lower())
    hits = {name for token in tokens for name in by_cue.get(token, ())}
    hits |= {name for token in tokens if token.lstrip("0123456789") != token for name in ("age", "animal owned")}
    return [name for name in lexicon().topics if name in hits]


def _named(topic: str, found: re.Match[str]) -> dict[str, str]:
    slots = {slot: _trimmed(value) for slot, value in found.groupdict().items() if value is not None}
    if "name" in slots:
        slots["name"] = capital(slots["name"])
    if topic in _NAMED:
        return slots
    return {slot: small(value) if found.start(slot) == 0 else value for slot, value in slots.items()}


def _trimmed(value: str) -> str:
    return _TAIL.sub("", _CUT.sub("", value)).strip(" .,")


def _by_form(plain: str) -> tuple[str, dict[str, str]]:
    for pattern in _FORMS:
        if found := pattern.match(plain):
            return _formed({name: value for name, value in found.groupdict().items() if value is not None})
    return "self", {}


def _formed(groups: dict[str, str]) -> tuple[str, dict[str, str]]:
    rest = _COUPLED.sub(lambda found: f"and {gerund(found[1])}", _trimmed(f" {groups.pop('rest', '')}"))
    verb = groups.get("to") or groups.get("hate") or groups.get("fav_to") or groups.get("habit") or ""
    doing = rest if verb.lower() == "go" and _ING.match(rest) else f"{gerund(verb)} {rest}".strip()
    if "to" in groups:
        return "hobby", {"doing": doing}
    if "habit" in groups:
        return ("self", {}) if verb.lower() in _NOT_A_HABIT or verb.endswith(("ed", "s")) else ("hobby", {"doing": doing})
    if "hate" in groups:
        return "self", {"bad": doing}
    if "fav_to" in groups:
        return "self", {"kind": groups["kind"], "fav": doing}
    return _thing({name: _trimmed(value) for name, value in groups.items()})


def _thing(groups: dict[str, str]) -> tuple[str, dict[str, str]]:
    if "liked" in groups:
        first = groups["liked"].split(" ", 1)[0].lower()
        if first in _NOT_A_THING:
            return "self", {}
        return "hobby", {"doing" if first.endswith("ing") and first not in _NOT_AN_ING else "it": groups["liked"]}
    return "self", groups


def with_forms(slots: Mapping[str, str]) -> dict[str, str]:
    """Slots with their mark (`it:`), their bare form (`it_bare`) and the one with an article (`it_a`)."""
    more: dict[str, str] = {}
    for name, value in slots.items():
        more[f"{name}:"] = value
        if value:
            more |= {name: value, f"{name}_bare": bare(value), f"{name}_a": article(value)}
    return more


def _tellings(topic: str, slots: Mapping[str, str], sentence: str) -> tuple[Telling, ...]:
    lines = [line for line in lexicon().topics[topic].lines["tell"] if line.fits(slots)]
    texts = [(line, line.filled(slots)) for line in lines]
    return tuple(Telling(line, text, norm(text)) for line, text in texts if token_f1(text, sentence) < TOO_CLOSE)
