"""What does a sentence call the only one or the favourite of its kind, and what does it claim beside it?"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise, takewhile

from .clause import Clause, Time
from .lemma import group
from .lexicon import lexicon
from .place import gazetteer
from .wording import members

AGENT = re.compile(r"i (?:\w+ )?(be|work as) (?:a|an) (?:(\w+)(?: (\w+))?)(?= (?:at|in|for|and|who|by|on|now)\b|$)")
AGENTIVE = re.compile(r"(?:[^aeiou]er|[dtsn]or|ist|ician|arian|smith|wright|monger)$")
OF_MANY = ("pet", "instrument", "motor", "sport", "tongue", "sibling", "child", "subject", "car_make")


@dataclass(frozen=True, slots=True)
class Filling:
    """`I was born in Porto`: born, {porto}."""

    slot: str
    value: frozenset[str]
    only: bool
    """No other value beside this one."""
    said: str


def sole(clause: Clause) -> Iterator[Filling]:
    """Values that need no list of slots."""
    for found in (_favourite, _only, _nothing_else, _colored, _agent):
        yield from found(clause)


def _filling(slot: str, value: frozenset[str], *, only: bool = True) -> Filling:
    return Filling(slot, value, only, " ".join(sorted(value)))


def _favourite(clause: Clause) -> Iterator[Filling]:
    """`my favorite color is red`, `red is my favorite color`, `the color I like most is red`, `no color beats red`."""
    words = clause.words
    if "favorite" in words and "my" in words and "be" in words:
        at = words.index("be")
        left, right = words[:at], words[at + 1 :]
        kind, value = (left, right) if "favorite" in left else (right, left)
        if "my" in kind:
            yield from _best(kind[kind.index("favorite") + 1 :], value)
    elif words[0] == "the" and words[-2:-1] == ("be",) and {"i", "most"} <= set(words[2:-2]):
        yield from _best(words[1:2], words[-1:])
    elif words[0] == "no" and "beat" in words:
        at = words.index("beat")
        yield from _best(tuple(word for word in words[1:at] if word not in {"can", "other"}), words[at + 1 :])
    elif words[0] == "i" and "prefer" in words and "to" in words[2:]:
        yield from _preferred(words)


def _preferred(words: tuple[str, ...]) -> Iterator[Filling]:
    """`I like spring more than any other season`, `I prefer dogs to cats`."""
    at, to = words.index("prefer"), len(words) - 1 - words[::-1].index("to")
    if "other" in words[to:]:
        yield from _best(words[words.index("other") + 1 :], words[at + 1 : to])
        return
    better, worse = (frozenset(part) - lexicon().stop for part in (words[at + 1 : to], words[to + 1 :]))
    if better and worse:
        yield _filling("preferred of " + " ".join(sorted(better | worse)), better)


def _best(kind: tuple[str, ...], value: tuple[str, ...]) -> Iterator[Filling]:
    """`type of movie`, `kind of movie`, `movie of all time` are all of movies."""
    tail = lexicon().tail
    kind = kind[2:] if kind[1:2] == ("of",) and kind[0] in group("sorts") else kind
    named = list(takewhile(lambda word: word not in tail | {"of", "to", "and", "i", "have"}, kind))
    name = [word for word in named if word not in group("sorts")] or named
    said = frozenset(word for word in value[:6] if word not in lexicon().stop | tail and word not in name)
    if name and said and not set(name) & group("unranked") and value[0] not in {"when", "to", "that", "one"}:
        yield _filling("favorite " + " ".join(name), said)


def _only(clause: Clause) -> Iterator[Filling]:
    """`the guitar is the only instrument I play`, and `I play the piano`."""
    words, known = clause.words, lexicon().hypernyms
    if (clause.time is Time.PAST or words[0] not in group("own")) and "only" not in words:
        return
    whole = next((known[word] for before, word in pairwise(words) if before == "only" and word in known), None)
    if whole and not (members(whole) - known.keys()) & set(words) and "be" in words:
        yield _filling(f"only {whole}", frozenset(words) - lexicon().stop - known.keys() - {"only", "be"})
    for word in words[1:]:
        for class_ in {whole} if whole else _several(word, words[:3]):
            if word in members(class_) and word not in known:
                yield _filling(f"only {class_}", frozenset({word}), only=whole is not None)


def _nothing_else(clause: Clause) -> Iterator[Filling]:
    """`I only drink water`, and `I drink soda`."""
    words, known = clause.words, lexicon()
    verb = next((place for place, word in enumerate(words[:4]) if word in group("of_many")), None)
    if words[0] != "i" or not verb or clause.time is Time.PAST:
        return
    said = takewhile(lambda word: word not in known.tail - {"to", "on"}, words[verb + 1 :])
    value = frozenset(said) - known.stop - known.kinds - known.hypernyms.keys() - {"and", "only"}
    if value:
        yield _filling(f"what to {words[verb]}", value, only="only" in words[1 : verb + 2])


def _several(word: str, before: tuple[str, ...]) -> frozenset[str]:
    """The classes of which one can have several: those that a word is of, where one is said to have it."""
    if not group("having_one") & set(before):
        return frozenset()
    return frozenset(class_ for class_ in OF_MANY if word in members(class_))


def _agent(clause: Clause) -> Iterator[Filling]:
    """`I am a glazier`, `I work as a puppeteer`: a word for who does something, which no list of jobs holds."""
    match = AGENT.match(" ".join(clause.words))
    if match is None or clause.time is Time.PAST:
        return
    word = match[3] or match[2]
    known = word in members("job") or word in gazetteer().peoples or word in group("no_job")
    if not known and (match[1] == "work as" or AGENTIVE.search(word)):
        yield _filling("job", frozenset({word}))


def _colored(clause: Clause) -> Iterator[Filling]:
    """`my car is red`, `I drive a blue car`."""
    words = clause.words
    if clause.time is Time.PAST:
        return
    for place, word in enumerate(words):
        if word not in members("color"):
            continue
        if words[0] == "my" and words[place - 1] == "be" and 1 < place < 5:
            yield _filling(f"color of {words[place - 2]}", frozenset({word}))
        elif words[0] == "i" and set(words[1:3]) & {"drive", "own"} and place + 1 < len(words):
            yield _filling(f"color of {words[place + 1]}", frozenset({word}))
