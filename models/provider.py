"""Who answers for a provider's name? Each endpoint is imported when it is first needed."""

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING

from .request import Endpoint, Events, unwatched
from .spec import ModelSpec

if TYPE_CHECKING:
    from .calling import Services
    from .client import ChatClient

ENDPOINTS: Mapping[str, str] = MappingProxyType(
    {
        "chat-completions": ".chat_completions:connect",
        "scripted": ".scripted:connect",
        "rehearsal": ".rehearsal:connect",
        "transformers": ".local.chat:connect",
    }
)
"""By wire: `module:factory`, relative to this package; a factory takes the spec and who watches."""


def endpoint_of(spec: ModelSpec, events: Events = unwatched) -> Endpoint:
    """A new endpoint. Raises Mistake where something of the user's is missing."""
    module_name, _, factory = ENDPOINTS[spec.preset.wire].partition(":")
    endpoint: Endpoint = getattr(import_module(module_name, __package__), factory)(spec, events)
    return endpoint


def connect(spec: ModelSpec, services: "Services | None" = None) -> "ChatClient":
    """A chat client of its own endpoint; keep one for each spec, and close it at the end."""
    from .calling import Services
    from .client import ChatClient

    services = services or Services()
    return ChatClient(endpoint_of(spec, services.events), spec, services)
