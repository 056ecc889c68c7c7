"""What does a sentence put where only one value fits: birthplace, home, job, the one favourite of a kind?"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise, takewhile
from typing import Any

from .clause import Clause, Time
from .lemma import group, lemma
from .lexicon import lexicon, read_words
from .place import gazetteer, named
from .wording import Index, base, members


AGENT = re.compile(r"i (?:\w+ )?(be|work as) (?:a|an) (?:(\w+)(?: (\w+))?)(?= (?:at|in|for|and|who|by|on|now)\b|$)")
AGENTIVE = re.compile(r"(?:[^aeiou]er|[dtsn]or|ist|ician|arian|smith|wright|monger)$")
OF_MANY = ("pet", "instrument", "motor", "sport", "tongue", "sibling", "child")


@dataclass(frozen=True, slots=True)
class Filling:
    """`I was born in Porto`: born, {porto}."""

    slot: str
    value: frozenset[str]
    only: bool
    """No other value beside this one."""
    said: str


@dataclass(frozen=True)
class Slot:
    """One of `words/slots.yaml`; a wording of it and the class of its value."""

    name: str
    class_: str
    """What the value is: `*` a place, `people`, or a class; a kind of its class where the wording has no value."""
    lasting: bool
    many: bool
    hedged: frozenset[str]


def fillings(clause: Clause) -> Iterator[Filling]:
    """Of a clause that is neither denied nor wished."""
    if clause.denied or not clause.real:
        return
    yield from _favourite(clause)
    yield from _only(clause)
    yield from _colored(clause)
    yield from _agent(clause)
    yield from _relative(clause)
    yield from _filled(clause)


def _filled(clause: Clause) -> Iterator[Filling]:
    """What the wordings of the slots say."""
    words = set(clause.words)
    for _, slot, match in slots().matches(clause.words):
        if slot.hedged & words or (clause.time is Time.PAST and not slot.lasting):
            continue
        kept = match.groupdict().get("value")
        said = slot.class_ if kept is None else kept.strip()
        if match.string[match.end() :].split()[:1] == ["'s"]:
            continue
        value = _place(clause, said) if slot.class_ == "*" else said
        if value:
            kinds = frozenset({value}) if kept is None else _kinds(slot.class_).get(value, frozenset({value}))
            yield Filling(slot.name, kinds, not slot.many or "only" in words, value)
            done_at = read_slots()["done_at"]
            if slot.name == "job" and kinds <= done_at.keys():
                where = frozenset(place for kind in kinds for place in done_at[kind].split())
                yield Filling("workplace", where, True, value)


def _only(clause: Clause) -> Iterator[Filling]:
    """`the guitar is the only instrument I play` and `I play the piano`; `I only drink water` and `I drink soda`."""
    words = clause.words
    if clause.time is Time.PAST or words[0] not in group("own"):
        if "only" not in words:
            return
    known = lexicon().hypernyms
    whole = next((known[word] for before, word in pairwise(words) if before == "only" and word in known), None)
    for word in words[1:]:
        for class_ in {whole} if whole else _several(word, words[:3]):
            if word in members(class_) and word not in known:
                yield Filling(f"only {class_}", frozenset({word}), whole is not None, word)
    verb = next((place for place, word in enumerate(words[:4]) if word in group("of_many")), None)
    if words[0] == "i" and verb and not whole:
        said = [word for word in takewhile(lambda word: word not in lexicon().tail - {"to", "on"}, words[verb + 1 :])]
        value = frozenset(said) - lexicon().stop - lexicon().kinds - {"and"}
        only = "only" in words[1 : verb + 2]
        if value:
            yield Filling(f"what to {words[verb]}", value, only, " ".join(sorted(value)))


def _agent(clause: Clause) -> Iterator[Filling]:
    """`I am a glazier`, `I work as a puppeteer`: a word for who does something, which no list of jobs holds."""
    match = AGENT.match(" ".join(clause.words))
    if match is None or clause.time is Time.PAST:
        return
    word = match[3] or match[2]
    known = word in members("job") or word in gazetteer().peoples or word in group("no_job")
    if not known and (match[1] == "work as" or AGENTIVE.search(word)):
        yield Filling("job", frozenset({word}), True, word)


def _several(word: str, before: tuple[str, ...]) -> frozenset[str]:
    """The classes of which one can have several: those that a word is of, where one is said to have it."""
    if not group("having_one") & set(before):
        return frozenset()
    return frozenset(class_ for class_ in OF_MANY if word in members(class_))


def _colored(clause: Clause) -> Iterator[Filling]:
    """`my car is red`, `I drive a blue car`."""
    words, colors = clause.words, members("color")
    if clause.time is Time.PAST:
        return
    for place, word in enumerate(words):
        if word not in colors:
            continue
        if words[0] == "my" and words[place - 1] == "be" and 1 < place < 5:
            yield Filling(f"color of {words[place - 2]}", frozenset({word}), True, word)
        elif words[0] == "i" and set(words[1:3]) & {"drive", "own"} and place + 1 < len(words):
            yield Filling(f"color of {words[place + 1]}", frozenset({word}), True, word)


def _relative(clause: Clause) -> Iterator[Filling]:
    """`my father is a plumber`, `my wife lives in Rome`: as of oneself."""
    words = clause.words
    if words[:1] != ("my",) or words[1:2] == () or words[1] not in read_slots()["of_one"].split():
        return
    own = replace(clause, words=("i", *words[2:]))
    for filling in _filled(own):
        if filling.slot in ("job", "home", "born", "origin", "nationality", "religion", "name"):
            yield replace(filling, slot=f"{filling.slot} of {words[1]}")


def _place(clause: Clause, said: str) -> str:
    """What is left of a phrase up to its next adverbial: a known place, or a name with a capital."""
    if said.startswith("a ") and " in " in said:
        said = said.rpartition(" in ")[2]  # `on a farm in Ohio`
    words = tuple(takewhile(lambda word: word not in group("after_place"), said.split()[:5]))
    if place := named(words):
        return place
    if not words or not set(words) <= clause.names or set(words) & members("month"):
        return ""
    return " ".join(words)


def _favourite(clause: Clause) -> Iterator[Filling]:
    """`my favorite color is red`, `red is my favorite color`, `I like spring more than any other season`."""
    words, known = clause.words, lexicon()
    if "favorite" in words and "my" in words and "be" in words:
        at = words.index("be")
        left, right = words[:at], words[at + 1 :]
        kind, value = (left, right) if "favorite" in left else (right, left)
        if "my" in kind:
            yield from _best(kind[kind.index("favorite") + 1 :], value)
    elif words[:1] == ("i",) and "prefer" in words and "other" in words and "to" in words:
        yield from _best(words[words.index("other") + 1 :], words[words.index("prefer") + 1 : words.index("to")])
    elif words[:1] == ("i",) and "prefer" in words and "to" in words[2:]:
        at, to = words.index("prefer"), len(words) - 1 - words[::-1].index("to")
        better, worse = (frozenset(part) - known.stop for part in (words[at + 1 : to], words[to + 1 :]))
        if better and worse:
            yield Filling("preferred of " + " ".join(sorted(better | worse)), better, True, " ".join(sorted(better)))
    elif words[:1] == ("no",) and "beat" in words:
        at = words.index("beat")
        yield from _best(tuple(word for word in words[1:at] if word not in {"can", "other"}), words[at + 1 :])


def _best(kind: tuple[str, ...], value: tuple[str, ...]) -> Iterator[Filling]:
    """`type of movie`, `kind of movie`, `movie of all time` are all of movies."""
    known = lexicon()
    kind = kind[2:] if kind[1:2] == ("of",) and kind[0] in group("sorts") else kind
    name = [word for word in takewhile(lambda word: word not in known.tail | {"of", "to", "and", "i", "have"}, kind)]
    name = [word for word in name if word not in group("sorts")] or name
    said = frozenset(word for word in value[:6] if word not in known.stop | known.tail and word not in name)
    if name and said and not set(name) & group("unranked") and value[0] not in {"when", "to", "that", "one"}:
        yield Filling("favorite " + " ".join(name), said, True, " ".join(sorted(said)))


def differ(one: Filling, other: Filling) -> bool:
    """Two values of one slot that cannot both be right. Order does not matter."""
    if one.slot != other.slot or one.value & other.value:
        return False
    places, slot = gazetteer(), one.slot.partition(" of ")[0]
    if slot in ("born", "origin", "home"):
        return places.apart(one.said, other.said)
    if slot == "nationality":
        mine, theirs = (places.peoples.get(filling.said, frozenset({filling.said})) for filling in (one, other))
        lands = [(a, b) for a in mine for b in theirs]
        return all(places.apart(a, b) for a, b in lands)
    return one.only or other.only


@lru_cache(maxsize=1)
def slots() -> Index[Slot]:
    """`words/slots.yaml`, ready for use."""
    index = Index[Slot]()
    for name, rule in read_slots()["slots"].items():
        for wording in rule["says"]:
            class_ = wording.partition("<")[2].partition(">")[0]
            index.add(wording, _slot(name, class_, rule))
        for kind, wordings in rule.get("means", {}).items():
            for wording in wordings:
                index.add(wording, _slot(name, kind, rule))
    return index


def _slot(name: str, class_: str, rule: dict[str, Any]) -> Slot:
    hedged = frozenset(lemma(word) for word in rule.get("hedged", "").split())
    return Slot(name, class_, rule.get("lasting", False), rule.get("many", False), hedged)


@lru_cache(maxsize=64)
def _kinds(class_: str) -> dict[str, frozenset[str]]:
    """Word -> the kinds it is of; none for a class without kinds."""
    kinds = read_slots()["kinds"].get(class_, {})
    found: dict[str, frozenset[str]] = {}
    for kind, said in kinds.items():
        for word in map(base, said.split(",")):
            found[word] = found.get(word, frozenset()) | {kind}
    return found


@lru_cache(maxsize=1)
def read_slots() -> Any:
    return read_words("slots")
