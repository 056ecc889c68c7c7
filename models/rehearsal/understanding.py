"""What is a first-person sentence about, and what does it name?"""

import re
from functools import lru_cache
from typing import Final

from .clause import cleaned, readings
from .grammar import capital, gerund, small
from .lexicon import Topic, lexicon

_CUT: Final = re.compile(
    r"(?:,| (?:but|because|when|while|so|ever since|though|although|even though|which|that|who|whose|since|as long as|if|whenever|until|where|"
    r"and I|and my|and have|and (?=[a-z]+ (?:the|no|my|a)\b))\b).*$"
)
_TAIL: Final = re.compile(r" (?:a lot|very much|so much|the most|too|as well|as a hobby|in my (?:free|spare) time)$")
_COUPLED: Final = re.compile(
    r"\band (sing|dance|play|watch|eat|drink|cook|ride|go|listen|read|walk|run|write|take|draw|paint|talk|swim|see|do|make|"
    r"bake|hang|spend|relax|sleep|explore|hunt|fish|camp|sew|knit|travel|meet|visit|help|work|build|fix|shop|laugh)\b"
)
_PLACE_OR_TIME: Final = re.compile(
    r" (?:at|on|in|every|after|before|until|during|from|wherever|since|with|for) (?:the |my |a |an |each )?\w.*$"
)
_ING: Final = re.compile(r"[a-z]+ing\b")
_NAMED: Final = frozenset(("music artist", "movie title", "book author", "book title", "show", "school name", "name"))
_PLACES: Final = frozenset(("preferred location", "preferred place", "residence", "birthplace"))
_NOT_A_THING: Final = frozenset("when that how it being what where to if".split())
_NOT_AN_ING: Final = frozenset("nothing something everything anything spring king string morning evening ring thing wing".split())
_NOT_A_HABIT: Final = frozenset(
    "am is was were be been have had do did does will would can could should may might must feel know think need want "
    "own believe wish remember hate dislike love like prefer live work look seem got get went came became used "
    "moved met won saw made took began started quit lost found left said had never no not just recently to once now "
    "hope plan dream find understand mind belong weigh stand come grew turned graduated joined bought broke fell gave "
    "chose owe cry only survived wrote kept drew sold told felt ran sat rode taught thought forgot understood heard ate "
    "drank slept spoke swam sang swore learnt learned dreamt wore paid sent set let put cut read hurt cost blush wait lie".split()
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


@lru_cache(maxsize=32768)
def understood(sentence: str) -> tuple[str, dict[str, str]]:
    """The topic of a sentence and the things it names: by a topic's patterns, by a word of its own, or by its form."""
    plain = cleaned(sentence)
    wordings = readings(plain)
    topics = _candidates(plain)
    for topic in topics:
        for wording in wordings:
            if found := _first(topic.facts, wording, anchored=True):
                return topic.name, _named(topic.name, found)
    for topic in topics:
        if found := _first(topic.spots, plain, anchored=False):
            return topic.name, _named(topic.name, found)
    return _by_form(wordings[0])


def _first(patterns: tuple[re.Pattern[str], ...], text: str, *, anchored: bool) -> re.Match[str] | None:
    for pattern in patterns:
        if found := pattern.match(text) if anchored else pattern.search(text):
            return found
    return None


def _candidates(plain: str) -> list[Topic]:
    by_cue = lexicon().by_cue
    tokens = re.findall(r"[\w'é-]+", plain.lower())
    hits = {name for token in tokens for name in by_cue.get(token, ())}
    hits |= {name for token in tokens if token.lstrip("0123456789") != token for name in ("age", "animal owned")}
    return [topic for name, topic in lexicon().topics.items() if name in hits]


def _named(topic: str, found: re.Match[str]) -> dict[str, str]:
    slots = {slot: _trimmed(value) for slot, value in found.groupdict().items() if value is not None}
    if "name" in slots:
        slots["name"] = capital(slots["name"])
    if topic in _NAMED:
        return slots
    lower = _lowered if topic in _PLACES else small
    return {slot: lower(value) if found.start(slot) == 0 else value for slot, value in slots.items()}


def _lowered(place: str) -> str:
    """A place from the start of a sentence: its article loses the capital, its name does not."""
    return small(place) if re.match(r"(?:The|An?|Any|My|Our|Some|Every) ", place) else place


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
        return _habit(verb.lower(), rest)
    if "hate" in groups:
        return "self", {"bad": doing}
    if "fav_to" in groups:
        return "self", {"kind": groups["kind"], "fav": doing}
    return _thing({name: _trimmed(value) for name, value in groups.items()})


def _habit(verb: str, rest: str) -> tuple[str, dict[str, str]]:
    if verb in _NOT_A_HABIT or verb.endswith("ed") or re.search(r"[^s]s$", verb) or not rest:
        return "self", {}
    return "hobby", {"habit": f"{gerund(verb)} {_PLACE_OR_TIME.sub('', rest)}"}


def _thing(groups: dict[str, str]) -> tuple[str, dict[str, str]]:
    if "liked" in groups:
        first = groups["liked"].split(" ", 1)[0].lower()
        if first in _NOT_A_THING:
            return "self", {}
        return "hobby", {"doing" if first.endswith("ing") and first not in _NOT_AN_ING else "it": groups["liked"]}
    return "self", groups
