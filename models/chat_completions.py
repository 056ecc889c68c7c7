"""How does a request reach an OpenAI-compatible server, and what comes back?

The SDK gives the address, the headers (the key among them) and the transport, once. Its `chat.completions.create` walks
the whole history through typed transforms at each call, and its bare `post` makes address and headers anew; to hand the
body to its transport, and to read the few fields that matter, costs a fifth of the first and two thirds of the second.
"""

from asyncio import timeout
from collections.abc import Mapping
from functools import cached_property
from json import JSONEncoder, loads
from os import environ
from time import time
from typing import Any

from aiohttp import ClientConnectorError, ConnectionTimeoutError
from httpx2 import HTTPError, Limits, Response, Timeout
from httpx2 import Request as HTTPRequest
from openai import AsyncOpenAI, DefaultAioHttpClient

from .counting import estimate_messages, estimate_text
from .dialect import Dialect
from .errors import Mistake, TertuliaError, Unavailable
from .failure import Asked, Failure, meaning, read, retry_after
from .reasoning import joined, split
from .request import Events, Reply, Request, unwatched
from .spec import ModelSpec

NO_KEY = "none"
"""Sent where a server needs no key; the SDK insists on one."""

CONNECT_SECONDS = 4.0
"""Until a host that says nothing counts as unreachable: two such tries fit into the 10 s in which a run gives up."""

IDLE_SECONDS = 4.0
"""Until an idle connection is closed: before the 5 s after which common servers close theirs."""

MOST_CONNECTIONS = 100_000
"""No limit in effect: `concurrency` limits calls, and a pool that is too small would only hide it."""

FINISHES = {"stop": "stop", "eos": "stop", "length": "length", "content_filter": "content_filter"}

_encode = JSONEncoder(separators=(",", ":"), allow_nan=False).encode


class ChatCompletions:
    """One model of one OpenAI-compatible server."""

    def __init__(self, spec: ModelSpec, events: Events = unwatched) -> None:
        """Raises Mistake if the server needs a key and there is none."""
        self._spec = spec
        self._events = events
        self._dialect = Dialect(spec)
        self._key = _key(spec)
        self._http = _transport()
        self._blank = _blank(_client(spec, self._key, self._http), self._http)
        self._asked = Asked(str(spec), spec.model, str(spec.base_url), spec.api_key_env if self._key else None)

    @cached_property
    def identity(self) -> str:
        return self._spec.identity

    async def complete(self, request: Request) -> Reply:
        """One reply. A parameter that the server says it doesn't take is left out, now and from then on."""
        while True:
            body = self._dialect.body(request)
            answer = await self._post(body)
            if not isinstance(answer, Failure):
                return self._read(answer, request)
            if (learned := self._dialect.learn(answer, body)) is not None:
                self._events(learned)
            elif body == self._dialect.body(request):
                raise meaning(answer, self._asked)

    async def close(self) -> None:
        await self._http.aclose()

    def __repr__(self) -> str:
        return f"ChatCompletions({self._spec})"

    async def _post(self, body: Mapping[str, Any]) -> dict[str, Any] | Failure:
        """The server's payload, or how it refused. Raises Unavailable if it could not be asked."""
        blank, content = self._blank, _encode(body).encode()
        asked = HTTPRequest("POST", blank.url, headers=blank.headers, content=content, extensions=blank.extensions)
        try:
            async with timeout(self._spec.timeout):
                response = await self._http.send(asked)
        except HTTPError as error:
            raise self._unanswered(error) from error
        except TimeoutError as error:
            raise Unavailable(f"{self._asked.url} gave no answer in {self._spec.timeout:g} s") from error
        return (response.is_success and _payload(response)) or self._failure(response)

    def _read(self, payload: Mapping[str, Any], request: Request) -> Reply:
        try:
            return _reply(payload, request)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise Unavailable(f"{self._asked.url} gives a reply that can't be read: {error}") from error

    def _failure(self, response: Response) -> Failure:
        """What was said instead of a reply; the key, should the server repeat it, is blotted out."""
        content = response.content.replace(self._key.encode(), b"...") if self._key else response.content
        payload = _json(content)
        status = response.status_code if response.is_error else _inner_status(payload) or 502
        return read(status, payload, retry_after=retry_after(response.headers, time()))

    def _unanswered(self, error: HTTPError) -> TertuliaError:
        root = _root(error)
        if isinstance(root, ClientConnectorError | ConnectionTimeoutError):
            return Unavailable(f"can't reach {self._asked.url} ({_reason(root)})", unreachable=True)
        return Unavailable(f"the connection to {self._asked.url} was lost ({_reason(root)})")


