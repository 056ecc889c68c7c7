"""What do critics know of a language? One file of words a language: `words/<code>.yaml`."""

import re
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

from .verdict import Abstention, Why

WORDS = Path(__file__).parent / "words"


@dataclass(frozen=True, eq=False)
class Pack:
    """The words of one language, in lower case. Sets hold words as `overlap.tokens` gives them."""

    greetings: frozenset[str]
    courtesies: frozenset[str]
    """What a turn is made of that says nothing but thanks, praise, agreement or goodbye."""
    thanks: frozenset[str]
    """Those of them that thank."""
    farewells: re.Pattern[str]
    stage_cues: re.Pattern[str]
    """How a stage direction begins."""
    blanks: frozenset[str]
    """What stands in brackets where something should be filled in."""
    generic_labels: frozenset[str]
    """`user` in `User 1`: what a person has for a name when nobody gave them one."""
    labels: frozenset[str]
    """What stands before a colon when a line is labelled with its speaker."""
    stop_words: frozenset[str]
    topics: frozenset[str]
    """Words that many people say of themselves: alone they tell nobody apart."""
    fillers: frozenset[str]
    """Words that go with anything: they tell nothing at all."""
    first_person: re.Pattern[str]
    hedges: re.Pattern[str]
    """What makes a sentence less than a plain statement of one's own: denied, wished, supposed, about the other."""


def pack(language: str) -> Pack | None:
    """The words of a language by its code (`en`, `en-GB`), or None where nobody wrote them down."""
    return _pack(re.split("[-_]", language.strip().lower())[0])


def unknown(language: str) -> Abstention:
    """What a critic answers that needs the words of a language and has none."""
    return Abstention(Why.NOT_APPLICABLE, f"it knows no words of the language {language!r}")


@cache
def fingerprint() -> str:
    """Changes when any file of words does."""
    digest = blake2b(digest_size=8)
    for path in sorted(WORDS.glob("*.yaml")):
        digest.update(path.name.encode() + b"\x00" + path.read_bytes())
    return digest.hexdigest()


@cache
def _pack(code: str) -> Pack | None:
    from yaml import safe_load

    path = WORDS / f"{code}.yaml"
    if not code.isalpha() or not path.is_file():
        return None
    data = safe_load(path.read_text(encoding="utf-8"))
    return Pack(**{name: _read(value) for name, value in data.items()})


def _read(value: Any) -> Any:
    """A list is patterns, a text is words."""
    if isinstance(value, list):
        return re.compile(rf"\b(?:{'|'.join(value)})\b")
    return frozenset(value.split())
