"""How many contradictions does a detector find among labelled pairs, and how many of its finds are right?

Prints one JSON line. `contradictions.py [--nli FOLDER]`: `lexical` unless the folder (or hub name) of a model is given.
"""

import argparse
import asyncio
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

from tertulia.models.scorer import Nli
from tertulia.personas.consistency.lexical import LexicalNli

FOLDER = Path(__file__).parents[1] / "tests/personas/contradictions"
HALVES = ("development", "test", "development-2", "test-2")
ABOVE = 0.9


async def measure(nli: Nli, half: str) -> dict[str, Any]:
    """A pair counts as found if either order says so."""
    text = (FOLDER / f"{half}.jsonl").read_text(encoding="utf-8")
    rows = [json.loads(line) for line in text.splitlines()]
    pairs = [(row["first"], row["second"]) for row in rows]
    there, back = await nli.infer(pairs), await nli.infer([(second, first) for first, second in pairs])
    flagged = [max(one.contradiction, other.contradiction) > ABOVE for one, other in zip(there, back, strict=True)]
    return figures(rows, flagged)


def figures(rows: list[dict[str, Any]], flagged: list[bool]) -> dict[str, Any]:
    """Precision, recall, F1, and the recall of each kind of contradiction."""
    kinds: dict[str, list[bool]] = defaultdict(list)
    for row, hit in zip(rows, flagged, strict=True):
        if row["label"] == "contradiction":
            kinds[row["kind"]].append(hit)
    right = sum(map(sum, kinds.values()))
    precision = right / max(sum(flagged), 1)
    recall = right / sum(map(len, kinds.values()))
    f1 = 2 * precision * recall / max(precision + recall, 1e-9)
    by_kind = {kind: round(sum(hits) / len(hits), 3) for kind, hits in sorted(kinds.items())}
    return {"precision": round(precision, 3), "recall": round(recall, 3), "f1": round(f1, 3), "recall_by_kind": by_kind}


def connect(name: str | None) -> Nli:
    if name is None:
        return LexicalNli()
    from tertulia.models.local import connect_nli

    return connect_nli(name)


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nli", metavar="FOLDER")
    parser.add_argument("--half", choices=HALVES, help="only this half")
    options = parser.parse_args()
    nli = connect(options.nli)
    halves = (options.half,) if options.half else HALVES
    print(json.dumps({"nli": nli.name, **{half: await measure(nli, half) for half in halves}}))


if __name__ == "__main__":
    asyncio.run(main())
