"""Any AutoGen agent may sit on a panel: one that is made, a class, or a function with or without a chat client."""

import asyncio
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any

import pytest
from autogen_agentchat.agents import AssistantAgent, BaseChatAgent
from autogen_agentchat.base import Response
from autogen_agentchat.messages import BaseChatMessage, TextMessage
from autogen_core import CancellationToken
from autogen_core.models import ChatCompletionClient

from tertulia.critics import Abstention, Outcome, Panel, Verdict, Why
from tertulia.models import ChatClient, ModelSpec, Scripted

from .conftest import members, talk

YES = '{"approve": true, "score": 5}'


class Clerk(BaseChatAgent):
    """Hears about one dialogue at a time, and answers from a list; counts what it has heard since its reset."""

    def __init__(self, *replies: str) -> None:
        super().__init__("clerk", "A clerk.")
        self.replies, self.heard, self.resets = replies or (YES,), [""], 0

    @property
    def produced_message_types(self) -> Sequence[type[BaseChatMessage]]:
        return (TextMessage,)

    async def on_messages(self, messages: Sequence[BaseChatMessage], cancellation_token: CancellationToken) -> Response:
        self.heard += [message.to_model_text() for message in messages]
        return Response(chat_message=TextMessage(content=self.replies[len(self.heard) - 2], source=self.name))

    async def on_reset(self, cancellation_token: CancellationToken) -> None:
        self.heard, self.resets = [""], self.resets + 1


@pytest.fixture
def stand(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    module = ModuleType("stand")
    monkeypatch.setitem(sys.modules, "stand", module)
    return module


async def outcomes(panel: Panel, *texts: str) -> list[str]:
    return [(await panel.review(talk(text, id=text))).decision.outcome.value for text in texts]


async def test_an_agent_that_is_made_is_reset_for_each_dialogue(stand: ModuleType) -> None:
    stand.clerk = clerk = Clerk("what?", YES)
    panel = Panel(members("stand:clerk"))
    assert await outcomes(panel, "One.", "Two.") == ["accepted", "accepted"]
    assert clerk.resets == 2
    _, question, repair = clerk.heard
    assert "[1] Ann: Two." in question
    assert "One." not in question
    assert "there is no JSON object in it" in repair


async def test_one_agent_is_asked_about_one_dialogue_at_a_time(stand: ModuleType) -> None:
    class Slow(Clerk):
        busy = 0

        async def on_messages(self, messages: Any, cancellation_token: Any) -> Response:
            assert not self.busy
            self.busy = 1
            await asyncio.sleep(0)
            self.busy = 0
            return await super().on_messages(messages, cancellation_token)

    stand.clerk = Slow()
    panel = Panel(members("stand:clerk"))
    found = await asyncio.gather(*(outcomes(panel, str(n)) for n in range(5)))
    assert found == [["accepted"]] * 5


async def test_a_class_or_function_makes_a_fresh_agent_for_each_dialogue(stand: ModuleType) -> None:
    made = []

    def clerk(reply: str = YES) -> Clerk:
        made.append(Clerk(reply))
        return made[-1]

    stand.clerk, stand.Clerk = clerk, Clerk
    panel = Panel(members({"use": "stand:clerk", "options": {"reply": '{"approve": false, "score": 1}'}}))
    made.clear()
    assert await outcomes(panel, "One.", "Two.") == ["rejected", "rejected"]
    assert [agent.resets for agent in made] == [0, 0]
    assert await outcomes(Panel(members("stand:Clerk")), "One.") == ["accepted"]


async def test_a_function_with_a_chat_parameter_is_given_the_panels_client(stand: ModuleType) -> None:
    def judge(chat: ChatCompletionClient, manner: str = "kind") -> AssistantAgent:
        return AssistantAgent("judge", chat, system_message=f"You are {manner}.")

    stand.judge = judge
    endpoint = Scripted(YES)
    chat = ChatClient(endpoint, ModelSpec.parse("vllm:m"))
    panel = Panel(members({"use": "stand:judge", "options": {"manner": "strict"}}), services={"chat": chat})
    assert await outcomes(panel, "One.", "Two.") == ["accepted", "accepted"]
    assert endpoint.requests[0].messages[0]["content"] == "You are strict."
    assert len({request.seed for request in endpoint.requests}) == 2


async def test_an_agent_that_talks_nonsense_abstains(stand: ModuleType) -> None:
    stand.clerk = Clerk("Lovely!", "Lovely, I said.")
    review = await Panel(members("stand:clerk")).review(talk("One."))
    answer = review.ballots[0].answer
    assert isinstance(answer, Abstention)
    assert answer.kind is Why.FAILED
    assert review.decision.outcome is Outcome.UNDECIDED


async def test_an_agents_score_is_read_like_a_judges(stand: ModuleType) -> None:
    stand.clerk = Clerk('{"approve": true, "score": 4}')
    assert (await Panel(members("stand:clerk")).review(talk("One."))).ballots[0].answer == Verdict(True, 0.75)
