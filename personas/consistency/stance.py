"""What does somebody like or hate, do or never do, and when do two of these clash?"""

from collections.abc import Iterator
from dataclasses import dataclass

from .clause import Clause, Time
from .lexicon import lexicon

LIKES = frozenset({"love", "like", "enjoy", "prefer"})
PLEASES = frozenset({"fascinate", "delight", "thrill", "calm"})
BORES = frozenset({"bore", "disgust", "annoy", "repulse", "irritate", "infuriate", "nauseate", "gross"})
BAD = frozenset({"boring", "bore", "awful", "disgusting", "disgust", "gross", "terrible", "overrated", "horrible", "nasty", "miserable", "noise", "dull", "revolting", "vile", "waste", "torture", "tedious", "stupid", "chore"})
GOOD = frozenset({"joy", "wonderful", "delicious", "fun", "amazing", "fantastic", "heaven", "bliss", "passion", "awesome", "favorite", "great", "thrilling"})
SICK = frozenset({"sick", "gag", "angry", "ill", "retch", "puke", "yawn", "furious", "shudder"})
HAPPY = frozenset({"happy", "laugh", "smile", "cheerful"})
QUITS = frozenset({"quit", "stop"})
FANS = frozenset({"fan", "lover", "enthusiast", "addict", "fanatic", "buff"})
SPEAKERS = frozenset({"i", "we"})


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


def stances(clause: Clause) -> Iterator[Stance]:
    """Those of the speaker; other people's are passed over."""
    words = clause.words
    if not clause.real or len(words) < 2:
        return
    if words[-1] == "me" or "me" in words[1:]:
        yield from _moved(clause)
    yield from _judged(clause)
    start = next((place for place, word in enumerate(words[:4]) if word in SPEAKERS), None)
    if words[0] == "you" and words[1:2] == ("hate",):
        start = 0
    if start is not None:
        yield from _own(clause, start + 1)


def _own(clause: Clause, place: int) -> Iterator[Stance]:
    known, words, denied = lexicon(), clause.words, False
    while place < len(words) and (words[place] in known.adverbs | known.negators | {"do", "have", "be", "can", "ever", "use", "to", "must"}):
        if words[place] == "have" and not _verb_follows(words, place):
            break
        denied = denied or words[place] in known.negators
        place += 1
    if place >= len(words) or words[place] in {"a", "an", "the", "my", "in"}:
        return
    verb = words[place]
    attitude = verb in LIKES or verb == "hate"
    object_, general = _object(words[place + 1 :], known.tail)
    if verb == "give" and words[place + 1 : place + 2] == ("up",):
        verb, object_ = "quit", object_[1:] if object_[:1] == ("up",) else object_
    act = "like" if attitude else known.canonical.get(verb, verb)
    favours = (verb != "hate") != denied
    for part in _parts(object_):
        if verb in QUITS:
            yield _stance(clause, False, "", part, general and not denied, Time.NOW)
        else:
            yield _stance(clause, favours, act, part, general or verb == "hate", clause.time)


def _verb_follows(words: tuple[str, ...], place: int) -> bool:
    """`have never watched`, not `have a dog`."""
    following = next((word for word in words[place + 1 :] if word not in lexicon().adverbs | lexicon().negators), "")
    return following in {"be", "have", "see", "read", "watch", "play", "eat", "drink", "own", "hear", "open", "try", "own", "visit", "use", "touch", "love", "like", "hate", "finish", "learn", "meet", "ride", "drive", "write", "run", "smoke", "give"}


def _moved(clause: Clause) -> Iterator[Stance]:
    """`olives bore me`, `snakes make me sick`."""
    words = clause.words
    at = words.index("me")
    verb = words[at - 1]
    mood = set(words[at + 1 : at + 3])
    bad = verb in BORES or (verb == "make" and bool(mood & SICK))
    good = verb in PLEASES or words[at - 1 : at + 2] == ("keep", "me", "company") or (verb == "make" and bool(mood & HAPPY))
    if bad or good:
        object_, _ = _object(_thing(words[: at - 1]), frozenset())
        for part in _parts(object_):
            yield _stance(clause, good != clause.denied, "like", part, True, clause.time)


