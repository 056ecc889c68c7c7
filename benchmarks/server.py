"""What does a chat server do that needs no model, keeps its time, and fails when it is told to?

It speaks the protocol of OpenAI's chat completions and runs in a process of its own. A reply follows from the bytes of
the request and the seed; nothing is parsed, so that one core serves several thousand requests a second.
"""

import asyncio
import json
import sys
from collections import Counter
from dataclasses import asdict, dataclass, field
from hashlib import blake2b
from time import process_time

from aiohttp import web
from phrase import farewell, is_closing, utterance

REPLY = (
    '{"id":"chatcmpl-%s","object":"chat.completion","created":0,"model":"bench","choices":[{"index":0,"message":'
    '{"role":"assistant","content":"%s"},"finish_reason":"stop"}],"usage":{"prompt_tokens":%d,"completion_tokens":%d,'
    '"total_tokens":%d}}'
)
JSON = "application/json"
BACKLOG = 4096
ALL = 1 << 32


@dataclass(frozen=True)
class Manners:
    """How the server behaves. Rates are shares of all requests, 0 to 1; each try of a request is drawn anew."""

    latency: float = 0.2
    """Seconds until a reply, on average."""
    spread: float = 0.25
    """By what share of it a reply may come earlier or later."""
    busy: float = 0.0
    """Rate of 429, with Retry-After."""
    broken: float = 0.0
    """Rate of 500."""
    hanging: float = 0.0
    """Rate of requests that are never answered."""
    retry_after: int = 1
    """Seconds that a 429 asks for."""
    seed: int = 0


@dataclass
class Count:
    """What the server has seen so far."""

    requests: int = 0
    distinct: int = 0
    """Requests with a body that had not come before."""
    bytes: int = 0
    """Of all bodies."""
    faults: dict[str, int] = field(default_factory=lambda: {"429": 0, "500": 0, "hang": 0})
    """How many of each were injected."""


class Server:
    """Answers every POST as a chat completion; GET /stats gives the counts, and the server's own CPU seconds."""

    def __init__(self, manners: Manners) -> None:
        self._manners = manners
        self._salt = manners.seed.to_bytes(16, "big")
        self._tries: Counter[bytes] = Counter()
        self._count = Count()

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.method == "GET":
            return web.Response(text=json.dumps({**asdict(self._count), "cpu": process_time()}), content_type=JSON)
        body = await request.read()
        chance = blake2b(body, digest_size=24, salt=self._salt).digest()
        if fault := self._fault(self._seen(body, chance), chance):
            return await self._fail(fault)
        await asyncio.sleep(self._latency(chance))
        return web.Response(body=_reply(body, chance), content_type=JSON)

    def _seen(self, body: bytes, chance: bytes) -> int:
        """Count a request; which try of it this is, from 0."""
        tries = self._tries[chance]
        self._tries[chance] = tries + 1
        self._count.requests += 1
        self._count.distinct += not tries
        self._count.bytes += len(body)
        return tries

    def _latency(self, chance: bytes) -> float:
        manners = self._manners
        return manners.latency * (1 + manners.spread * (2 * int.from_bytes(chance[6:10], "big") / ALL - 1))

    def _fault(self, tries: int, chance: bytes) -> str:
        manners = self._manners
        if not (manners.busy or manners.broken or manners.hanging):
            return ""
        drawn = int.from_bytes(blake2b(b"%d:%b" % (tries, chance), digest_size=4).digest(), "big") / ALL
        for fault, rate in {"429": manners.busy, "500": manners.broken, "hang": manners.hanging}.items():
            if drawn < rate:
                return fault
            drawn -= rate
        return ""

    async def _fail(self, fault: str) -> web.Response:
        self._count.faults[fault] += 1
        if fault == "hang":
            await asyncio.Event().wait()
        text = json.dumps({"error": {"message": "as asked for", "type": "injected"}})
        headers = {"Retry-After": str(self._manners.retry_after)} if fault == "429" else None
        return web.Response(status=int(fault), text=text, content_type=JSON, headers=headers)


def _reply(body: bytes, chance: bytes) -> bytes:
    last = body[body.rfind(b'"role"') :].decode()
    text = farewell(chance) if is_closing(last) else utterance(chance)
    prompt, completion = len(body) // 4, len(text) // 4
    return (REPLY % (chance[:8].hex(), text, prompt, completion, prompt + completion)).encode()


async def serve(manners: Manners) -> None:
    """Print the address, then serve until the process ends. A client that hangs up ends its request."""
    server = web.Server(Server(manners), handler_cancellation=True, access_log=None)
    listening = await asyncio.get_running_loop().create_server(server, "127.0.0.1", 0, backlog=BACKLOG)
    print(f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/v1", flush=True)
    await listening.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(Manners(**json.loads(sys.argv[1] if len(sys.argv) > 1 else "{}"))))
