"""What does a sentence put where only one value fits: birthplace, home, job, faith?"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import takewhile
from typing import Any

from .clause import Clause, Time
from .lemma import group, lemma
from .lexicon import read_words
from .place import gazetteer, named
from .sole import Filling, sole
from .wording import Index, base, members


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
    yield from sole(clause)
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
            if slot.name == "job":
                yield Filling("only job", frozenset({value}), "only" in words, value)
            done_at = read_slots()["done_at"]
            if slot.name == "job" and kinds <= done_at.keys():
                where = frozenset(place for kind in kinds for place in done_at[kind].split())
                yield Filling("workplace", where, True, value)


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
    words = tuple(word for word in words if word != "the")
    if not words or not set(words) - {"of"} <= clause.names or set(words) & members("month"):
        return ""
    return " ".join(words)


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
