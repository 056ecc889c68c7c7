"""Does a hypernetwork teach a personality better than a LoRA for each end, or than a prompt, at levels it never saw?

Rehearsal dialogues without flaws, in which each trait shows the more often the further it is from the middle. Some
levels (-3, -1, 1, 3) are left out of all training. Four models, from one base that was taught the same dialogues
without being told any trait: a hypernetwork; one plain LoRA for each end of each trait, scaled and added up; the base,
taught on with the traits in the system message; and the base as it is. Each answers for test personas, all of whose
levels are ones that training saw, or all ones that it did not. A reader that was trained on other dialogues assesses
the levels from what each says. Beside them what the reader makes of the same personas' real dialogues (better than
that it can't get), and 0 for everybody. Prints one JSON line.
"""

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING, Any

from gauge import load, told

if TYPE_CHECKING:
    from tertulia.personas import BigFive, Persona
    from tertulia.training.base.base import Loaded

SEEN, UNSEEN, EVERY = (-5, -4, -2, 0, 2, 4, 5), (-3, -1, 1, 3), tuple(range(-5, 6))
END, RANK = 4, 8
"""Levels this far from 0 and further are an end."""
MODEL = "rehearsal?flaws=0&nature=0.8"
FIRST = 2
"""The first own turn, counted from 1, that a model takes: a greeting shows nothing."""


@dataclass(frozen=True)
class Size:
    """How much is made, trained and asked."""

    taught: int
    """Dialogues that the models learn from."""
    read: int
    """Dialogues that the reader learns from."""
    items: int
    """Test personas at levels of each kind."""
    replies: int
    """That the reader gets of each."""
    base_epochs: float
    epochs: float
    """Of each of the others, over what it learns from."""
    base: str = "scratch:tiny"
    steps: int | None = None
    """In place of epochs."""


SIZES = {
    "quick": Size(16, 16, 2, 2, 1, 1, steps=1),
    "short": Size(1600, 400, 40, 8, 2, 0.5),
    "small": Size(1600, 400, 40, 8, 2, 1.5),
    "full": Size(3200, 1000, 100, 8, 2, 1.5),
}


@dataclass(frozen=True)
class Item:
    """A test persona, and what is said before each of its replies."""

    traits: "BigFive"
    seen: bool
    contexts: tuple[tuple[dict[str, str], ...], ...]


# ---- dialogues


def made(folder: Path, cast: "Sequence[Persona]", count: int, turns: str, seed: int) -> str:
    """A run of so many dialogues among these people, by rehearsal."""
    from tertulia.personas import write_personas
    from tertulia.scenarios import load as scenario_of
    from tertulia.scenarios import simulate_sync

    folder.mkdir(parents=True, exist_ok=True)
    write_personas(cast, folder / "people.jsonl")
    wanted = [
        f"cast.personas={folder}/people.jsonl",
        f"stage.turns={turns}",
        f"rounds={{count: 1, dialogues: {count}}}",
        "critics.panel=[{use: structure}]",
        "critics.voting.quorum=1",
        "exemplars.count=0",
    ]
    scenario = scenario_of("first-meeting", overrides=wanted, model=MODEL, seed=seed)
    simulate_sync(scenario, output=folder / "run").close()
    return str(folder / "run")


def people(count: int, levels: Sequence[int], seed: int) -> "list[Persona]":
    """Somebody of the library's, each trait at one of these levels by chance."""
    from tertulia.models.stream import stream
    from tertulia.personas import people as shelf

    chance, everybody = stream(seed, "people"), shelf("library/everyday", Path())
    return [
        chance.choice(everybody).model_copy(update={"id": f"p{n}", "traits": vector(levels, seed, n), "style": ()})
        for n in range(count)
    ]


def vector(levels: Sequence[int], seed: int, number: int) -> "BigFive":
    from tertulia.models.stream import stream
    from tertulia.personas import BigFive, Trait

    chance = stream(seed, "levels", number)
    return BigFive(**{trait.value: chance.choice(levels) for trait in Trait})


# ---- training


def taught(place: Path, source: str, size: Size) -> "dict[str, Loaded]":
    """The four models, by name."""
    from tertulia.training.base.base import load as loaded
    from tertulia.training.example import System
    from tertulia.training.methods.hypernet import Hypernet, train_hypernet
    from tertulia.training.methods.sft import Sft, train_sft

    plain: dict[str, Any] = {"steps": size.steps, "batch": 8, "device": "cpu", "precision": "float32"}
    plain |= {"validation": 0.0, "test": 0.0}
    base = place / "base"
    told_nothing = Sft(system=System.NONE, epochs=size.base_epochs, learning_rate=3e-3, **plain)
    train_sft(source, size.base, told_nothing, base)
    train_hypernet(source, str(base), Hypernet(epochs=size.epochs, rank=RANK, **plain), place / "hypernet")
    told_traits = Sft(system=System.TRAITS, epochs=size.epochs, learning_rate=1e-3, **plain)
    train_sft(source, str(base), told_traits, place / "prompt")
    lora = Sft(system=System.NONE, epochs=size.epochs, learning_rate=2e-3, lora=RANK, dropout=0.0, **plain)
    models = {name: loaded(str(place / name), device="cpu") for name in ("hypernet", "prompt", "base")}
    return {**models, "poles": by_pole(place, source, base, lora)}


