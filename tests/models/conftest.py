"""A chat server on loopback that says what a test tells it to, and counts what it was asked."""

import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web

Handler = Callable[[dict[str, Any]], Any]


class ChatServer:
    """`answer` maps the body of a call to a payload, a text, or a whole response; awaitables are awaited."""

    def __init__(self) -> None:
        self.url = ""
        self.bodies: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.answer: Handler = lambda body: chat("Hello.")

    async def handle(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.bodies.append(body)
        self.headers.append(dict(request.headers))
        answer = self.answer(body)
        if isinstance(answer, Awaitable):
            answer = await answer
        if isinstance(answer, web.Response):
            return answer
        return web.Response(text=answer) if isinstance(answer, str) else web.json_response(answer)

    def in_turn(self, *answers: Any) -> None:
        """Give these answers, one a call, and the last one from then on."""
        self.answer = lambda body: answers[min(len(self.bodies), len(answers)) - 1]


def chat(text: str | None, *, finish: str = "stop", **message: Any) -> dict[str, Any]:
    """A reply as servers give it."""
    said = {"role": "assistant", "content": text, **message}
    usage = {"prompt_tokens": 11, "completion_tokens": 5, "total_tokens": 16}
    return {"id": "1", "choices": [{"index": 0, "message": said, "finish_reason": finish}], "usage": usage}


def refusal(status: int, message: str, **more: Any) -> web.Response:
    """An error as OpenAI gives it; `headers` go into the response."""
    headers = more.pop("headers", None)
    return web.json_response({"error": {"message": message, **more}}, status=status, headers=headers)


@pytest.fixture
def nobody() -> str:
    """An address at which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}/v1"


@pytest.fixture
async def server() -> AsyncIterator[ChatServer]:
    served = ChatServer()
    app = web.Application()
    app.router.add_post("/v1/chat/completions", served.handle)
    runner = web.AppRunner(app, shutdown_timeout=0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, backlog=1024)
    await site.start()
    served.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    yield served
    await runner.cleanup()
