"""What does a reader of a trained folder need to know? Its model card: from what, on what, how, how well, what for."""

from math import exp
from pathlib import Path

from ..models.local.adapter import ADAPTER
from ..models.prompt import Prompts
from .base.scratch import is_scratch
from .taught import SPLIT, Taught

FILE = "README.md"
_prompts = Prompts(Path(__file__).parent)

WHAT = {
    "sft": "A language model, fine-tuned on dialogues: it speaks one side of a conversation.",
    "dpo": "A language model, trained on pairs of replies of which a panel of critics preferred one.",
    "hypernet": "Networks that map a Big Five personality to an adapter of a frozen language model.",
    "classifier": "A text classifier, trained on labelled dialogues.",
}


def write_card(folder: Path, taught: Taught) -> None:
    """`README.md`, in the form that the hub reads; the weights are in the folder already."""
    (folder / FILE).write_text(card(folder, taught) + "\n", encoding="utf-8")


def card(folder: Path, taught: Taught) -> str:
    """Its text. `folder` is looked at for what kind of weights, and whether a split, there is."""
    adapter = (folder / ADAPTER).is_file()
    return _prompts.render(
        "card",
        taught=taught,
        what=WHAT.get(taught.method, f"Trained by the method {taught.method}."),
        kind=_kind(taught, adapter),
        library=_library(taught, adapter),
        scratch=is_scratch(taught.base),
        split=(folder / SPLIT).is_file(),
        knobs=_told(taught),
        counts=dict(taught.counts),
        results=dict(taught.results),
        perplexity=_perplexity(taught),
        folder=folder.name,
    )


def _kind(taught: Taught, adapter: bool) -> str:
    """Which way of using it the card shows."""
    if taught.method in ("classifier", "hypernet"):
        return taught.method
    return "adapter" if adapter else "chat"


def _library(taught: Taught, adapter: bool) -> str:
    return "tertulia" if taught.method == "hypernet" else "peft" if adapter else "transformers"


def _told(taught: Taught) -> list[tuple[str, str]]:
    """By name; in place of what a knob left open, what was taken."""
    left = {"learning_rate", "precision"} & taught.results.keys()
    told = {**taught.knobs, **{name: taught.results[name] for name in left}}
    lists = {name: ", ".join(value) for name, value in told.items() if isinstance(value, list | tuple)}
    return [(name, str({**told, **lists}[name])) for name in sorted(told) if told[name] not in (None, (), [])]


def _perplexity(taught: Taught) -> float | None:
    """Of a token of the validation part: only where the loss is a mean of negative log likelihoods."""
    best = taught.results.get("best")
    return exp(best) if best is not None and taught.method in ("sft", "hypernet") and best < 50 else None
