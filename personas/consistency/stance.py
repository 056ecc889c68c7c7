"""When do two attitudes or habits of one person clash?"""

from dataclasses import dataclass

from .clause import Clause, Time
from .lexicon import lexicon
from .topic import vocabulary


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


def stance(clause: Clause, favours: bool, act: str, object_: tuple[str, ...], general: bool, time: Time) -> Stance:
    thing = tuple(word for word in object_ if word not in lexicon().numbers and not word.isdigit())
    thing = tuple(
        "cat" if word in vocabulary().classes["cat"] else "dog" if word in vocabulary().classes["dog"] else word
        for word in thing
    )
    if not thing and act and act != "like":
        thing = (act,)
    return Stance(favours, act, thing, frozenset(thing), clause.names & frozenset(thing), time, general)


def clash(one: Stance, other: Stance) -> bool:
    """Order does not matter."""
    if one.favours == other.favours or not one.content & other.content:
        return False
    good, bad = (one, other) if one.favours else (other, one)
    if Time.PAST in (good.time, bad.time) and not (bad.time is Time.EVER and good.act != "like"):
        return False
    return bad.general and _same_act(good.act, bad) and _covers(bad, good)


def _same_act(good: str, bad: Stance) -> bool:
    if {good, bad.act} == {"have", "own"}:
        return True
    if bad.act == "have" and bad.content & (vocabulary().classes["pet"] | vocabulary().classes["motor"]):
        return good == "have"
    if good == bad.act or bad.act == "":
        return good != "like" or bad.act != ""
    tried = lexicon().consume
    if good in {"like", "need"}:
        return bad.act in tried and bad.act != "play" and (bad.time is Time.EVER or bad.act in {"drink", "eat"})
    return bad.act == "like" and good in {"order", "devour", "listen", "drink", "eat"}


def _covers(bad: Stance, good: Stance) -> bool:
    """What is denied is the same thing, or the whole of which the other is a kind."""
    if _bare(bad) == _bare(good):
        return True
    if not bad.content < good.content:
        return False
    return bad.object[-1] == good.object[-1] or bad.names == bad.content


def _bare(stance: Stance) -> frozenset[str]:
    """`rap music` is rap."""
    named = len(stance.object) > 1 and stance.object[-1] in lexicon().kinds
    return frozenset(stance.object[:-1]) if named else stance.content
