"""How many brothers, children, cats has somebody, from-to?"""

import re
from collections.abc import Iterator
from itertools import takewhile

from .age import MOST, Counted, rough_age, stated_age
from .clause import Clause, Time
from .lemma import group
from .lexicon import lexicon
from .topic import Span
from .wording import members

SAME = {"kid": "child", "bro": "brother", "toddler": "child", "puppy": "dog", "kitten": "cat", "bunny": "rabbit"}
WHOLE = {"brother": "sibling", "sister": "sibling", "son": "child", "daughter": "child"}
PARENTS = {(one, "of") for one in ("mother", "father", "parent")}
ORDINALS = ("", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
NUMERAL = re.compile(r"[0-9]{1,3}(?:st|nd|rd|th)?")
STOPS = frozenset({"and", "in", "of", "or", "year", "with", "at"})


def counted(clause: Clause) -> Iterator[Counted]:
    """`("sibling", (2, 2))` for two siblings, `("age", (40, 49))` for somebody in their forties."""
    if not clause.real:
        return
    if not clause.denied:
        yield from _mine(clause.words)
    if clause.time is Time.PAST and not {"turn", "born"} & set(clause.words):
        return
    for start, end, number in _numbers(clause.words):
        yield from stated_age(clause, start, end, number)
        yield from _amount(clause.words, start, end, number)
        yield from _order(clause.words, start, end, number)
        yield from _years(clause, start, end, number)
        yield from _hours(clause.words, start, end, number)
    yield from rough_age(clause.words)
    yield from _height(clause.words)
    yield from _anniversary(clause.words)
    yield from _only(clause.words)


def _numbers(words: tuple[str, ...]) -> Iterator[tuple[int, int, int]]:
    """(start, end, value); `fifty two` is one number."""
    known, place = lexicon().numbers, 0
    while place < len(words):
        word, end = words[place], place + 1
        value = int(word.rstrip("sthndr")) if NUMERAL.fullmatch(word) else known.get(word, -1)
        ones = known.get(words[end], 0) if end < len(words) else 0
        if value >= 20 and value % 10 == 0 and 0 < ones < 10:
            value, end = value + ones, end + 1
        if value >= 0:
            yield place, end, value
        place = end


def _amount(words: tuple[str, ...], start: int, end: int, number: int) -> Iterator[Counted]:
    """`I have two big dogs`, `my three horses`, `a mother of two`, `I speak four languages`."""
    before, after, mine = words[:start], words[end:], "i" in words[:start]
    if not before or (words[0] in group("others") and before[-1] not in {"my", "our"}):
        return
    if mine and before[-2:] in PARENTS and "not" not in words:
        yield "child", (number, number)
    if not set(before[-3:]) & group("having") or set(before[-2:]) & group("around"):
        return
    named = tuple(takewhile(lambda word: word not in STOPS | lexicon().tail, after[:4]))
    known = group("family") | members("pet") | group("counted")
    noun = next((SAME.get(word, word) for word in named if SAME.get(word, word) in known or word in known), None)
    if noun is None and mine and named and named[0] not in group("times"):
        noun = named[-1]
    if noun:
        yield noun, (number, number)


def _years(clause: Clause, start: int, end: int, number: int) -> Iterator[Counted]:
    """`married for ten years`: years of what is named before."""
    words = clause.words
    if words[end : end + 1] != ("year",) or words[end + 1 : end + 2] in {("old",), ("ago",)}:
        return
    content = [word for word in words[:start] if word not in lexicon().stop]
    if content and {"for", "be", "have"} & set(words[:start]):
        yield f"year {'marry' if content[-1] == 'married' else content[-1]}", (number, number)


def _anniversary(words: tuple[str, ...]) -> Iterator[Counted]:
    """`our tenth anniversary`; a year more may be meant."""
    at = words.index("anniversary") if "anniversary" in words else 0
    for place in range(max(0, at - 2), at):
        if words[place] in ORDINALS and {"my", "our"} & set(words[:place]):
            number = ORDINALS.index(words[place])
            yield "year marry", (number, number + 1)


def _hours(words: tuple[str, ...], start: int, end: int, number: int) -> Iterator[Counted]:
    """`I work about ten hours a week`, `I sleep five hours a night`, `I weigh 200 pounds`."""
    unit, told = words[end : end + 1], set(words[:start])
    if unit == ("hour",) and "i" in told:
        for act, span in (("work", "week"), ("work", "day"), ("sleep", "night")):
            if span in words[end:] and act in words:
                yield f"{act} hour a {span}", (number - 1, number + 1)
        if "sleep" in words[end:] and {"get", "need", "have"} & told:
            yield "sleep hour a night", (number - 1, number + 1)
    if unit in {("pound",), ("kilo",), ("kg",), ("lb",)} and {"i", "weigh"} <= told:
        yield unit[0], (number - 10, number + 10)


def _height(words: tuple[str, ...]) -> Iterator[Counted]:
    """Inches: `I am six feet four`, `I stand 5 ft 2`."""
    numbers = list(_numbers(words))
    for place, (start, end, feet) in enumerate(numbers):
        if not 3 < feet < 8 or words[end : end + 1] not in {("foot",), ("ft",)} or "i" not in words[:start]:
            continue
        more = numbers[place + 1][2] if place + 1 < len(numbers) and numbers[place + 1][0] - end <= 2 else 0
        if {"be", "stand"} & set(words[:start]) and more < 12:
            yield "height", (12 * feet + more - 1, 12 * feet + more + 1)


def _order(words: tuple[str, ...], start: int, end: int, number: int) -> Iterator[Counted]:
    """`the youngest of five` has four siblings."""
    before, after = words[max(0, start - 2) : start], words[end : end + 1]
    among = not after or after[0] in {"child", "kid", "sibling", "and", "brother"}
    if "of" in before and set(before) & group("ranks") and among:
        yield "sibling", (number - 1, number - 1)
    if set(words[:start]) & {"just", "only"} and words[end : end + 2] == ("of", "us"):
        yield "sibling", (0, number - 1)


def _only(words: tuple[str, ...]) -> Iterator[Counted]:
    """`my son is my only child`, `the only sibling I have`."""
    for place, word in enumerate(words[:-1]):
        noun = SAME.get(words[place + 1], words[place + 1])
        if word == "only" and noun in group("family") and (words[place - 1] == "my" or "i" in words[place + 2 :]):
            yield noun, (1, 1)
        if word == "no" and noun in group("family") and "have" in words[:place]:
            yield noun, (0, 0)


def _mine(words: tuple[str, ...]) -> Iterator[Counted]:
    """`my little sister` is at least one; `my sister in law` is none."""
    for place, word in enumerate(words):
        if word not in {"my", "our", "a"} or (word == "a" and words[max(0, place - 1)] != "have"):
            continue
        for far, noun in enumerate(words[place + 1 : place + 3], place + 2):
            noun = SAME.get(noun, noun)
            if noun in WHOLE and words[far : far + 2] != ("in", "law") and words[far : far + 1] != ("'s",):
                yield noun, (1, MOST)


def merged(found: list[Counted]) -> dict[str, Span]:
    """One range for each; brothers count as siblings. Ranges that exclude each other within a sentence are dropped."""
    ranges: dict[str, Span] = {}
    for what, (low, high) in [*found, *((WHOLE[what], (low, MOST)) for what, (low, _) in found if what in WHOLE)]:
        old = ranges.get(what, (0, MOST))
        ranges[what] = max(old[0], low), min(old[1], high)
    return {what: span for what, span in ranges.items() if span[0] <= span[1] and span != (0, MOST)}
