"""What does somebody like or hate, do or never do, have or shun?"""

from collections.abc import Iterator
from itertools import pairwise

from .clause import Clause, Time
from .lemma import group
from .lexicon import lexicon
from .stance import Stance, stance
from .wording import members


def stances(clause: Clause) -> Iterator[Stance]:
    """Those of the speaker; other people's are passed over."""
    words = clause.words
    if not clause.real or len(words) < 2:
        return
    if words[-1] == "me" or "me" in words[1:]:
        yield from _moved(clause)
    yield from _judged(clause)
    yield from _kept(clause)
    start = next((place for place, word in enumerate(words[:4]) if word in group("speakers")), None)
    if words[0] == "you" and words[1:2] == ("hate",):
        start = 0
    if start is not None:
        yield from _own(clause, start + 1)


def _own(clause: Clause, place: int) -> Iterator[Stance]:
    known, words, denied, start = lexicon(), clause.words, False, place
    while place < len(words) and (words[place] in known.adverbs | known.negators | group("auxiliaries")):
        if words[place] == "have" and not _verb_follows(words, place):
            break
        denied = denied or words[place] in known.negators
        place += 1
    if "be" in words[start:place] and not words[start:place].count("use"):
        yield from _being(clause, words[place:], denied)
    if place >= len(words) or words[place] in group("determiners") | {"in"}:
        return
    verb = words[place]
    object_, general = _object(words[place + 1 :], known.tail)
    if words[place : place + 2] == ("give", "up"):
        verb, object_ = "quit", object_[1:] if object_[:1] == ("up",) else object_
    likes = verb in group("likes")
    act = "like" if likes or verb == "hate" else known.canonical.get(verb, verb)
    for part in _parts(object_):
        if verb in group("quits"):
            yield stance(clause, False, "", part, general and not denied, Time.NOW)
            continue
        if verb == "avoid" and not denied:
            yield stance(clause, False, "like", part, general, clause.time)
        favours, any_act = (verb not in {"hate", "avoid"}) != denied, "" if verb == "avoid" else act
        yield stance(clause, favours, any_act, part, general or verb == "hate", clause.time)


def _being(clause: Clause, words: tuple[str, ...], denied: bool) -> Iterator[Stance]:
    """`I am a student`, `I am not good at maths`."""
    object_, general = _object(words, lexicon().tail)
    if object_ and not group("fears") & set(object_):
        yield stance(clause, not denied, "be", object_, general, clause.time)


def _verb_follows(words: tuple[str, ...], place: int) -> bool:
    """`have never watched`, not `have a dog`."""
    known = lexicon()
    after = words[place + 1 :]
    following = next((word for word in after if word not in known.adverbs | known.negators), "")
    if after[:1] and after[0] in {"never", "always", "not"}:
        return following not in group("determiners") and following not in known.numbers
    return following in group("perfects")


def _moved(clause: Clause) -> Iterator[Stance]:
    """`olives bore me`, `snakes make me sick`."""
    words = clause.words
    at = words.index("me")
    verb, mood = words[at - 1], set(words[at + 1 : at + 4]) if words[at - 1] in {"make", "leave"} else set[str]()
    bad = verb in group("bores") or bool(mood & (group("sick") | group("bad")))
    good = verb in group("pleases") or bool(mood & (group("happy") | group("good")))
    if bad != good:
        object_, _ = _object(_thing(words[: at - 1]), frozenset())
        for part in _parts(object_):
            yield stance(clause, good != clause.denied, "like", part, True, clause.time)


def _thing(words: tuple[str, ...]) -> tuple[str, ...]:
    """`watching cricket` is cricket."""
    return words[1:] if len(words) > 1 and words[0] in lexicon().consume else words


def _kept(clause: Clause) -> Iterator[Stance]:
    """`my old car` is one that somebody has; who is allergic to cats has none."""
    words = clause.words
    for place, word in enumerate(words[:-1]):
        if word in {"my", "our"} and words[max(0, place - 1)] != "of":
            noun = next((noun for noun in words[place + 1 : place + 4] if noun not in group("looks")), "my")
            if words[place + 1 :].count("'s") == 0 and noun not in group("no_thing"):
                time = Time.NOW if noun in group("family") else clause.time
                yield stance(clause, True, "have", (noun,), True, time)
        if word in group("fears") and words[0] in group("speakers") and words[place + 1] in {"of", "to", "by"}:
            for part in _parts(_object(words[place + 2 :], lexicon().tail)[0]):
                yield from _feared(clause, word, part, clause.denied_at < place)


def _feared(clause: Clause, how: str, thing: tuple[str, ...], denied: bool) -> Iterator[Stance]:
    """One can like the cats that one is allergic to, but not the nuts."""
    if how == "allergic":
        yield stance(clause, denied, "", thing, True, clause.time)
    if how != "allergic" or not set(thing) & members("pet"):
        yield stance(clause, denied, "like", thing, True, clause.time)
    if how != "allergic":
        yield stance(clause, denied, "have", thing, True, clause.time)


def _judged(clause: Clause) -> Iterator[Stance]:
    """`gardening is pure joy`, `my favorite food is sushi`, `I find gardening a chore`, `I am a cricket fan`."""
    words = clause.words
    thing: tuple[str, ...] = ()
    good = True
    fan = next((place for place, word in enumerate(words) if word in group("fans")), None)
    if words[0] == "i" and "find" in words[1:3]:
        thing, good = _found(words)
    elif words[:1] == ("i",) and "be" in words[1:3] and fan is not None:
        thing = words[words.index("be") + 1 : fan]
    elif "be" in words and words[0] not in group("speakers"):
        thing, good = _called(words)
    if thing:
        for part in _parts(_object(_thing(thing), lexicon().tail)[0]):
            yield stance(clause, good != clause.denied, "like", part, True, clause.time)


def _found(words: tuple[str, ...]) -> tuple[tuple[str, ...], bool]:
    """What one finds good or bad, and which."""
    said = words[words.index("find") + 1 :]
    moods = group("bad") | group("good")
    cut = next((place for place, word in enumerate(said) if word in moods | group("degrees")), 0)
    return (said[:cut] if moods & set(said) else ()), not group("bad") & set(said)


def _called(words: tuple[str, ...]) -> tuple[tuple[str, ...], bool]:
    """What is said to be good or bad, and which."""
    at = words.index("be")
    left, right = words[:at], words[at + 1 :]
    if "favorite" in left:
        return right, True
    bad, good = (bool(set(right[:6]) & group(name)) for name in ("bad", "good"))
    if ("my" in right and (good or set(right) & group("mine"))) or ("i", "love") in pairwise(right):
        return left, True
    told = left and left[0] not in group("pointers") and bad != good
    return (left if told or (left[:1] == ("my",) and bad != good) else ()), not bad


def _object(words: tuple[str, ...], tail: frozenset[str]) -> tuple[tuple[str, ...], bool]:
    """Content words before the first word that opens an adverbial; False where one narrows the clause."""
    known = lexicon()
    kept: list[str] = []
    for place, word in enumerate(words):
        if word in known.measures and words[place + 1 : place + 2] == ("of",):
            continue
        if len(kept) == place == 1 and word in group("leading") and kept[0] in group("moving"):
            continue  # `living in the city`
        if word in tail and kept:
            return tuple(kept), word not in group("occasions") and not any(
                later not in known.stop | tail for later in words[place:]
            )
        if (word not in known.stop and word not in known.negators) or word in {"and", "or"}:
            kept.append(word)
    return tuple(kept) or tuple(word for word in words if word in group("day_parts"))[:1], True


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
