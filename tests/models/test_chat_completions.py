"""The endpoint against a real server on loopback."""

import traceback
from asyncio import Event, gather
from typing import Any

import pytest
from aiohttp import web

from tertulia.models import (
    AccountSpent,
    Kind,
    Learned,
    Mistake,
    ModelSpec,
    Part,
    Reply,
    ReplyRefused,
    Request,
    Role,
    TertuliaError,
    Unavailable,
)
from tertulia.models.chat_completions import ChatCompletions

from .conftest import ChatServer, chat, refusal

PARTS = (
    Part(Role.SYSTEM, Kind.INSTRUCTIONS, "You talk."),
    Part(Role.SYSTEM, Kind.PERSONA, "You have a cat.", "a"),
    Part(Role.USER, Kind.TURN, "Grüß dich! \U0001f63a", "b"),
)


def spec_of(server: ChatServer, options: str = "") -> ModelSpec:
    return ModelSpec.parse(f"vllm:some-model@{server.url}{'?' + options if options else ''}")


def request_of(spec: ModelSpec, **more: Any) -> Request:
    return Request(spec.identity, spec.model, PARTS, spec.sampling, **({"seed": 7} | more))


async def ask(spec: ModelSpec, times: int = 1, events: list[object] | None = None, **more: Any) -> Reply:
    """Ask an endpoint of its own, so often, one after the other; the last reply."""
    endpoint = ChatCompletions(spec, [].append if events is None else events.append)
    try:
        for _ in range(times):
            reply = await endpoint.complete(request_of(spec, **more))
    finally:
        await endpoint.close()
    return reply


async def test_a_request_goes_out_whole_and_comes_back_as_a_reply(server: ChatServer) -> None:
    reply = await ask(spec_of(server, "temperature=0.7&top_k=40&stop=END"))
    assert server.bodies == [
        {
            "model": "some-model",
            "messages": [
                {"role": "system", "content": "You talk.\n\nYou have a cat."},
                {"role": "user", "content": "Grüß dich! \U0001f63a"},
            ],
            "temperature": 0.7,
            "top_k": 40,
            "max_tokens": 256,
            "stop": ["END"],
            "seed": 7,
        }
    ]
    assert server.headers[0]["Content-Type"] == "application/json"
    assert reply == Reply("Hello.", None, "stop", 11, 5)


@pytest.mark.parametrize(
    ("payload", "text", "thought", "finish"),
    [
        (chat("<think>hm</think>Hi."), "Hi.", "hm", "stop"),
        (chat("Hi.", reasoning_content="hm"), "Hi.", "hm", "stop"),
        (chat("<think>b</think>Hi.", reasoning="a"), "Hi.", "a\n\nb", "stop"),
        (chat(None, reasoning_content="hm", finish="length"), "", "hm", "length"),
        (chat(None, refusal="I can't say that."), "I can't say that.", None, "stop"),
        (chat("", finish="content_filter"), "", None, "content_filter"),
        (chat("Hi.", finish="tool_calls"), "Hi.", None, "unknown"),
        (chat("Hi.", finish="eos"), "Hi.", None, "stop"),
    ],
)
async def test_speech_thought_and_finish_are_read(
    server: ChatServer, payload: Any, text: str, thought: str | None, finish: str
) -> None:
    server.answer = lambda body: payload
    reply = await ask(spec_of(server))
    assert (reply.text, reply.thought, reply.finish) == (text, thought, finish)


async def test_content_in_blocks_is_read(server: ChatServer) -> None:
    blocks = [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}, {"type": "text", "text": "Hi."}]
    payload = chat("")
    payload["choices"][0]["message"]["content"] = blocks
    server.answer = lambda body: payload
    reply = await ask(spec_of(server))
    assert (reply.text, reply.thought) == ("Hi.", "hm")


async def test_tokens_are_estimated_where_the_server_does_not_count(server: ChatServer) -> None:
    server.answer = lambda body: {"choices": [{"message": {"content": "12345678"}, "finish_reason": "stop"}]}
    reply = await ask(spec_of(server))
    assert reply.completion_tokens == 2
    assert reply.prompt_tokens > 8


