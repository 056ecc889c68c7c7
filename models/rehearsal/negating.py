"""What is the opposite of a sentence?"""

import re
from random import Random
from typing import Final

from .grammar import expanded
from .words import words

_RULES: Final = tuple(
    (re.compile(pattern, re.I), opposite)
    for pattern, opposite in (
        (r"^I (?:do not|don't) (have|own) (?:any |an? )?(.+)$", r"I do \1 \2"),
        (r"^I (?:do not|don't) (\w+) (.+)$", r"I \1 \2"),
        (r"^I (?:am|was) not (.+)$", r"I am \1"),
        (r"^I (?:can not|cannot) (.+)$", r"I can \1"),
        (r"^I have never (.+)$", r"I have often \1"),
        (r"^I (?:have|own) (?:an? |two |three |four |five |many |several )(.+)$", r"I do not have any \1"),
        (r"^I (?:\w+ly )?(?:love|like|enjoy|adore) (.+)$", r"I cannot stand \1"),
        (r"^I (?:hate|dislike) (.+)$", r"I love \1"),
        (r"^I am (.+)$", r"I am not \1"),
        (r"^I was (.+)$", r"I was not \1"),
        (r"^I can (.+)$", r"I cannot \1"),
        (r"^I will (.+)$", r"I will not \1"),
        (r"^I have been (.+)$", r"I have never been \1"),
        (r"^I have (.+)$", r"I do not have \1"),
        (r"^I grew up (.+)$", r"I did not grow up \1"),
        (r"^I used to (.+)$", r"I never used to \1"),
        (r"^(My .+?) (is|are|was|were) (.+)$", r"\1 \2 not \3"),
        (r"^I (?:often |always |usually |also |only )?([a-z]+(?<!ed)) (.+)$", r"I do not \1 \2"),
    )
)
_PAST: Final = frozenset("got went came became met won saw made took began quit lost found left said had grew bought broke fell".split())


def denied(sentence: str, chance: Random) -> str:
    """A sentence that can't be true beside this one, without its full stop; empty where none is known."""
    plain = re.sub(r"\b(?:also|really|currently|just|recently) ", "", expanded(sentence)).strip(" .!")
    swaps = [pair for pair in words("mistakes")["swaps"] if re.search(rf"\b{pair[0]}\b", plain)]
    if swaps and chance.random() < 0.5:
        old, new = chance.choice(swaps)
        return re.sub(rf"\b{old}\b", new, plain, count=1)
    return _negated(plain)


def _negated(plain: str) -> str:
    for pattern, opposite in _RULES:
        found = pattern.match(plain)
        if found and found[1].lower() not in _PAST:
            return pattern.sub(opposite, plain)
    return ""
