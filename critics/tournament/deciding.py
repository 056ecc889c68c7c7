"""Who wins, by what was compared so far, and who has still to be compared?"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from ..verdict import Abstention
from .comparison import Comparison
from .schedule import course
from .setting import TournamentSetting
from .standing import Entrant, Pick, Standing, points_of, standings

BY_SCORE = "the higher score of the panel decides, then the first"


@dataclass(frozen=True, slots=True)
class Stage:
    """How far a tournament is."""

    open: tuple[tuple[str, str], ...]
    """Pairs of ids that are to be compared next, who comes first in front; none when all is decided."""
    standings: tuple[Standing, ...] = ()
    """The winner first; empty while pairs are open."""


def stage(setting: TournamentSetting, entrants: Sequence[Entrant], comparisons: Collection[Comparison]) -> Stage:
    """What comparisons come to. A pair is compared when every policy has compared it."""
    order = [entrant.id for entrant in sorted(entrants, key=lambda this: -this.score)]
    compared = _complete(setting, comparisons)
    points = {
        (i, j): points_of((order[i], order[j]), compared[frozenset((order[i], order[j]))])
        for i, j in combinations(range(len(order)), 2)
        if frozenset((order[i], order[j])) in compared
    }
    so_far = course(setting.schedule, len(order), points)
    if so_far.open:
        return Stage(tuple(_as_they_came(entrants, order[i], order[j]) for i, j in so_far.open))
    played = [one for i, j in so_far.played for one in compared[frozenset((order[i], order[j]))]]
    ranked = standings(entrants, played, setting.pick)
    champion = None if so_far.champion is None else order[so_far.champion]
    return Stage((), tuple(sorted(ranked, key=lambda this: this.id != champion)))


def reasons(
    setting: TournamentSetting, chosen: Entrant, rivals: Sequence[Entrant], comparisons: Collection[Comparison]
) -> dict[str, str]:
    """Why each other rival was not chosen, by id. `{best}` stands for the name of the chosen one."""
    entrants = [chosen, *(rival for rival in rivals if rival.id != chosen.id)]
    found = {this.id: this for this in standings(entrants, comparisons, setting.pick)}
    return {this.id: _reason(setting, found[chosen.id], found[this.id], comparisons) for this in entrants[1:]}


def _reason(setting: TournamentSetting, best: Standing, this: Standing, comparisons: Iterable[Comparison]) -> str:
    """With `{best}` for the name of the chosen one."""
    direct = [one for one in comparisons if set(one.pair) == {best.id, this.id}]
    won, lost = (sum(one.prefers(id) for one in direct) for id in (best.id, this.id))
    if won > lost:
        return f"lost the tournament: {won} of {len(direct)} policies preferred {{best}}"
    if not best.compared and not this.compared:
        why = next((one.why for one in comparisons if isinstance(one.forth, Abstention)), "nothing was compared")
        return f"no policy could compare it with {{best}} ({why}): {BY_SCORE}"
    if best.value > this.value:
        return f"lost the tournament: {{best}} {_count(setting.pick, best)}, this one {_count(setting.pick, this)}"
    return f"drew in the tournament with {{best}}: {BY_SCORE}"


def _count(pick: Pick, this: Standing) -> str:
    match pick:
        case Pick.MAJORITY:
            return f"won {this.wins} of {this.compared} comparisons"
        case Pick.COPELAND:
            return f"won {this.pairs:g} of {this.met} pairs"
        case Pick.BRADLEY_TERRY:
            return f"has a strength of {this.strength:.2f}"


def _complete(setting: TournamentSetting, comparisons: Iterable[Comparison]) -> dict[frozenset[str], list[Comparison]]:
    """By pair, where every policy has compared it."""
    found: dict[frozenset[str], list[Comparison]] = {}
    for one in comparisons:
        found.setdefault(frozenset(one.pair), []).append(one)
    wanted = set(setting.names)
    return {pair: ones for pair, ones in found.items() if wanted <= {one.policy for one in ones}}


def _as_they_came(entrants: Sequence[Entrant], one: str, other: str) -> tuple[str, str]:
    first, second = (entrant.id for entrant in entrants if entrant.id in (one, other))
    return first, second
