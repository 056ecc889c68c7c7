"""Which model is meant, where is it, and how is it to be asked?"""

from collections.abc import Mapping
from re import sub
from typing import Any, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from .errors import Mistake
from .preset import PRESETS, Preset
from .shorthand import complete, expand

SAMPLING = ("temperature", "top_p", "top_k", "max_tokens", "frequency_penalty", "presence_penalty", "stop")
"""The fields of a spec that shape a reply and go on the wire."""

NEWER = (("nature", 0.0),)
"""Options at the value that they had before there were any: runs from then keep their fingerprint."""


class Price(BaseModel):
    """USD per million tokens."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    input: float = Field(ge=0)
    """Of the prompt."""
    output: float = Field(ge=0)
    """Of the completion."""

    def usd(self, prompt_tokens: int, completion_tokens: int) -> float:
        return (prompt_tokens * self.input + completion_tokens * self.output) / 1e6


class ModelSpec(BaseModel):
    """A model, by fields or by a short string: `provider[:model][@url][?key=value&...]`.

    Without `provider`, the field `model` may hold a short string, and the other fields are laid over it.
    A key is never part of a spec, only the name of the environment variable that holds it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    provider: str
    """`openai` for any OpenAI-compatible server, one of its presets (`ollama`, `vllm`, ...), or `rehearsal`."""
    model: str = Field(min_length=1)
    """The model's name, as the provider spells it."""
    base_url: str | None = None
    """Address of the server, usually ending in `/v1`; the provider's own where none is given."""
    api_key_env: str | None = None
    """Environment variable that holds the key; the provider's usual one where none is given."""

    temperature: float | None = Field(None, ge=0)
    """Sampling temperature; the server's default where none is given."""
    top_p: float | None = Field(None, gt=0, le=1)
    """Nucleus sampling: the probability mass that is sampled from."""
    top_k: int | None = None
    """Sample from the k most likely tokens; not every server knows it."""
    max_tokens: int | None = Field(256, ge=1)
    """Longest reply, in tokens."""
    frequency_penalty: float | None = Field(None, ge=-2, le=2)
    """Makes a token less likely for each time it stands in the text."""
    presence_penalty: float | None = Field(None, ge=-2, le=2)
    """Makes a token less likely once it stands in the text."""
    stop: tuple[str, ...] | None = None
    """Texts that end a reply."""

    price: Price | None = None
    """USD per million tokens; from a dated table for well-known names where none is given."""

    timeout: float = Field(120.0, gt=0)
    """Seconds until a try is given up."""
    retries: int = Field(6, ge=0)
    """Further tries after a 429, a 5xx, a time-out or a lost connection."""
    requests_per_minute: float | None = Field(None, gt=0)
    """Rate limit: calls a minute."""
    tokens_per_minute: float | None = Field(None, gt=0)
    """Rate limit: tokens of prompt and reply a minute."""
    concurrency: int | None = Field(None, ge=1)
    """Most calls in flight at a time."""

    accepts_temperature: bool | None = None
    """Whether the server takes temperature and top_p; learned from its first refusal where nothing is said."""
    accepts_penalties: bool | None = None
    """Whether the server takes frequency and presence penalties; else learned."""
    accepts_seed: bool | None = None
    """Whether the server takes a seed; else learned."""
    accepts_schema: bool | None = None
    """Whether the server takes a JSON schema for the reply; else learned."""
    max_completion_tokens: bool | None = None
    """Whether the server wants `max_tokens` under the name `max_completion_tokens`; else learned."""

    options: Mapping[str, Any] = Field(default_factory=dict)
    """What only this provider takes, such as `flaws` of `rehearsal`."""

    @classmethod
    def parse(cls, value: str | Mapping[str, Any]) -> Self:
        """A spec from a short string or from fields. Raises Mistake with everything that is wrong."""
        try:
            return cls.model_validate(value)
        except ValidationError as error:
            raise Mistake(_mistakes(value, error)) from None

    @property
    def preset(self) -> Preset:
        return PRESETS[self.provider]

    @property
    def identity(self) -> str:
        """Who answers: the wire, the address and the provider's options; the same for every preset of one server."""
        address = f" {self.base_url}" if self.base_url else ""
        telling = sorted((n, v) for n, v in self.options.items() if n != "latency" and (n, v) not in NEWER)
        options = "&".join(f"{name}={value}" for name, value in telling)
        return f"{self.preset.wire}{address}" + (f"?{options}" if options else "")

    @property
    def sampling(self) -> dict[str, Any]:
        """The sampling parameters that are set, by their names on the wire."""
        return {name: value for name in SAMPLING if (value := getattr(self, name)) is not None}

    def __str__(self) -> str:
        """Short enough for a line of a report: provider, model, and the address where it isn't the usual one."""
        name = self.provider if self.model == self.preset.model else f"{self.provider}:{self.model}"
        return name if self.base_url == self.preset.base_url else f"{name}@{self.base_url}"

    @model_validator(mode="before")
    @classmethod
    def _completed(cls, value: Any) -> Any:
        try:
            given = expand(value, cls.model_fields) if isinstance(value, str) else value
            if not isinstance(given, Mapping):
                return given
            if "provider" not in given and isinstance(given.get("model"), str):
                given = expand(given["model"], cls.model_fields) | {k: v for k, v in given.items() if k != "model"}
            return complete(given)
        except Mistake as error:
            raise ValueError(str(error)) from error

    @field_validator("stop", mode="before")
    @classmethod
    def _one_stop(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        fields = handler(schema)
        return {"anyOf": [{"type": "string", "description": "provider[:model][@url][?key=value&...]"}, fields]}


def _mistakes(value: object, error: ValidationError) -> str:
    """One line a mistake, each with the field it is about."""
    lines = []
    for found in error.errors(include_url=False, include_input=False, include_context=False):
        place = ".".join(map(str, found["loc"]))
        said = found["msg"].removeprefix("Value error, ")
        lines.append(f"{place}: {said[:1].lower()}{said[1:]}" if place else said)
    return f"{_named(value)}: {'; '.join(lines)}"


def _named(value: object) -> str:
    """What the user wrote, less whatever could hold a secret: options, and a user in the address."""
    if not isinstance(value, str):
        return "model"
    return "model " + repr(sub(r"(?<=://)[^/@]*@", "...@", value.partition("?")[0]))
