"""Is the framework in the way, or is the server the only limit?

The whole chain (private speakers, rule critics, ledger) against the same conversations as loops by hand around the SDK,
all with the same server, in turn. Prints one JSON line; ratios are turns a second over turns a second.
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from typing import Any

from gauge import apart, load, told
from server import Manners
from serving import Served, served

WAYS = ("post", "tertulia", "scored", "create")
EARLY = 4
EIGHTH = 8
LONG = 64
"""The late turn whose processor time is compared with that of the fourth."""
LONG_ONES = 128
"""Dialogues in which it is."""


def arguments() -> Namespace:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--dialogues", type=int, default=1024)
    parser.add_argument("--in-flight", type=int, default=256)
    parser.add_argument("--turns", type=int, default=16)
    parser.add_argument("--latency", type=float, default=0.2, help="seconds until a reply, on average")
    parser.add_argument("--repeats", type=int, default=2, help="how often each way is gone, in turn")
    parser.add_argument("--long", type=int, default=LONG, help="the late turn of `cpu_growth`")
    parser.add_argument("--quick", action="store_true", help="see that it runs; the numbers mean nothing")
    given = parser.parse_args()
    if given.quick:
        given.dialogues, given.in_flight, given.turns, given.latency, given.repeats, given.long = 4, 4, 6, 0.01, 1, 12
    return given


def race(server: Served, given: Namespace) -> dict[str, list[dict[str, Any]]]:
    """What each way cost, each time; the server's own processor seconds beside it."""
    costs: dict[str, list[dict[str, Any]]] = {way: [] for way in WAYS}
    for _ in range(given.repeats):
        for way in WAYS:
            before = server.stats()["cpu"]
            cost = apart("contestant.py", way, server.url, given.dialogues, given.in_flight, given.turns)
            costs[way].append({**cost, "server": server.stats()["cpu"] - before})
    return costs


def total(costs: Sequence[dict[str, Any]], name: str) -> float:
    return float(sum(cost[name] for cost in costs))


def rate(costs: Sequence[dict[str, Any]]) -> float:
    """Turns a second."""
    return total(costs, "turns") / total(costs, "seconds")


def growth(server: Served, given: Namespace) -> float:
    """Processor time of a late turn over that of an early one."""
    dialogues = min(given.dialogues, LONG_ONES)
    felt = [
        apart("contestant.py", "pulse", server.url, dialogues, dialogues, given.long + EARLY)
        for _ in range(given.repeats)
    ]
    return total(felt, "late") / total(felt, "early")


def calm(server: Served, given: Namespace) -> dict[str, float]:
    """How late the event loop is where it has time: with an eighth of the dialogues in flight."""
    sizes = (max(1, given.dialogues // EIGHTH), max(1, given.in_flight // EIGHTH), given.turns)
    ways = ("tertulia", "scored")
    return {way: apart("contestant.py", way, server.url, *sizes)["lag_p99_ms"] for way in ways}


def main() -> None:
    given, began = arguments(), load()
    with served(Manners(latency=given.latency)) as server:
        costs = race(server, given)
        cpu_growth, late = growth(server, given), calm(server, given)
    ours, ideal = rate(costs["tertulia"]), given.in_flight / given.latency
    told(
        {
            "benchmark": "throughput",
            "turns_per_s": round(ours),
            "ratio_to_create_loop": round(ours / rate(costs["create"]), 2),
            "ratio_to_post_loop": round(ours / rate(costs["post"]), 2),
            "ratio_with_scorers": round(rate(costs["scored"]) / ours, 2),
            "lag_p99_ms": {way: max(c["lag_p99_ms"] for c in costs[way]) for way in ("tertulia", "scored")},
            "lag_p99_ms_calm": late,
            "share_of_ideal": round(ours / ideal, 2),
            "cpu_growth": round(cpu_growth, 2),
            "cpu_ms_per_turn": {
                way: round(1e3 * total(costs[way], "cpu") / total(costs[way], "turns"), 3) for way in WAYS
            },
            "server_cores": round(max(c["server"] / c["seconds"] for way in WAYS for c in costs[way]), 2),
            "dialogues": given.dialogues,
            "in_flight": given.in_flight,
            "turns": given.turns,
            "latency": given.latency,
            "repeats": given.repeats,
            "load": [began, load()],
        }
    )


if __name__ == "__main__":
    main()
