"""What does somebody answer who is asked about himself or herself? One sentence that begins with `I` or `My`."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from random import Random
from typing import Final

from ..errors import Mistake
from ..stream import stream
from .bank import Bank, named, names
from .grammar import norm, token_f1
from .marring import around
from .reading import bullets, line
from .sorting import asked, content_words
from .words import words

_LENGTHS: Final = range(9, 21)
"""Words of an answer."""
_TRIES: Final = 60
_TOO_CLOSE: Final = 0.8
_SHORT: Final = 0.85
"""How often a sentence without a comma is chosen, so that a clause can be added."""
_OPENS: Final = re.compile(r"(?:I|My)\b")
_ABOUT: Final = re.compile(r"\b(?:about|on|of|do|are) ([\w' -]+?)(?: (?:play|to you|in your)\b[^?]*)?\?")
_ASKED: Final = re.compile(
    r"(?:Which|What) (?:(?:kinds?|sorts?|types?) of )?(?!is\b|are\b|do|did\b|was\b|would\b|can\b)(\w+)"
)


def respond(prompt: str, seed: int, flaws: float) -> str:
    """An answer to the line `Question:` that repeats nothing of `What is true of you:`. Raises Mistake without one."""
    question = line(prompt, "Question")
    if not question:
        raise Mistake("rehearsal: the prompt of the task 'answer' has no line `Question: ...`")
    chance = stream(seed, "answer", prompt)
    said = bullets(prompt, "What is true of you")
    tries = [text for _, text in zip(range(_TRIES), _answers(question, chance), strict=False)]
    good = (text for text in tries if _OPENS.match(text) and len(text.split()) in _LENGTHS)
    new = (text for text in good if all(token_f1(text, sentence) < _TOO_CLOSE for sentence in said))
    return around(next(new, tries[0]), "answer", chance, flaws)


def _answers(question: str, chance: Random) -> Iterator[str]:
    """Sentences that fit the question, without end."""
    key = norm(question)
    topic = _topics().get(key) or ("" if key in _beyond() else asked(question))
    key = norm(words("replies")["others"].get(topic, question))
    topic = _topics().get(key, topic)
    if topic in names():
        return _known(named(topic), chance)
    if key in _beyond():
        return _filled(_beyond()[key], "", chance)
    return _filled(tuple(words("replies")["anything"]), _thing(question), chance)


def _known(category: Bank, chance: Random) -> Iterator[str]:
    short = [text for text in category.say if "," not in text]
    while True:
        pool = short if short and chance.random() < _SHORT else category.say
        yield _lengthened(category.filled(chance.choice(pool), chance.choice(category.values), chance), chance)


def _filled(texts: tuple[str, ...], thing: str, chance: Random) -> Iterator[str]:
    frames = Bank("", (thing,), tuple(text.replace("{thing}", "{it}") for text in texts), slots=_slots())
    while True:
        yield _lengthened(frames.sentence(thing, chance), chance)


def _lengthened(sentence: str, chance: Random) -> str:
    clause: str = chance.choice(words("replies")["clauses"])
    longer = f"{sentence.rstrip('.')}, {clause}."
    return longer if "," not in sentence and len(longer.split()) in _LENGTHS else sentence


def _thing(question: str) -> str:
    """What a question is about, as far as its form tells."""
    found = _ABOUT.search(question) or _ASKED.match(question)
    return found[1] if found else " ".join(content_words(question)[-1:]) or "that"


@cache
def _topics() -> Mapping[str, str]:
    return {norm(text): topic for topic, texts in words("questions").items() for text in texts}


@cache
def _beyond() -> Mapping[str, tuple[str, ...]]:
    return {norm(text): tuple(answers) for text, answers in words("replies")["beyond"].items()}


@cache
def _slots() -> Mapping[str, tuple[str, ...]]:
    return {name: tuple(text.split("; ")) for name, text in words("profile")["slots"].items()}
