"""How does a conversation look to the model that takes part in it, and what is each piece of it?"""

from collections.abc import Sequence

from autogen_core.models import AssistantMessage, FunctionExecutionResultMessage, LLMMessage, SystemMessage, UserMessage
from pydantic import Field

from .errors import Mistake
from .request import JOIN, Kind, Part, Role


class TracedSystemMessage(SystemMessage):
    """A system message that knows its parts."""

    parts: tuple[Part, ...] = Field(default=(), exclude=True, repr=False)


class TracedUserMessage(UserMessage):
    """A user message that knows its parts."""

    parts: tuple[Part, ...] = Field(default=(), exclude=True, repr=False)


class TracedAssistantMessage(AssistantMessage):
    """An assistant message that knows its parts."""

    parts: tuple[Part, ...] = Field(default=(), exclude=True, repr=False)


TracedMessage = TracedSystemMessage | TracedUserMessage | TracedAssistantMessage


class Thread:
    """An append-only conversation as one model sees it. Consecutive parts of a role are one message."""

    def __init__(self, *parts: Part) -> None:
        self._messages: list[TracedMessage] = []
        self.add(*parts)

    def add(self, *parts: Part) -> None:
        """Append parts that every later call will see."""
        _extend(self._messages, parts)

    def messages(self, *tail: Part) -> list[LLMMessage]:
        """The messages to send, followed by a tail that is not kept (reminders, notes)."""
        messages = self._messages.copy()
        _extend(messages, tail)
        return list[LLMMessage](messages)

    @property
    def parts(self) -> tuple[Part, ...]:
        return tuple(part for message in self._messages for part in message.parts)


def parts_of(messages: Sequence[LLMMessage]) -> tuple[Part, ...]:
    """The parts of messages; a foreign system message counts as instructions, any other foreign one as material."""
    parts: list[Part] = []
    for message in messages:
        if isinstance(message, TracedMessage) and message.parts:
            parts += message.parts
        else:
            parts.append(_foreign(message))
    return tuple(parts)


def _extend(messages: list[TracedMessage], parts: Sequence[Part]) -> None:
    """Add parts; a message that grows is replaced, since others may hold it."""
    at = 0
    while at < len(parts):
        end = at + 1
        while end < len(parts) and parts[end].role is parts[at].role:
            end += 1
        group = tuple(parts[at:end])
        if messages and messages[-1].parts[-1].role is group[0].role:
            group = messages.pop().parts + group
        messages.append(_message(group))
        at = end


def _message(parts: tuple[Part, ...]) -> TracedMessage:
    role, source = parts[0].role, parts[0].seat or parts[0].role.value
    content = parts[0].text if len(parts) == 1 else JOIN.join(part.text for part in parts)
    if role is Role.SYSTEM:
        return TracedSystemMessage(content=content, parts=parts)
    if role is Role.USER:
        return TracedUserMessage(content=content, source=source, parts=parts)
    return TracedAssistantMessage(content=content, source=source, parts=parts)


def _foreign(message: LLMMessage) -> Part:
    if isinstance(message, SystemMessage):
        return Part(Role.SYSTEM, Kind.INSTRUCTIONS, message.content)
    if isinstance(message, FunctionExecutionResultMessage) or not isinstance(message.content, str):
        raise Mistake(f"a chat client of Tertulia takes text only, not a {message.type} with tool calls or images")
    role = Role.ASSISTANT if isinstance(message, AssistantMessage) else Role.USER
    return Part(role, Kind.MATERIAL, message.content)
