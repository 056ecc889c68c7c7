"""Is every job done when the server fails now and then, and is nothing asked for that was answered before?

5 % of the requests get a 429, 5 % a 500, and 1 % no answer at all. A request beyond the distinct ones has to have a
fault for its reason. Prints one JSON line.
"""

import asyncio
from argparse import ArgumentParser, Namespace
from tempfile import TemporaryDirectory
from typing import Any

from gauge import load, measured, told
from scene import scene
from server import Manners
from serving import Served, served

from tertulia.corpus.corpus import Corpus
from tertulia.scenarios.scenario import Scenario
from tertulia.scenarios.simulation import simulate

TIMEOUT, RETRIES = 2, 12
"""Seconds until a try is given up, and tries after the first: a job that is lost would be lost by mistake."""


def arguments() -> Namespace:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--dialogues", type=int, default=256)
    parser.add_argument("--in-flight", type=int, default=128)
    parser.add_argument("--turns", type=int, default=16)
    parser.add_argument("--latency", type=float, default=0.05, help="seconds until a reply, on average")
    parser.add_argument("--busy", type=float, default=0.05, help="share of requests that get a 429")
    parser.add_argument("--broken", type=float, default=0.05, help="share of requests that get a 500")
    parser.add_argument("--hanging", type=float, default=0.01, help="share of requests that are never answered")
    parser.add_argument("--quick", action="store_true", help="see that it runs")
    given = parser.parse_args()
    if given.quick:
        given.dialogues, given.in_flight, given.turns, given.latency, given.broken = 6, 6, 4, 0.01, 0.2
    return given


def scenario(server: Served, given: Namespace) -> Scenario:
    return scene(
        f"{server.model}?timeout={TIMEOUT}&retries={RETRIES}",
        rounds__dialogues=given.dialogues,
        concurrency=given.in_flight,
        stage__turns=f"{{min: {given.turns}, max: {given.turns}}}",
    )


async def run(server: Served, given: Namespace) -> dict[str, Any]:
    """The scenario from beginning to end, and what is in its ledger."""
    with TemporaryDirectory() as folder, measured() as cost:
        corpus = await simulate(scenario(server, given), output=folder)
        kept = holdings(corpus)
        corpus.close()
    return {**kept, "seconds": round(cost.seconds, 2)}


def holdings(corpus: Corpus) -> dict[str, int]:
    """Jobs done, turns said, and turns whose reply is not in the ledger."""
    keys = {sent.request.key for sent in corpus.ledger.all_requests()}
    said = [turn.request for record in corpus.records(None) for turn in record.dialogue.turns]
    missing = sum(request not in keys for request in said)
    return {"done": len(corpus.ledger.jobs_done(1)), "said": len(said), "missing": missing, "replies": len(keys)}


def main() -> None:
    given, began = arguments(), load()
    manners = Manners(latency=given.latency, busy=given.busy, broken=given.broken, hanging=given.hanging)
    with served(manners) as server:
        kept = asyncio.run(run(server, given))
        seen = server.stats()
    injected = sum(seen["faults"].values())
    told(
        {
            "benchmark": "faults",
            "jobs": given.dialogues,
            "done": kept["done"],
            "lost": given.dialogues - kept["done"] + kept["missing"] + seen["distinct"] - kept["replies"],
            "said": kept["said"],
            "replies": kept["replies"],
            "requests": seen["requests"],
            "distinct": seen["distinct"],
            "injected": injected,
            "faults": seen["faults"],
            "extra": seen["requests"] - seen["distinct"],
            "extra_within_faults": seen["requests"] - seen["distinct"] <= injected,
            "seconds": kept["seconds"],
            "load": [began, load()],
        }
    )


if __name__ == "__main__":
    main()
