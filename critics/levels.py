"""Which levels of the Big Five stand in a model's reply? Lenient about form, strict about meaning."""

import re
from collections.abc import Iterator, Mapping
from itertools import chain, pairwise
from math import copysign
from statistics import fmean
from typing import Any, NamedTuple

from ..personas.traits import Trait
from .assessment import HIGHEST, LOWEST, Assessment, Reading, rounded
from .material import Material, plain
from .parsing import LONGEST, Unreadable, objects_in, objects_of, repeats

EVIDENCE = 300
"""Characters of the evidence that are kept."""
DEPTH = 4
"""How far objects may stand in one another."""

_NAMES: Mapping[str, tuple[Trait, int]] = {
    name: (trait, sign)
    for trait, sign, names in (
        (Trait.OPENNESS, 1, "openness open intellect imagination o 개방성"),
        (Trait.CONSCIENTIOUSNESS, 1, "conscientiousness conscientious c 성실성"),
        (Trait.EXTRAVERSION, 1, "extraversion extroversion extraverted extroverted surgency e 외향성"),
        (Trait.EXTRAVERSION, -1, "introversion introverted 내향성"),
        (Trait.AGREEABLENESS, 1, "agreeableness agreeable a 우호성 친화성"),
        (Trait.AGREEABLENESS, -1, "antagonism disagreeableness"),
        (Trait.NEUROTICISM, 1, "neuroticism neurotic n 신경성 신경증"),
        (Trait.NEUROTICISM, 1, "negativeemotionality emotionalinstability"),
        (Trait.NEUROTICISM, -1, "emotionalstability es"),
    )
    for name in names.split()
}
"""The name without spaces -> the trait, and -1 where it names its other end."""
_LEVEL = ("level", "score", "value", "rating")
_EVIDENCE = ("evidence", "reason", "reasoning", "explanation", "justification", "why", "quote", "quotes")
_TURNS = ("turns", "turn")
_TRAIT = ("trait", "name", "dimension", "scale", "factor")
_NOTHING = frozenset(
    {"", "null", "none", "n/a", "na", "nan", "unknown", "unclear", "not shown", "no evidence", "-", "?"}
)
_WORDS = {"average": 0, "neutral": 0, "medium": 0, "moderate": 0, "middle": 0, "high": 3, "low": -3}
_DEGREES = {"slightly": 1, "somewhat": 2, "moderately": 2, "fairly": 2, "rather": 2, "very": 4, "extremely": 5}


class _Found(NamedTuple):
    trait: Trait
    reading: Reading


def read_levels(reply: str, shown: Material, name: str, told: str = "") -> Assessment:
    """The five readings in a reply about the speaker `name`, with or without prose around them. Raises Unreadable.

    Understood are `+3`, `"3/5"`, `2.5` (halves go away from 0), `"very high"` (4; `high` is 3, `somewhat high` 2), and
    `"low to average"` (the middle, -1.5, hence -2); not `"3 out of 10"`, nor `"low to high"`, which means nothing;
    other names and single letters of the traits, `emotional stability` being minus neuroticism; an object, objects in
    objects, a list of objects, or a line for each trait. Turn numbers that are not in the material are dropped.
    `told`: the instructions, whose examples are no answers.
    """
    found: dict[Trait, Reading] = {}
    for trait, reading in _all(reply[:LONGEST], shown, name, told):
        known = found.setdefault(trait, reading)
        if known.level != reading.level:
            raise Unreadable(f'it gives "{trait}" two levels, {known.level} and {reading.level}')
    if not found:
        raise Unreadable("it is empty" if not reply.strip() else "there is no JSON object with the five scales in it")
    if missing := [f'"{trait}"' for trait in Trait if trait not in found]:
        raise Unreadable(f"{', '.join(missing)} is missing")
    return {trait: found[trait] for trait in Trait}


