"""How old is somebody, and how many brothers, children, cats has one, from-to?"""

from collections.abc import Iterator

from .clause import Clause, Time
from .lexicon import lexicon
from .topic import Span, vocabulary

MOST = 999
SAME = {"kid": "child", "bro": "brother", "toddler": "child", "puppy": "dog", "kitten": "cat", "bunny": "rabbit"}
WHOLE = {"brother": "sibling", "sister": "sibling", "son": "child", "daughter": "child"}
FAMILY = frozenset({"brother", "sister", "sibling", "son", "daughter", "child", "grandchild", "grandson", "granddaughter"})
HAVING = frozenset({"have", "raise", "own", "get", "keep", "my", "our", "adopt", "with", "there", "only", "only", "of", "feed", "parent"})
DECADES = {"teen": (13, 19), "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
THIRDS = {"early": (0, 3), "mid": (3, 7), "middle": (3, 7), "late": (6, 9)}
AFTER_AGE = frozenset({"and", "now", "today", "year", "but", "going", "or", "soon", "this", "next", "last", "already"})
GROWN = 14
"""Youngest age at which somebody here becomes a parent."""

Counted = tuple[str, Span]


def counted(clause: Clause) -> Iterator[Counted]:
    """`("sibling", (2, 2))` for two siblings, `("age", (40, 49))` for somebody in their forties."""
    if clause.time is Time.PAST and "turn" not in clause.words and "bear" not in clause.words:
        return
    numbers = list(_numbers(clause.words))
    for start, end, number in numbers:
        yield from _age(clause, start, end, number)
        yield from _amount(clause.words, start, end, number)
        yield from _order(clause.words, start, end, number)
    yield from _decade(clause.words)
    yield from _only(clause.words)
    if not clause.denied:
        yield from _mine(clause.words)


def _numbers(words: tuple[str, ...]) -> Iterator[tuple[int, int, int]]:
    """(start, end, value); `fifty two` is one number."""
    known, place = lexicon().numbers, 0
    while place < len(words):
        word, end = words[place], place + 1
        value = int(word) if word.isascii() and word.isdigit() and len(word) < 4 else known.get(word, -1) if word != "a" else -1
        if value >= 20 and value % 10 == 0 and end < len(words) and 0 < known.get(words[end], 0) < 10 and words[end] != "a":
            value, end = value + known[words[end]], end + 1
        if value >= 0:
            yield place, end, value
        place = end


def _age(clause: Clause, start: int, end: int, number: int) -> Iterator[Counted]:
    words = clause.words
    before, after = words[:start], words[end : end + 2]
    old = after == ("year", "old")
    if not 3 < number < 110 or clause.denied:
        return
    if "my" in before and set(before) & {"son", "daughter", "boy", "girl", "child", "kid"} and (old or before[-1] in {"be", "turn"}):
        yield "age", (number + GROWN, MOST)
    elif "i" in before and before[-1] in {"be", "turn", "a", "age", "just", "only", "almost", "still", "nearly"} and set(before) & {"be", "turn"}:
        rest = words[end:]
        if old or not rest or rest[0] in AFTER_AGE - {"year"}:
            if set(before) <= {"i", "be", "just", "only", "turn", "a", "still", "have", "now", "also", "and"} or before[-2:] == ("i", "be"):
                yield "age", (number, number)
    elif before == ("at",) and words[end : end + 1] == ("i",) and clause.time is Time.NOW:
        yield "age", (number, number)
    elif "bear" in before and after[:1] == ("decade",):
        yield "age", (number * 10, number * 10)


def _decade(words: tuple[str, ...]) -> Iterator[Counted]:
    for place in range(2, len(words)):
        word = words[place]
        decade = DECADES.get(word.removesuffix("s").replace("ie", "y"), 0) if not word[0].isdigit() else int(word.rstrip("s") or 0) if word.rstrip("s").isdigit() else 0
        part = words[place - 1]
        if "my" not in words[max(0, place - 2) : place] or not set(words[:place]) & {"be"} or "in" not in words[:place] or not decade:
            continue
        if isinstance(decade, tuple):
            yield "age", decade
        elif 20 <= decade <= 90:
            low, high = THIRDS.get(part, (0, 9))
            yield "age", (decade + low, decade + high)
    if "i be" in " ".join(words) and "teenager" in words and "not" not in words and "of" not in words and "my" not in words:
        yield "age", (13, 19)


def _amount(words: tuple[str, ...], start: int, end: int, number: int) -> Iterator[Counted]:
    if start == 0 or not set(words[max(0, start - 3) : start]) & HAVING:
        return
    for noun in words[end : end + 3]:
        noun = SAME.get(noun, noun)
        if noun in FAMILY or noun in vocabulary().classes["pet"]:
            yield noun, (number, number)
            return
        if noun in {"and", "in", "of", "or", "year", "with", "at"}:
            return


def _order(words: tuple[str, ...], start: int, end: int, number: int) -> Iterator[Counted]:
    """`the youngest of five` has four siblings."""
    before, after = words[max(0, start - 2) : start], words[end : end + 1]
    if "of" in before and set(before) & {"youngest", "oldest", "eldest"} and (not after or after[0] in {"child", "kid", "sibling", "and", "brother"}):
        yield "sibling", (number - 1, number - 1)
    if set(words[:start]) & {"just", "only"} and words[end : end + 2] == ("of", "us"):
        yield "sibling", (0, number - 1)


def _only(words: tuple[str, ...]) -> Iterator[Counted]:
    """`my son is my only child`, `the only sibling I have`."""
    for place, word in enumerate(words[:-1]):
        noun = SAME.get(words[place + 1], words[place + 1])
        if word == "only" and noun in FAMILY and (words[place - 1] == "my" or "i" in words[place + 2 :]):
            yield noun, (1, 1)
        if word == "no" and noun in FAMILY and "have" in words[:place]:
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
