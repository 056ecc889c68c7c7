"""What is a first-person sentence about, and what does it name?"""

import re
from functools import lru_cache
from typing import Final

from .clause import cleaned, readings
from .english import forms, listed, shape
from .grammar import capital, gerund, small
from .lexicon import Topic, lexicon

_NAMED: Final = frozenset(("music artist", "movie title", "book author", "book title", "show", "school name", "name"))
_PLACES: Final = frozenset(("preferred location", "preferred place", "residence", "birthplace"))


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
    held = {slot: value for slot, value in found.groupdict().items() if value is not None}
    slots = {slot: value.strip(" .,") if topic in _NAMED else _trimmed(value) for slot, value in held.items()}
    if "name" in slots:
        slots["name"] = capital(slots["name"])
    if topic in _NAMED:
        return slots
    lower = _lowered if topic in _PLACES else small
    return {slot: lower(value) if found.start(slot) == 0 else value for slot, value in slots.items()}


def _lowered(place: str) -> str:
    """A place from the start of a sentence: its article loses the capital, its name does not."""
    return small(place) if shape("article").match(place) else place


def _trimmed(value: str) -> str:
    return shape("tail").sub("", shape("cut").sub("", value)).strip(" .,")


def _by_form(plain: str) -> tuple[str, dict[str, str]]:
    for pattern in forms():
        if found := pattern.match(plain):
            return _formed({name: value for name, value in found.groupdict().items() if value is not None})
    return "self", {}


def _formed(groups: dict[str, str]) -> tuple[str, dict[str, str]]:
    rest = shape("coupled").sub(lambda found: f"and {gerund(found[1])}", _trimmed(f" {groups.pop('rest', '')}"))
    verb = groups.get("to") or groups.get("hate") or groups.get("fav_to") or groups.get("habit") or ""
    doing = rest if verb.lower() == "go" and shape("doing").match(rest) else f"{gerund(verb)} {rest}".strip()
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
    if verb in listed("no_habit") or verb.endswith("ed") or re.search(r"[^s]s$", verb) or not rest:
        return "self", {}
    return "hobby", {"habit": f"{gerund(verb)} {shape('place_or_time').sub('', rest)}"}


def _thing(groups: dict[str, str]) -> tuple[str, dict[str, str]]:
    if "liked" in groups:
        first = groups["liked"].split(" ", 1)[0].lower()
        if first in listed("seldom_alone"):
            return "self", {}
        return "hobby", {
            "doing" if first.endswith("ing") and first not in listed("no_doing") else "it": groups["liked"]
        }
    return "self", groups
