"""What would one write by hand? The same conversations as a loop around the SDK: no ledger, no critics, no retries."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from httpx2 import Response
from openai import AsyncOpenAI, DefaultAioHttpClient

Messages = list[dict[str, Any]]
Ask = Callable[[Messages, int], Awaitable[str]]
"""(history, seed) -> what is said."""

OPENING = "(The conversation begins. You speak first.)"
WAITING = "(The conversation is under way. It is your turn.)"
MOST_TOKENS = 256


def by_create(client: AsyncOpenAI) -> Ask:
    """The way of the SDK's documentation."""

    async def ask(messages: Messages, seed: int) -> str:
        reply = await client.chat.completions.create(
            model="bench",
            messages=messages,  # type: ignore[arg-type]
            max_tokens=MOST_TOKENS,
            seed=seed,
        )
        return reply.choices[0].message.content or ""

    return ask


def by_post(client: AsyncOpenAI) -> Ask:
    """The SDK's raw call, with the one field read that matters."""

    async def ask(messages: Messages, seed: int) -> str:
        body = {"model": "bench", "messages": messages, "max_tokens": MOST_TOKENS, "seed": seed}
        response = await client.post("/chat/completions", cast_to=Response, body=body)
        return str(json.loads(response.content)["choices"][0]["message"]["content"])

    return ask


@asynccontextmanager
async def client(url: str) -> AsyncIterator[AsyncOpenAI]:
    """The SDK over aiohttp, which is its fastest transport."""
    made = AsyncOpenAI(api_key="none", base_url=url, http_client=DefaultAioHttpClient(), max_retries=0)
    async with made:
        yield made


async def converse(ask: Ask, prompts: Sequence[str], turns: int, number: int) -> None:
    """One conversation of two seats that takes so many turns; each seat has its own history."""
    histories: list[Messages] = [[{"role": "system", "content": prompt}] for prompt in prompts]
    said = ""
    for turn in range(turns):
        own, first = histories[turn % 2], turn < 2
        start = (OPENING if turn == 0 else f"{WAITING}\n\n{said}") if first else said
        own.append({"role": "user", "content": start})
        said = await ask(own, number * turns + turn)
        own.append({"role": "assistant", "content": said})


async def converse_all(ask: Ask, casts: Iterable[Sequence[str]], turns: int, in_flight: int) -> None:
    """All conversations, so many at a time."""
    waiting: Iterator[tuple[int, Sequence[str]]] = enumerate(casts)

    async def hand() -> None:
        for number, prompts in waiting:
            await converse(ask, prompts, turns, number)

    async with asyncio.TaskGroup() as group:
        for _ in range(in_flight):
            group.create_task(hand())
