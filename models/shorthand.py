"""How is a short string such as `ollama:llama3.1:8b@http://gpu:11434/v1?temperature=0.7` read?"""

from collections.abc import Iterable, Mapping
from re import fullmatch
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from pydantic import ValidationError

from .errors import Mistake
from .preset import PRESETS
from .suggesting import suggest

NOT_OPTIONS = frozenset({"provider", "model", "base_url", "price", "options"})
"""Fields that a short string says in another place, or can't say."""


def expand(text: str, fields: Iterable[str]) -> dict[str, Any]:
    """The fields of a spec that a short string sets, still as text.

    Split at the first `:` into provider and model; the last `@` followed by `http` starts the URL; after `?` stand
    options. Raises Mistake.
    """
    head, _, query = text.strip().partition("?")
    head, url = _without_url(head)
    provider, _, model = head.partition(":")
    _check_provider(provider)
    given: dict[str, Any] = {"provider": provider}
    if model:
        given["model"] = model
    if url:
        given["base_url"] = url
    return given | _options(provider, query, fields)


def complete(given: Mapping[str, Any]) -> dict[str, Any]:
    """The same fields with what the provider's preset fills in. Raises Mistake."""
    provider = str(given.get("provider") or "")
    _check_provider(provider)
    preset = PRESETS[provider]
    usual = {"base_url": preset.base_url, "api_key_env": preset.api_key_env, "model": preset.model}
    whole = {name: value for name, value in usual.items() if value is not None} | _with_key_named(given)
    if not whole.get("model"):
        raise Mistake(f"which model of {provider!r}? write '{provider}:<model>'")
    if whole.get("base_url") is not None:
        whole["base_url"] = _address(whole["base_url"])
    whole["options"] = _provider_options(provider, whole.get("options") or {})
    return whole


def _without_url(head: str) -> tuple[str, str]:
    at = max(head.rfind("@http://"), head.rfind("@https://"))
    return (head, "") if at < 0 else (head[:at], head[at + 1 :])


def _check_provider(provider: str) -> None:
    if not provider:
        raise Mistake(f"no provider is named{suggest('', PRESETS)}")
    if provider not in PRESETS:
        hint = suggest(provider, PRESETS)
        raise Mistake(f"no provider {provider!r}{hint}; write 'provider:model', such as 'openai:gpt-4o-mini'")


def _options(provider: str, query: str, fields: Iterable[str]) -> dict[str, Any]:
    known_fields = set(fields) - NOT_OPTIONS
    own = set(PRESETS[provider].options.model_fields)
    given: dict[str, Any] = {}
    options: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name in own:
            options[name] = value
        elif name in known_fields:
            given[name] = value
        else:
            raise Mistake(f"{provider!r} has no option {name!r}{suggest(name, known_fields | own)}")
    return given | {"options": options} if options else given


def _provider_options(provider: str, options: Mapping[str, Any]) -> dict[str, Any]:
    kind = PRESETS[provider].options
    for name in options:
        if name not in kind.model_fields:
            raise Mistake(f"options: {provider!r} has no option {name!r}{suggest(name, kind.model_fields)}")
    try:
        return kind.model_validate(dict(options)).model_dump()
    except ValidationError as error:
        said = [f"options.{'.'.join(map(str, e['loc']))}: {e['msg'].lower()}" for e in error.errors()]
        raise Mistake("; ".join(said)) from None


def _with_key_named(given: Mapping[str, Any]) -> dict[str, Any]:
    """`api_key: ${NAME}` becomes `api_key_env: NAME`; a key itself is refused, and not repeated."""
    if "api_key" not in given:
        return dict(given)
    named = fullmatch(r"\$\{(\w+)\}", str(given["api_key"]).strip())
    if not named:
        raise Mistake(
            "api_key: a key doesn't belong in a file; write 'api_key: ${NAME}' and set NAME in the environment"
        )
    return {name: value for name, value in given.items() if name != "api_key"} | {"api_key_env": named[1]}


def _address(url: object) -> str:
    try:
        parts = urlsplit(str(url))
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise Mistake("base_url: not an address of a server; write one like 'http://localhost:8000/v1'")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise Mistake("base_url: write it without user, password or query; a key goes into the variable of api_key_env")
    return str(url).rstrip("/")
