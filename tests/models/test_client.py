"""The client: what stands around a call, in which order, and what AutoGen makes of it."""

from asyncio import CancelledError, Event, Task, create_task, current_task, gather, sleep
from collections.abc import AsyncIterator
from typing import Any

import pytest
from autogen_agentchat.agents import AssistantAgent
from autogen_core import CancellationToken
from autogen_core.models import SystemMessage, UserMessage
from pydantic import BaseModel

from tertulia.models import (
    Budget,
    BudgetSpent,
    ChatClient,
    Completion,
    Kind,
    Meter,
    Mistake,
    ModelSpec,
    Part,
    Reply,
    ReplyRefused,
    Request,
    Retrying,
    Role,
    Scripted,
    ServerDown,
    Services,
    Thread,
    Unavailable,
    connect,
)
from tertulia.models import Task as Purpose
from tertulia.models.chat_completions import ChatCompletions
from tertulia.models.retrying import Patience

from .conftest import ChatServer, chat, refusal

HI = Thread(Part(Role.SYSTEM, Kind.INSTRUCTIONS, "Talk."), Part(Role.USER, Kind.TURN, "Hi.", "b")).messages()
SPEC = ModelSpec.parse("vllm:m?temperature=0.5")


class Kept:
    """A reply store in memory that takes its time."""

    def __init__(self) -> None:
        self.replies: dict[str, Reply] = {}
        self.costs: list[tuple[float, float]] = []

    async def get(self, request: Request) -> Reply | None:
        kept = self.replies.get(request.key)
        await sleep(0)
        return kept

    async def put(self, request: Request, reply: Reply, *, usd: float, seconds: float) -> None:
        await sleep(0)
        self.replies[request.key] = reply
        self.costs.append((usd, seconds))


class Gate:
    """A script that waits until it is let through."""

    def __init__(self) -> None:
        self.open = Event()
        self.asked = Event()

    async def __call__(self, request: Request) -> str:
        self.asked.set()
        await self.open.wait()
        return f"seed {request.seed}"


async def settle() -> None:
    """Let everyone go as far as they can."""
    for _ in range(10):
        await sleep(0)


async def no_sleep(seconds: float) -> None:
    return None


def client_of(script: Any, spec: ModelSpec = SPEC, retries: int = 6, **services: Any) -> tuple[ChatClient, Scripted]:
    fake = Scripted(script)
    return ChatClient(fake, spec, Services(**services), patience=Patience(retries, sleep=no_sleep)), fake


async def test_a_reply_is_a_completion_that_names_its_request() -> None:
    client, fake = client_of(lambda asked: Reply("Hello.", "hm", "length", 10, 3))
    completion = await client.create(HI)
    assert (completion.content, completion.thought, completion.finish_reason) == ("Hello.", "hm", "length")
    assert (completion.usage.prompt_tokens, completion.usage.completion_tokens) == (10, 3)
    assert not completion.cached
    assert completion.request_key == fake.requests[0].key
    assert [part.kind for part in fake.requests[0].parts] == [Kind.INSTRUCTIONS, Kind.TURN]


async def test_a_view_carries_the_defaults_of_its_calls_and_shares_the_rest() -> None:
    client, fake = client_of("Hello.")
    view = client.bind(task=Purpose.JUDGE, seed=7, scope="2/17", sampling={"temperature": 0.0})
    await view.create(HI)
    await view.create(HI, extra_create_args={"seed": 8, "top_p": 0.9})
    await view.bind(seed=9).create(HI)
    await client.create(HI)
    asked = fake.requests
    assert [(one.task, one.seed, one.scope) for one in asked[:3]] == [(Purpose.JUDGE, s, "2/17") for s in (7, 8, 9)]
    assert [one.sampling.get("temperature") for one in asked] == [0.0, 0.0, 0.0, 0.5]
    assert asked[1].sampling == {"temperature": 0.0, "max_tokens": 256, "top_p": 0.9}
    assert (asked[3].task, asked[3].seed, asked[3].scope) == (Purpose.SPEAK, 0, "")
    assert client.actual_usage().prompt_tokens == 4 * client.count_tokens(HI)


