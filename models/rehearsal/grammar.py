"""How is an English sentence bent, so that it can be said in other words and still be right?"""

import re
from functools import cache, lru_cache
from string import punctuation
from typing import Final

from .english import any_of, listed, mapped, shape
from .words import words

_MARKS: Final = dict.fromkeys(map(ord, punctuation + "‘’“”…–—¡¿«»"))


def gerund(verb: str) -> str:
    """`ride` -> `riding`, `swim` -> `swimming`, `lie` -> `lying`."""
    low = verb.lower()
    if low.endswith("ie"):
        return verb[:-2] + "ying"
    if low in listed("doubling"):
        return verb + verb[-1] + "ing"
    if low.endswith("e") and not low.endswith(("ee", "oe", "ye")) and low != "be":
        return verb[:-1] + "ing"
    return verb + "ing"


def article(noun: str) -> str:
    """`nurse` -> `a nurse`, `artist` -> `an artist`; plural and determined nouns stay as they are."""
    if shape("determiner").match(noun) or (noun.endswith("s") and not noun.endswith(("ss", "us"))):
        return noun
    return f"{'an' if shape('vowel').match(noun) else 'a'} {noun}"


def bare(noun: str) -> str:
    """A noun phrase without its article or possessive."""
    return shape("determiner").sub("", noun)


@lru_cache(maxsize=4096)
def swapped(phrase: str) -> str:
    """A phrase as the other side says it: `my dog` -> `your dog`."""
    return any_of("persons").sub(lambda found: mapped("persons")[found[0].lower()], phrase)


def expanded(text: str) -> str:
    """Short forms in full, except where they could stand for two things."""
    if "'" not in text and "’" not in text:
        return text
    return any_of("short").sub(_in_full, text.replace("’", "'"))


def _in_full(found: re.Match[str]) -> str:
    full = mapped("short")[found[0].lower()]
    if full.startswith("i "):
        return "I" + full[1:]
    return full[0].upper() + full[1:] if found[0][0].isupper() else full


def norm(text: str) -> str:
    """The words of a text, in small letters and without marks: what two equal sentences share."""
    return text.lower().translate(_MARKS).strip()


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def small(sentence: str) -> str:
    """A sentence as a clause: small first letter, unless it is `I` or a name; no full stop."""
    clause = sentence.rstrip(" .!")
    first = clause.split(" ", 1)[0]
    if first in ("I", "I'm", "I've") or first in _names():
        return clause
    return clause[:1].lower() + clause[1:]


def token_f1(one: str, other: str) -> float:
    """Token-F1 in [0, 1] after lower-casing and dropping punctuation and articles, as the copy-paste filter has it."""
    left, right = _tokens(one), _tokens(other)
    if not left or not right:
        return 0.0
    rest = list(right)
    shared = 0
    for token in left:
        if token in rest:
            rest.remove(token)
            shared += 1
    return 2 * shared / (len(left) + len(right))


def _tokens(text: str) -> list[str]:
    return [word for word in text.lower().translate(_MARKS).split() if word not in ("a", "an", "the")]


def restored(sentence: str) -> str:
    """A sentence that was typed in small letters, with its capitals: `i am from new york` -> `I am from New York`."""
    text = re.sub(r"\bi\b", "I", sentence)
    if not re.search(r"\b(?!I\b)[A-Z]\w*", text[1:]):
        text = _name_pattern().sub(lambda found: _names()[found[0].lower()], text)
    return capital(text)


@cache
def _names() -> dict[str, str]:
    """Small letters -> proper form; single words also stand for themselves."""
    data = words("proper")
    names = [*data["words"].split(), *(name.strip() for name in data["phrases"].split(","))]
    return {name.lower(): name for name in names} | {name: name for name in names}


@cache
def _name_pattern() -> re.Pattern[str]:
    lowered = sorted({name for name in _names() if name == name.lower()}, key=len, reverse=True)
    ambiguous = {"turkey", "polish", "march", "may", "latin", "maine", "jordan"}
    return re.compile(r"\b(?:" + "|".join(re.escape(name) for name in lowered if name not in ambiguous) + r")\b", re.I)
