"""How often does the best candidate win a tournament, by schedule and pick, and what does a judge's bias cost?

A simulation, no model: a candidate's quality is drawn from a normal distribution; five policies prefer the better of
two with probability 1 / (1 + exp(-2 d)), d the difference of their qualities, and answer "the first" without looking
with probability `bias`. The panel's score is the quality with as much noise. Prints one JSON line.
"""

import json
from argparse import ArgumentParser
from collections.abc import Sequence
from math import exp
from random import Random

from tertulia.critics import Choice, Preference
from tertulia.critics.tournament.comparison import MIRRORED, Comparison
from tertulia.critics.tournament.deciding import stage
from tertulia.critics.tournament.schedule import Schedule
from tertulia.critics.tournament.setting import TournamentSetting
from tertulia.critics.tournament.standing import Entrant, Pick

SIZES = (2, 4, 8)
BIASES = (0.0, 0.4)


def answer(advantage: float, bias: float, rng: Random) -> Preference:
    """What a policy says of two, where the one that is shown first has this advantage."""
    first = rng.random() < bias or rng.random() < 1 / (1 + exp(-2 * advantage))
    return Preference(Choice.FIRST if first else Choice.SECOND)


def compared(policy: str, pair: tuple[str, str], advantage: float, bias: float, rng: Random, orders: int) -> Comparison:
    forth = answer(advantage, bias, rng)
    back = answer(-advantage, bias, rng) if orders == 2 else Preference(MIRRORED[forth.choice])
    return Comparison(policy, 0, *pair, forth, back)


def best_wins(setting: TournamentSetting, size: int, bias: float, rng: Random, orders: int) -> bool:
    qualities = {str(number): rng.gauss(0, 1) for number in range(size)}
    entrants = [Entrant(id, round(quality + rng.gauss(0, 1), 2)) for id, quality in qualities.items()]
    made: list[Comparison] = []
    while (now := stage(setting, entrants, made)).open:
        for pair in now.open:
            advantage = qualities[pair[0]] - qualities[pair[1]]
            made += [compared(policy, pair, advantage, bias, rng, orders) for policy in setting.names]
    return now.standings[0].id == max(qualities, key=qualities.__getitem__)


def shares(size: int, bias: float, runs: int) -> dict[str, float]:
    """How often the best one wins, by schedule and pick."""
    settings = {f"{s.value} {p.value}": TournamentSetting(schedule=s, pick=p) for s in Schedule for p in Pick}
    wanted = {name: setting for name, setting in settings.items() if not name.startswith("knock-out")}
    wanted["knock-out"] = TournamentSetting(schedule=Schedule.KNOCK_OUT)
    found = {name: _share(setting, size, bias, runs, 2) for name, setting in wanted.items()}
    return {**found, "one order": _share(TournamentSetting(), size, bias, runs, 1)}


def _share(setting: TournamentSetting, size: int, bias: float, runs: int, orders: int) -> float:
    rng = Random(5)
    return round(sum(best_wins(setting, size, bias, rng, orders) for _ in range(runs)) / runs, 3)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=400, help="tournaments of each kind")
    runs = parser.parse_args(arguments).runs
    print(
        json.dumps({f"{size} candidates, bias {bias:g}": shares(size, bias, runs) for size in SIZES for bias in BIASES})
    )


if __name__ == "__main__":
    main()
