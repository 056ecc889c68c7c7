"""What is asked of a model, and what comes back?"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from hashlib import blake2b
from json import JSONEncoder
from typing import Any, Protocol


class Role(StrEnum):
    """Who says a message, as chat models see it."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


class Kind(StrEnum):
    """What a part of a request is: the ground of the privacy audit."""

    INSTRUCTIONS = "instructions"
    EXEMPLAR = "exemplar"
    PERSONA = "persona"
    TURN = "turn"
    NOTE = "note"
    REMINDER = "reminder"
    MATERIAL = "material"


class Task(StrEnum):
    """What a call is for. It never goes on the wire; the rehearsal model has one responder a task."""

    SPEAK = "speak"
    SCRIPT = "script"
    SELECT = "select"
    JUDGE = "judge"
    COMPARE = "compare"
    """Say which of two dialogues is better."""
    ASSESS = "assess"
    """Read a speaker's Big Five from a dialogue."""
    PROFILE = "profile"
    """Write profile sentences of a category."""
    QUESTION = "question"
    """Find the question that some sentences answer."""
    ANSWER = "answer"
    """Answer a question as a person of whom some sentences are true."""
    NEGATE = "negate"
    """Say the opposite of a sentence."""
    FIT = "fit"
    """Choose the sentence of a persona that fits a personality."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a request that knows what it is. Neighbours of one role are sent as one message."""

    role: Role
    kind: Kind
    text: str
    seat: str | None = None
    """Whose: the seat that this persona, exemplar or note is for, or that has spoken this turn."""


Sampling = Mapping[str, Any]
"""Sampling parameters by their OpenAI names: temperature, top_p, max_tokens, frequency_penalty, stop, ..."""

JOIN = "\n\n"


def as_messages(parts: Iterable[Part]) -> list[dict[str, str]]:
    """The messages as sent: consecutive parts of one role are joined by an empty line."""
    messages: list[dict[str, str]] = []
    for part in parts:
        if messages and messages[-1]["role"] == part.role:
            messages[-1]["content"] += JOIN + part.text
        else:
            messages.append({"role": part.role.value, "content": part.text})
    return messages


@dataclass(frozen=True)
class Request:
    """One call of a model, whole: an endpoint's reply may depend on nothing else."""

    endpoint: str
    """Identity of the endpoint, without any key: provider and base URL."""
    model: str
    parts: tuple[Part, ...]
    sampling: Sampling = field(default_factory=dict)
    seed: int = 0
    schema: Mapping[str, Any] | None = None
    """JSON schema that the reply has to follow, for servers that can hold a model to it."""
    task: Task = Task.SPEAK
    scope: str = ""
    """The job that pays for the call, such as "2/17" (round/index); "" for none. Not in the key."""

    @cached_property
    def messages(self) -> list[dict[str, str]]:
        return as_messages(self.parts)

    @cached_property
    def key(self) -> str:
        """Content address, 32 hex digits: endpoint, model, sampling, messages, schema, seed."""
        settings = {"sampling": dict(self.sampling), "schema": self.schema, "seed": self.seed}
        said = "".join([f"\x1e{message['role']}\x1f{message['content']}" for message in self.messages])
        whole = f"{self.endpoint}\x1e{self.model}\x1e{_canonical(settings)}{said}"
        return blake2b(whole.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


_canonical = JSONEncoder(sort_keys=True, separators=(",", ":"), default=str).encode


@dataclass(frozen=True, slots=True)
class Reply:
    """What a model answered. Token counts are the server's own where it gives them."""

    text: str
    thought: str | None = None
    """Reasoning, split from what was said."""
    finish: str = "stop"
    """stop | length | content_filter | unknown"""
    prompt_tokens: int = 0
    completion_tokens: int = 0


class Endpoint(Protocol):
    """The one narrow seam: whatever turns a request into a reply. Providers, fakes and tests implement it."""

    @property
    def identity(self) -> str:
        """Part of the cache key: provider and address, never a key."""
        ...

    async def complete(self, request: Request) -> Reply:
        """Answer one request. Raises a subclass of `TertuliaError`; never answers with an error text."""
        ...

    async def close(self) -> None: ...


class ReplyStore(Protocol):
    """Where replies are kept: a reply is committed before it is used, and never asked for again."""

    async def get(self, request: Request) -> Reply | None: ...

    async def put(self, request: Request, reply: Reply, *, usd: float, seconds: float) -> None:
        """Return once the reply is committed. Raises StorageFailed."""
        ...


class Events(Protocol):
    """Who watches: called with one frozen event at a time, on the event loop, and must not block."""

    def __call__(self, event: object, /) -> None: ...


def unwatched(event: object, /) -> None:
    """The watcher who looks away."""
