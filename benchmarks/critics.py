"""What do the batches bring to critics that ask local models, and which model is it that they wait for?

Batches: the texts of many dialogues at once through MiniLM and two small random classifiers (inference, toxicity),
against one call of each model a dialogue, and one call a sentence, in turn; `forgetful`: without the vectors that an
embedder remembers. Real: whole critics on fewer dialogues, with the small models at `../shared/models` where they are
there. Prints one JSON line.
"""

import asyncio
from argparse import ArgumentParser, Namespace
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING, Any

from gauge import load, measured, told

if TYPE_CHECKING:
    from random import Random

    from tertulia.agents import Dialogue

SHARED = Path(__file__).parent.parent.parent / "shared" / "models"
TURNS = 16
PLEASANTRIES = (
    "That's great!",
    "Me too!",
    "Oh, I see.",
    "Thanks!",
    "That sounds like a lot of fun.",
    "Nice to meet you.",
)
SCORERS = ("embedder", "nli", "toxicity")
SHAPE = {"hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 128}
CLASSES = ["toxic", "severe_toxic", "obscene", "threat", "insult", "identity_hate"]

Function = Callable[[Sequence[Any]], Sequence[Any]]


@dataclass(frozen=True)
class Work:
    """What the critics ask of one dialogue, by scorer."""

    embedder: list[str]
    nli: list[tuple[str, str]]
    toxicity: list[str]


def made(count: int) -> "list[Dialogue]":
    """Dialogues of the library's people: sentences, questions and pleasantries; no statement comes twice."""
    from tertulia.agents import Dialogue, Member, Turn
    from tertulia.models.stream import stream
    from tertulia.personas import people, shelves

    everybody = [one for shelf in shelves() for one in people(f"library/{shelf}", Path())]
    shipped = [sentence for one in everybody for sentence in one.sentences]
    dialogues = []
    for number in range(count):
        rng = stream(0, "benchmark", str(number))
        cast = tuple(Member(seat, persona) for seat, persona in zip("ab", rng.sample(everybody, 2), strict=True))
        turns = tuple(Turn("ab"[n % 2], " ".join(said(rng, shipped))) for n in range(TURNS))
        dialogues.append(Dialogue(f"d{number}", cast, turns, seed=number))
    return dialogues


def said(rng: "Random", shipped: Sequence[str]) -> Iterator[str]:
    """The sentences of a turn."""
    for _ in range(rng.choice((1, 1, 2, 2, 3))):
        kind, sentence = rng.random(), f"{rng.choice(shipped)[:-1]}, {rng.randrange(10_000)} times."
        yield rng.choice(PLEASANTRIES) if kind < 0.3 else f"Is it so: {sentence[:-1]}?" if kind < 0.5 else sentence


def asked(dialogue: "Dialogue") -> Work:
    """As `coverage`, `persona-consistency` and `toxicity` ask."""
    from tertulia.critics.language import pack
    from tertulia.critics.statement import spoken, statements

    words, work = pack("en"), Work([], [], [turn.text for turn in dialogue.turns])
    assert words is not None
    for member in dialogue.cast:
        own = [turn.text for turn in dialogue.turns if turn.seat == member.seat]
        work.embedder.extend([*member.persona.sentences, *(sentence for text in own for sentence in spoken(text))])
        tell = [one for text in own for one in statements(text, words, first_person=False)]
        work.nli.extend((sentence, one) for sentence in member.persona.sentences for one in tell)
    return work


def raced(services: dict[str, Any], work: Sequence[Work], slices: int) -> dict[str, Any]:
    """Dialogues a second in four ways: each slice of the dialogues goes each way, in turn, and the median counts.

    Lone calls go to the models themselves: they never wait for a batch to fill, and remember nothing.
    """
    encoder = services["embedder"].batcher._function
    functions = {name: services[name].batcher._function for name in SCORERS} | {"embedder": encoder._vectors}
    most, rates = encoder._most, defaultdict(list)
    encoder._known.clear()
    for start in range(slices):
        some = work[start::slices]
        few = some[: max(len(some) // 10, 1)]
        encoder._most = most
        rates["batched"].append(rate(some, lambda some=some: asyncio.run(together(services, some))))
        rates["a_dialogue"].append(rate(some, lambda some=some: in_turn(functions, some)))
        known, encoder._most, encoder._known = encoder._known, 0, OrderedDict()
        rates["forgetful"].append(rate(some, lambda some=some: asyncio.run(together(services, some))))
        rates["a_sentence"].append(rate(few, lambda few=few: one_by_one(functions, few)))
        encoder._known = known
    return {
        "dialogues": len(work),
        "sentences": sum(len(one.embedder) for one in work),
        "pairs": sum(len(one.nli) for one in work),
        "dialogues_a_second": round(median(rates["batched"]), 1),
        "ratio_to_call_per_dialogue": ratio(rates["batched"], rates["a_dialogue"]),
        "ratio_to_call_per_sentence": ratio(rates["batched"], rates["a_sentence"]),
        "forgetful_ratio_to_call_per_dialogue": ratio(rates["forgetful"], rates["a_dialogue"]),
    }


def rate(work: Sequence[Work], run: Callable[[], object]) -> float:
    with measured() as cost:
        run()
    return len(work) / cost.seconds


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    return round(median(one / other for one, other in zip(ours, theirs, strict=True)), 2)


async def together(services: dict[str, Any], work: Sequence[Work]) -> None:
    embed, infer, score = services["embedder"].embed, services["nli"].infer, services["toxicity"].score
    calls = [call for one in work for call in (embed(one.embedder), infer(one.nli), score(one.toxicity))]
    await asyncio.gather(*calls)


def in_turn(functions: dict[str, Function], work: Sequence[Work]) -> None:
    for one in work:
        for name in SCORERS:
            functions[name](getattr(one, name))


def one_by_one(functions: dict[str, Function], work: Sequence[Work]) -> None:
    for one in work:
        for name in SCORERS:
            for item in getattr(one, name):
                functions[name]([item])


def reviewed(services: dict[str, Any], dialogues: "Sequence[Dialogue]") -> dict[str, Any]:
    """Dialogues a second through a panel of the three critics, and each model's share of the time that all worked."""
    from tertulia.critics import Panel, PanelMember

    options = {"persona-consistency": {}, "coverage": {}, "toxicity": {"labels": ["toxicity"]}}
    panel = Panel([PanelMember(use=use, options=given) for use, given in options.items()], services=services)

    async def review() -> None:
        await asyncio.gather(*(panel.review(dialogue) for dialogue in dialogues))

    with busy(services) as seconds, measured() as cost:
        asyncio.run(review())
    shares = {name: round(seconds[name] / sum(seconds.values()), 2) for name in SCORERS}
    return {
        "real_models": {name: Path(services[name].name).name for name in SCORERS},
        "real_dialogues": len(dialogues),
        "real_dialogues_a_second": round(len(dialogues) / cost.seconds, 2),
        "real_share_of_model_time": shares,
        "real_limit": max(shares, key=lambda name: shares[name]),
    }


@contextmanager
def busy(services: dict[str, Any]) -> Iterator[dict[str, float]]:
    """Seconds that each model works."""
    seconds = dict.fromkeys(SCORERS, 0.0)
    functions = {name: services[name].batcher._function for name in SCORERS}

    def watched(name: str) -> Function:
        def run(items: Sequence[Any]) -> Sequence[Any]:
            began = perf_counter()
            try:
                return functions[name](items)
            finally:
                seconds[name] += perf_counter() - began

        return run

    for name in SCORERS:
        services[name].batcher._function = watched(name)
    try:
        yield seconds
    finally:
        for name in SCORERS:
            services[name].batcher._function = functions[name]


def tiny(place: Path) -> dict[str, Any]:
    """MiniLM, and two small classifiers that have learned nothing."""
    from tertulia.models.local import connect_embedder, connect_nli, connect_toxicity

    names = {0: "contradiction", 1: "entailment", 2: "neutral"}
    classifier(place / "nli", id2label=names).save_pretrained(place / "nli")
    checkpoint = toxic(place / "toxicity")
    return {
        "embedder": connect_embedder("all-MiniLM-L6-v2", device="cpu"),
        "nli": connect_nli(str(place / "nli"), device="cpu"),
        "toxicity": connect_toxicity(checkpoint=str(checkpoint), config=str(checkpoint.parent), device="cpu"),
    }


def classifier(folder: Path, **config: Any) -> Any:
    """A BERT of two small layers; its config, and MiniLM's tokenizer, stand in the folder."""
    import torch
    from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

    from tertulia.models.local.weights import packaged_minilm

    tokenizer = AutoTokenizer.from_pretrained(packaged_minilm(), local_files_only=True)
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    made = BertConfig(vocab_size=len(tokenizer), **SHAPE, **config)
    made.save_pretrained(folder)
    return BertForSequenceClassification(made)


def toxic(folder: Path) -> Path:
    """A checkpoint in the form of Detoxify's training."""
    import torch

    model = classifier(folder, num_labels=len(CLASSES))
    args = {"model_type": str(folder), "model_name": "BertForSequenceClassification", "tokenizer_name": "BertTokenizer"}
    config = {"arch": {"args": {**args, "num_classes": len(CLASSES)}}, "dataset": {"args": {"classes": CLASSES}}}
    torch.save({"config": config, "state_dict": model.state_dict()}, folder / "tiny.ckpt")
    return folder / "tiny.ckpt"


def real(services: dict[str, Any]) -> dict[str, Any]:
    """The small trained models instead of the random ones, where they are there."""
    from tertulia.models.local import connect_nli, connect_toxicity

    nli, toxicity = SHARED / "nli-minilm", SHARED / "toxicity-minilm"
    if not (nli.is_dir() and toxicity.is_dir()):
        return services
    scorer = connect_toxicity(checkpoint=str(toxicity / "checkpoint.pt"), config=str(toxicity), device="cpu")
    return {**services, "nli": connect_nli(str(nli), device="cpu"), "toxicity": scorer}


def arguments() -> Namespace:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--dialogues", type=int, default=500)
    parser.add_argument("--real", type=int, default=100, metavar="N", help="dialogues for the critics with real models")
    parser.add_argument("--slices", type=int, default=10, metavar="N", help="each goes each way, and the median counts")
    parser.add_argument("--quick", action="store_true", help="see that it runs; the numbers mean nothing")
    given = parser.parse_args()
    if given.quick:
        given.dialogues, given.real, given.slices = 4, 2, 1
    return given


def main() -> None:
    from tertulia.models.local.loading import quietly

    given, began = arguments(), load()
    dialogues = made(max(given.dialogues, given.real))
    with TemporaryDirectory() as place:
        with quietly():
            services = tiny(Path(place))
        work = [asked(dialogue) for dialogue in dialogues[: given.dialogues]]
        batches = raced(services, work, given.slices)
        critics = reviewed(real(services), dialogues[: given.real])
    told({"benchmark": "critics", **batches, **critics, "load": [began, load()]})


if __name__ == "__main__":
    main()
