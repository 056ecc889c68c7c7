"""What is the opposite of a sentence?"""

import re
from random import Random
from typing import Final

from ..errors import Mistake
from .clause import heart
from .english import listed, mapped, negations, opposites, shape
from .grammar import capital, expanded, restored, small
from .reading import line
from .words import words

_BASE: Final = re.compile(r"\{base:(\w+)\}")


def negate(prompt: str) -> str:
    """The opposite of what stands after `Sentence:`. Raises Mistake for a prompt without it."""
    sentence = line(prompt, "Sentence")
    if not sentence:
        raise Mistake("rehearsal: the prompt of the task 'negate' has no line `Sentence: ...`")
    return negation(sentence)


def negation(sentence: str) -> str:
    """The main clause of a sentence, denied in the same words where its form is known."""
    plain = _main(expanded(restored(sentence)).strip(" .!"))
    if lead := shape("before_subject").match(plain):
        return f"{lead[1]} {negation(lead[2])}"
    for pattern, denial in negations():
        if pattern.match(plain):
            text = _BASE.sub(lambda found: _base(found[1]), pattern.sub(denial, plain, count=1))
            return text.replace("can not ", "cannot ") + "."
    opening = plain.split(" ", 1)[0].lower()
    return f"It is not true that {small(plain) if opening in listed('openers') else plain}."


def _main(plain: str) -> str:
    """The main clause, if it begins the sentence and is whole."""
    head = heart(plain).removesuffix(" ever")
    return plain if shape("broken").search(head) or not shape("first_person").match(head) else head


def _base(verb: str) -> str:
    """`moved` -> `move`, `planned` -> `plan`, `worked` -> `work`."""
    low = verb.lower()
    if low in mapped("base"):
        return mapped("base")[low]
    stem = low.removesuffix("ed")
    if stem.endswith("i"):
        return stem[:-1] + "y"
    if re.search(r"([^aeiouls])\1$", stem):
        return stem[:-1]
    return f"{stem}e" if re.search(r"(?:[vcuz]|(?<!e)at|[aio]s|ir)$", stem) else stem


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
