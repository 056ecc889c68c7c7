"""What can a watcher hear from the stage?"""

from dataclasses import dataclass

from .dialogue import Dialogue, Member, Place


@dataclass(frozen=True, slots=True)
class DialogueStarted:
    """A try begins."""

    place: Place
    cast: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class TurnSpoken:
    """An utterance was used."""

    place: Place
    seat: str
    name: str
    number: int
    """Of the turn, from 0."""
    text: str


@dataclass(frozen=True, slots=True)
class TurnRefused:
    """A guard asked for a turn again."""

    place: Place
    seat: str
    guard: str
    reason: str


@dataclass(frozen=True, slots=True)
class DialogueEnded:
    """A try is made; its dialogue has a stop reason, or a failure."""

    place: Place
    dialogue: Dialogue
