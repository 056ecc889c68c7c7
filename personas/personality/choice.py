"""Which sentence does a reply choose? By its number, or in its own words; none is an answer."""

import re
from collections.abc import Sequence

NONE = ""
"""The answer that no sentence fits."""

_FENCE = re.compile(r"^\s*```.*$", re.MULTILINE)
_LABEL = r"(?:(?:the )?(?:best |final )?(?:sentence|answer|number|choice|no)\b(?: is)?\W*)*"
_BARE = re.compile(rf"^\W*{_LABEL}(\d+)\W*$", re.I)
_NONE = re.compile(r"^\W*(?:(?:answer|choice|sentence|number)\W+)?(?:none|null|no sentence|nothing|neither)\b", re.I)
_BUT = re.compile(r"^\W*none of the (?:others|other)\b", re.I)
_NAMED = re.compile(r"\b(?:sentence|number|no\.|option|#)\s*(?:number\s*)?#?\W{0,3}(\d+)\b", re.I)
_CHOSEN = re.compile(r"\b(?:answer|choose|chose|choice|pick|best|select)\b[^\d\n]{0,40}?(\d+)\b", re.I)
_NUMBER = re.compile(r"(?<![\w.])(\d+)(?![\w])")
_SHORTEST = 3
"""Words of a sentence that must stand in a reply for a part of it to count."""


class NoChoice(ValueError):
    """A reply chooses nothing; the message says why, for the model."""


def chosen(reply: str, sentences: Sequence[str]) -> str:
    """The sentence that a reply chooses, NONE where it says that none fits.

    Reads a number, the sentence itself or a part of it, either with prose, quotes, labels, JSON or fences around.
    Raises NoChoice where nothing or more than one is chosen, or a number that no sentence has.
    """
    text = _FENCE.sub("", reply).strip()
    if not _words(text):
        raise NoChoice("it was empty.")
    lines = [line for line in text.splitlines() if _words(line)]
    bare = {int(found[1]) for line in lines if (found := _BARE.match(line))}
    if len(bare) == 1:
        return _numbered(bare.pop(), sentences)
    return NONE if _says_none(text, sentences) else _in_prose(text, sentences)


def _says_none(text: str, sentences: Sequence[str]) -> bool:
    """Whether it begins with that; a sentence may do so too: `Nothing beats mint tea.`"""
    recited = any(_words(text).startswith(_words(sentence)) for sentence in sentences)
    return not recited and bool(_NONE.match(text)) and not _BUT.match(text)


def _in_prose(text: str, sentences: Sequence[str]) -> str:
    if len(quoted := _quoted(text, sentences)) == 1:
        return quoted[0]
    for pattern in (_CHOSEN, _NAMED, _NUMBER):
        numbers = {int(number) for number in pattern.findall(text)}
        if len(numbers) == 1:
            return _numbered(numbers.pop(), sentences)
    if re.search(r"\bnone\b", text, re.I) and not quoted and not _NUMBER.search(text):
        return NONE
    if quoted or _NUMBER.search(text):
        raise NoChoice("it named more than one sentence.")
    raise NoChoice("it named no sentence.")


def _numbered(number: int, sentences: Sequence[str]) -> str:
    if not 1 <= number <= len(sentences):
        raise NoChoice(f"there is no sentence {number}.")
    return sentences[number - 1]


def _quoted(text: str, sentences: Sequence[str]) -> list[str]:
    """Sentences that stand in the text, not counting one that is part of another; else the one that the whole text is
    a part of."""
    said = f" {_words(text)} "
    there = [sentence for sentence in sentences if f" {_words(sentence)} " in said]
    longest = [one for one in there if not any(_within(one, other) for other in there)]
    if longest or len(said.split()) < _SHORTEST:
        return longest
    return [sentence for sentence in sentences if said in f" {_words(sentence)} "]


def _within(one: str, other: str) -> bool:
    return one != other and f" {_words(one)} " in f" {_words(other)} "


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
