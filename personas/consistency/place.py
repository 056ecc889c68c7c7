"""Do two names of places exclude each other, or can one lie in the other?"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from .lemma import lemma
from .lexicon import read_words


@dataclass(frozen=True)
class Gazetteer:
    """`words/places.yaml`, ready for use; names in dictionary forms, as clauses have them."""

    within: dict[str, frozenset[str]]
    """Place -> itself and all that holds it."""
    peoples: dict[str, frozenset[str]]
    """`french` -> france and all that holds it."""

    leaves: frozenset[str]
    """Places that hold no other one here."""

    def apart(self, one: str, other: str) -> bool:
        """Ohio and Texas are; Ohio and Cleveland are not. A name that is not known counts as a town."""
        if one == other or set(one.split()) & set(other.split()):
            return False
        mine, theirs = self.within.get(one), self.within.get(other)
        if mine is not None and theirs is not None:
            return one not in theirs and other not in mine
        return all(name in self.leaves or name not in self.within for name in (one, other))


def named(words: tuple[str, ...]) -> str:
    """The first place of some words, as long as it goes; empty where there is none."""
    known = gazetteer().within
    for start in range(len(words)):
        for end in range(min(len(words), start + 4), start, -1):
            if " ".join(words[start:end]) in known:
                return " ".join(words[start:end])
    return ""


@lru_cache(maxsize=1)
def gazetteer() -> Gazetteer:
    """Read once."""
    read = read_words("places")
    holds: dict[str, set[str]] = {}
    peoples: dict[str, set[str]] = {}
    for union, parts in read["unions"].items():
        _hold(holds, union, parts)
    for country, said in read["countries"].items():
        people, _, towns = said.partition(";")
        _hold(holds, country, "" if "{" in towns else towns)
        for name in _names(people):
            peoples.setdefault(name, set()).add(_base(country))
    for state, towns in read["states"].items():
        _hold(holds, "united states", state)
        _hold(holds, state, towns or "")
    within = {name: frozenset(_upward(name, holds)) for name in holds}
    within |= {_base(name): within[_base(place)] | {_base(name)} for name, place in read["same"].items()}
    for name, place in read["same"].items():
        for holder in within:
            if _base(place) in within[holder]:
                within[holder] |= {_base(name)}
    leaves = frozenset(within) - {holder for name, holders in within.items() for holder in holders - {name}}
    return Gazetteer(within, {name: frozenset(places) for name, places in peoples.items()}, leaves)


def _hold(holds: dict[str, set[str]], whole: str, parts: str) -> None:
    holds.setdefault(_base(whole), set())
    for part in _names(parts):
        holds.setdefault(part, set()).add(_base(whole))


def _upward(name: str, holds: dict[str, set[str]]) -> Iterator[str]:
    yield name
    for whole in holds.get(name, ()):
        yield from _upward(whole, holds)


def _names(said: str) -> list[str]:
    return [_base(name) for name in said.split(",") if name.strip()]


def _base(name: str) -> str:
    return " ".join(lemma(word) for word in name.split())
