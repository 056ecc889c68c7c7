"""What might a person say of themselves? Profile sentences of a category, each with its entity."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Final

from ..errors import Mistake
from ..stream import stream
from .bank import Bank, anything, bank, likes, named, names
from .marring import Entry, cluttered, marred

COUNT: Final = 5
"""Sentences a reply, as the exemplar of the prompt has them."""

_HEADER: Final = re.compile(r"^[ \t]*Category: ", re.M)
_FIELD: Final = re.compile(r"^[ \t]*(Category|Entity key|About|For example): *(\S[^\n]*?)[ \t]*$", re.M)
_OPEN: Final = re.compile(r"^[ \t]*(\d+)\.[ \t]*\Z", re.M)
_STOCK: Final = 6
"""So many sentences of a category come to mind first, whoever asks."""
_HABIT: Final = 1.2
"""The share of sentences that are of the stock, at flaws = 1."""


@dataclass(frozen=True)
class Target:
    """What is asked for: the last header of the prompt."""

    path: str
    key: str
    gloss: str = ""
    examples: tuple[str, ...] = ()
    first: int = 1
    """The number that the prompt left open."""


def profile(prompt: str, seed: int, flaws: float) -> str:
    """Lines `sentence (key: value)` for the last category of the prompt, numbered except the first.

    Raises Mistake for a prompt without `Category:` and `Entity key:`.
    """
    target = _target(prompt)
    chance = stream(seed, "profile", prompt)
    words = _words(target)
    values = _drawn(words.values, chance)
    entries = _entries(words, values, chance, flaws)
    lines = [marred(entry, _stray(words, chance), target.key, chance, flaws) for entry in entries]
    numbered = [lines[0], *(f"{number}. {line}" for number, line in enumerate(lines[1:], target.first + 1))]
    return cluttered("\n".join(numbered), chance, flaws)


def _target(prompt: str) -> Target:
    starts = [found.start() for found in _HEADER.finditer(prompt)]
    asked = prompt[starts[-1] :] if starts else ""
    fields: Mapping[str, str] = dict(_FIELD.findall(asked))
    if not {"Category", "Entity key"} <= fields.keys():
        raise Mistake(
            "rehearsal: the prompt of the task 'profile' names no category; it has to end with the lines "
            "`Category: ...`, `Entity key: ...` and `1.`"
        )
    path, key, opened = fields["Category"], fields["Entity key"], _OPEN.search(asked)
    return Target(
        path=path,
        key=key,
        gloss=fields.get("About", ""),
        examples=tuple(text.strip() for text in fields.get("For example", "").split(";") if text.strip()),
        first=int(opened[1]) if opened else 1,
    )


def _words(target: Target) -> Bank:
    """The category's own words, or words that fit any; with the entities that the prompt gives as examples."""
    own = bank(target.path, target.key)
    if own is None:
        words = anything(likes(target.path, target.key, target.gloss))
        return words.about(target.key, target.examples)
    return own.about(target.key, (*own.values, *target.examples)) if own.open else own


def _drawn(values: tuple[str, ...], chance: Random) -> list[str]:
    """As many values as a reply has lines, different ones as far as there are any."""
    drawn: list[str] = []
    while len(drawn) < COUNT:
        drawn += chance.sample(values, min(len(values), COUNT - len(drawn)))
    return drawn


def _entries(words: Bank, values: list[str], chance: Random, flaws: float) -> list[Entry]:
    """Sentences and their values, no two alike in form as far as forms go round; at times one of the stock."""
    entries: list[Entry] = []
    used: list[str] = []
    for value in values:
        used.append(words.template(chance, used))
        habitual = chance.random() < flaws * _HABIT
        new = (words.filled(used[-1], value, chance), value)
        entries.append(_stock(words, chance.randrange(_STOCK)) if habitual else new)
    return entries


def _stock(words: Bank, place: int) -> Entry:
    chance = stream(place, "stock", words.name, *words.values)
    value = chance.choice(words.values)
    return words.sentence(value, chance), value


def _stray(words: Bank, chance: Random) -> Entry:
    """What belongs to another category."""
    other = named(chance.choice([name for name in names() if name != words.name]))
    value = chance.choice(other.values)
    return other.sentence(value, chance), value
