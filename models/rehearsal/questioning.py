"""Which question do sentences answer, and what else could one ask?"""

import re
from collections import Counter
from functools import cache
from random import Random
from typing import Final

from ..errors import Mistake
from ..stream import stream
from .grammar import norm
from .marring import around
from .reading import bullets
from .sorting import shared_word, told
from .words import words

_MORE: Final = re.compile(r"\bWrite (\d+) more\b")


def question(prompt: str, seed: int, flaws: float) -> str:
    """The question that the lines under `Sentences:` answer, or a numbered list of others than under `Questions:`.

    Raises Mistake for a prompt with neither.
    """
    chance = stream(seed, "question", prompt)
    more = _MORE.findall(prompt)
    if more:
        return _more(bullets(prompt, "Questions"), int(more[-1]), chance, flaws)
    sentences = bullets(prompt, "Sentences")
    if not sentences:
        raise Mistake(
            "rehearsal: the prompt of the task 'question' has neither lines `- ...` under `Sentences:` nor "
            "`Write N more questions`"
        )
    return around(_induced(sentences, chance), "question", chance, flaws)


def _induced(sentences: list[str], chance: Random) -> str:
    topics = Counter(filter(None, map(told, sentences)))
    topic, count = topics.most_common(1)[0] if topics else ("", 0)
    if 2 * count >= len(sentences):
        others: dict[str, str] = words("replies")["others"]
        return others[topic] if topic in others else str(chance.choice(words("questions")[topic]))
    word, induced = shared_word(sentences), words("replies")["induced"]
    return str(induced["shared"].format(word=word) if word else induced["none"])


def _more(known: list[str], count: int, chance: Random, flaws: float) -> str:
    taken = set(map(norm, known))
    fresh = [text for text in bank() if norm(text) not in taken]
    chosen = chance.sample(fresh, min(count, len(fresh)))
    spare = [text for text in _frames() if norm(text) not in taken]
    chosen += chance.sample(spare, min(count - len(chosen), len(spare)))
    return around("\n".join(f"{place}. {text}" for place, text in enumerate(chosen, 1)), "list", chance, flaws)


@cache
def bank() -> tuple[str, ...]:
    """All questions that have answers of their own."""
    about = [text for texts in words("questions").values() for text in texts]
    return (*about, *words("replies")["beyond"])


@cache
def _frames() -> tuple[str, ...]:
    replies = words("replies")
    things = [thing.strip() for thing in replies["things"].split(";")]
    return tuple(frame.format(thing=thing) for frame in replies["frames"] for thing in things)
