"""What does a sentence put where only one value fits: birthplace, home, the one favourite of a kind?"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .clause import Clause, Time
from .lexicon import lexicon
from .topic import vocabulary

STUDIED = frozenset({"major", "study", "degree"})
SHADES = {"ginger": "red", "auburn": "red", "white": "gray", "brunette": "brown"}
YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True, slots=True)
class Filling:
    """`I was born in Porto`: born, {porto}."""

    slot: str
    value: frozenset[str]
    only: bool
    """No other value beside this one."""


def fillings(clause: Clause) -> Iterator[Filling]:
    """Of a clause that is neither denied nor wished."""
    if clause.denied or not clause.real:
        return
    yield from _birthplace(clause)
    yield from _favourite(clause)
    yield from _subject(clause)
    yield from _looks(clause)
    yield from _kinds(clause)
    if clause.time is Time.NOW or clause.time is Time.EVER:
        yield from _residence(clause)


def _birthplace(clause: Clause) -> Iterator[Filling]:
    words = clause.words
    text = " ".join(words)
    if "birthplace" in words and "be" in words:
        at = words.index("be")
        yield from _place("born", words[:at] if "birthplace" in words[at:] else words[at + 1 :])
    for opening in (
        "i be born and raise in ",
        "i be born in ",
        "i come into the world in ",
        "my mother have me in ",
        "i be bear in ",
    ):
        if opening in f"{text} ":
            found = tuple(_place("born", tuple(text.partition(opening)[2].split())))
            if found:
                yield from found
                return
    if text.startswith(("i come into the world", "my mother have me", "i be born")) and " in " in text:
        yield from _place("born", tuple(text.rpartition(" in ")[2].split()))


def _residence(clause: Clause) -> Iterator[Filling]:
    text = " ".join(clause.words)
    for opening in (
        "i live in ",
        "i currently live in ",
        "i now live in ",
        "my home be in ",
        "i still live in ",
        "we live in ",
        "my flat be in ",
        "my house be in ",
    ):
        if text.startswith(opening):
            yield from _place("home", tuple(text.removeprefix(opening).split()))


def _place(slot: str, words: tuple[str, ...]) -> Iterator[Filling]:
    """A name of a place: what is left of a phrase up to its next adverbial; `a hospital` is none."""
    known, plain = lexicon(), vocabulary().classes["common_place"]
    kept: list[str] = []
    for word in words[:5]:
        if word in known.tail | {"and", "or", "i", "my", "with", "now", "a", "an"}:
            break
        if word not in {"the"}:
            kept.append(word)
    month = vocabulary().classes["month"]
    if kept and not set(kept) & (plain | month | set(known.numbers)) and not any(word.isdigit() for word in kept):
        yield Filling(slot, frozenset({" ".join(kept)}), True)


def _favourite(clause: Clause) -> Iterator[Filling]:
    """`my favorite color is red`, `red is my favorite color`, `I like spring more than any other season`."""
    words = clause.words
    if "favorite" in words and "my" in words and "be" in words:
        at = words.index("be")
        left, right = words[:at], words[at + 1 :]
        kind, value = (left, right) if "favorite" in left else (right, left)
        if "my" in kind:
            name = kind[kind.index("favorite") + 1 :]
            yield from _best(name, value)
    elif words[:1] == ("i",) and "prefer" in words and "other" in words and "to" in words:
        yield from _best(words[words.index("other") + 1 :], words[words.index("prefer") + 1 : words.index("to")])


def _best(kind: tuple[str, ...], value: tuple[str, ...]) -> Iterator[Filling]:
    known = lexicon()
    named = []
    for word in kind:
        if word in known.tail | {"of", "to", "and", "i"}:
            break
        named.append(word)
    said = frozenset(word for word in value[:6] if word not in known.stop and word not in known.tail)
    if (
        named
        and said
        and named != ["part"]
        and not set(named) & {"thing", "one", "memory", "way"}
        and value[0] not in {"when", "to", "that"}
    ):
        yield Filling("favorite " + " ".join(named), said, True)


def _subject(clause: Clause) -> Iterator[Filling]:
    """What somebody teaches or took a degree in; `only` makes it the one."""
    words, subjects = clause.words, vocabulary().classes["subject"]
    said = frozenset(words) & subjects
    if not said:
        return
    if "teach" in words and "i" in words:
        yield Filling("teach", said, "only" in words)
    elif set(words) & STUDIED and ("i" in words or "my" in words):
        yield Filling("study", said, "only" in words)


def _looks(clause: Clause) -> Iterator[Filling]:
    """`my eyes are blue`, `I have long brown hair`."""
    words, colors = clause.words, vocabulary().classes["hair_color"]
    if clause.time is Time.PAST or words[0] not in {"my", "i", "and"} or "want" in words:
        return
    for noun in ("hair", "eye"):
        if noun not in words:
            continue
        at = words.index(noun)
        near = words[at + 1 : at + 5] if words[at + 1 : at + 2] == ("be",) else words[max(0, at - 2) : at]
        said = frozenset(SHADES.get(word, word) for word in near if word in colors)
        if said and (words[0] == "my" or "have" in words[:at]):
            yield Filling(noun, said, True)


def _kinds(clause: Clause) -> Iterator[Filling]:
    """`I am a Hindu`, `I was born in 1990`."""
    words, known = clause.words, vocabulary().classes
    if words[:2] == ("i", "be") and clause.time is not Time.PAST:
        for slot in ("religion", "zodiac"):
            said = frozenset(words[2:6]) & known[slot]
            if said and not {"with", "to", "by", "of"} & set(words[2:6]):
                yield Filling(slot, frozenset({"christian"} & said or said), True)
    if words[:4] == ("i", "be", "born", "in") and words[4:5] and YEAR.fullmatch(words[4]):
        yield Filling("year of birth", frozenset({words[4]}), True)


def differ(one: Filling, other: Filling) -> bool:
    """Two values of one slot that cannot both be right. Order does not matter."""
    if one.slot != other.slot or one.value & other.value:
        return False
    if one.slot in ("born", "home"):
        return _apart(next(iter(one.value)), next(iter(other.value)))
    if one.slot == "religion" and (one.value | other.value) <= vocabulary().classes["church"]:
        return "christian" not in one.value | other.value
    return one.only or other.only if one.slot in ("teach", "study") else not _within(one.value, other.value)


def _within(one: frozenset[str], other: frozenset[str]) -> bool:
    return one <= other or other <= one


def _apart(one: str, other: str) -> bool:
    """Ohio and Texas are apart; Ohio and Cleveland need not be."""
    if set(one.split()) & set(other.split()):
        return False
    ranks = [_rank(place) for place in (one, other)]
    if sorted(ranks) == ["country", "state"]:
        country = one if ranks[0] == "country" else other
        return country not in vocabulary().classes["american"]
    if ranks == ["country", "country"]:
        known = vocabulary().classes
        same = any(
            (one in a and other in b) or (other in a and one in b)
            for a, b in (
                (known["british"], known["kingdom"]),
                (known["american"], known["american"]),
                (known["kingdom"], known["kingdom"]),
            )
        )
        return not same
    return ranks[0] == ranks[1]


def _rank(place: str) -> str:
    return next((rank for rank in ("country", "state", "continent") if place in vocabulary().classes[rank]), "town")