async def test_the_key_of_a_request_holds_all_that_shapes_its_reply() -> None:
    class Answer(BaseModel):
        good: bool

    client, fake = client_of("Hello.")
    other = ChatClient(fake, ModelSpec.parse("vllm:other?temperature=0.5"))
    elsewhere = ChatClient(Scripted("Hello.", identity="elsewhere"), SPEC)
    more = Thread(Part(Role.SYSTEM, Kind.INSTRUCTIONS, "Talk."), Part(Role.USER, Kind.TURN, "Hi!", "b")).messages()
    requests = [
        client.request(HI),
        client.request(more),
        client.bind(seed=1).request(HI),
        client.bind(sampling={"temperature": 0.6}).request(HI),
        client.bind(sampling={"max_tokens": 9}).request(HI),
        client.request(HI, json_output=True),
        client.request(HI, json_output=Answer),
        other.request(HI),
        elsewhere.request(HI),
    ]
    assert len({request.key for request in requests}) == len(requests)
    assert client.bind(scope="1/1", task=Purpose.JUDGE).request(HI).key == requests[0].key


async def test_a_stored_reply_is_not_asked_for_again_and_costs_nothing() -> None:
    store, budget = Kept(), Budget(tokens=300)
    client, fake = client_of("Hello.", store=store, budget=budget)
    first = await client.create(HI)
    spent = budget.spent_tokens
    for _ in range(50):
        again = await client.create(HI)
    assert again.cached
    assert again.content == first.content
    assert len(fake.requests) == 1
    assert budget.spent_tokens == spent
    tally = client.services.meter.total
    assert (tally.calls, tally.cached) == (1, 50)


async def test_a_reply_is_committed_before_it_is_used_and_with_its_price() -> None:
    spec = ModelSpec.parse({"provider": "vllm", "model": "m", "price": {"input": 2, "output": 10}})
    store = Kept()
    client, _ = client_of(lambda asked: Reply("Hello.", None, "stop", 1000, 100), spec=spec, store=store)
    completion = await client.create(HI)
    assert completion.request_key in store.replies
    [(usd, seconds)] = store.costs
    assert usd == pytest.approx(0.003)
    assert seconds >= 0
    assert client.services.meter.total.usd == pytest.approx(0.003)


async def test_a_store_that_fails_stops_the_call() -> None:
    class Full(Kept):
        async def put(self, request: Request, reply: Reply, *, usd: float, seconds: float) -> None:
            raise OSError("no space")

    client, _ = client_of("Hello.", store=Full())
    with pytest.raises(OSError, match="no space"):
        await client.create(HI)


@pytest.mark.parametrize("stored", [True, False])
async def test_equal_requests_in_flight_share_one_call(stored: bool) -> None:
    gate = Gate()
    client, fake = client_of(gate, store=Kept() if stored else None)
    tasks = [create_task(client.create(HI)) for _ in range(5)]
    other = create_task(client.bind(seed=1).create(HI))
    await gate.asked.wait()
    gate.open.set()
    completions = await gather(*tasks)
    assert [completion.cached for completion in completions] == [False, True, True, True, True]
    assert {completion.content for completion in completions} == {"seed 0"}
    assert (await other).content == "seed 1"
    assert len(fake.requests) == 2


async def test_no_order_of_arrival_asks_for_a_committed_reply() -> None:
    client, fake = client_of("Hello.", store=Kept())

    async def late(steps: int) -> Completion:
        for _ in range(steps):
            await sleep(0)
        return await client.create(HI)

    await gather(*(late(steps) for steps in range(12)))
    assert len(fake.requests) == 1


async def test_without_a_store_equal_calls_in_turn_are_calls_of_their_own() -> None:
    client, fake = client_of("Hello.")
    assert [(await client.create(HI)).cached for _ in range(3)] == [False] * 3
    assert len(fake.requests) == 3


async def test_followers_get_the_leaders_error() -> None:
    gate = Gate()

    async def refuse(request: Request) -> Exception:
        await gate(request)
        return ReplyRefused("not this one")

    client, fake = client_of(refuse)
    tasks = [create_task(client.create(HI)) for _ in range(3)]
    await gate.asked.wait()
    gate.open.set()
    errors = await gather(*tasks, return_exceptions=True)
    assert [type(error) for error in errors] == [ReplyRefused] * 3
    assert len(fake.requests) == 1


