"""What do batching and caching save when personas are assembled?

The same algorithm twice, on a stub NLI model that really waits: 5 ms a call and 0.2 ms a directed pair. `batched`
scores the new pairs of a wave of personas in as few calls as possible. `one_by_one` scores a pair (both directions) a
call, and again whenever a persona that was mended is checked again: no batches, no cache. Each runs in a process of its
own. Prints one JSON line; `ratio` is seconds over seconds, and `same_personas` says that both built the same.
"""

import asyncio
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from hashlib import blake2b
from time import sleep
from typing import TYPE_CHECKING, Any

from gauge import apart, load, measured, peak_bytes, told

if TYPE_CHECKING:
    import numpy as np

    from tertulia.models.scorer import Inference, Pair
    from tertulia.personas import ProfileSentence

PER_CALL, PER_PAIR = 0.005, 0.0002
"""Seconds."""
CLASH = 0.04
"""Share of pairs that contradict each other."""
WAYS: dict[str, dict[str, Any]] = {"batched": {}, "one_by_one": {"batch": 2, "remember": False}}


class Waiting:
    """An NLI model of fixed cost, whose answers follow from a hash."""

    name = "waiting"

    def __init__(self) -> None:
        self.calls = self.pairs = 0

    async def infer(self, pairs: "Sequence[Pair]") -> "list[Inference]":
        from tertulia.models.scorer import Inference

        sleep(PER_CALL + PER_PAIR * len(pairs))  # noqa: ASYNC251 - nothing else is to run meanwhile
        self.calls, self.pairs = self.calls + 1, self.pairs + len(pairs)
        found = [0.99 if _share(*sorted(pair)) < CLASH else 0.01 for pair in pairs]
        return [Inference(0.0, 1 - contradiction, contradiction) for contradiction in found]


class Scattered:
    """An embedder that costs next to nothing, and to which no two texts are alike."""

    name = "scattered"
    merge_above = 0.9

    async def embed(self, texts: Sequence[str]) -> "np.ndarray":
        import numpy as np

        found = [np.frombuffer(blake2b(text.encode(), digest_size=64).digest(), np.uint8) for text in texts]
        rows = np.array(found, np.float32) - 127.5
        unit: np.ndarray = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return unit


def _share(*texts: str) -> float:
    return int.from_bytes(blake2b("\n".join(texts).encode(), digest_size=4).digest(), "big") / 2**32


def pool(size: int) -> "list[ProfileSentence]":
    """So many sentences, spread over all categories."""
    from tertulia.personas import ProfileSentence
    from tertulia.personas.taxonomy import read_taxonomy

    categories = read_taxonomy().categories
    chosen = [categories[number % len(categories)] for number in range(size)]
    return [
        ProfileSentence(
            text=f"My {category.key} is number {number}.", category=category.path, entity=f"number {number}"
        )
        for number, category in enumerate(chosen)
    ]


async def assembled(way: str, sentences: int, personas: int) -> dict[str, Any]:
    """What it costs to assemble so many."""
    from tertulia.personas.consistency.assembling import assemble
    from tertulia.personas.consistency.recipe import Recipe
    from tertulia.personas.taxonomy import read_taxonomy

    nli, given = Waiting(), pool(sentences)
    with measured() as cost:
        found = await assemble(
            given, Recipe(personas), taxonomy=read_taxonomy(), nli=nli, embedder=Scattered(), **WAYS[way]
        )
    ids = "".join(persona.id for persona in found.personas)
    return {
        "seconds": round(cost.seconds, 2),
        "cpu": round(cost.cpu, 2),
        "calls": nli.calls,
        "directed_pairs": nli.pairs,
        "personas": len(found.personas),
        "replaced": found.report.replaced,
        "peak_mb": round(peak_bytes() / 1e6, 1),
        "digest": blake2b(ids.encode(), digest_size=8).hexdigest(),
    }


def arguments() -> Namespace:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--sentences", type=int, default=2000, metavar="N")
    parser.add_argument("--personas", type=int, default=500, metavar="N")
    parser.add_argument("--quick", action="store_true", help="see that it runs; the numbers mean nothing")
    parser.add_argument("--one", choices=WAYS, help="go one way, here, and print what it cost")
    given = parser.parse_args()
    if given.quick:
        given.sentences, given.personas = 200, 20
    return given


def main() -> None:
    given, began = arguments(), load()
    if given.one:
        return told(asyncio.run(assembled(given.one, given.sentences, given.personas)))
    size = ("--sentences", given.sentences, "--personas", given.personas)
    runs = {way: apart("personas.py", "--one", way, *size) for way in WAYS}
    return told(
        {
            "benchmark": "personas",
            "ratio": round(runs["one_by_one"]["seconds"] / runs["batched"]["seconds"], 1),
            "same_personas": len({run.pop("digest") for run in runs.values()}) == 1,
            "sentences": given.sentences,
            "cost": {"ms_per_call": 1e3 * PER_CALL, "ms_per_directed_pair": 1e3 * PER_PAIR, "waits": "really"},
            **runs,
            "load": [began, load()],
        }
    )


if __name__ == "__main__":
    main()
