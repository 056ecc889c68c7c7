"""How did the losses fall? A picture, and the numbers behind it."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

PICTURE, TABLE = "loss.png", "losses.csv"
SMOOTH = 0.9
"""Share of the past in the drawn training loss, where there are many steps."""
MANY = 30


def write_losses(history: Sequence[Mapping[str, Any]], folder: Path) -> None:
    """`loss.png` and `losses.csv` of a trainer's history: step, training loss, validation loss, learning rate."""
    rows = losses(history)
    with (folder / TABLE).open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(("step", "train", "validation", "learning_rate"))
        table.writerows(rows)
    draw(rows, folder / PICTURE)


def losses(history: Sequence[Mapping[str, Any]]) -> list[tuple[int, Any, Any, Any]]:
    """By step; what is not there is empty."""
    steps: dict[int, dict[str, Any]] = {}
    for entry in history:
        steps.setdefault(int(entry["step"]), {}).update(entry)
    names = ("loss", "eval_loss", "learning_rate")
    return [
        (step, *(steps[step].get(name, "") for name in names))
        for step in sorted(steps)
        if {"loss", "eval_loss"} & steps[step].keys()
    ]


def draw(rows: Sequence[tuple[int, Any, Any, Any]], path: Path) -> None:
    """Training loss of each step, pale, with its running mean; validation loss, the lowest one marked."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4))
    figure.subplots_adjust(left=0.1, right=0.98, bottom=0.12, top=0.97)
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    train = [(step, loss) for step, loss, _, _ in rows if loss != ""]
    looks = [(step, loss) for step, _, loss, _ in rows if loss != ""]
    if train:
        many = len(train) >= MANY
        axes.plot(*zip(*train, strict=True), color="tab:blue", alpha=0.3 if many else 1, lw=1, label="training")
        if many:
            axes.plot(*zip(*smoothed(train), strict=True), color="tab:blue", lw=1.5, label="training, running mean")
    if looks:
        axes.plot(*zip(*looks, strict=True), color="tab:orange", marker="o", ms=4, label="validation")
        step, loss = min(looks, key=lambda look: look[1])
        axes.plot(step, loss, color="tab:red", marker="o", ms=7, mfc="none", ls="none", label=f"kept: {loss:.3f}")
    axes.set(xlabel="step", ylabel="loss (nats a token)")
    axes.grid(alpha=0.3)
    if rows:
        axes.legend(frameon=False)
    figure.savefig(path, dpi=120, metadata={"Software": None})


def smoothed(points: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
    """Exponential running mean, without the bias of its beginning (Kingma and Ba 2015, section 3)."""
    drawn, mean = [], 0.0
    for number, (step, loss) in enumerate(points, 1):
        mean = SMOOTH * mean + (1 - SMOOTH) * loss
        drawn.append((step, mean / (1 - SMOOTH**number)))
    return drawn