def _all(reply: str, shown: Material, name: str, told: str) -> Iterator[_Found]:
    """From objects; where there are none, from lines. What was said in the dialogue is no answer, nor what was told."""
    given = [value for text, value in objects_in(reply) if plain(text) not in shown.text]
    if given:
        people = {label.casefold(): label == name for label in shown.seats}
        examples = [list(_in_object(value, shown, people)) for value in objects_of(told)]
        found = [list(_in_object(value, shown, people)) for value in given]
        own = [readings for readings in found if not readings or readings not in examples]
        if not any(own) and any(found):
            raise Unreadable(repeats(example=True))
        yield from chain.from_iterable(own)
    elif "{" not in reply:
        yield from _in_lines(reply, shown)


def _in_object(
    value: Mapping[str, Any], shown: Material, people: Mapping[str, bool], depth: int = 0
) -> Iterator[_Found]:
    """Levels under the names of traits, or deeper; not under the names of other speakers. `people`: is it this one?"""
    told = {str(key).strip().casefold(): item for key, item in value.items()}
    if named := _trait(str(_first(told, _TRAIT) or "")):
        yield _found(named, told, shown, "")
        return
    apart = _first(told, _EVIDENCE)
    for key, item in told.items():
        person = people.get(key) if _holds_no_level(item) else None
        if key in _EVIDENCE or person is False:
            continue
        if (named := _trait(key)) and not person:
            yield _found(named, item, shown, _apart(apart, named[0]))
        elif depth < DEPTH:
            above = {"evidence": apart} if isinstance(apart, Mapping) else {}
            for inner in item if isinstance(item, list) else [item]:
                if isinstance(inner, Mapping):
                    yield from _in_object({**above, **inner}, shown, people, depth + 1)


def _holds_no_level(item: Any) -> bool:
    return isinstance(item, Mapping) and not any(str(key).strip().casefold() in _LEVEL for key in item)


def _apart(evidence: Any, trait: Trait) -> str:
    """The evidence of a trait where all of it stands in an object of its own."""
    told = evidence.items() if isinstance(evidence, Mapping) else ()
    return next((_joined(text) for key, text in told if (named := _trait(str(key))) and named[0] is trait), "")


def _found(named: tuple[Trait, int], item: Any, shown: Material, evidence: str) -> _Found:
    trait, sign = named
    if not isinstance(item, Mapping):
        return _Found(trait, Reading(_level(trait, sign, item), _short(evidence), _turns(evidence, shown)))
    told = {str(key).strip().casefold(): value for key, value in item.items()}
    if not any(key in told for key in _LEVEL):
        raise Unreadable(f'"{trait}" has no "level"')
    text = _joined(_first(told, _EVIDENCE)) or evidence
    turns = _first(told, _TURNS)
    told_turns = _turns(text, shown) if turns is None else _turns(turns, shown, bare=True)
    return _Found(trait, Reading(_level(trait, sign, _first(told, _LEVEL)), _short(text), told_turns))


def _trait(key: str) -> tuple[Trait, int] | None:
    """`Openness to experience`, `1. O`, `extraversion_score` and `Neuroticism (N)` name a trait."""
    words = [word for word in re.split(r"[\W\d_]+", key.casefold()) if word]
    for name in ("".join(words), *("".join(pair) for pair in pairwise(words)), *words):
        if name in _NAMES and (len(name) > 1 or not name.isascii() or len(words) == 1):
            return _NAMES[name]
    return None


def _level(trait: Trait, sign: int, value: Any) -> int | None:
    level = _number(value)
    if level is None:
        return None
    if not isinstance(level, float) or not LOWEST <= level <= HIGHEST:
        raise Unreadable(f'"{trait}" has to be a whole number from {LOWEST} to {HIGHEST} or null, not {value!r:.40}')
    return rounded(level) * sign