def by_pole(place: Path, source: str, base: Path, knobs: Any) -> "Loaded":
    """A LoRA for each end of each trait, from what those at that end say; the same layers and rank as elsewhere."""
    from poles import Poles

    from tertulia.training.base.base import load as loaded
    from tertulia.training.example import Speaker
    from tertulia.training.hypernetwork.injecting import Personalised, find_sites
    from tertulia.training.hypernetwork.network import Shape
    from tertulia.training.methods.sft import train_sft

    below = loaded(str(base), device="cpu")
    sites = find_sites(below.model)
    knobs = replace(knobs, speaker=Speaker.ASSISTANT, targets=tuple(sorted({site.side for site in sites})))
    folders = {}
    for (trait, pole), path in at_ends(place, source).items():
        folders[trait, pole] = place / f"{trait}-{pole}"
        train_sft(str(path), str(base), knobs, folders[trait, pole])
    ends = [level for level in SEEN if level >= END]
    made: Any = Poles(folders, sites, Shape(RANK, 2.0 * RANK), sum(ends) / len(ends))
    return replace(below, model=Personalised(below.model, made).eval(), personality=True)


def at_ends(place: Path, source: str) -> dict[Any, Path]:
    """By trait and end a file of the conversations of all who are there, each from their side."""
    from tertulia.personas import Trait
    from tertulia.personas.traits import Pole, pole_of
    from tertulia.training.data.conversing import examples
    from tertulia.training.data.material import gather
    from tertulia.training.example import System

    every = list(examples(gather(source).dialogues, system=System.NONE))
    written = {}
    for trait in Trait:
        for pole in Pole:
            there = [
                {"messages": example.messages}
                for example in every
                if example.persona.traits
                and abs(level := example.persona.traits.level(trait)) >= END
                and pole_of(level) == pole
            ]
            written[trait, pole] = place / f"{trait}-{pole}.jsonl"
            written[trait, pole].write_text("\n".join(map(json.dumps, there)), encoding="utf-8")
    return written


# ---- asking and reading


def asked(source: str, size: Size) -> list[Item]:
    """Test personas, in the places of people whose traits are all average, so that nothing said before tells any."""
    from tertulia.models.stream import stream
    from tertulia.training.data.conversing import examples
    from tertulia.training.data.material import gather
    from tertulia.training.example import System

    places = []
    for example in examples(gather(source).dialogues, system=System.NONE):
        own = [at for at, message in enumerate(example.messages) if message["role"] == "assistant"]
        places += [example.messages[:at] for at in own[FIRST - 1 : FIRST + 1]]
    items = []
    for seen, levels in ((True, SEEN), (False, UNSEEN)):
        for number in range(size.items):
            chance = stream(5, "contexts", number)
            contexts = tuple(chance.sample(places, size.replies))
            items.append(Item(vector(levels, 40 + seen, number), seen, contexts))
    return items


def answers(name: str, model: "Loaded", items: Sequence[Item]) -> list[str]:
    """All that each test persona says, a text each; drawn at temperature 1, as often as the model finds likely."""
    from tertulia.personas import Persona
    from tertulia.training.data.conversing import system_message
    from tertulia.training.evaluation.writing import write
    from tertulia.training.example import System

    prompts, traits = [], []
    for item in items:
        about = system_message(Persona(name="Somebody", traits=item.traits), System.TRAITS) if name == "prompt" else ""
        first = [{"role": "system", "content": about}] if about else []
        prompts += [[*first, *context] for context in item.contexts]
        traits += [item.traits] * len(item.contexts)
    said = write(model, prompts, batch=32, max_tokens=72, seed=1, temperature=1.0, traits=traits)
    each = len(items[0].contexts)
    return ["\n".join(said[at : at + each]) for at in range(0, len(said), each)]


