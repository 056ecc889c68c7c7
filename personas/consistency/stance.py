"""When do two attitudes or habits of one person clash?"""

from dataclasses import dataclass
from functools import lru_cache

from .clause import Clause, Time
from .lemma import group
from .lexicon import lexicon
from .wording import members


@dataclass(frozen=True, slots=True)
class Stance:
    """`I never watch Lost`: against, watch, (lost)."""

    favours: bool
    act: str
    """`like` for an attitude, `` where any act is meant, else a verb."""
    object: tuple[str, ...]
    content: frozenset[str]
    names: frozenset[str]
    time: Time
    general: bool
    """Nothing narrows it down to some occasion."""
    keys: frozenset[str]
    """Words of which two stances that clash share one: the object's, and the whole that it is a kind of."""


@lru_cache(maxsize=65536)
def wholes(word: str) -> frozenset[str]:
    """`jazz` is music."""
    return frozenset(whole for whole, class_ in lexicon().hypernyms.items() if word in members(class_))


def stance(clause: Clause, favours: bool, act: str, object_: tuple[str, ...], general: bool, time: Time) -> Stance:
    thing = tuple(word for word in object_ if word not in lexicon().numbers and not word.isdigit())
    thing = tuple(lexicon().same_thing.get(word, word) for word in thing)
    thing = tuple("cat" if word in members("cat") else "dog" if word in members("dog") else word for word in thing)
    if not thing and act not in ("", "like", "be"):
        thing = (act,)
    content = frozenset(thing)
    acts = {act} - {"", "like", "be", "have"}
    keys = content.union(acts, *map(wholes, (*thing, " ".join(thing))))
    return Stance(favours, act, thing, content, clause.names & content, time, general, keys)


def clash(one: Stance, other: Stance) -> bool:
    """Order does not matter."""
    if one.favours == other.favours or not (one.keys & other.keys):
        return False
    good, bad = (one, other) if one.favours else (other, one)
    if Time.PAST in (good.time, bad.time) and not (bad.time is Time.EVER and good.act != "like"):
        return False
    return bad.general and _same_act(good, bad) and _covers(bad, good)


def _same_act(good: Stance, bad: Stance) -> bool:
    """What is liked is not always done, nor the other way round."""
    known = lexicon()
    if bad.act == "":
        return good.act != "like"
    if good.act == "have" != bad.act and good.content & members("pet"):
        return False
    if good.act == bad.act or good.act in known.entailed_by.get(bad.act, ()):
        return True
    if good.act in {"like", "need"}:
        tried = bad.act in known.consume - {"play", "have"} if bad.time is Time.EVER else bad.act in {"drink", "eat"}
        return tried or bad.act in good.content
    return False


def _covers(bad: Stance, good: Stance) -> bool:
    """What is denied is the same thing, or the whole of which the other is a kind."""
    mine, theirs = _bare(bad), _bare(good)
    if mine == theirs or (theirs == mine | {bad.act} if good.act == "like" else mine == theirs | {good.act}):
        return True  # `do not collect stamps` and `love collecting stamps`
    if len(mine) == 1 and (class_ := lexicon().hypernyms.get(next(iter(mine)))):
        return bool(members(class_) & ({*theirs, " ".join(good.object)}))
    if not bad.content < good.content:
        return False
    works = set(good.object[len(bad.object) :]) <= group("works") and good.object[: len(bad.object)] == bad.object
    return works or bad.object[-1] == good.object[-1] or bad.names == bad.content


def _bare(stance: Stance) -> frozenset[str]:
    """`rap music` is rap."""
    named = len(stance.object) > 1 and stance.object[-1] in lexicon().kinds
    return frozenset(stance.object[:-1]) if named else stance.content