def connect(spec: ModelSpec, events: Events = unwatched) -> ChatCompletions:
    """The endpoint of a spec."""
    return ChatCompletions(spec, events)


def _transport() -> DefaultAioHttpClient:
    return DefaultAioHttpClient(
        timeout=Timeout(None, connect=CONNECT_SECONDS, pool=None),
        limits=Limits(max_connections=MOST_CONNECTIONS, keepalive_expiry=IDLE_SECONDS),
    )


def _client(spec: ModelSpec, key: str | None, http: DefaultAioHttpClient) -> AsyncOpenAI:
    client = AsyncOpenAI(api_key=key or NO_KEY, base_url=spec.base_url, http_client=http, max_retries=0)
    if spec.base_url != spec.preset.base_url or spec.provider != "openai":
        # The SDK takes these from the environment for whatever server; they are OpenAI's business alone.
        client.organization = client.project = client.admin_api_key = None
    return client


def _blank(client: AsyncOpenAI, http: DefaultAioHttpClient) -> HTTPRequest:
    """A call without its body: where to, and what the SDK sends along, without what it tells of this machine."""
    headers = {**client.default_headers, **client.auth_headers}
    texts = {name: value for name, value in headers.items() if isinstance(value, str)}  # others: "leave it out"
    sent = {name: value for name, value in texts.items() if not name.startswith("X-Stainless-")}
    blank = http.build_request("POST", client.base_url.join("chat/completions"), headers=sent)
    del blank.headers["Content-Length"]
    return blank


def _key(spec: ModelSpec) -> str | None:
    key = environ.get(spec.api_key_env or "", "").strip()
    if not key and not spec.preset.local and spec.base_url == spec.preset.base_url:
        raise Mistake(
            f"{spec} needs a key: set the environment variable {spec.api_key_env}, or name another with api_key_env; "
            "without a key, try 'rehearsal' or a local server such as 'ollama:llama3.1'"
        )
    return key or None


def _reply(payload: Mapping[str, Any], request: Request) -> Reply:
    choice = payload["choices"][0]
    message = choice.get("message") or {}
    text, thought = _spoken(message)
    usage = payload.get("usage") or {}
    return Reply(
        text=text,
        thought=thought,
        finish=FINISHES.get(choice.get("finish_reason") or "", "unknown"),
        prompt_tokens=int(usage.get("prompt_tokens") or estimate_messages(request.messages)),
        completion_tokens=int(usage.get("completion_tokens") or estimate_text(text) + estimate_text(thought or "")),
    )


def _spoken(message: Mapping[str, Any]) -> tuple[str, str | None]:
    """What was said and what was thought; a refusal is said."""
    content = message.get("content") or message.get("refusal") or ""
    apart = message.get("reasoning_content") or message.get("reasoning")
    if not isinstance(content, str):
        content, thinking = _blocks(content)
        apart = joined(apart, thinking)
    said, thought = split(content)
    return said, joined(apart, thought) if apart else thought


def _blocks(blocks: list[Any]) -> tuple[str, str | None]:
    """Content given as a list of blocks: those of type `text` are said, those of type `thinking` are thought."""
    said = [str(block.get("text", "")) for block in blocks if block.get("type") == "text"]
    inner = [part for block in blocks if block.get("type") == "thinking" for part in block.get("thinking") or []]
    return "".join(said), joined(*(str(part.get("text", "")) for part in inner if isinstance(part, dict)))


def _payload(response: Response) -> dict[str, Any] | None:
    """The server's answer, if it is one: a JSON object with a choice that is no error."""
    try:
        payload = loads(response.content)
    except ValueError:
        return None
    whole = isinstance(payload, dict) and payload.get("choices") and not payload["choices"][0].get("error")
    return payload if whole else None


def _json(content: bytes) -> object:
    """What the bytes say, or the bytes as text."""
    try:
        return loads(content)
    except ValueError:
        return content.decode("utf-8", "replace")


def _inner_status(payload: object) -> int | None:
    """The status that some gateways put into a payload that arrives with 200."""
    error = payload.get("error") if isinstance(payload, dict) else None
    code = error.get("code") if isinstance(error, dict) else None
    return code if isinstance(code, int) and 400 <= code < 600 else None


def _root(error: BaseException) -> BaseException:
    """The transport's own error, below the SDK's and the client's."""
    while error.__cause__ is not None:
        error = error.__cause__
        if isinstance(error, ClientConnectorError | ConnectionTimeoutError):
            break
    return error


def _reason(error: BaseException) -> str:
    return str(getattr(error, "strerror", None) or error) or type(error).__name__
