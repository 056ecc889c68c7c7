"""What came of a training? Losses, figures, where the model is, and what to do with it."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from math import exp
from shlex import quote
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ..personas import Trait
from .columns import columns
from .conversation import facts
from .lesson import Lesson, sparkline
from .text import duration, listed, one_line

if TYPE_CHECKING:
    from ..training.running import Finish
    from ..training.taught import Taught

COUNTS = {"train": "examples", "tokens": "tokens", "test": "held out for the test"}
PERPLEXITY = ("sft", "hypernet")
"""Methods whose loss is a mean of negative log likelihoods."""
FIGURES: Mapping[str, str] = {
    "pairs": "pairs",
    "texts": "texts",
    "accepted": "accepted",
    "mae": "mean error",
    "mae_of_mean": "of the mean",
    "correlation": "correlation",
    "pole_accuracy": "right pole",
    "accuracy": "right",
    "reference_accuracy": "of the base",
    "balanced_accuracy": "balanced",
    "auc": "ROC-AUC",
    "margin": "margin",
}
"""Figures that a method measures itself, in the order of the columns, with their heads; --json tells more."""
PARTS = ("validation", "test")
MOST = 20.0
"""Nats above which a loss is told without its perplexity."""


def summary(done: "Finish", seen: Lesson) -> RenderableType:
    """What was learned from what, how far it went, and where it is."""
    taught, outcome = done.taught, done.outcome
    fresh = seen.started is not None
    rows: list[tuple[str, Text | str]] = [
        ("trained", Text.assemble((taught.method, "bold"), f" of {one_line(taught.base)}")),
        ("from", _learned_from(taught)),
        ("steps", listed((f"{outcome.steps:,}", duration(seen.seconds) if fresh else "done before", outcome.why))),
        ("loss", _loss(outcome.loss, seen)),
        ("held out", _held_out(done)),
        ("model", Text(str(done.folder), "bold")),
    ]
    figures: list[RenderableType] = [Text(), quality_table(outcome.quality)] if outcome.quality else []
    return Group(facts(rows), *figures)


def quality_table(quality: Mapping[str, Any]) -> Table:
    """What the method measured itself: a row for each held-out part, or a heading with a row for each trait."""
    rows = [row for part in PARTS if part in quality for row in rows_of(part, quality[part])]
    names = [name for name in FIGURES if any(name in figures for _, figures in rows)]
    table = columns("held out", *(FIGURES[name] for name in names))
    for label, figures in rows:
        table.add_row(Text(label), *(figure(figures.get(name)) for name in names if figures))
    return table


def rows_of(part: str, figures: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Figures of the traits stand below their part."""
    if not any(trait in figures for trait in Trait):
        yield part, figures
        return
    yield part, {}
    yield from ((f"  {trait}", figures[trait]) for trait in Trait if trait in figures)


def figure(value: float | None) -> str:
    return "–" if value is None else f"{value:,}" if isinstance(value, int) else f"{value:.3f}"


def next_steps(done: "Finish", source: str) -> Iterator[str]:
    """Lines that can be copied whole."""
    folder = quote(str(done.folder))
    yield ""
    if done.taught.method == "classifier":
        yield f"next:   tertulia evaluate MODEL --on {quote(source)} --reader {folder}"
        return
    yield f"next:   tertulia evaluate {folder}"
    if done.taught.method == "hypernet":
        bold = quote(f"{done.folder}-bold")
        yield f'export: tertulia train export {folder} --traits "extraversion=4,neuroticism=-2" --output {bold}'
    elif done.taught.form == "chat":
        yield f"speak:  tertulia run first-meeting {speaking(done)} --output runs/spoken"


def speaking(done: "Finish") -> str:
    """The options of `run`: told as in training; one that knows little is cut short."""
    briefing = " --set stage.briefing=persona" if done.taught.system == "persona" else ""
    short = "?max_tokens=60" if done.taught.base.startswith("scratch:") else ""
    return f"--model {quote(f'transformers:{done.folder}{short}')}{briefing}"


def as_json(done: "Finish") -> dict[str, Any]:
    return {"output": str(done.folder), **asdict(done.outcome), "trained": asdict(done.taught)}


def _learned_from(taught: "Taught") -> str:
    counts = taught.counts
    parts = [f"{counts[name]:,} {noun}" for name, noun in COUNTS.items() if counts.get(name)]
    return listed((", ".join(map(one_line, taught.sources)), *parts))


def _loss(loss: float | None, seen: Lesson) -> Text:
    """Where it began and where it ended."""
    if loss is None:
        return Text()
    text = Text(f"{loss:.3f}")
    return text.append(f"  {sparkline(seen.losses, 30)}", style="cyan") if len(seen.losses) > 1 else text


def _held_out(done: "Finish") -> str:
    """Of the weights that are kept."""
    best, at = done.outcome.best, done.outcome.best_step
    if best is None:
        return ""
    perplexity = f"perplexity {exp(best):,.1f}" if best < MOST and done.taught.method in PERPLEXITY else ""
    return listed((f"{best:.3f}", perplexity, f"after step {at:,}, which is kept" if at else ""))
