"""What is the opposite of a sentence?"""

import re
from random import Random

from .english import listed, opposites, shape
from .grammar import capital, expanded
from .words import words


def denied(sentence: str, chance: Random) -> str:
    """A sentence that can't be true beside this one, without its full stop; empty where none is known."""
    plain = shape("dropped").sub("", expanded(sentence)).strip(" .!")
    swaps = [pair for pair in words("mistakes")["swaps"] if re.search(rf"\b{pair[0]}\b", plain)]
    if swaps and chance.random() < 0.5:
        old, new = chance.choice(swaps)
        return capital(re.sub(rf"\b{old}\b", new, plain, count=1))
    return _negated(plain)


def _negated(plain: str) -> str:
    for pattern, opposite in opposites():
        found = pattern.match(plain)
        if found and found[1].lower() not in listed("past"):
            return pattern.sub(opposite, plain)
    return ""
