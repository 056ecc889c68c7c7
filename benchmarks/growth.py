"""Does a dialogue cost more, in time or in memory, when many have been made before it?

The whole chain without waiting: a scripted model, three rounds, two candidates, exemplars chosen for diversity, and
critics that reject. Each size runs in a process of its own. Prints one JSON line.
"""

import asyncio
from argparse import ArgumentParser, Namespace
from collections import Counter
from math import ceil
from tempfile import TemporaryDirectory
from typing import Any

from gauge import apart, load, measured, peak_bytes, told

SIZES = (1_000, 5_000, 20_000)
ROUNDS, CANDIDATES = 3, 2
SETTINGS = {
    "stage__turns": "{min: 6, max: 6}",
    "critics__panel[5]": "{use: openers, options: {share: 0.06}}",
    "refine": "{regenerate: 3, note: true}",
    "exemplars": "{count: 1, choose: diverse, seed_file: library/exemplars}",
    "concurrency": 64,
}
"""Sixteen openers are equally frequent, so that a share of 6 % sends some dialogues back at the barrier."""


async def made(dialogues: int) -> dict[str, Any]:
    """What a run of at least so many dialogues costs."""
    from scene import scene

    from tertulia.scenarios.simulation import simulate

    jobs = ceil(dialogues / (ROUNDS * CANDIDATES))
    rounds = f"{{count: {ROUNDS}, dialogues: {jobs}, candidates: {CANDIDATES}}}"
    scenario = scene("scripted?function=phrase:answer", rounds=rounds, **SETTINGS)
    with TemporaryDirectory() as folder:
        with measured() as cost:
            corpus = await simulate(scenario, output=folder)
        peak = peak_bytes()
        outcomes = sum((Counter(found) for found in corpus.ledger.counts().values()), Counter())
        corpus.close()
    return {
        "seconds": cost.seconds,
        "cpu": cost.cpu,
        "peak": peak,
        "outcomes": {str(o): n for o, n in outcomes.items()},
    }


def summary(size: int, cost: dict[str, Any]) -> dict[str, Any]:
    count = sum(cost["outcomes"].values())
    return {
        "size": size,
        "dialogues": count,
        "seconds": round(cost["seconds"], 2),
        "dialogues_per_s": round(count / cost["seconds"], 1),
        "cpu_ms_per_dialogue": round(1e3 * cost["cpu"] / count, 3),
        "peak_mb": round(cost["peak"] / 1e6, 1),
        "outcomes": cost["outcomes"],
    }


def arguments() -> Namespace:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, metavar="N", help="dialogues, smallest first")
    parser.add_argument("--quick", action="store_true", help="see that it runs; the numbers mean nothing")
    parser.add_argument("--one", type=int, metavar="N", help="run one size, here, and print what it cost")
    given = parser.parse_args()
    given.sizes = (60, 120) if given.quick else given.sizes
    return given


def main() -> None:
    given, began = arguments(), load()
    if given.one:
        return told(asyncio.run(made(given.one)))
    costs = [apart("growth.py", "--one", size) for size in given.sizes]
    runs = [summary(size, cost) for size, cost in zip(given.sizes, costs, strict=True)]
    first, last = runs[0], runs[-1]
    return told(
        {
            "benchmark": "growth",
            "time_growth": round(first["dialogues_per_s"] / last["dialogues_per_s"], 2),
            "cpu_growth": round(last["cpu_ms_per_dialogue"] / first["cpu_ms_per_dialogue"], 2),
            "bytes_per_dialogue": round((costs[-1]["peak"] - costs[0]["peak"]) / (last["size"] - first["size"])),
            "runs": runs,
            "load": [began, load()],
        }
    )


if __name__ == "__main__":
    main()
