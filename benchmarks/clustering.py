"""How long, and how much memory, do embedding and clustering of many sentences take, and are the clusters right?

The sentences are those of the published Synthetic-Persona-Chat file where it lies in `../shared/data`, profiles first,
then utterances; pairs of the library's sentences make up the number. Their vectors are cut into clusters as
`personas expand` does it, in a process of its own; in another one the clusters of the first 2,000 are compared with
scipy's. Prints one JSON line.
"""

import asyncio
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from gauge import apart, load, measured, peak_bytes, told

PUBLISHED = Path(__file__).parent.parent.parent / "shared" / "data" / "synthetic_persona_chat_valid.csv"


def sentences(count: int) -> list[str]:
    """So many texts, no two alike."""
    return list(islice(dict.fromkeys([*published(), *pairs(2 * count)]), count))


def published() -> Iterator[str]:
    from tertulia.corpus.formats import read_dialogues
    from tertulia.personas import read_personas

    if not PUBLISHED.exists():
        return
    for persona in read_personas(PUBLISHED):
        yield from persona.sentences
    for dialogue in read_dialogues(PUBLISHED):
        yield from (turn.text for turn in dialogue.turns)


def pairs(count: int) -> Iterator[str]:
    from tertulia.models.stream import stream
    from tertulia.personas import people, shelves

    shipped = [text for shelf in shelves() for one in people(f"library/{shelf}", Path()) for text in one.sentences]
    rng = stream(0, "benchmark")
    for _ in range(count):
        yield " ".join(rng.sample(shipped, 2))


def clustered(count: int, embedder: str) -> dict[str, Any]:
    """What it costs, from texts to clusters; loading the weights is counted."""
    from tertulia.models.local import connect_embedder
    from tertulia.personas.expansion.clustering import clusters

    texts = sentences(count)
    with measured() as embedding:
        model = connect_embedder(embedder)
        vectors = asyncio.run(model.embed(texts))
    with measured() as clustering:
        labels = clusters(vectors, model.merge_above)
    return {
        "embedder": model.name,
        "merge_above": model.merge_above,
        "sentences": len(texts),
        "clusters": int(labels.max()) + 1,
        "embed_seconds": round(embedding.seconds, 1),
        "cluster_seconds": round(clustering.seconds, 1),
        "seconds": round(embedding.seconds + clustering.seconds, 1),
        "peak_mb": round(peak_bytes() / 1e6),
    }


def compared(count: int, embedder: str) -> dict[str, Any]:
    """Whether scipy, with its matrix of all distances, finds the same clusters."""
    import numpy as np
    from scipy.cluster.hierarchy import fcluster, linkage

    from tertulia.models.local import connect_embedder
    from tertulia.personas.expansion.clustering import clusters

    model = connect_embedder(embedder)
    vectors = asyncio.run(model.embed(sentences(count)))
    tree = linkage(vectors.astype(np.float64), method="average", metric="cosine")
    theirs = fcluster(tree, 1 - model.merge_above, "distance")
    ours = clusters(vectors, model.merge_above)
    both = len(set(zip(ours.tolist(), theirs.tolist(), strict=True)))
    return {"equal": both == len(set(ours.tolist())) == len(set(theirs.tolist()))}


WORK = {"clustered": clustered, "compared": compared}


def arguments() -> Namespace:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--sentences", type=int, default=20_000)
    parser.add_argument("--compare", type=int, default=2_000, metavar="N", help="how many are compared with scipy")
    parser.add_argument("--embedder", default="all-MiniLM-L6-v2", help="a folder, a hub name, or lexical")
    parser.add_argument("--quick", action="store_true", help="see that it runs; the numbers mean nothing")
    parser.add_argument("--one", choices=WORK, help="do this part, here, and print what it gives")
    given = parser.parse_args()
    if given.quick:
        given.sentences, given.compare, given.embedder = 400, 200, "lexical"
    return given


def main() -> None:
    given, began = arguments(), load()
    if given.one:
        return told(WORK[given.one](given.sentences, given.embedder))

    def part(name: str, count: int) -> dict[str, Any]:
        return apart("clustering.py", "--one", name, "--sentences", count, "--embedder", given.embedder)

    cost = part("clustered", given.sentences)
    equal = part("compared", given.compare)["equal"]
    return told(
        {
            "benchmark": "clustering",
            **cost,
            "compared_with_scipy": given.compare,
            "equals_scipy": equal,
            "load": [began, load()],
        }
    )


if __name__ == "__main__":
    main()
