"""Does the novelty critic cost more a dialogue when more is accepted?

Through `review_round`, barrier after barrier: what is accepted is checked by its ids, each dialogue of the barrier is
sketched, looked up, compared with what is found and remembered. The dialogues are 16 turns of real length; one in five
of a barrier is nearly an accepted one: some of its words or turns are changed. Each size runs in a process of its own.
With `--ledger N` the same against a ledger of so many accepted dialogues on disk. Prints one JSON line.
"""

import asyncio
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias

from gauge import Cost, apart, load, measured, peak_bytes, told

from tertulia.agents import Dialogue, Job, Member, Place, Turn
from tertulia.agents.dialogue import dialogue_id
from tertulia.corpus import RunInfo
from tertulia.corpus.ledger import Ledger
from tertulia.critics import Case, Outcome, Sees, Verdict
from tertulia.critics.case import cases
from tertulia.critics.experts.novelty import Novelty
from tertulia.personas import Persona
from tertulia.personas.shelf import people
from tertulia.scenarios.barrier import Accepted

SIZES = (1_000, 10_000, 100_000)
BARRIERS = (100, 1_000)
"""Dialogues before the critic at a time."""
REPEATS = 4
TURNS = 16
COURTESIES = (
    "Hi, it is nice to meet you!",
    "Nice to meet you too, how are you doing today?",
    "I am doing well, thanks.",
)
"""Each is said in every other dialogue."""
KINDS = ("new", "new", "new", "new", "new", "new", "new", "new", "words", "turns")
CAST = (Member("a", Persona(name="Ann")), Member("b", Persona(name="Bo")))
PANEL = "panel"

Texts: TypeAlias = list[str]


@cache
def words() -> Texts:
    """What the personas of the library say of themselves, word by word."""
    everyone = people("library/everyday", Path())
    return [word for persona in everyone for sentence in persona.sentences for word in sentence.split()]


def texts(number: int) -> Texts:
    """What is said in dialogue `number`: pieces of what personas say, some of them often, and what everybody says. The
    median similarity of two is 0.02, and one pair in a hundred has 0.07 (Synthetic-Persona-Chat: 0.015 and 0.053)."""
    rng = Random(number)
    said = [_utterance(rng, 1 + number % 5) for _ in range(TURNS)]
    return [rng.choice((own, courtesy)) for own, courtesy in zip(said, COURTESIES, strict=False)] + said[
        len(COURTESIES) :
    ]


def _utterance(rng: Random, skew: int) -> str:
    known, said = words(), Texts()
    while len(said) < 15:
        start = int(len(known) * rng.random() ** skew)
        said += known[start : start + rng.choice((1, 3, 9))]
    return " ".join(said)


def near(said: Texts, kind: str, rng: Random) -> Texts:
    """One word in ten is another, or one turn in four."""
    if kind == "turns":
        others = texts(rng.randrange(10**9, 2 * 10**9))
        return [other if rng.random() < 0.25 else own for own, other in zip(said, others, strict=True)]
    return [" ".join(f"x{rng.random()}" if rng.random() < 0.1 else w for w in text.split()) for text in said]


def dialogue(number: int, said: Texts) -> Dialogue:
    place = Place(1, number)
    turns = tuple(Turn("ab"[n % 2], text) for n, text in enumerate(said))
    return Dialogue(dialogue_id(place, str(number)), CAST, turns, place=place)


class Shelf:
    """So many accepted dialogues of earlier rounds, made as they are read; and what was accepted since."""

    def __init__(self, count: int) -> None:
        self._numbers = {dialogue_id(Place(1, n), str(n)): n for n in range(count)}
        self._earlier = list(self._numbers)
        self._settled: dict[str, Dialogue] = {}

    def accept(self, accepted: Iterable[Dialogue]) -> None:
        self._settled |= {one.id: one for one in accepted}

    def earlier(self) -> Iterator[Dialogue]:
        return self.read(self._earlier)

    def settled(self) -> Iterator[Dialogue]:
        return iter(self._settled.values())

    def earlier_ids(self) -> Sequence[str]:
        return self._earlier

    def settled_ids(self) -> Sequence[str]:
        return list(self._settled)

    def read(self, ids: Iterable[str]) -> Iterator[Dialogue]:
        for id in ids:
            number = self._numbers.get(id)
            yield self._settled[id] if number is None else dialogue(number, texts(number))


class Barrier:
    """Dialogues before the critic, and which of them are nearly accepted ones."""

    def __init__(self, accepted: int, start: int, count: int) -> None:
        rng = Random(start)
        self.kinds = [KINDS[n % len(KINDS)] for n in range(count)]
        self.dialogues = [
            dialogue(start + n, _said(start + n, kind, accepted, rng)) for n, kind in enumerate(self.kinds)
        ]
        self.cases: list[Case] = [cases(one, Sees.TRANSCRIPT)[0] for one in self.dialogues]


def _said(number: int, kind: str, accepted: int, rng: Random) -> Texts:
    return texts(number) if kind == "new" else near(texts(rng.randrange(accepted)), kind, rng)