@pytest.mark.parametrize(
    ("schema", "strict"),
    [
        ({"type": "object", "properties": {"a": {"type": "string"}}}, False),
        (
            {
                "type": "object",
                "properties": {"a": {"type": "string"}},
                "required": ["a"],
                "additionalProperties": False,
            },
            True,
        ),
    ],
)
async def test_a_schema_goes_out_strictly_where_it_is_closed(server: ChatServer, schema: Any, strict: bool) -> None:
    await ask(spec_of(server), schema=schema)
    wanted = {"type": "json_schema", "json_schema": {"name": "reply", "schema": schema, "strict": strict}}
    assert server.bodies[0]["response_format"] == wanted


async def test_the_schema_of_any_object_is_json_mode(server: ChatServer) -> None:
    await ask(spec_of(server), schema={"type": "object"})
    assert server.bodies[0]["response_format"] == {"type": "json_object"}


def choosy(body: dict[str, Any]) -> Any:
    """A server that takes neither max_tokens nor temperature nor penalties nor a seed, and names one a time."""
    if "max_tokens" in body:
        said = "Unsupported parameter: 'max_tokens' is not supported. Use 'max_completion_tokens' instead."
        return refusal(400, said, param="max_tokens", code="unsupported_parameter")
    for name in ("temperature", "top_p", "frequency_penalty", "presence_penalty", "seed"):
        if name in body:
            return refusal(400, f"Unsupported parameter: '{name}' is not supported with this model.")
    return chat("Hi.")


async def test_what_the_server_does_not_take_is_learned_once(server: ChatServer) -> None:
    server.answer = choosy
    events: list[object] = []
    await ask(spec_of(server, "temperature=1&presence_penalty=0.5"), times=3, events=events)
    assert len(server.bodies) == 4 + 3
    assert server.bodies[-1].keys() == {"model", "messages", "max_completion_tokens"}
    assert events == [
        Learned("some-model", "max_tokens", "max_completion_tokens"),
        Learned("some-model", "temperature"),
        Learned("some-model", "presence_penalty"),
        Learned("some-model", "seed"),
    ]


async def test_many_in_flight_learn_together(server: ChatServer) -> None:
    server.answer = choosy
    spec, events = spec_of(server, "temperature=1"), list[object]()
    endpoint = ChatCompletions(spec, events.append)
    replies = await gather(*(endpoint.complete(request_of(spec, seed=seed)) for seed in range(20)))
    await endpoint.close()
    assert {reply.text for reply in replies} == {"Hi."}
    assert len(events) == 3


async def test_flags_of_the_spec_settle_what_would_be_learned(server: ChatServer) -> None:
    server.answer = choosy
    flags = "temperature=1&accepts_temperature=false&accepts_seed=false&max_completion_tokens=true"
    await ask(spec_of(server, flags))
    assert len(server.bodies) == 1
    with pytest.raises(Mistake, match="'seed' is not supported"):
        await ask(spec_of(server, "max_completion_tokens=true&accepts_seed=true"))


async def test_a_wrong_value_is_a_mistake_and_is_not_left_out(server: ChatServer) -> None:
    server.answer = lambda body: refusal(400, "temperature must be less than or equal to 2", param="temperature")
    with pytest.raises(Mistake, match="less than or equal to 2"):
        await ask(spec_of(server, "temperature=9"))
    assert len(server.bodies) == 1


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (refusal(401, "bad key"), Mistake),
        (refusal(404, "no such model"), Mistake),
        (refusal(402, "pay first"), AccountSpent),
        (refusal(429, "quota", code="insufficient_quota"), AccountSpent),
        (refusal(400, "Filtered.", code="content_filter"), ReplyRefused),
        (refusal(400, "maximum context length is 10 tokens"), ReplyRefused),
        (refusal(500, "sorry"), Unavailable),
        (refusal(429, "slow down"), Unavailable),
        ("<html>Welcome to the hotel's network</html>", Unavailable),
        ({"choices": []}, Unavailable),
        ({"choices": [{"message": 3}]}, Unavailable),
        ({"choices": [{"error": {"message": "upstream", "code": 502}}]}, Unavailable),
        ({"error": {"message": "slow down", "code": 429}}, Unavailable),
        ({"error": {"message": "no credits", "code": 402}}, AccountSpent),
        (["nothing"], Unavailable),
    ],
    ids=str,
)
async def test_what_is_no_reply_becomes_the_fitting_error(
    server: ChatServer, answer: Any, kind: type[TertuliaError]
) -> None:
    server.answer = lambda body: answer
    with pytest.raises(TertuliaError) as raised:
        await ask(spec_of(server))
    assert type(raised.value) is kind
    assert len(server.bodies) == 1


