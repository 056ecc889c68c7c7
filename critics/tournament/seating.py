"""How does a name in `critics.tournament.policies` become somebody who compares?"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from ...models.errors import Mistake
from ...models.locating import locate
from ..case import Sees
from ..critic import Comparer
from ..policy import read_policy
from ..seating import bound_to, lacking, needs
from .setting import TournamentSetting, name_of

LIMIT = 60.0
"""Seconds for one comparison of a class from elsewhere."""


@dataclass(frozen=True)
class Seat:
    """A policy with who compares by it."""

    name: str
    comparer: Comparer
    limit: float | None = None
    """Seconds; None where nothing can hang: clients have time limits of their own."""

    @property
    def sees(self) -> Sees:
        return Sees(getattr(self.comparer, "sees", Sees.TRANSCRIPT))


def seats(setting: TournamentSetting, services: Mapping[str, object], base: Path | None = None) -> tuple[Seat, ...]:
    """Who compares, with their services. `base`: the folder that policy files are relative to. Raises Mistake."""
    return tuple(_seat(policy, services, base) for policy in setting.policies)


def comparer_of(policy: str, base: Path | None = None) -> Comparer:
    """Without its services. Raises Mistake for a policy that is not there, and a class that can't compare."""
    if policy.endswith(".md") or ":" not in policy:
        from .comparing import PolicyComparer

        try:
            return PolicyComparer(read_policy(policy, base))
        except ValueError as error:
            raise Mistake(f"{error}, or 'package.module:Class'") from error
    found = locate(policy)
    try:
        made: Any = found() if isinstance(found, type) or not hasattr(found, "compare") else found
    except Exception as error:
        raise Mistake(f"policy {policy!r} can't be made: {type(error).__name__}: {error}") from error
    if not hasattr(made, "compare"):
        raise Mistake(f"policy {policy!r}: {made!r} can't compare: it has no method 'compare'")
    if getattr(made, "sees", None) == Sees.OWN_PERSONAS:
        raise Mistake(f"policy {policy!r} sees own-personas, and who compares may see transcript or all")
    return cast("Comparer", made)


def needed(setting: TournamentSetting, base: Path | None = None) -> frozenset[str]:
    """The services that the policies call for; a policy that can't be had calls for none."""
    found: set[str] = set()
    for policy in setting.policies:
        try:
            found.update(needs(comparer_of(policy, base)))
        except Mistake:
            continue
    return frozenset(found)


def asking(setting: TournamentSetting, base: Path | None = None) -> int:
    """How many of the policies ask a language model."""
    return sum("chat" in needs(comparer_of(policy, base)) for policy in setting.policies)


def _seat(policy: str, services: Mapping[str, object], base: Path | None) -> Seat:
    comparer = comparer_of(policy, base)
    if problem := lacking(comparer, services):
        raise Mistake(f"policy {policy!r} {problem}; provide it, or leave the policy out")
    ours = type(comparer).__module__.startswith(f"{__package__}.")
    return Seat(name_of(policy), bound_to(policy, comparer, services), None if ours else LIMIT)