async def cost_of(size: int) -> dict[str, Any]:
    """What a barrier costs with so many accepted ones, and what it finds."""
    critic, shelf, start = Novelty(), Shelf(size), 10 * size
    before = peak_bytes()
    with measured() as building:
        await critic.review_round([], shelf)
    costs, found = {}, Counter[str]()
    for count in BARRIERS:
        spent = []
        for _ in range(REPEATS):
            barrier, start = Barrier(size, start, count), start + count
            with measured() as cost:
                answers = await critic.review_round(barrier.cases, shelf)
            spent.append(cost)
            found += counted(barrier, answers)
            shelf.accept(one for one, kind in zip(barrier.dialogues, barrier.kinds, strict=True) if kind == "new")
        costs[count] = 1e3 * min(one.cpu for one in spent) / count
    return {"ms": costs, "found": found, "building": building.cpu, "peak": peak_bytes(), "before": before}


def counted(barrier: Barrier, answers: Sequence[Any]) -> Counter[str]:
    """How many of each kind there are, and how many were rejected."""
    found = Counter[str](barrier.kinds)
    for kind, answer in zip(barrier.kinds, answers, strict=True):
        assert isinstance(answer, Verdict)
        found[f"{kind} rejected"] += not answer.approve
    return found


async def through_a_ledger(size: int) -> dict[str, Any]:
    """The same against a ledger on disk: what reading and sketching all of it takes after a resume, and a dialogue."""
    with TemporaryDirectory() as folder:
        ledger = Ledger.open(folder)
        ledger.begin(RunInfo("novelty", {}, "making", PANEL, "0"))
        for start in range(0, size, 500):
            await asyncio.gather(*(_keep(ledger, n) for n in range(start, min(start + 500, size))))
        critic, corpus = Novelty(), Accepted(ledger, 2, PANEL, ())
        with measured() as building:
            await critic.review_round([], corpus)
        spent = [await _barrier(critic, Accepted(ledger, 2, PANEL, ()), size, n) for n in range(REPEATS)]
        ledger.close()
    per_dialogue = min(one.cpu for one in spent) / BARRIERS[0]
    return {"size": size, "resume_cpu_s": round(building.cpu, 2), "ms_per_dialogue": round(1e3 * per_dialogue, 3)}


async def _keep(ledger: Ledger, number: int) -> None:
    one = dialogue(number, texts(number))
    await ledger.keep_job(Job(1, number, CAST))
    await ledger.keep_dialogue(one)
    await ledger.settle(1, number, PANEL, {one.id: (Outcome.ACCEPTED, "")}, True)


async def _barrier(critic: Novelty, corpus: Accepted, size: int, number: int) -> Cost:
    barrier = Barrier(size, 10 * size + number * BARRIERS[0], BARRIERS[0])
    with measured() as cost:
        await critic.review_round(barrier.cases, corpus)
    return replace(cost)


def summary(size: int, cost: dict[str, Any]) -> dict[str, Any]:
    found = cost["found"]
    return {
        "accepted": size,
        "ms_per_dialogue": {count: round(ms, 3) for count, ms in cost["ms"].items()},
        "recall_words": round(found.get("words rejected", 0) / found["words"], 4),
        "recall_turns": round(found.get("turns rejected", 0) / found["turns"], 4),
        "false_alarms": found.get("new rejected", 0),
        "new": found["new"],
        "resume_cpu_s": round(cost["building"], 2),
        "index_mb": round((cost["peak"] - cost["before"]) / 1e6, 1),
    }


def arguments() -> Namespace:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument(
        "--sizes", type=int, nargs="+", default=SIZES, metavar="N", help="accepted dialogues, ascending"
    )
    parser.add_argument("--ledger", type=int, metavar="N", help="against a ledger of so many, too")
    parser.add_argument("--quick", action="store_true", help="see that it runs; the numbers mean nothing")
    parser.add_argument("--one", type=int, metavar="N", help="run one size, here, and print what it cost")
    given = parser.parse_args()
    if given.quick:
        given.sizes, given.ledger = (50, 100), 50
    return given


def main() -> None:
    given, began = arguments(), load()
    if given.one:
        return told(asyncio.run(cost_of(given.one)))
    costs = [apart("novelty.py", "--one", size) for size in given.sizes]
    runs = [summary(size, cost) for size, cost in zip(given.sizes, costs, strict=True)]
    ratios = {count: runs[-1]["ms_per_dialogue"][count] / runs[0]["ms_per_dialogue"][count] for count in costs[0]["ms"]}
    result: dict[str, Any] = {
        "benchmark": "novelty",
        "ratio": round(max(ratios.values()), 2),
        "ratios": {count: round(ratio, 2) for count, ratio in ratios.items()},
        "runs": runs,
    }
    if given.ledger:
        result["ledger"] = asyncio.run(through_a_ledger(given.ledger))
    return told({**result, "load": [began, load()]})


if __name__ == "__main__":
    main()
