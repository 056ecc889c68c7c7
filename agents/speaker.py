"""Who speaks? An AutoGen agent that holds one private persona, and nothing of anyone else's."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from autogen_agentchat.agents import BaseChatAgent
from autogen_agentchat.base import Response
from autogen_agentchat.messages import BaseChatMessage, TextMessage
from autogen_core import CancellationToken
from autogen_core.models import ChatCompletionClient

from ..models.errors import TertuliaError
from ..models.request import Kind, Part, Role, Task
from ..models.thread import Thread
from .briefing import again, reminder
from .calls import Calls
from .dialogue import Member
from .guard import GuardCount, Moment, first_objection, spoken
from .staging import Staging
from .stopping import is_farewell, is_refusal, too_early

PERSON = "person"
"""The model of a seat that a person at the console takes: never guarded."""


class TurnFailed(TertuliaError):
    """No reply of the model may be used as this turn; the try fails with the reason."""

    def __init__(self, seat: str, guard: str, reason: str) -> None:
        super().__init__(f"{seat}: {guard}: {reason}")
        self.guard = guard


class Other(NamedTuple):
    """What a speaker knows of somebody else at the table before they speak."""

    seat: str
    name: str


class Speaker(BaseChatAgent):
    """One seat: hears what the others say, and answers as its persona.

    Its history is relative: own turns are the assistant's, the others' the user's, prefixed with their names when more
    than two are at the table. A reply is used whole, asked again with a reason that enters no history, or fails.
    """

    def __init__(
        self,
        member: Member,
        others: Sequence[Other],
        brief: Sequence[Part],
        client: ChatCompletionClient,
        calls: Calls,
        staging: Staging,
        note: Part | None = None,
        on_refusal: Callable[[str, str], None] = lambda guard, reason: None,
    ) -> None:
        super().__init__(agent_name(member.seat), member.persona.introduction or member.name)
        self.member, self.guards = member, GuardCount()
        self.last_request: str | None = None
        self._others = {agent_name(other.seat): other for other in others}
        self._names = tuple(other.name for other in others)
        self._brief, self._client, self._calls = tuple(brief), client, calls
        self._staging, self._note = staging, note
        self._on_refusal = on_refusal
        self._start()

    def _start(self) -> None:
        self._thread = Thread()
        self._thread.add(*self._brief)
        self._own: list[str] = []
        self._heard: list[str] = []
        self.closing = False

    @property
    def produced_message_types(self) -> Sequence[type[BaseChatMessage]]:
        return (TextMessage,)

    async def on_messages(self, messages: Sequence[BaseChatMessage], cancellation_token: CancellationToken) -> Response:
        """Hear what is new, then speak. Raises TurnFailed when no reply may be used."""
        for message in messages:
            self._hear(message)
        text = await self._speak(cancellation_token)
        self._thread.add(Part(Role.ASSISTANT, Kind.TURN, text, self.member.seat))
        self._own.append(text)
        return Response(chat_message=TextMessage(content=text, source=self.name))

    async def on_reset(self, cancellation_token: CancellationToken) -> None:
        self._start()

    def _hear(self, message: BaseChatMessage) -> None:
        text = message.to_model_text()
        if not (self._own or self._heard):
            self._thread.add(reminder("waiting"))
        self._heard.append(text)
        other = self._others.get(message.source) or Other(message.source, message.source)
        shown = f"{other.name}: {text}" if len(self._others) > 1 else text
        self._thread.add(Part(Role.USER, Kind.TURN, shown, other.seat))

    async def _speak(self, token: CancellationToken) -> str:
        if not (self._own or self._heard):
            self._thread.add(reminder("opening"))
        tail, refused, asked_to_stay = self._whispers(), 0, False
        while True:
            text = await self._reply(tail, token)
            if self.member.model == PERSON:
                return text
            if "refusal" in self._staging.stops and is_refusal(text):
                raise TurnFailed(self.member.seat, "refusal", text[:200])
            if found := first_objection(text, self._moment(), self._staging.guards):
                refused = self._refuse(*found, refused)
                tail = [*self._whispers(), again(found[1])]
            elif self._leaves_early(text) and not asked_to_stay:
                asked_to_stay, tail = True, [*self._whispers(), reminder("not-yet")]
            else:
                return text

    def _refuse(self, guard: str, reason: str, before: int) -> int:
        self.guards.add(guard)
        self._on_refusal(guard, reason)
        if before >= self._staging.patience:
            raise TurnFailed(self.member.seat, guard, reason)
        return before + 1

    async def _reply(self, tail: Sequence[Part], token: CancellationToken) -> str:
        client = self._calls.bind(self._client, Task.SPEAK)
        result = await client.create(self._thread.messages(*tail), cancellation_token=token)
        self.last_request = getattr(result, "request_key", None)
        text = str(result.content)
        return text if self.member.model == PERSON else spoken(text, self.member.name)

    def _whispers(self) -> list[Part]:
        whispers = [self._note] if self._note else []
        return [*whispers, reminder("closing")] if self.closing else whispers

    def _leaves_early(self, text: str) -> bool:
        turns = len(self._own) + len(self._heard) + 1
        return "farewell" in self._staging.stops and too_early(turns, self._staging.least) and is_farewell(text)

    def _moment(self) -> Moment:
        return Moment(self.member.name, self._names, self._own, self._heard)


def agent_name(seat: str) -> str:
    """The seat as an AutoGen agent name: a Python identifier."""
    name = "".join(c if c.isalnum() else "_" for c in seat)
    return name if name.isidentifier() else f"seat_{name}"
