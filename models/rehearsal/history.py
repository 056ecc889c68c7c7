"""What was said so far, by whom, and what am I told beside it?"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

_CLOSING: Final = re.compile(r"about to end|natural close", re.I)
_AGAIN: Final = re.compile(r"too early to say goodbye|could not be used|write this turn anew", re.I)
_STAGE: Final = re.compile(
    r"conversation begins|too early to say goodbye|about to end|natural close|could not be used|"
    r"write this turn anew",
    re.I,
)
_NOTE: Final = re.compile(r"\(A note from the director,.*?never mention this note\.\)", re.S)
"""May hold paragraphs of its own; a note changes nothing here, as this model does not learn."""

ME: Final = ""
"""Stands for the speaker itself among the names of a history."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One utterance; `by` is empty for the speaker itself."""

    by: str
    text: str


@dataclass(frozen=True, slots=True)
class History:
    """The turns, oldest first, and what the last message says in parentheses."""

    turns: tuple[Turn, ...]
    closing: bool = False
    again: bool = False
    """The last reply was refused: another one is wanted."""


def history(messages: Sequence[Mapping[str, str]], others: tuple[str, ...]) -> History:
    """Read the messages after the system message; with two or more others their turns begin with `Name: `."""
    turns: list[Turn] = []
    reminders: tuple[str, ...] = ()
    for message in messages:
        if message["role"] == "assistant":
            turns.append(Turn(ME, message["content"]))
            reminders = ()
        elif message["role"] == "user":
            said, reminders = _read(message["content"], others)
            turns.extend(said)
    return History(
        tuple(turns),
        closing=any(_CLOSING.search(reminder) and not _AGAIN.search(reminder) for reminder in reminders),
        again=any(_AGAIN.search(reminder) for reminder in reminders),
    )


@lru_cache(maxsize=16384)
def _read(content: str, others: tuple[str, ...]) -> tuple[tuple[Turn, ...], tuple[str, ...]]:
    turns: list[Turn] = []
    reminders: list[str] = []
    for paragraph in _NOTE.sub("", content).split("\n\n"):
        text = paragraph.strip()
        if text.startswith("(") and text.endswith(")") and _STAGE.search(text):
            reminders.append(text)
        elif text:
            _add(turns, text, others)
    return tuple(turns), tuple(reminders)


def _add(turns: list[Turn], text: str, others: tuple[str, ...]) -> None:
    name, colon, rest = text.partition(": ")
    if colon and name in others:
        turns.append(Turn(name, rest))
    elif turns:
        turns[-1] = Turn(turns[-1].by, f"{turns[-1].text} {text}")
    else:
        turns.append(Turn(others[0] if others else "you", text))