@pytest.mark.parametrize("at_once", [True, False])
async def test_when_the_leader_is_cancelled_one_follower_takes_over(at_once: bool) -> None:
    gate = Gate()
    client, fake = client_of(gate, store=Kept() if at_once else None)
    tasks = [create_task(client.create(HI)) for _ in range(4)]
    await gate.asked.wait()
    tasks[0].cancel()
    tasks[2].cancel()
    if not at_once:
        await settle()
    gate.open.set()
    results = await gather(*tasks, return_exceptions=True)
    assert [type(result) for result in results] == [CancelledError, Completion, CancelledError, Completion]
    assert len(fake.requests) == 2


async def test_a_token_cancels_the_call_in_flight_and_nothing_after_it() -> None:
    gate, token = Gate(), CancellationToken()
    client, _ = client_of(gate)

    async def turn() -> str:
        try:
            await client.create(HI, cancellation_token=token)
        except CancelledError:
            task = current_task()
            assert isinstance(task, Task)
            await sleep(0)
            return f"cancelled, {task.cancelling()} pending"
        return "answered"

    running = create_task(turn())
    await gate.asked.wait()
    token.cancel()
    assert await running == "cancelled, 0 pending"


async def test_a_token_that_is_cancelled_late_or_early() -> None:
    client, fake = client_of("Hello.")
    token = CancellationToken()
    await client.create(HI, cancellation_token=token)
    token.cancel()
    await settle()
    with pytest.raises(CancelledError):
        await client.create(HI, cancellation_token=token)
    assert len(fake.requests) == 1


@pytest.mark.parametrize("fails", [False, True])
async def test_a_token_that_the_call_itself_cancels_strikes_there_and_not_later(fails: bool) -> None:
    token = CancellationToken()

    def cancel(request: Request) -> str | Exception:
        token.cancel()
        return ReplyRefused("no") if fails else "Hello."

    client, _ = client_of(cancel)
    with pytest.raises(CancelledError):
        await client.create(HI, cancellation_token=token)
    await settle()


async def test_a_follower_is_cancelled_by_its_own_token_only() -> None:
    gate, token = Gate(), CancellationToken()
    client, fake = client_of(gate)
    leader = create_task(client.create(HI))
    await gate.asked.wait()
    follower = create_task(client.create(HI, cancellation_token=token))
    await settle()
    token.cancel()
    with pytest.raises(CancelledError):
        await follower
    gate.open.set()
    assert (await leader).content == "seed 0"
    assert len(fake.requests) == 1


async def test_a_budget_stops_before_the_call_that_would_pass_it() -> None:
    spec = ModelSpec.parse({"provider": "vllm", "model": "m", "max_tokens": 100, "price": {"input": 0, "output": 1e4}})
    budget = Budget(usd=3.0)
    client, fake = client_of(lambda asked: Reply("Hello.", None, "stop", 10, 50), spec=spec, budget=budget)
    for seed in range(5):
        await client.bind(seed=seed).create(HI)
    with pytest.raises(BudgetSpent, match=r"2\.5000 of 3\.0000 USD"):
        await client.bind(seed=5).create(HI)
    assert len(fake.requests) == 5
    assert budget.spent_usd == pytest.approx(2.5)


async def test_a_failed_or_cancelled_call_frees_its_reservation() -> None:
    gate, budget = Gate(), Budget(tokens=300)
    client, _ = client_of(gate, budget=budget)
    running = create_task(client.create(HI))
    await gate.asked.wait()
    running.cancel()
    await gather(running, return_exceptions=True)
    (await budget.reserve(0, 300)).settle(0, 0)


async def test_retries_are_seen_and_counted_and_end() -> None:
    events: list[Any] = []
    failures = [Unavailable("busy"), Unavailable("lost")]
    client, fake = client_of(lambda asked: failures.pop() if failures else "Hello.", events=events.append)
    assert (await client.create(HI)).content == "Hello."
    assert [(event.model, event.attempt) for event in events if isinstance(event, Retrying)] == [
        ("vllm:m", 1),
        ("vllm:m", 2),
    ]
    assert client.services.meter.snapshot()["models"]["vllm:m"]["retries"] == 2
    client, fake = client_of(lambda asked: Unavailable("busy"), retries=2)
    with pytest.raises(ServerDown, match="tried 3 times"):
        await client.create(HI)
    assert len(fake.requests) == 3


