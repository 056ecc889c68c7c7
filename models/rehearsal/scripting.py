"""How does one call write a whole conversation? Each side in turn, from its own profile."""

import re
from typing import Final

from ..stream import sampling_seed, stream
from .brief import Brief, person
from .history import ME, History, Turn
from .speaking import speak

_NAMES: Final = re.compile(r"You write a conversation between ([^\n]+?)\.(?:\s|$)")
_RANGE: Final = re.compile(r"^- (\d+) to (\d+) turns", re.M)
_PERSON: Final = re.compile(r"^Profile of ([^\n(:]+?)(?: \([^\n]*\))?:\n((?:- [^\n]*(?:\n|$))*)", re.M)
_NATURE: Final = re.compile(r"^Personality of ([^\n]+?), each trait from -5 to 5: ([^\n]+)$", re.M)
_STYLE: Final = re.compile(r"^- Language: [^\n]*?\. Style: ([^\n]+?)\.?$", re.M)
_SETTING: Final = re.compile(r"^# Setting\n(.+?)(?=\n\n?# |\Z)", re.M | re.S)
_TASK: Final = "# The conversation to write"
_BULLET: Final = re.compile(r"^- (.+?)[ \t]*$", re.M)


def script(prompt: str, seed: int, flaws: float) -> str:
    """Lines `Name: text`, as many as the prompt allows, in the order of its names."""
    people = _people(prompt)
    names = _ordered(prompt, people)
    least, most = _length(prompt)
    count = stream(seed, "script", "length").randint(least, most)
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
    task = prompt[max(prompt.rfind(_TASK), 0) :]
    natures = dict(_NATURE.findall(task))
    profiles = {name.strip(): tuple(_BULLET.findall(body)) for name, body in _PERSON.findall(task)}
    style, setting = _STYLE.search(prompt), _SETTING.search(prompt)
    return {
        name: person(
            name=name,
            sentences=sentences,
            traits=natures.get(name, ""),
            manner=style[1] if style else "",
            others=tuple(other for other in profiles if other != name),
            setting=setting[1] if setting else "",
            length=0,
        )
        for name, sentences in profiles.items()
    }


def _ordered(prompt: str, people: dict[str, Brief]) -> list[str]:
    """The names as the first line has them; people without a profile speak as well."""
    found = _NAMES.search(prompt)
    names = [name.strip() for name in re.split(r" and |, ", found[1])] if found else list(people)
    for name in names:
        people.setdefault(name, person(name, (), "", "", tuple(n for n in names if n != name), "", 0))
    return names or ["A", "B"]


def _length(prompt: str) -> tuple[int, int]:
    found = _RANGE.search(prompt)
    least, most = (int(found[1]), int(found[2])) if found else (8, 12)
    return least, max(least, most)
