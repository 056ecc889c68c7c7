"""How does an AutoGen agent talk to any model of ours?"""

from asyncio import CancelledError, Task, current_task, sleep
from collections.abc import AsyncGenerator, Coroutine, Mapping, Sequence
from functools import cache
from typing import Any, Literal, TypeVar

from autogen_core import CancellationToken
from autogen_core.models import ChatCompletionClient, CreateResult, LLMMessage, ModelFamily, ModelInfo, RequestUsage
from autogen_core.tools import Tool, ToolSchema
from pydantic import BaseModel

from . import request as nouns
from .calling import Caller, Services
from .counting import TOKENS_PER_MESSAGE, estimate_text
from .errors import Mistake
from .limits import Limits
from .request import Endpoint, Request, Sampling
from .retrying import Patience
from .spec import ModelSpec
from .thread import parts_of

ASSUMED_CONTEXT = 32_768
"""Tokens; AutoGen asks for what remains, and no server says."""

ANY_OBJECT: Mapping[str, Any] = {"type": "object"}
"""The schema of JSON mode."""

FINISHES: Mapping[str, Literal["stop", "length", "content_filter"]] = {
    "stop": "stop",
    "length": "length",
    "content_filter": "content_filter",
}

Result = TypeVar("Result")


class Completion(CreateResult):
    """What a model answered, and the key under which the reply is kept."""

    request_key: str


class ChatClient(ChatCompletionClient):
    """Any model, as AutoGen agents see it.

    `bind` gives a light view with defaults for its calls; all views of a client share its endpoint, limits and cache.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        spec: ModelSpec,
        services: Services | None = None,
        *,
        limits: Limits | None = None,
        patience: Patience | None = None,
    ) -> None:
        self._caller = Caller(endpoint, spec, services or Services(), limits=limits, patience=patience)
        self._task = nouns.Task.SPEAK
        self._seed = 0
        self._scope = ""
        self._sampling: Sampling = spec.sampling

    def bind(
        self,
        *,
        task: nouns.Task | None = None,
        seed: int | None = None,
        scope: str | None = None,
        sampling: Sampling | None = None,
    ) -> "ChatClient":
        """A view whose calls are for this task, with this sampling seed, paid by this job ("round/index").

        `sampling` is laid over the spec's own; what isn't given stays as it is.
        """
        view = ChatClient.__new__(ChatClient)
        view._caller = self._caller
        view._task = self._task if task is None else task
        view._seed = self._seed if seed is None else seed
        view._scope = self._scope if scope is None else scope
        view._sampling = {**self._sampling, **sampling} if sampling else self._sampling
        return view

    @property
    def spec(self) -> ModelSpec:
        return self._caller.spec

    @property
    def services(self) -> Services:
        return self._caller.services

    async def create(
        self,
        messages: Sequence[LLMMessage],
        *,
        tools: Sequence[Tool | ToolSchema] = (),
        tool_choice: Tool | Literal["auto", "required", "none"] = "auto",
        json_output: bool | type[BaseModel] | None = None,
        extra_create_args: Mapping[str, Any] | None = None,
        cancellation_token: CancellationToken | None = None,
    ) -> Completion:
        """One reply. `extra_create_args` are sampling parameters of this call, `seed` among them.

        Raises a subclass of `TertuliaError`; CancelledError if the token is cancelled.
        """
        if tools:
            raise Mistake(f"{self._caller.name}: speakers and critics have no tools; leave `tools` empty")
        request = self.request(messages, json_output=json_output, extra=extra_create_args)
        answering = self._caller.answer(request)
        reply, cached = await (answering if cancellation_token is None else _under(cancellation_token, answering))
        return Completion(
            finish_reason=FINISHES.get(reply.finish, "unknown"),
            content=reply.text,
            usage=RequestUsage(reply.prompt_tokens, reply.completion_tokens),
            cached=cached,
            thought=reply.thought,
            request_key=request.key,
        )

    def request(
        self,
        messages: Sequence[LLMMessage],
        *,
        json_output: bool | type[BaseModel] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> Request:
        """The request that `create` would make."""
        sampling, seed = self._sampling, self._seed
        if extra:
            sampling = {**sampling, **extra}
            seed = int(sampling.pop("seed", seed))
        return Request(
            endpoint=self._caller.endpoint.identity,
            model=self._caller.spec.model,
            parts=parts_of(messages),
            sampling=sampling,
            seed=seed,
            schema=_schema(json_output) if json_output else None,
            task=self._task,
            scope=self._scope,
        )

    async def create_stream(
        self,
        messages: Sequence[LLMMessage],
        *,
        tools: Sequence[Tool | ToolSchema] = (),
        tool_choice: Tool | Literal["auto", "required", "none"] = "auto",
        json_output: bool | type[BaseModel] | None = None,
        extra_create_args: Mapping[str, Any] | None = None,
        cancellation_token: CancellationToken | None = None,
    ) -> AsyncGenerator[str | CreateResult, None]:
        """The whole reply as one piece, then the result: a reply is committed before it is used."""
        completion = await self.create(
            messages,
            tools=tools,
            json_output=json_output,
            extra_create_args=extra_create_args,
            cancellation_token=cancellation_token,
        )
        yield str(completion.content)
        yield completion

    async def close(self) -> None:
        """Close the endpoint, once for all views."""
        await self._caller.close()

    def actual_usage(self) -> RequestUsage:
        """Tokens of the calls that were made; cached replies are free."""
        total = self._caller.services.meter.model(self._caller.name)
        return RequestUsage(total.prompt_tokens, total.completion_tokens)

    def total_usage(self) -> RequestUsage:
        return self.actual_usage()

    def count_tokens(self, messages: Sequence[LLMMessage], *, tools: Sequence[Tool | ToolSchema] = ()) -> int:
        """An estimate: no tokenizer is downloaded for it."""
        return sum(estimate_text(part.text) + TOKENS_PER_MESSAGE for part in parts_of(messages))

    def remaining_tokens(self, messages: Sequence[LLMMessage], *, tools: Sequence[Tool | ToolSchema] = ()) -> int:
        return max(0, ASSUMED_CONTEXT - self.count_tokens(messages))

    @property
    def capabilities(self) -> Any:
        return self.model_info

    @property
    def model_info(self) -> ModelInfo:
        return ModelInfo(
            vision=False,
            function_calling=False,
            json_output=True,
            family=ModelFamily.UNKNOWN,
            structured_output=True,
            multiple_system_messages=False,
        )

    def __repr__(self) -> str:
        return f"ChatClient({self._caller.name})"


class _Link:
    """What a token cancels: the task that waits for a call, as long as it waits."""

    __slots__ = ("fired", "task")

    def __init__(self, task: Task[Any] | None) -> None:
        self.task = task
        self.fired = False

    def cancel(self) -> None:
        if self.task is not None:
            self.fired = True
            self.task.cancel()


async def _under(token: CancellationToken, call: Coroutine[Any, Any, Result]) -> Result:
    """The call's result; CancelledError once the token is cancelled. Without a task of its own: that is dear."""
    if token.is_cancelled():
        call.close()
        raise CancelledError
    link = _Link(current_task())
    token.add_callback(link.cancel)
    try:
        try:
            return await call
        finally:
            task, link.task = link.task, None
            if link.fired:
                await sleep(0)  # a cancellation that came from within the call is delivered here, not later
    except CancelledError:
        if link.fired and task is not None:
            task.uncancel()
        raise


@cache
def _schema(output: bool | type[BaseModel]) -> Mapping[str, Any]:
    return ANY_OBJECT if isinstance(output, bool) else output.model_json_schema()
