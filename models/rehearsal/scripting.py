"""How does one call write a whole conversation? Each side in turn, from its own profile."""

import re
from typing import Final

from ..stream import sampling_seed, stream
from .brief import Brief, person, setting_of, style_of
from .history import ME, History, Turn
from .speaking import speak

_NAMES: Final = re.compile(r"You write a conversation between ([^\n]+?)\. They")
_RANGE: Final = re.compile(r"^- (\d+) to (\d+) turns", re.M)
_PERSON: Final = re.compile(r"^Profile of ([^\n(:]+?)(?: \([^\n]*\))?:\n((?:- [^\n]*(?:\n|$))*)", re.M)
_NATURE: Final = re.compile(r"^Personality of ([^\n]+?), each trait from -5 to 5:\n((?:- [^\n]*(?:\n|$))+)", re.M)
_FOCUS: Final = re.compile(r"^What ([^\n]+?) lets come up in this conversation[^:\n]*: ([^\n]+?)[ \t]*$", re.M)
_TASK: Final = "# The conversation to write"
_BULLET: Final = re.compile(r"^- (.+?)[ \t]*$", re.M)


def script(prompt: str, seed: int, flaws: float) -> str:
    """Lines `Name: text`, as many as the prompt allows, in the order of its names."""
    people = _people(prompt)
    names = list(people)
    count = stream(seed, "script", "length").randint(*_length(prompt))
    turns: list[Turn] = []
    for place in range(count):
        name = names[place % len(names)]
        closing = count - place <= len(names)
        text = _turn(people, name, turns, closing, sampling_seed(seed, "script", place), flaws)
        turns.append(Turn(name, text))
    return "\n".join(f"{turn.by}: {turn.text}" for turn in turns)


def _turn(people: dict[str, Brief], name: str, turns: list[Turn], closing: bool, seed: int, flaws: float) -> str:
    seen = tuple(Turn(ME if turn.by == name else turn.by, turn.text) for turn in turns)
    others = tuple(own.sentence for other, known in people.items() if other != name for own in known.facts)
    return speak(people[name], History(seen, closing), seed, flaws, others)


def _people(prompt: str) -> dict[str, Brief]:
    """Everybody in speaking order; people without a profile speak as well."""
    task = prompt[max(prompt.rfind(_TASK), 0) :]
    profiles = {name.strip(): tuple(_BULLET.findall(body)) for name, body in _PERSON.findall(task)}
    focused = dict(_FOCUS.findall(task))
    natures, manner, setting = dict(_NATURE.findall(task)), style_of(prompt), setting_of(prompt)
    names = _names(prompt, list(profiles))
    return {
        name: person(
            name=name,
            sentences=profiles.get(name, ()),
            traits=natures.get(name, ""),
            manner=manner,
            others=tuple(other for other in names if other != name),
            setting=setting,
            focus=focused.get(name, ""),
        )
        for name in names
    }


def _names(prompt: str, known: list[str]) -> list[str]:
    found = _NAMES.search(prompt)
    named = [name.strip() for name in found[1].split(" and ")] if found else []
    return named if len(named) > 1 else known or ["A", "B"]


def _length(prompt: str) -> tuple[int, int]:
    found = _RANGE.search(prompt)
    least, most = (int(found[1]), int(found[2])) if found else (8, 12)
    return least, max(least, most)