async def test_no_more_calls_are_in_flight_than_the_spec_allows() -> None:
    inside = most = 0

    async def slow(request: Request) -> str:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        await settle()
        inside -= 1
        return "Hello."

    client, _ = client_of(slow, spec=ModelSpec.parse("vllm:m?concurrency=3"))
    await gather(*(client.bind(seed=seed).create(HI) for seed in range(12)))
    assert most == 3


async def test_tools_are_a_mistake_and_foreign_messages_are_not() -> None:
    client, fake = client_of("Hello.")
    with pytest.raises(Mistake, match="no tools"):
        await client.create(HI, tools=[{"name": "f"}])
    await client.create([SystemMessage(content="Judge."), UserMessage(content="This.", source="x")])
    assert [part.kind for part in fake.requests[0].parts] == [Kind.INSTRUCTIONS, Kind.MATERIAL]


async def test_a_stream_is_the_whole_reply_and_then_the_result() -> None:
    client, _ = client_of("Hello.")
    stream: AsyncIterator[Any] = client.create_stream(HI)
    pieces = [piece async for piece in stream]
    assert pieces[0] == "Hello."
    assert isinstance(pieces[1], Completion)


async def test_all_views_close_the_endpoint_once() -> None:
    client, fake = client_of("Hello.")
    await client.bind(seed=1).close()
    await client.close()
    assert fake.closed == 1


def test_tokens_are_estimated_without_a_tokenizer() -> None:
    client, _ = client_of("Hello.")
    assert client.count_tokens(HI) == (2 + 4) + (1 + 4)
    assert 0 < client.remaining_tokens(HI) < 1_000_000


async def test_an_autogen_agent_takes_it_for_any_client() -> None:
    client, fake = client_of({"cat": "A cat, how nice."})
    agent = AssistantAgent("ann", model_client=client.bind(task=Purpose.JUDGE, seed=3), system_message="Talk.")
    result = await agent.run(task="I have a cat.")
    assert str(result.messages[-1].content) == "A cat, how nice."  # type: ignore[union-attr]
    assert (fake.requests[0].task, fake.requests[0].seed) == (Purpose.JUDGE, 3)


async def test_the_whole_way_to_a_real_server(server: ChatServer) -> None:
    server.in_turn(refusal(429, "slow", headers={"Retry-After": "0"}), refusal(503, "sorry"), chat("Hello again."))
    spec = ModelSpec.parse(f"vllm:m@{server.url}")
    waits: list[float] = []

    async def wait(seconds: float) -> None:
        waits.append(seconds)

    client = ChatClient(ChatCompletions(spec), spec, patience=Patience(sleep=wait, random=lambda: 0.25))
    assert (await client.create(HI)).content == "Hello again."
    await client.close()
    assert waits == [0.25, 0.5]
    assert len(server.bodies) == 3


async def test_a_server_that_is_down_ends_the_call_within_seconds(nobody: str) -> None:
    now = 0.0

    async def wait(seconds: float) -> None:
        nonlocal now
        now += seconds

    spec = ModelSpec.parse(f"vllm:m@{nobody}?retries=1000")
    client = ChatClient(ChatCompletions(spec), spec, patience=Patience(1000, sleep=wait, clock=lambda: now))
    with pytest.raises(ServerDown, match=f"can't reach {nobody}.*run the same command again"):
        await client.create(HI)
    await client.close()
    assert 5 <= now <= 6


async def test_connect_gives_a_client_of_its_own(server: ChatServer) -> None:
    meter = Meter()
    client = connect(ModelSpec.parse(f"ollama:m@{server.url}"), Services(meter=meter))
    assert (await client.bind(seed=1).create(HI)).content == "Hello."
    await client.close()
    assert meter.total.calls == 1
    assert repr(client) == f"ChatClient(ollama:m@{server.url})"