def _number(value: Any) -> float | str | None:
    """A number; None for `null` and the like; the text itself where it is neither."""
    if value is None:
        return None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    text = str(value).strip(" .!*\"'`").casefold().replace("−", "-").replace("–", "-")
    if text in _NOTHING:
        return None
    if match := _RANGE.match(text):
        return (float(match[1]) + float(match[2])) / 2
    if match := _NUMBER.fullmatch(text):
        whole = match[2]
        return float(match[1].replace(" ", "")) if whole is None or float(whole) == HIGHEST else text
    return _worded(text)


_RANGE = re.compile(r"([+-]?\d(?:\.\d+)?)\s*(?:to|~|\.\.)\s*([+-]?\d(?:\.\d+)?)(?![\d/]|\s*\(?\s*(?:out )?of\b)")
_WHOLE = r"\(?\s*(?:/|(?:out )?of\b)"
_NUMBER = re.compile(
    rf"(?:level|score)?\s*:?\s*([+-]?\s?\d+(?:\.\d+)?)(?:\s*{_WHOLE}\s*\+?(\d+(?:\.\d+)?)\)?)?"
    rf"(?:(?!\s*(?:{_WHOLE}|to\b|~|\.\.))\s*(?:[(\[|]|[-–:;,.*\s]+[^-–:;,.*\s\d%]).*)?"
)


def _worded(text: str) -> float | str:
    """`very high` is 4, `high` 3, `average` 0, `somewhat low` -2, `medium-high` 1.5; the text for what is no level."""
    words = re.findall(r"[a-z]+", re.split(r"[(:;,.]", text)[0])
    levels: list[float] = []
    word, degree = "", None
    while words and (words[0] in _DEGREES or words[0] in _WORDS or (levels and words[0] == "to")):
        word = words.pop(0)
        if word in _WORDS:
            levels.append(_WORDS[word] if degree is None else copysign(degree, _WORDS[word]) if _WORDS[word] else 0)
        degree = _DEGREES.get(word)
    poles = {copysign(1, level) for level in levels if level}
    if word not in _WORDS or len(poles) > 1 or not _WORDS.keys().isdisjoint(words):
        return text
    return fmean(levels)


def _in_lines(reply: str, shown: Material) -> Iterator[_Found]:
    """`Openness: +3`, `- **E** = -2 (hardly says a word)`, `| Neuroticism | 0 | untroubled |`."""
    for line in reply.splitlines():
        match = _LINE.match(line.strip(" -*#|\t"))
        named = _trait(match[1]) if match else None
        if match and named and plain(line) not in shown.text:
            level, _, reason = (part.strip(" *`") for part in match[2].partition("|"))
            reason = reason.strip("| ") or level
            yield _Found(named[0], Reading(_level(*named, level), _short(reason), _turns(reason, shown)))


_LINE = re.compile(r"([^:=|]{1,40}?)\s*(?::|=|\|)\W{0,4}?(?=[+−–\w?-])(.*)")


def _turns(value: Any, shown: Material, *, bare: bool = False) -> tuple[int, ...]:
    """Indices of the turns that are named by their numbers, which count from 1; `bare`: any number is one."""
    text = str(value)
    pieces = [text] if bare else [a or b for a, b in _CITED.findall(text)]
    numbers = (int(number) - 1 for piece in pieces for number in re.findall(r"\d{1,6}", piece))
    return tuple(dict.fromkeys(index for index in numbers if 0 <= index < shown.turns))


_CITED = re.compile(r"\[([\d, ]+)\]|turns?\s+(\d+(?:(?:,|\s|and|&)+\d+)*)", re.IGNORECASE)


def _first(told: Mapping[str, Any], keys: tuple[str, ...]) -> Any:
    return next((told[key] for key in keys if key in told), None)


def _joined(value: Any) -> str:
    if isinstance(value, list):
        return " / ".join(_joined(item) for item in value)
    if isinstance(value, Mapping):
        return " ".join(str(item) for item in value.values())
    return "" if value is None else str(value)


def _short(text: str) -> str:
    line = plain(text)
    return line if len(line) <= EVIDENCE else f"{line[: EVIDENCE - 1]}…"
