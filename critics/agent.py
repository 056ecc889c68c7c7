"""How does an AutoGen agent sit on a panel? It is shown the fenced dialogue, and its answer is read as a verdict."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar, TypeVar, overload

from autogen_agentchat.base import ChatAgent
from autogen_agentchat.messages import TextMessage
from autogen_core import CancellationToken
from autogen_core.models import ChatCompletionClient

from ..models.client import ChatClient
from ..models.errors import ReplyRefused
from ..models.request import Task
from .case import Case
from .critic import Critic
from .material import Material, material
from .option import services_of
from .parsing import Unreadable
from .prompt import fingerprint, render
from .reading import read_verdict
from .verdict import Abstention, Verdict, Why

Read = TypeVar("Read")

ASKER = "panel"
VERDICT_TOKENS = 800
"""What a reply may take at least: a verdict that is cut off can't be read."""

_VERDICT_AGAIN = partial(render, "repair")


@overload
async def consult(agent: ChatAgent, shown: Material, question: str) -> Verdict | Abstention: ...
@overload
async def consult(
    agent: ChatAgent, shown: Material, question: str, read: Callable[[str, Material], Read], again: Callable[..., str]
) -> Read | Abstention: ...
async def consult(
    agent: ChatAgent,
    shown: Material,
    question: str,
    read: Callable[[str, Material], Any] = read_verdict,
    again: Callable[..., str] = _VERDICT_AGAIN,
) -> Any:
    """What `read` makes of the agent's reply, a verdict unless told otherwise; an Abstention where nothing can be read.

    `read` raises Unreadable; then the agent is asked once more, by what `again(error=...)` says, which has to name the
    form of the reply. What stops the run is raised: NoJudge, Stopped.
    """
    try:
        reply = await _ask(agent, question)
        try:
            return read(reply, shown)
        except Unreadable as error:
            return read(await _ask(agent, again(error=str(error))), shown)
    except Unreadable as error:
        return Abstention(Why.FAILED, f"no verdict could be read, twice: {error}")
    except ReplyRefused as error:
        return Abstention(Why.FAILED, f"the model refused: {error}")


async def _ask(agent: ChatAgent, text: str) -> str:
    token = CancellationToken()
    try:
        response = await agent.on_messages([TextMessage(content=text, source=ASKER)], token)
    except asyncio.CancelledError:
        token.cancel()
        raise
    return response.chat_message.to_model_text()


def bound(
    client: ChatCompletionClient,
    case: Case,
    critic: str,
    *,
    task: Task = Task.JUDGE,
    call: int = 0,
    temperature: float = 0,
) -> ChatCompletionClient:
    """The client for one case: greedy, with room for a verdict, and the seed of the dialogue's place.

    `call` tells several samples of one question apart; they want a temperature. A foreign client is used as it is.
    """
    if not isinstance(client, ChatClient):
        return client
    longest = client.spec.max_tokens
    sampling = {"temperature": temperature} | ({"max_tokens": max(longest, VERDICT_TOKENS)} if longest else {})
    return client.bind(task=task, seed=case.seed_for(critic, call), scope=case.scope, sampling=sampling)


@dataclass(frozen=True)
class AgentCritic(Critic):
    """An AutoGen agent, or a function that makes a fresh one for each dialogue."""

    name: str
    agent: ChatAgent | Callable[[], ChatAgent]
    """One agent is reset before each dialogue, and asked about one at a time."""
    turn: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False, compare=False)

    @property
    def fingerprint(self) -> str:
        return fingerprint()

    async def review(self, case: Case) -> Verdict | Abstention:
        shown = material(case, self.name)
        question = render("agent", material=shown.text)
        if not isinstance(self.agent, ChatAgent):
            return await consult(self.agent(), shown, question)
        async with self.turn:
            await self.agent.on_reset(CancellationToken())
            return await consult(self.agent, shown, question)


@dataclass(frozen=True)
class ChattingAgentCritic(Critic):
    """A function that makes an AutoGen agent around the panel's chat client, a fresh one for each dialogue."""

    name: str
    make: Callable[..., ChatAgent]
    chat: ChatCompletionClient | None = None

    needs: ClassVar[tuple[str, ...]] = ("chat",)

    @property
    def fingerprint(self) -> str:
        return fingerprint()

    async def review(self, case: Case) -> Verdict | Abstention:
        assert self.chat is not None
        shown = material(case, self.name)
        agent = self.make(chat=bound(self.chat, case, self.name))
        return await consult(agent, shown, render("agent", material=shown.text))


def adapt(name: str, target: Any, options: Mapping[str, Any]) -> Critic:
    """The critic that an agent, an agent's class, or a function that makes one stands for."""
    if not callable(target):
        return AgentCritic(name, target)
    make = partial(target, **options) if options else target
    return ChattingAgentCritic(name, make) if services_of(target) else AgentCritic(name, make)
