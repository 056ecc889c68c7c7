"""Which lines are profile sentences that hold their value? Each check gives a reason to reject, or an empty text."""

import re
from collections.abc import Iterator
from unicodedata import normalize

from ..taxonomy import Category
from .parsing import Line

WORDS = (3, 40)
CHARACTERS = 300
"""The longest sentence that is kept."""

FIRST_PERSON = re.compile(r"\b(?:i|me|my|mine|myself|we|us|our|ours)\b", re.IGNORECASE)
PLACEHOLDER = re.compile(r"\[[^\]]{1,40}\]|<[^<>]{1,40}>|\{\w{1,40}\}|_{2,}|\bX{2,}\b|\.{3}|…")


def unfit(line: Line, category: Category) -> str:
    """Why a line is no profile sentence, whatever it is about.

    The first person is asked of English: where the category's own example sentences have it.
    """
    if line.wrong:
        return line.wrong
    words = len(line.text.split())
    if len(line.text) > CHARACTERS:
        return f"it has {len(line.text):,} characters, more than {CHARACTERS}"
    if words > WORDS[1] or (words < WORDS[0] and line.text.isascii()):
        return f"it has {words} words, not {WORDS[0]} to {WORDS[1]}"
    if found := PLACEHOLDER.search(f"{line.text} {line.value}"):
        return f"it holds a blank, {found[0]!r}"
    asked = category.sentences and all(FIRST_PERSON.search(example.text) for example in category.sentences)
    return "it is not in the first person" if asked and not FIRST_PERSON.search(line.text) else ""


def absent(line: Line) -> str:
    """Why the value doesn't stand in the sentence."""
    behind = list(_behind(_folded(line.value), _folded(line.text)))
    if not behind:
        return f"{line.value!r} does not stand in the sentence"
    if line.cut and all(rest.lstrip()[:1].isalnum() for rest in behind):
        return f"the reply ends in the value, and {line.value!r} may not be all of it"
    return ""


def stands(value: str, text: str) -> bool:
    """Whether a text holds a value as it is, regardless of case, and not as a part of a longer word.

    Letters without case (한글, 汉字) have no borders between words: there a part is enough.
    """
    return any(True for _ in _behind(_folded(value), _folded(text)))


def _behind(value: str, text: str) -> Iterator[str]:
    """What follows a value, at each place where it stands."""
    at = text.find(value) if value else -1
    while at >= 0:
        rest = text[at + len(value) :]
        if not _runs_on(text[at - 1 : at], value[0]) and not _runs_on(rest[:1], value[-1]):
            yield rest
        at = text.find(value, at + 1)


def _folded(text: str) -> str:
    return " ".join(normalize("NFKC", text).casefold().split())


def _runs_on(neighbour: str, edge: str) -> bool:
    """Whether a word goes on from the edge of a value into its neighbour."""
    return _in_word(edge) and _in_word(neighbour)


def _in_word(character: str) -> bool:
    return character.isdigit() or character.lower() != character.upper()
