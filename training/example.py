"""What does a model learn from: one conversation as a side of it sees it, or a choice between two replies?"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

from ..models.request import Role
from ..personas import Persona

Message = dict[str, str]
"""`role` and `content`, as chat templates take them."""


class Form(StrEnum):
    """What an example is made of."""

    CHAT = "chat"
    """A whole conversation; each turn of one speaker is to be learned."""
    PAIRS = "pairs"
    """One utterance and the reply to it (PSYDIAL)."""
    PROFILE = "profile"
    """What a speaker said, and the profile sentences behind it."""


class Speaker(StrEnum):
    """Whose turns are learned."""

    USER = "user"
    ASSISTANT = "assistant"
    BOTH = "both"


class System(StrEnum):
    """What of the speaker's persona stands in the system message."""

    PERSONA = "persona"
    """All of it: name, profile, traits, style, as in the export format `messages`."""
    TRAITS = "traits"
    """The personality alone: traits and statements."""
    NONE = "none"
    """Nothing: there is no system message."""


@dataclass(frozen=True)
class Example:
    """A conversation from one speaker's side: the speaker's turns are `assistant`, and these alone are learned."""

    dialogue: str
    """Id of the dialogue that it is of."""
    seat: str
    messages: tuple[Message, ...]
    """System message first, where there is one; the last one is the assistant's."""
    persona: Persona
    """The speaker's, whatever the system message tells of it."""
    form: Form = Form.CHAT

    @property
    def id(self) -> str:
        return f"{self.dialogue}:{self.seat}"

    @property
    def system(self) -> str:
        """Empty where there is none."""
        first = self.messages[0]
        return first["content"] if first["role"] == Role.SYSTEM else ""

    @property
    def replies(self) -> tuple[str, ...]:
        """What is to be learned, in order."""
        return tuple(m["content"] for m in self.messages if m["role"] == Role.ASSISTANT)

    def told(self, system: str) -> Self:
        """The same conversation under another system message; empty: under none."""
        rest = self.messages[1:] if self.system else self.messages
        first: tuple[Message, ...] = ({"role": Role.SYSTEM.value, "content": system},) if system else ()
        return replace(self, messages=(*first, *rest))


@dataclass(frozen=True)
class Preference:
    """Two continuations of one beginning, of which the first was found better."""

    dialogue: str
    """Id of the dialogue that was chosen."""
    rival: str
    """Id of the other one."""
    seat: str
    prompt: tuple[Message, ...]
    """The last message is not the assistant's."""
    chosen: tuple[Message, ...]
    rejected: tuple[Message, ...]
    why: str
    """`rejected`, `passed-over` or `comparison`."""
    persona: Persona
