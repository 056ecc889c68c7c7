"""What does a trainer's own record say, once it has ended?"""

import json
from pathlib import Path
from typing import Any

from .checkpointing import FOLDER
from .course import Outcome

STATE = "trainer_state.json"
CLOCKS = ("_runtime", "_per_second", "_flos", "flos")
"""Endings of what differs from one run to the next."""
LAST = 10
"""Steps over which the last training loss is a mean."""


def outcome_of(state: Any, why: str) -> Outcome:
    """`state`: a TrainerState. `why`: why it ended before its last step."""
    losses = [entry["loss"] for entry in state.log_history if "loss" in entry][-LAST:]
    mean = sum(losses) / len(losses) if losses else None
    return Outcome(state.global_step, mean, state.best_metric, state.best_global_step, why)


def write_state(state: Any, folder: Path) -> None:
    """The trainer's own record, without clocks and without folders of this machine."""
    held = json.loads(json.dumps(vars(state), default=lambda value: vars(value)))
    if held.get("best_model_checkpoint"):
        held["best_model_checkpoint"] = f"{FOLDER}/{Path(held['best_model_checkpoint']).name}"
    held["log_history"] = [
        {name: value for name, value in entry.items() if not name.endswith(CLOCKS)}
        for entry in state.log_history
        if {"loss", "eval_loss"} & entry.keys()  # the last one tells of this start alone
    ]
    (folder / STATE).write_text(json.dumps(held, indent=1, sort_keys=True) + "\n", encoding="utf-8")
