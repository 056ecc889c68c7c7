"""How is one request answered? From the store, or by one call within budget and limits, tried again if need be."""

from asyncio import Future, get_running_loop
from dataclasses import dataclass, field
from time import perf_counter
from typing import NamedTuple

from .budget import Budget
from .counting import estimate_messages
from .limits import Limits
from .metering import Meter
from .pricing import FREE, price_of
from .request import Endpoint, Events, Reply, ReplyStore, Request, unwatched
from .retrying import Patience, Retrying, persist
from .spec import ModelSpec

NO_LIMIT_TOKENS = 1024
"""What is reserved for a reply whose length nothing limits."""


@dataclass(frozen=True)
class Services:
    """What all clients of a run share."""

    store: ReplyStore | None = None
    meter: Meter = field(default_factory=Meter)
    budget: Budget | None = None
    events: Events = unwatched


class Answer(NamedTuple):
    """A reply, and whether it cost nothing: it was stored, or an equal request was in flight."""

    reply: Reply
    cached: bool


class Caller:
    """One model, and everything around a call of it. Equal requests in flight share one call."""

    def __init__(
        self,
        endpoint: Endpoint,
        spec: ModelSpec,
        services: Services,
        *,
        limits: Limits | None = None,
        patience: Patience | None = None,
    ) -> None:
        """`limits` and `patience` are the spec's own where none are given."""
        self.endpoint = endpoint
        self.spec = spec
        self.services = services
        self.name = str(spec)
        self._limits = limits or Limits.of(spec)
        self._patience = patience or Patience(spec.retries)
        self._price = price_of(spec) or FREE
        self._in_flight: dict[str, list[Future[Reply | Exception | None]]] = {}
        self._closed = False

    async def answer(self, request: Request) -> Answer:
        """Store and server are asked in one flight, so that no reply is committed in between and asked for again."""
        key = request.key
        while (followers := self._in_flight.get(key)) is not None:
            landed = await _follow(followers)
            if landed is not None:
                self.services.meter.tally(self.name, request.task).cached += 1
                return Answer(landed, True)
        return await self._lead(key, request)

    async def close(self) -> None:
        """Close the endpoint, once."""
        if not self._closed:
            self._closed = True
            await self.endpoint.close()

    async def _lead(self, key: str, request: Request) -> Answer:
        followers = self._in_flight[key] = []
        landed: Reply | Exception | None = None
        try:
            answer = await self._stored_or_called(request)
            landed = answer.reply
            return answer
        except Exception as error:
            landed = error
            raise
        finally:
            del self._in_flight[key]
            for follower in followers:
                if not follower.done():
                    follower.set_result(landed)

    async def _stored_or_called(self, request: Request) -> Answer:
        store, tally = self.services.store, self.services.meter.tally(self.name, request.task)
        if store is not None and (kept := await store.get(request)) is not None:
            tally.cached += 1
            return Answer(kept, True)
        reply, seconds = await self._within_budget(request)
        usd = self._price.usd(reply.prompt_tokens, reply.completion_tokens)
        tally.add(reply, usd, seconds)
        if store is not None:
            await store.put(request, reply, usd=usd, seconds=seconds)
        return Answer(reply, False)

    async def _within_budget(self, request: Request) -> tuple[Reply, float]:
        budget = self.services.budget
        if budget is None:
            return await self._within_limits(request)
        prompt, completion = _estimate(request) if budget.counts else (0, 0)
        with await budget.reserve(self._price.usd(prompt, completion), prompt + completion) as ticket:
            reply, seconds = await self._within_limits(request)
            usd = self._price.usd(reply.prompt_tokens, reply.completion_tokens)
            ticket.settle(usd, reply.prompt_tokens + reply.completion_tokens)
            return reply, seconds

    async def _within_limits(self, request: Request) -> tuple[Reply, float]:
        if self._limits is None:
            return await self._persistently(request)
        estimate = sum(_estimate(request))
        async with self._limits.slot(estimate):
            reply, seconds = await self._persistently(request)
        self._limits.took(reply.prompt_tokens + reply.completion_tokens, estimate)
        return reply, seconds

    async def _persistently(self, request: Request) -> tuple[Reply, float]:
        """The reply, and the seconds that the try took that was answered."""
        began = 0.0

        async def ask() -> Reply:
            nonlocal began
            began = perf_counter()
            return await self.endpoint.complete(request)

        def notice(event: Retrying) -> None:
            self.services.meter.tally(self.name, request.task).retries += 1
            self.services.events(event)

        reply = await persist(ask, self._patience, self.name, notice)
        return reply, perf_counter() - began


async def _follow(followers: list[Future[Reply | Exception | None]]) -> Reply | None:
    """The reply of the call in flight; None if it was cancelled, and someone else has to make it."""
    follower: Future[Reply | Exception | None] = get_running_loop().create_future()
    followers.append(follower)
    landed = await follower
    if isinstance(landed, Exception):
        raise landed
    return landed


def _estimate(request: Request) -> tuple[int, int]:
    """(tokens of the prompt, most tokens of the reply)."""
    return estimate_messages(request.messages), request.sampling.get("max_tokens") or NO_LIMIT_TOKENS