def _thing(words: tuple[str, ...]) -> tuple[str, ...]:
    """`watching cricket` is cricket."""
    return words[1:] if len(words) > 1 and words[0] in lexicon().consume else words


def _judged(clause: Clause) -> Iterator[Stance]:
    """`gardening is pure joy`, `my favorite food is sushi`, `I find gardening a chore`."""
    words = clause.words
    if words[0] == "i" and "find" in words[1:3]:
        at = words.index("find")
        bad = bool(set(words) & BAD)
        if bad or set(words) & GOOD:
            thing = words[at + 1 :]
            cut = next((n for n, word in enumerate(thing) if word in {"a", "so", "very", "really", "rather"} | BAD | GOOD), 0)
            yield _stance(clause, not bad, "like", _object(thing[:cut], frozenset())[0], True, clause.time)
        return
    if words[:2] == ("i", "be") and (fans := FANS & set(words)):
        fan = words.index(next(iter(fans)))
        yield _stance(clause, not clause.denied, "like", _object(words[2:fan], frozenset())[0], True, clause.time)
    if "be" not in words or words[0] in SPEAKERS:
        return
    at = words.index("be")
    left, right = words[:at], words[at + 1 :]
    if "favorite" in left:
        yield _stance(clause, not clause.denied, "like", _object(right, lexicon().tail)[0], True, clause.time)
    elif "my" in right and "favorite" in right:
        yield _stance(clause, not clause.denied, "like", _object(left, frozenset())[0], True, clause.time)
    elif "i love" in " ".join(right) and not clause.denied:
        yield _stance(clause, True, "like", _object(left, frozenset())[0], True, clause.time)
    elif left and left[0] not in {"my", "it", "there", "that", "this", "he", "she", "they"} and (bad := bool(set(right) & BAD)) | bool(set(right[:3]) & GOOD):
        yield _stance(clause, (not bad) != clause.denied, "like", _object(left, frozenset())[0], True, clause.time)


def _object(words: tuple[str, ...], tail: frozenset[str]) -> tuple[tuple[str, ...], bool]:
    """Content words before the first word that opens an adverbial; False where one narrows the clause."""
    known = lexicon()
    kept: list[str] = []
    for place, word in enumerate(words):
        if word in tail and kept:
            return tuple(kept), not any(later not in known.stop | tail for later in words[place:])
        if word not in known.stop and word not in known.negators or word in {"and", "or"}:
            kept.append(word)
    return tuple(kept), True


def _parts(words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """`cats and dogs` are two things."""
    part: list[str] = []
    for word in (*words, "and"):
        if word in {"and", "or"}:
            if part:
                yield tuple(part)
            part = []
        else:
            part.append(word)
    if not any(word not in {"and", "or"} for word in words):
        yield ()


def _stance(clause: Clause, favours: bool, act: str, object_: tuple[str, ...], general: bool, time: Time) -> Stance:
    thing = tuple(word for word in object_ if word not in lexicon().numbers and not word.isdigit())
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
    if good == bad.act or bad.act == "":
        return good != "like" or bad.act != ""
    tried = lexicon().consume
    if good in {"like", "need"}:
        return bad.act in tried and bad.act != "play" and (bad.time is Time.EVER or bad.act in {"drink", "eat"})
    return bad.act == "like" and good in {"order", "devour", "listen"}


def _covers(bad: Stance, good: Stance) -> bool:
    """What is denied is the same thing, or the whole of which the other is a kind."""
    if bad.content == good.content:
        return True
    if not bad.content < good.content:
        return False
    return bad.object[-1] == good.object[-1] or bad.names == bad.content
