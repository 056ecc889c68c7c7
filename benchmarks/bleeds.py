"""How many bleeds between personas does `persona-bleed` find in published dialogues, and how many finds are right?

Prints one JSON line, a method after the other, on both halves of the labels. `bleeds.py [--nli FOLDER]`: `nli` is
measured where the folder (or hub name) of a model is given, `embedding` where the extra `offline` is installed.

`bleeds.jsonl` holds no text of the data. Every dialogue that it names was read whole: a turn that it does not call a
bleed is none, and a turn whose `bleed` is null can be seen either way and is left out. `line` is the line of the file
on which the dialogue starts, `turn` counts from 0, `sentence` is one of the other's profile, from 0.
"""

import argparse
import asyncio
import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from tertulia.agents import Dialogue
from tertulia.corpus.formats import read_dialogues
from tertulia.critics import Abstention
from tertulia.critics.case import cases
from tertulia.critics.experts.persona_bleed import PersonaBleed
from tertulia.models.local import connect_embedder, connect_nli
from tertulia.models.local.weights import packaged_minilm

DATA = Path(__file__).parents[2] / "shared/data/synthetic_persona_chat_valid.csv"
LABELS = Path(__file__).with_suffix(".jsonl")
HALVES = ("dev", "test")


class Spot(NamedTuple):
    """A turn of a dialogue."""

    line: int
    turn: int


def labels(half: str) -> list[dict[str, Any]]:
    rows = map(json.loads, LABELS.read_text(encoding="utf-8").splitlines())
    return [row for row in rows if row["half"] == half]


def starts(path: Path) -> Iterator[int]:
    """The line of a CSV file on which each record starts."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        next(reader)
        before = reader.line_num
        for _ in reader:
            yield before + 1
            before = reader.line_num


async def found(critic: PersonaBleed, dialogues: Mapping[int, Dialogue]) -> set[Spot]:
    spots = set()
    for line, dialogue in dialogues.items():
        [case] = cases(dialogue, critic.sees)
        answer = await critic.review(case)
        if isinstance(answer, Abstention):
            raise SystemExit(f"line {line}: {answer.why}")
        spots |= {Spot(line, finding.turn) for finding in answer.findings if finding.turn is not None}
    return spots


def figures(finds: Iterable[Spot], rows: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    """Of turns: how many are bleeds, found, found rightly; precision, recall, F1."""
    called = {Spot(row["line"], row["turn"]): row["bleed"] for row in rows}
    bleeds = {spot for spot, bleed in called.items() if bleed}
    hits = {spot for spot in finds if called.get(spot, False) is not None}
    right = len(hits & bleeds)
    precision, recall = right / max(len(hits), 1), right / len(bleeds)
    f1 = 2 * precision * recall / max(precision + recall, 1e-9)
    shares = {"precision": round(precision, 3), "recall": round(recall, 3), "f1": round(f1, 3)}
    return {"bleeds": len(bleeds), "found": len(hits), "right": right, **shares}


def critics(nli: str | None, method: str | None) -> Iterator[PersonaBleed]:
    if method in (None, "lexical"):
        yield PersonaBleed()
    if method in (None, "embedding") and packaged_minilm():
        yield PersonaBleed(method="embedding", embedder=connect_embedder())
    if method in (None, "nli") and nli:
        yield PersonaBleed(method="nli", nli=connect_nli(nli))


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help="the validation split of Synthetic-Persona-Chat")
    parser.add_argument("--nli", metavar="FOLDER")
    parser.add_argument("--method", choices=("lexical", "embedding", "nli"), help="only this method")
    parser.add_argument("--half", choices=HALVES, help="only this half")
    options = parser.parse_args()
    if not options.data.exists():
        print(json.dumps({"skipped": f"no file {str(options.data)!r}; give the data with --data"}))
        return
    dialogues = dict(zip(starts(options.data), read_dialogues(options.data), strict=True))
    measured: dict[str, Any] = {}
    for critic in critics(options.nli, options.method):
        measured[critic.method] = {}
        for half in (options.half,) if options.half else HALVES:
            rows = labels(half)
            read = {line: dialogues[line] for line in sorted({row["line"] for row in rows})}
            measured[critic.method][half] = {"dialogues": len(read), **figures(await found(critic, read), rows)}
    print(json.dumps(measured))


if __name__ == "__main__":
    asyncio.run(main())
