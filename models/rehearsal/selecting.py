"""Who speaks next?"""

import re
from typing import Final

from ..stream import stream

_CHOICES: Final = re.compile(r"^Choose from: (.+?)\.?$", re.M)
_SAID: Final = re.compile(r"What was said so far\n(.*?)(?=\n\nWho would|\Z)", re.S)
_NOTHING: Final = "(nothing yet)"


def select(prompt: str, seed: int) -> str:
    """One name of those after `Choose from:`; somebody addressed first, then who was silent longest."""
    offer = _CHOICES.search(prompt)
    names = [name.strip() for name in offer[1].split(",")] if offer else []
    turns = _turns(prompt, names)
    addressed = _addressed(turns, names)
    if addressed or not names:
        return addressed
    since = {name: _silent(name, turns) for name in names}
    longest = max(since.values())
    quiet = [name for name in names if since[name] == longest]
    return stream(seed, "select", len(turns)).choice(quiet)


def _turns(prompt: str, names: list[str]) -> list[tuple[str, str]]:
    said = _SAID.search(prompt)
    turns: list[tuple[str, str]] = []
    for line in said[1].splitlines() if said else ():
        speaker, colon, text = line.partition(": ")
        if colon and line != _NOTHING:
            turns.append((speaker.strip(), text))
    return turns


def _addressed(turns: list[tuple[str, str]], names: list[str]) -> str:
    """Whom the last turn names in a question, else whom it names at all."""
    if not turns:
        return ""
    speaker, text = turns[-1]
    others = [name for name in names if name != speaker]
    asked = [sentence for sentence in re.findall(r"[^.?!]*[.?!]?", text) if sentence.endswith("?")]
    for part in (*reversed(asked), text):
        for name in others:
            if re.search(rf"\b{re.escape(name)}\b", part):
                return name
    return ""


def _silent(name: str, turns: list[tuple[str, str]]) -> int:
    """Turns since the name spoke; one who never did has been silent for longer than everybody."""
    return next((age for age, (speaker, _) in enumerate(reversed(turns)) if speaker == name), len(turns) + 1)
