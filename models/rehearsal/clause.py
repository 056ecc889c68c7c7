"""What is the heart of a sentence, and what is said beside it?"""

from typing import Final

from .english import mapped, shape
from .grammar import capital, expanded

_WHOLE: Final = 4
"""Words of a clause that can stand alone."""


def cleaned(sentence: str) -> str:
    """Without greeting, filler words, short forms and full stop."""
    text = shape("greeting").sub("", expanded(sentence)).strip(" .!")
    for variant, usual in mapped("spelling").items():
        text = text.replace(variant, usual)
    return capital(" ".join(shape("filler").sub("", text).split()))


def readings(plain: str) -> tuple[str, ...]:
    """The cleaned sentence from its heart outwards: without what comes before and after, then whole."""
    core = capital(shape("lead").sub("", plain))
    return tuple(dict.fromkeys((_head(core), core, plain)))


def _head(text: str) -> str:
    found = shape("split").match(text)
    return found["head"] if found else text


def heart(sentence: str) -> str:
    """The main clause of a sentence, where it is long enough to stand alone; else the whole."""
    text = sentence.strip(" .!")
    head = _head(text)
    return head if len(head.split()) >= _WHOLE else text


def aside(sentence: str) -> str:
    """What is said beside the main clause, as a sentence of its own; empty where it could not stand alone."""
    found = shape("split").match(sentence.strip(" .!"))
    if found is None or found["bare"] is not None:
        return ""
    tie, tail = (found["comma"] or found["tie"] or "and").lower(), found["tail"]
    if (
        len(tail.split()) < 3
        or (tie == "since" and found["tie"])
        or tie in ("which", "where", "whose", "who", "until", "if", "when", "while", "whenever", "unless", "as")
    ):
        return ""
    if shape("subject").match(tail):
        return f"You see, {tail}." if tie in ("because", "since") else f"{capital(tail)}."
    if found["and"] and found["head"].startswith("I ") and shape("verb").match(tail):
        return f"I {tail}."
    return ""
