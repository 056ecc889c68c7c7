"""How does an entry of a panel become a critic with its services?"""

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, is_dataclass, replace
from pathlib import Path
from typing import Any, TypeVar, cast

from ..models.errors import Mistake
from .case import Sees
from .critic import CorpusCritic, Critic
from .member import PanelMember
from .registry import Source, find
from .scorers import Lacking

Seated = TypeVar("Seated")

NEIGHBOURS = "neighbours"
"""No service to bind: corpus critics are given it when they are asked."""


@dataclass(frozen=True)
class Expert:
    """A critic in its place on a panel."""

    member: PanelMember
    critic: Critic | CorpusCritic | None = None
    """None when it is skipped."""
    origin: str = ""
    missing: str = ""
    """Why it is skipped."""
    limit: float | None = None
    """Seconds for one dialogue; None where nothing can hang."""

    @property
    def name(self) -> str:
        return self.member.name

    @property
    def sees(self) -> Sees:
        return Sees(getattr(self.critic, "sees", Sees.TRANSCRIPT))

    @property
    def corpus(self) -> bool:
        """Whether it answers at the round's barrier."""
        return hasattr(self.critic, "review_round")

    @property
    def quick(self) -> bool:
        """Whether it waits for nobody: asked in turn, without a task of its own."""
        return self.critic is None or (self.limit is None and not needs(self.critic))


def seat(member: PanelMember, services: Mapping[str, object], base: Path | None = None) -> Expert:
    """The expert of one entry. Raises Mistake; an optional one that can't be had is skipped instead."""
    try:
        source = find(member.use)
        source.load()
    except Mistake as mistake:
        if member.optional:
            return Expert(member, missing=str(mistake))
        raise
    critic = source.create(member.options, base)
    if problem := lacking(critic, services):
        if member.optional:
            return Expert(member, missing=problem)
        raise Mistake(f"critic {member.name!r} {problem}; provide it, or mark the critic `optional: true`")
    if hasattr(critic, "review_round") and getattr(critic, "sees", None) == Sees.OWN_PERSONAS:
        raise Mistake(f"critic {member.name!r} sees own-personas, and a corpus critic may see transcript or all")
    return Expert(member, bound_to(member.name, critic, services), source.origin, limit=_limit(member, source))


def needs(critic: Any) -> tuple[str, ...]:
    """The services that a critic has to be given: of those in `needs`, what its options call for."""
    needed = critic.needed() if hasattr(critic, "needed") else getattr(critic, "needs", ())
    return tuple(need for need in needed if need != NEIGHBOURS)


def called_for(member: PanelMember, base: Path | None = None) -> tuple[str, ...]:
    """The services that an entry of a panel calls for; none where the critic can't be had."""
    try:
        return needs(find(member.use).create(member.options, base))
    except Mistake:
        return ()


def lacking(critic: object, services: Mapping[str, object]) -> str:
    """What a critic needs and can't have; empty where all is there."""
    missing = [need for need in needs(critic) if services.get(need) is None]
    away = [service for need in needs(critic) if isinstance(service := services.get(need), Lacking)]
    if away:
        return f"can't have what it needs: {'; '.join(service.why for service in away)}"
    there = ", ".join(sorted(name for name, service in services.items() if service is not None)) or "none"
    return f"needs {', '.join(map(repr, missing))}, which this run does not have (there: {there})" if missing else ""


def bound_to(name: str, critic: Seated, services: Mapping[str, object]) -> Seated:
    """The critic with the services that it needs. Raises Mistake where it can't be given them."""
    given = {need: services[need] for need in needs(critic)}
    if not given:
        return critic
    try:
        if is_dataclass(critic):
            return cast("Seated", replace(cast("Any", critic), **given))
        held = copy(critic)
        for need, service in given.items():
            setattr(held, need, service)
        return held
    except (TypeError, ValueError, AttributeError) as error:
        raise Mistake(f"critic {name!r} can't be given {', '.join(given)}: {error}") from error


def _limit(member: PanelMember, source: Source) -> float | None:
    """Built-in critics wait for models alone, whose clients have time limits of their own: waiting there says nothing
    of a dialogue, and must not decide over it."""
    return None if source.ours and "timeout" not in member.model_fields_set else member.timeout
