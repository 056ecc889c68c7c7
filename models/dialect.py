"""What does this server take, and under which name?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .failure import Failure, not_taken
from .request import Request
from .spec import ModelSpec

FLAGS: Mapping[str, str] = {
    "seed": "accepts_seed",
    "top_p": "accepts_temperature",
    "temperature": "accepts_temperature",
    "frequency_penalty": "accepts_penalties",
    "presence_penalty": "accepts_penalties",
    "response_format": "accepts_schema",
}
"""Parameters that a server may do without, and the field of a spec that settles each."""

LIMIT, NEW_LIMIT = "max_tokens", "max_completion_tokens"


@dataclass(frozen=True)
class Learned:
    """An event: a server doesn't take a parameter, so it is left out from now on, or sent under another name."""

    model: str
    parameter: str
    instead: str | None = None


class Dialect:
    """The body of a call as one server takes it: fixed by the spec's flags, else learned from its refusals."""

    def __init__(self, spec: ModelSpec) -> None:
        fixed = {name: getattr(spec, flag) for name, flag in FLAGS.items()}
        self._left_out = {name for name, accepted in fixed.items() if accepted is False}
        self._open = tuple(name for name, accepted in fixed.items() if accepted is None)
        self._limit = NEW_LIMIT if spec.max_completion_tokens else LIMIT
        self._limit_open = spec.max_completion_tokens is None

    def body(self, request: Request) -> dict[str, Any]:
        """What goes on the wire, before it is JSON."""
        body = {"model": request.model, "messages": request.messages, **request.sampling, "seed": request.seed}
        if request.schema is not None:
            body["response_format"] = response_format(request.schema)
        if self._limit is not LIMIT and LIMIT in body:
            body[self._limit] = body.pop(LIMIT)
        for name in self._left_out:
            body.pop(name, None)
        return body

    def learn(self, failure: Failure, body: Mapping[str, Any]) -> Learned | None:
        """What a refusal of this body teaches that was not known; the body to send next differs."""
        model = str(body["model"])
        if self._limit_open and NEW_LIMIT in failure.message and not_taken(failure, body, (LIMIT,)):
            known, self._limit = self._limit, NEW_LIMIT
            return Learned(model, LIMIT, NEW_LIMIT) if known is LIMIT else None
        name = not_taken(failure, body, self._open)
        if name is None or name in self._left_out:
            return None
        self._left_out.add(name)
        return Learned(model, name)


def response_format(schema: Mapping[str, Any]) -> dict[str, Any]:
    """JSON mode for the schema of any object, else the schema itself, strictly where it is closed enough for that."""
    if schema == {"type": "object"}:
        return {"type": "json_object"}
    return {"type": "json_schema", "json_schema": {"name": "reply", "schema": schema, "strict": _closed(schema)}}


def _closed(schema: Any) -> bool:
    """Whether every object of a schema lists all its properties as required and allows no others."""
    if isinstance(schema, list):
        return all(map(_closed, schema))
    if not isinstance(schema, Mapping):
        return True
    if "properties" in schema and (
        schema.get("additionalProperties") is not False or set(schema.get("required", ())) != set(schema["properties"])
    ):
        return False
    return all(map(_closed, schema.values()))
