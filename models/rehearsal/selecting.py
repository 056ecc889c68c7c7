"""Who speaks next?"""

import re
from typing import Final

from ..stream import stream

_CHOICES: Final = re.compile(r"^Choose from: (.+?)\.?$", re.M)
_PEOPLE: Final = re.compile(r"^The people\n((?:- [^\n]*(?:\n|$))+)", re.M)
_PERSON: Final = re.compile(r"^- ([^:\n]+)", re.M)
_SENTENCE: Final = re.compile(r"[^.?!]*[.?!]?")


def select(prompt: str, seed: int) -> str:
    """One name of those after `Choose from:`; somebody addressed first, then who was silent longest."""
    offer = _CHOICES.search(prompt)
    choices = [name.strip() for name in offer[1].split(",")] if offer else []
    turns = _turns(prompt, choices)
    addressed = _addressed(turns, choices)
    if addressed or not choices:
        return addressed
    since = {name: _silent(name, turns) for name in choices}
    quiet = [name for name in choices if since[name] == max(since.values())]
    return stream(seed, "select", len(turns)).choice(quiet)


def _turns(prompt: str, choices: list[str]) -> list[tuple[str, str]]:
    people = _PEOPLE.search(prompt)
    names = {*choices, *(name.strip() for name in _PERSON.findall(people[1]) if people)} if people else set(choices)
    lines = (line.partition(": ") for line in prompt.splitlines())
    return [(name, text) for name, colon, text in lines if colon and name in names]


def _addressed(turns: list[tuple[str, str]], choices: list[str]) -> str:
    """Whom the last turn names in a question, else whom it names at all."""
    if not turns:
        return ""
    speaker, text = turns[-1]
    questions = [sentence for sentence in _SENTENCE.findall(text) if sentence.endswith("?")]
    for part in (*reversed(questions), text):
        for name in choices:
            if name != speaker and re.search(rf"\b{re.escape(name)}\b", part):
                return name
    return ""


def _silent(name: str, turns: list[tuple[str, str]]) -> int:
    """Turns since the name spoke; one who never did has been silent for longer than everybody."""
    return next((age for age, (speaker, _) in enumerate(reversed(turns)) if speaker == name), len(turns) + 1)
