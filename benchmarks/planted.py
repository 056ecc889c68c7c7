"""Of 60 contradictions planted over the categories, how many does a scorer find, and how many get into personas?

Half of the pairs are of one category, half across two (`planted.jsonl`). They are planted among the sentences of the
shipped library, and personas are assembled from all. `planted.py [--nli MODEL] [--embedder E]`: `lexical` unless the
folder or hub name of an NLI model is given. Prints one JSON line.
"""

import asyncio
import json
from argparse import ArgumentParser, Namespace
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gauge import load, measured, told

if TYPE_CHECKING:
    from tertulia.models.scorer import Embedder, Nli
    from tertulia.personas import ProfileSentence

    Pair = tuple[ProfileSentence, ProfileSentence]

PLANTED = Path(__file__).with_name("planted.jsonl")
SHIFT = 7
"""Each first sentence is also held against the second of the pair so many lines below: no contradiction is known there,
and few are to be expected."""


def planted() -> "list[Pair]":
    from tertulia.personas import ProfileSentence

    rows = [json.loads(line) for line in PLANTED.read_text(encoding="utf-8").splitlines()]
    return [(ProfileSentence(**row["first"]), ProfileSentence(**row["second"])) for row in rows]


async def found(pairs: "list[Pair]", nli: "Nli", embedder: "Embedder") -> dict[str, Any]:
    """How many pairs are in conflict: by the scorer alone, and with the taxonomy's single values; and false alarms."""
    from tertulia.personas.consistency.conflict import Conflict, Conflicts
    from tertulia.personas.consistency.scoring import PairScorer
    from tertulia.personas.taxonomy import read_taxonomy

    conflicts = Conflicts([s for pair in pairs for s in pair], read_taxonomy(), PairScorer(nli, embedder))
    true = [(2 * place, 2 * place + 1) for place in range(len(pairs))]
    control = [(2 * place, (2 * (place + SHIFT) + 1) % (2 * len(pairs))) for place in range(len(pairs))]
    await conflicts.look([*true, *control])
    contradict = {edge for edge, _ in conflicts.found(Conflict.CONTRADICTION)}
    within = [edge for edge, (a, b) in zip(true, pairs, strict=True) if a.category == b.category]
    across = [edge for edge in true if edge not in within]
    return {
        "by_scorer": sum(edge in contradict for edge in true),
        "by_scorer_within": [sum(edge in contradict for edge in within), len(within)],
        "by_scorer_across": [sum(edge in contradict for edge in across), len(across)],
        "with_single_values": sum(conflicts.between(*edge) for edge in true),
        "alarms_in_shifted_pairs": sum((min(edge), max(edge)) in contradict for edge in control),
    }


async def blocked(pairs: "list[Pair]", nli: "Nli", embedder: "Embedder") -> dict[str, Any]:
    """What a graph of the planted sentences with blocking leaves out."""
    from tertulia.personas.consistency.blocking import pool_graph
    from tertulia.personas.consistency.scoring import PairScorer
    from tertulia.personas.taxonomy import read_taxonomy

    sentences = [sentence for pair in pairs for sentence in pair]
    graph = await pool_graph(sentences, PairScorer(nli, embedder), read_taxonomy())
    rate = None if graph.miss_rate is None else round(graph.miss_rate, 4)
    return {"scored": graph.scored, "skipped": graph.rest.of, "sampled": graph.rest.pairs, "miss_rate": rate}


async def survived(pairs: "list[Pair]", nli: "Nli", embedder: "Embedder", personas: int) -> dict[str, Any]:
    """Planted pairs that stand in one persona after all."""
    from tertulia.personas import people
    from tertulia.personas.consistency.assembling import assemble
    from tertulia.personas.consistency.recipe import Recipe
    from tertulia.personas.taxonomy import read_taxonomy

    library = [sentence for persona in people("library/everyday", Path()) for sentence in persona.profile]
    pool = [*(sentence for pair in pairs for sentence in pair), *library]
    with measured() as cost:
        made = await assemble(pool, Recipe(personas), taxonomy=read_taxonomy(), nli=nli, embedder=embedder)
    texts = {frozenset((a.text, b.text)) for a, b in pairs}
    inside = [frozenset(two) for persona in made.personas for two in combinations(persona.sentences, 2)]
    report = made.report
    return {
        "personas": report.built,
        "planted_inside": sum(two in texts for two in inside),
        "pairs_scored": report.scored,
        "replaced": report.replaced,
        "conflicts": {kind: finding.count for kind, finding in report.conflicts.items()},
        "seconds": round(cost.seconds, 1),
    }


def arguments() -> Namespace:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--nli", metavar="MODEL", help="hub name or folder; without it, the lexical detector")
    parser.add_argument("--embedder", default="auto")
    parser.add_argument("--personas", type=int, default=500, metavar="N")
    return parser.parse_args()


async def measure(given: Namespace) -> dict[str, Any]:
    from tertulia.models.local import connect_embedder, connect_nli
    from tertulia.personas.consistency.lexical import LexicalNli

    nli, embedder = connect_nli(given.nli) if given.nli else LexicalNli(), connect_embedder(given.embedder)
    pairs = planted()
    return {
        "scorer": Path(nli.name).name,
        "embedder": embedder.name,
        "planted": len(pairs),
        "found": await found(pairs, nli, embedder),
        "blocking": await blocked(pairs, nli, embedder),
        "assembled": await survived(pairs, nli, embedder, given.personas),
    }


def main() -> None:
    given, began = arguments(), load()
    told({"benchmark": "planted", **asyncio.run(measure(given)), "load": [began, load()]})


if __name__ == "__main__":
    main()
