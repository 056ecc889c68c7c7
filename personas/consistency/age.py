"""How old does a clause say that somebody is, from-to?"""

import re
from collections.abc import Iterator

from .clause import Clause, Time
from .lemma import group
from .topic import Span

MOST = 999
GROWN = 14
"""Youngest age at which somebody here starts to work, marries or becomes a parent."""
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
DECADE = re.compile(rf"be (?:\w+ )?in my (?:(early|mid|middle|late) )?(teen|{'|'.join(TENS)}|[2-9]0s?)\b")
TEENAGER = re.compile(r"\bi be (?:still )?(?:a |just a )?(?:\w+ )?teenager\b")
BORN = re.compile(r"\bi be born (?:.* )?in (the )?((?:19|20)\d\d)\b")
NOW = 2027
"""Latest year in which somebody here speaks; some speak five years before."""
PARTS = {"early": (0, 3), "mid": (3, 7), "middle": (3, 7), "late": (6, 9)}

Counted = tuple[str, Span]


def stated_age(clause: Clause, start: int, end: int, number: int) -> Iterator[Counted]:
    """What the number at words `start:end` says: `I am forty`, `my son is nine`, `married for ten years`."""
    before, after = clause.words[:start], clause.words[end:]
    if before[-1:] == ("for",) and after[:1] == ("year",) and before[:1] == ("i",) and clause.time is not Time.PAST:
        yield "age", (number + GROWN * bool(set(before) & group("since_grown")), MOST)
    if not 3 < number < 110 or clause.denied:
        return
    if _of_a_child(before, after):
        yield "age", (number + GROWN, MOST)
    elif _of_oneself(clause, before, after):
        yield "age", (number, number)


def _of_a_child(before: tuple[str, ...], after: tuple[str, ...]) -> bool:
    told = before[-1:] in {("be",), ("turn",)} or after[:2] == ("year", "old")
    return told and "my" in before and bool(set(before) & group("children"))


def _of_oneself(clause: Clause, before: tuple[str, ...], after: tuple[str, ...]) -> bool:
    if before == ("at",):
        return after[:1] == ("i",) and clause.time is Time.NOW
    told = "i" in before and bool({"be", "turn"} & set(before)) and before[-1] in group("before_age")
    ended = after[:2] == ("year", "old") or not after or after[0] in group("after_age")
    return told and ended and (set(before) <= group("around_age") or before[-2:] == ("i", "be"))


def rough_age(words: tuple[str, ...]) -> Iterator[Counted]:
    """`in my late forties`, `a teenager`."""
    text = " ".join(words)
    if match := BORN.search(text):
        year = int(match[2])
        yield "age", (max(0, NOW - year - 5 - 10 * bool(match[1])), NOW - year)
    if TEENAGER.search(text):
        yield "age", (13, 19)
    if match := DECADE.search(text):
        part, said = match.groups()
        if said == "teen":
            yield "age", (13, 19)
        else:
            decade = int(said.rstrip("s")) if said[0].isdigit() else 20 + 10 * TENS.index(said)
            low, high = PARTS.get(part, (0, 9))
            yield "age", (decade + low, decade + high)
