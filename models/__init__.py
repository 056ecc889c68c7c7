"""WHAT THINKS: models, asked with care. What is heavy is imported on first use."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .errors import (
    AccountSpent,
    BudgetSpent,
    Mistake,
    ReplyRefused,
    ServerDown,
    Stopped,
    StorageFailed,
    TertuliaError,
    Unavailable,
)
from .request import Endpoint, Events, Kind, Part, Reply, ReplyStore, Request, Role, Sampling, Task, unwatched
from .stream import sampling_seed
from .suggesting import suggest

if TYPE_CHECKING:
    from .budget import Budget, check_prices
    from .calling import Services
    from .client import ChatClient, Completion
    from .dialect import Learned
    from .metering import Meter
    from .pricing import price_of
    from .provider import connect
    from .retrying import Retrying
    from .scripted import Scripted
    from .spec import ModelSpec, Price
    from .thread import Thread, parts_of

__all__ = [
    "AccountSpent",
    "Budget",
    "BudgetSpent",
    "ChatClient",
    "Completion",
    "Endpoint",
    "Events",
    "Kind",
    "Learned",
    "Meter",
    "Mistake",
    "ModelSpec",
    "Part",
    "Price",
    "Reply",
    "ReplyRefused",
    "ReplyStore",
    "Request",
    "Retrying",
    "Role",
    "Sampling",
    "Scripted",
    "ServerDown",
    "Services",
    "Stopped",
    "StorageFailed",
    "Task",
    "TertuliaError",
    "Thread",
    "Unavailable",
    "check_prices",
    "connect",
    "parts_of",
    "price_of",
    "sampling_seed",
    "suggest",
    "unwatched",
]

_LAZY = {
    "Budget": "budget",
    "ChatClient": "client",
    "Completion": "client",
    "Learned": "dialect",
    "Meter": "metering",
    "ModelSpec": "spec",
    "Price": "spec",
    "Retrying": "retrying",
    "Scripted": "scripted",
    "Services": "calling",
    "Thread": "thread",
    "check_prices": "budget",
    "connect": "provider",
    "parts_of": "thread",
    "price_of": "pricing",
}


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_LAZY[name]}", __name__), name)
