"""How does a class, a function or an AutoGen agent become a critic?"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from ..models.errors import Mistake
from .critic import CorpusCritic, Critic
from .option import checked, services_of

NEITHER = "is no critic: it has neither 'review' nor 'review_round'"


def make(name: str, target: Any, given: Mapping[str, Any], base: Path | None = None) -> Critic | CorpusCritic:
    """The critic that `target` is or makes, with its options checked. Raises Mistake with all that is wrong."""
    options, wrong = checked(target, given, base)
    if wrong:
        raise Mistake(f"critic {name!r}: " + "; ".join(wrong))
    if _agents(target):
        return _adapted(name, target, options)
    try:
        made = target(**options) if _makes(target) else target
    except Mistake:
        raise
    except Exception as error:
        raise Mistake(f"critic {name!r} can't be made: {error}") from error
    if _is_critic(made):
        return cast("Critic | CorpusCritic", made)
    if hasattr(made, "on_messages"):
        return _adapted(name, made if made is target else target, options)
    raise Mistake(f"critic {name!r}: {made!r} {NEITHER}")


def no_critic(name: str, target: Any) -> str:
    """Why a class or an object can't become a critic, without making it; empty for a function: it may make one."""
    judges = _is_critic(target) or hasattr(target, "on_messages")
    return (
        ""
        if judges or (callable(target) and not isinstance(target, type))
        else f"critic {name!r}: {target!r} {NEITHER}"
    )


def _is_critic(thing: Any) -> bool:
    return hasattr(thing, "review") or hasattr(thing, "review_round")


def _makes(target: Any) -> bool:
    """Whether the target has to be called: classes and functions, not a critic or agent that is made already."""
    return isinstance(target, type) or (callable(target) and not (_is_critic(target) or hasattr(target, "on_messages")))


def _agents(target: Any) -> bool:
    """Whether the target makes agents for sure: an agent's class, or a function that asks for a chat client."""
    if isinstance(target, type):
        return hasattr(target, "on_messages") and not _is_critic(target)
    return _makes(target) and bool(services_of(target))


def _adapted(name: str, target: Any, options: Mapping[str, Any]) -> Critic:
    from .agent import adapt

    return adapt(name, target, options)