def real(place: Path, items: Sequence[Item], size: Size) -> list[str]:
    """What the test personas say in rehearsal dialogues of their own: as many turns, beginning where the models do."""
    from tertulia.agents import Dialogue
    from tertulia.training.data.material import gather

    cast = [
        one.model_copy(update={"traits": item.traits})
        for one, item in zip(people(len(items), (0,), 8), items, strict=True)
    ]
    turns = 2 * (size.replies + FIRST)
    source = made(place / "real", cast, 3 * len(items), f"{{min: {turns}, max: {turns + 2}}}", seed=8)
    found: dict[BigFive, str] = {}
    dialogues: Iterable[Dialogue] = gather(source).dialogues
    for dialogue in dialogues:
        for member in dialogue.cast:
            said = dialogue.said_by(member.seat)[FIRST - 1 : FIRST - 1 + size.replies]
            if member.persona.traits:
                found.setdefault(member.persona.traits, "\n".join(said))
    return [found.get(item.traits, "") for item in items]


def reader(place: Path, source: str) -> Any:
    from tertulia.models.local.connecting import connect_reader
    from tertulia.training.methods.classifier import Classifier, train_classifier

    train_classifier(source, "words", Classifier(targets="traits", validation=0.0, test=0.0), place / "reader")
    return connect_reader(place / "reader", "traits")


# ---- results


def errors(items: Sequence[Item], read: Sequence[Sequence[float]]) -> dict[str, Any]:
    """By kind of level: trait error (mean distance, 0 to 10) with its interval, correlation, and mean by level."""
    import numpy as np

    found: dict[str, Any] = {}
    for kind in (True, False):
        pairs = [
            (vector_of(i), levels) for i, levels in zip(items, read, strict=True) if i.seen is kind and len(levels)
        ]
        truth, said = (np.array(side, dtype=float) for side in zip(*pairs, strict=True))
        far = np.abs(truth - said).mean(axis=1)
        low, high = interval(far)
        shown = truth.std() > 0 and said.std() > 0
        found["seen" if kind else "unseen"] = {
            "error": round(float(far.mean()), 3),
            "low": low,
            "high": high,
            "correlation": round(float(np.corrcoef(truth.ravel(), said.ravel())[0, 1]), 3) if shown else None,
            "read_at": {int(at): round(float(said[truth == at].mean()), 2) for at in np.unique(truth)},
        }
    return found


def interval(values: Any) -> tuple[float, float]:
    """95 %, by percentile bootstrap over personas."""
    import numpy as np
    from scipy.stats import bootstrap

    if len(values) < 2:
        return float(values[0]), float(values[0])
    found = bootstrap((values,), np.mean, method="percentile", rng=np.random.default_rng(0)).confidence_interval
    return round(float(found.low), 3), round(float(found.high), 3)


def vector_of(item: Item) -> list[int]:
    from tertulia.personas import Trait

    return [item.traits.level(trait) for trait in Trait]


def experiment(place: Path, size: Size) -> dict[str, Any]:
    """All of it, in a folder; what is there already of an earlier start is taken as it is."""
    began = perf_counter()
    source = made(place / "taught", people(size.taught, SEEN, 1), size.taught, "{min: 8, max: 10}", seed=1)
    other = made(place / "read", people(size.read, EVERY, 2), size.read, "{min: 14, max: 18}", seed=2)
    neutral = made(place / "neutral", people(40, (0,), 3), max(size.items, 8), "{min: 8, max: 10}", seed=3)
    reads, items = reader(place, other), asked(neutral, size)
    seconds = {"dialogues": perf_counter() - began}

    began = perf_counter()
    models = taught(place, source, size)
    seconds["training"] = perf_counter() - began

    began = perf_counter()
    texts: Mapping[str, list[str]] = {name: answers(name, model, items) for name, model in models.items()}
    results = {name: errors(items, reads.levels(said)) for name, said in texts.items()}
    own = real(place, items, size)
    results["reader on real dialogues"] = errors(
        items, [levels if text else () for text, levels in zip(own, reads.levels(own), strict=True)]
    )
    results["always 0"] = errors(items, [(0.0,) * 5 for _ in items])
    seconds["asking"] = perf_counter() - began
    said = {name: said[0].split("\n")[:2] for name, said in texts.items()}
    return {"results": results, "seconds": {name: round(value) for name, value in seconds.items()}, "said": said}


def arguments() -> Namespace:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=[name for name in SIZES if name != "quick"], default="full")
    parser.add_argument("--quick", action="store_true", help="see that it runs; the numbers mean nothing")
    parser.add_argument("--output", type=Path, help="where dialogues and models stay; a new folder")
    return parser.parse_args()


def main() -> None:
    from tertulia.models.local.loading import quietly

    given, began = arguments(), load()
    name = "quick" if given.quick else given.size
    with TemporaryDirectory() as spare, quietly():
        found = experiment(given.output or Path(spare, "experiment"), SIZES[name])
    told({"benchmark": "personality", "size": name, **found, "load": [began, load()]})


if __name__ == "__main__":
    main()
