"""How do personas stand in ParlAI text? As numbered lines before a talk: `1 your persona: I have two cats.`"""

import re
from collections.abc import Iterable, Iterator

from ..persona import Persona
from .entry import Entry, Found, Problem, decoded
from .unnamed import first_appearances, one_line, said, sentences_of

LINE = re.compile(r"\s*(\d+)\s(.*)", re.DOTALL)
SENTENCE = re.compile(r"(your|partner'?s) persona:(.*)", re.DOTALL | re.IGNORECASE)


def read(lines: Iterable[bytes]) -> Found:
    """Each persona once, nameless, in order of first appearance; the talk is passed over."""
    return first_appearances(_all(lines))


def _all(lines: Iterable[bytes]) -> Found:
    episode: dict[str, Entry] = {}
    last = 0
    for number, line in enumerate(decoded(lines), start=1):
        if not line.strip():
            continue
        match = LINE.fullmatch(line)
        if match is None:
            yield Problem(
                number, "the line starts with no number; write `1 your persona: ...`, counting on to the last"
            )
            continue
        if int(match[1]) <= last:
            yield from episode.values()
            episode = {}
        last = int(match[1])
        _add(episode, number, match[2])
    yield from episode.values()


def _add(episode: dict[str, Entry], number: int, text: str) -> None:
    match = SENTENCE.match(text)
    if match and (sentence := match[2].strip()):
        whose = match[1].lower().replace("'", "")
        known = episode.get(whose, Entry(number, said([])))
        episode[whose] = Entry(known.line, said([*known.value["profile"], sentence]))


def written(personas: Iterable[Persona]) -> Iterator[str]:
    """One episode a persona; carries the sentences alone. Raises Mistake for a persona without any."""
    for persona in personas:
        for number, sentence in enumerate(sentences_of(persona), start=1):
            yield f"{number} your persona: {one_line(sentence)}\n"
