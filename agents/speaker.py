"""Who speaks? An AutoGen agent that holds one private persona, and nothing of anyone else's."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from autogen_agentchat.agents import BaseChatAgent
from autogen_agentchat.base import Response
from autogen_agentchat.messages import BaseChatMessage, TextMessage
from autogen_core import CancellationToken
from autogen_core.models import ChatCompletionClient

from ..models.errors import TertuliaError
from ..models.request import Kind, Part, Role, Task
from ..models.thread import Thread
from .briefing import again, opened, reminder
from .calls import Calls
from .dialogue import Member
from .guard import GuardCount, Moment, first_objection, spoken
from .parting import is_farewell, is_refusal
from .staging import Staging
from .stopping import too_early

PERSON = "person"
"""The model of a seat that a person at the console takes: never guarded."""
REFUSAL = "refusal"
NOT_YET = "not-yet"


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
    After `ending` turns of the conversation, its own and those it has heard, it is told to take leave. A seat that is
    told its persona alone hears no note and no reminder, and is asked again in the same words, with another seed.
    """

    def __init__(
        self,
        member: Member,
        others: Sequence[Other],
        brief: Sequence[Part],
        client: ChatCompletionClient,
        calls: Calls,
        staging: Staging,
        ending: int,
        note: Part | None = None,
        on_refusal: Callable[[str, str], None] = lambda guard, reason: None,
    ) -> None:
        names = agent_names([member.seat, *(other.seat for other in others)])
        super().__init__(names[member.seat], member.persona.introduction or member.name)
        self.member, self.guards = member, GuardCount()
        self.last_request: str | None = None
        self._others = {names[other.seat]: other for other in others}
        self._names = tuple(other.name for other in others)
        self._brief, self._client, self._calls = tuple(brief), client, calls
        self._staging, self._ending, self._note = staging, ending, note
        self._bare = member.seat in staging.bare
        self._on_refusal = on_refusal
        self._start()

    def _start(self) -> None:
        self._thread = Thread()
        self._thread.add(*self._brief)
        self._own: list[str] = []
        self._heard: list[str] = []

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

    @property
    def _turns(self) -> int:
        """How many were said so far."""
        return len(self._own) + len(self._heard)

    def _hear(self, message: BaseChatMessage) -> None:
        text = message.to_model_text()
        self._heard.append(text)
        other = self._others.get(message.source) or Other(message.source, message.source)
        shown = f"{other.name}: {text}" if len(self._others) > 1 else text
        self._thread.add(Part(Role.USER, Kind.TURN, shown, other.seat))

    async def _speak(self, token: CancellationToken) -> str:
        if not self._turns:
            self._thread.add(opened() if self._bare else reminder("opening"))
        tail, before = self._whispers(), Counter[str]()
        while True:
            text = await self._reply(tail, token)
            plea = None if self.member.model == PERSON else self._plea(text, before)
            if plea is None:
                return text
            tail = self._whispers(plea)

    def _plea(self, text: str, before: Counter[str]) -> Part | None:
        """What to ask for a better turn with; None when this one may be used. `before`: what was asked already."""
        if REFUSAL in self._staging.stops and is_refusal(text):
            if before[REFUSAL]:
                raise TurnFailed(self.member.seat, REFUSAL, text[:200])
            return self._refuse(REFUSAL, f"it declined to speak. Speak as {self.member.name}, a person.", before)
        if found := first_objection(text, self._moment(), self._staging.guards):
            return self._refuse(*found, before)
        if self._leaves_early(text) and not before[NOT_YET]:
            before[NOT_YET] += 1
            return reminder(NOT_YET)
        return None

    def _refuse(self, guard: str, reason: str, before: Counter[str]) -> Part:
        self.guards.add(guard)
        self._on_refusal(guard, reason)
        if before.total() - before[NOT_YET] >= self._staging.patience:
            raise TurnFailed(self.member.seat, guard, reason)
        before[guard] += 1
        return again(reason)

    async def _reply(self, tail: Sequence[Part], token: CancellationToken) -> str:
        client = self._calls.bind(self._client, Task.SPEAK)
        result = await client.create(self._thread.messages(*tail), cancellation_token=token)
        self.last_request = getattr(result, "request_key", None)
        text = str(result.content)
        return text if self.member.model == PERSON else spoken(text, self.member.name)

    def _whispers(self, *plea: Part) -> list[Part]:
        """What stands at the end of the next request alone."""
        if self._bare:
            return []
        whispers = [self._note] if self._note else []
        closing = [reminder("closing")] if self._turns >= self._ending else []
        return [*whispers, *closing, *plea]

    def _leaves_early(self, text: str) -> bool:
        early = too_early(self._turns + 1, len(self._others) + 1, self._staging.least)
        return "farewell" in self._staging.stops and early and is_farewell(text)

    def _moment(self) -> Moment:
        return Moment(self.member.name, self._names, self._own, self._heard)


def agent_names(seats: Iterable[str]) -> dict[str, str]:
    """AutoGen agent names by seat: Python identifiers, each its own, and the same in whatever order the seats come."""
    names: dict[str, str] = {}
    for seat in sorted(seats):
        name = "".join(c if f"a{c}".isidentifier() else "_" for c in seat)
        name = name if name.isidentifier() else f"seat_{name}"
        while name in names.values():
            name += "_"
        names[seat] = name
    return names
