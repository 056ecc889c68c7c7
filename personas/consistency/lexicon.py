"""Which words of English carry a denial, a time, a wish, a number?"""

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

Respelling = tuple[re.Pattern[str], str]


@dataclass(frozen=True)
class Lexicon:
    """`words/grammar.yaml`, ready for use."""

    forms: dict[str, str]
    """Irregular form -> dictionary form."""
    respelled: tuple[Respelling, ...]
    conjunctions: frozenset[str]
    negators: frozenset[str]
    present: frozenset[str]
    pasts: frozenset[str]
    no_pasts: frozenset[str]
    adverbs: frozenset[str]
    plain_capitals: frozenset[str]
    stop: frozenset[str]
    light: frozenset[str]
    tail: frozenset[str]
    measures: frozenset[str]
    kinds: frozenset[str]
    consume: frozenset[str]
    canonical: dict[str, str]
    entailed_by: dict[str, frozenset[str]]
    """Act -> acts that are not done without it."""
    same_thing: dict[str, str]
    hypernyms: dict[str, str]
    """Word for a whole -> the class of its kinds."""
    numbers: dict[str, int]
    groups: dict[str, frozenset[str]]
    """Small sets of words as they are written."""
    ever: re.Pattern[str]
    past: re.Pattern[str]
    today: re.Pattern[str]
    unreal: re.Pattern[str]


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """Read once."""
    read: dict[str, Any] = read_words("grammar")
    sets: dict[str, Any] = {key: frozenset(value.split()) for key, value in read.items() if key in SETS}
    patterns: dict[str, Any] = {key: re.compile(read[key]) for key in ("ever", "past", "today", "unreal")}
    forms = {form: base for base, said in read["forms"].items() for form in (*(said or "").split(), base)}
    canonical = {other: verb for verb, others in read["canonical"].items() for other in others.split()}
    groups = {name: frozenset(said.split()) for name, said in read["groups"].items()}
    respelled = tuple((re.compile(said), plain) for said, plain in read["respelled"].items())
    return Lexicon(
        forms=forms,
        respelled=respelled,
        canonical=canonical,
        entailed_by={act: frozenset(said.split()) for act, said in read["entailed_by"].items()},
        same_thing=read["same_thing"],
        hypernyms=read["hypernyms"],
        numbers=read["numbers"],
        groups=groups,
        **sets,
        **patterns,
    )


SETS = {key for key, kind in Lexicon.__annotations__.items() if kind == frozenset[str]}


def read_words(name: str) -> Any:
    """A file of `words`, as YAML has it."""
    return yaml.safe_load((files(__package__) / "words" / f"{name}.yaml").read_text(encoding="utf-8"))
