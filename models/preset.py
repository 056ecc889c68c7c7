"""Which providers are known by name, where do they live, and what do they take?"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Options(BaseModel):
    """What a provider takes beside the fields of a spec: nothing, unless it says otherwise."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class RehearsalOptions(Options):
    flaws: float = Field(0.15, ge=0, le=1)
    """How often a speaker makes a mistake of the kind language models make: a turn does with probability flaws / 3."""
    latency: float = Field(0.0, ge=0, le=60)
    """Seconds that a reply takes, on average: for watching. It changes no word."""
    nature: float = Field(0.0, ge=0, le=1)
    """How often each trait shows in a turn, by an aside with probability nature * |level| / 5; 0: hardly."""


class ScriptedOptions(Options):
    function: str
    """Where the answers come from: `package.module:function`, a function of the request."""


class TransformersOptions(Options):
    device: str = "auto"
    """Where the model runs: auto (the first of cuda, mps, cpu that is there), cpu, cuda, cuda:1, mps."""
    dtype: Literal["auto", "float32", "float16", "bfloat16"] = "auto"
    """Number format of the weights in memory; auto is float32."""
    max_batch: int = Field(16, ge=1, le=1024)
    """Replies that are written at the same time; each takes memory for its conversation."""
    thinking: bool | None = None
    """Whether a model that can think aloud first is to do so, where its chat template lets one choose."""


@dataclass(frozen=True)
class Preset:
    """What a provider's name stands for."""

    wire: str
    """Who answers: a name in `provider.ENDPOINTS`."""
    base_url: str | None = None
    api_key_env: str | None = None
    """Environment variable that holds the key."""
    local: bool = False
    """Runs on the user's own machines: needs no key, and costs nothing unless a price is given."""
    model: str | None = None
    """The model where none is named."""
    options: type[Options] = Options


def _server(base_url: str, api_key_env: str, *, local: bool = False) -> Preset:
    return Preset("chat-completions", base_url, api_key_env, local)


PRESETS: Mapping[str, Preset] = MappingProxyType(
    {
        "openai": _server("https://api.openai.com/v1", "OPENAI_API_KEY"),
        "openrouter": _server("https://openrouter.ai/api/v1", "OPENROUTER_API_KEY"),
        "together": _server("https://api.together.xyz/v1", "TOGETHER_API_KEY"),
        "deepseek": _server("https://api.deepseek.com/v1", "DEEPSEEK_API_KEY"),
        "mistral": _server("https://api.mistral.ai/v1", "MISTRAL_API_KEY"),
        "groq": _server("https://api.groq.com/openai/v1", "GROQ_API_KEY"),
        "ollama": _server("http://localhost:11434/v1", "OLLAMA_API_KEY", local=True),
        "vllm": _server("http://localhost:8000/v1", "VLLM_API_KEY", local=True),
        "llamacpp": _server("http://localhost:8080/v1", "LLAMA_API_KEY", local=True),
        "lmstudio": _server("http://localhost:1234/v1", "LMSTUDIO_API_KEY", local=True),
        "transformers": Preset("transformers", local=True, options=TransformersOptions),
        "rehearsal": Preset("rehearsal", local=True, model="rehearsal", options=RehearsalOptions),
        "scripted": Preset("scripted", local=True, model="scripted", options=ScriptedOptions),
    }
)