async def test_retry_after_is_handed_on(server: ChatServer) -> None:
    server.answer = lambda body: refusal(429, "slow down", headers={"Retry-After": "3"})
    with pytest.raises(Unavailable) as raised:
        await ask(spec_of(server))
    assert raised.value.retry_after == 3.0


async def test_a_hang_is_a_time_out(server: ChatServer) -> None:
    never = Event()
    server.answer = lambda body: never.wait()
    with pytest.raises(Unavailable, match=r"no answer in 0.05 s") as raised:
        await ask(spec_of(server, "timeout=0.05"))
    never.set()
    assert not raised.value.unreachable


async def test_a_connection_that_is_lost_is_no_dead_server(server: ChatServer) -> None:
    class Broken(web.Response):
        async def prepare(self, request: web.BaseRequest) -> Any:
            assert request.transport is not None
            request.transport.abort()

    server.answer = lambda body: Broken()
    with pytest.raises(Unavailable, match="was lost") as raised:
        await ask(spec_of(server))
    assert not raised.value.unreachable


async def test_nobody_at_the_address_is_told_apart(nobody: str) -> None:
    with pytest.raises(Unavailable, match=f"can't reach {nobody}") as raised:
        await ask(ModelSpec.parse(f"vllm:m@{nobody}"))
    assert raised.value.unreachable


async def test_the_pool_does_not_limit_what_is_in_flight(server: ChatServer) -> None:
    everyone, everyone_here = 150, Event()

    async def wait_for_all(body: Any) -> Any:
        if len(server.bodies) == everyone:
            everyone_here.set()
        await everyone_here.wait()
        return chat("Hi.")

    server.answer = wait_for_all
    spec = spec_of(server)
    endpoint = ChatCompletions(spec)
    replies = await gather(*(endpoint.complete(request_of(spec, seed=seed)) for seed in range(everyone)))
    await endpoint.close()
    assert len(replies) == everyone


KEY = "sk-t0p-s3cret"


async def test_the_key_goes_to_the_server_and_nowhere_else(server: ChatServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", f" {KEY}\n")
    spec = spec_of(server, "api_key_env=MY_KEY")
    endpoint = ChatCompletions(spec)
    for status in (401, 400, 500):
        server.in_turn(refusal(status, f"Incorrect API key provided: {KEY}. Try another."))
        with pytest.raises(TertuliaError) as raised:
            await endpoint.complete(request_of(spec))
        assert "Incorrect API key provided: ..." in str(raised.value)
        assert KEY not in "".join(traceback.format_exception(raised.value))
    await endpoint.close()
    assert server.headers[0]["Authorization"] == f"Bearer {KEY}"
    assert KEY not in repr(endpoint) + repr(spec) + spec.model_dump_json() + spec.identity + repr(request_of(spec))


async def test_openais_account_is_not_told_to_others(server: ChatServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_ORG_ID", "org-1")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "project-1")
    monkeypatch.delenv("VLLM_API_KEY", raising=False)
    await ask(spec_of(server))
    told = " ".join(server.headers[0].values())
    assert not any(secret in told for secret in (KEY, "org-1", "project-1"))


def test_a_key_that_is_missing_is_a_mistake_before_the_first_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(Mistake, match="openai:gpt-4o-mini needs a key: set the environment variable OPENAI_API_KEY"):
        ChatCompletions(ModelSpec.parse("openai:gpt-4o-mini"))


async def test_servers_are_not_told_what_machine_this_is(server: ChatServer) -> None:
    await ask(spec_of(server))
    told = {name.lower() for name in server.headers[0]}
    assert {"authorization", "content-type", "user-agent"} <= told
    assert not any(name.startswith("x-stainless") for name in told)
