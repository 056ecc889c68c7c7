"""What does a trainer say and do after each step? Our events, whole checkpoints, an early end. Heavy: imports torch."""

from math import inf, isfinite
from pathlib import Path
from typing import Any

from transformers import TrainerCallback

from ..models.errors import Mistake
from ..models.request import Events
from . import checkpointing
from .event import CheckpointSaved, StepDone, Validated
from .halting import Halt


class NothingLeft(Exception):
    """The checkpoint is of a training that had ended, but for its last files."""


class Watch(TrainerCallback):
    """Holds no state that a checkpoint would have to keep: patience is counted in the trainer's own history."""

    def __init__(self, folder: Path, events: Events, halt: Halt, *, keep: int, patience: int | None) -> None:
        self._folder, self._events, self._halt = folder, events, halt
        self._keep, self._patience = keep, patience
        self.trainer: Any = None
        self.why = ""
        """Why it ended before its last step."""

    def on_train_begin(self, args: Any, state: Any, control: Any, **more: Any) -> None:
        """The output folder may have been moved since the checkpoint was written."""
        if state.best_global_step:
            best = self._folder / checkpointing.FOLDER / f"{checkpointing.PREFIX}{state.best_global_step}"
            state.best_model_checkpoint = str(best) if best.is_dir() else None
        if self._idle(state) or state.global_step >= state.max_steps:
            raise NothingLeft

    def on_step_end(self, args: Any, state: Any, control: Any, **more: Any) -> None:
        if self._halt.asked:
            control.should_save = control.should_training_stop = True

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **more: Any) -> None:
        if not logs or "loss" not in logs:
            return
        step, loss = state.global_step, float(logs["loss"])
        self._check(loss, step, f"the loss of step {step}")
        rate = float(logs["learning_rate"])
        self._events(StepDone(step, state.max_steps, loss, rate, self.trainer.tokens))

    def on_evaluate(self, args: Any, state: Any, control: Any, metrics: Any = None, **more: Any) -> None:
        loss = float(metrics["eval_loss"])
        self._check(loss, state.global_step, f"the validation loss after step {state.global_step}")
        best = loss < (inf if state.best_metric is None else state.best_metric)
        self._events(Validated(state.global_step, loss, best))
        if not best and self._idle(state):
            control.should_training_stop = True

    def on_save(self, args: Any, state: Any, control: Any, **more: Any) -> None:
        saved = self._folder / checkpointing.FOLDER / f"{checkpointing.PREFIX}{state.global_step}"
        checkpointing.seal(saved)
        checkpointing.thin(self._folder, self._keep, state.best_global_step)
        self._events(CheckpointSaved(state.global_step, str(saved)))

    def _idle(self, state: Any) -> bool:
        """Whether patience has come to its end."""
        best = state.best_global_step or 0
        looks = sum("eval_loss" in entry and entry["step"] > best for entry in state.log_history)
        if self._patience is None or looks < self._patience:
            return False
        self.why = f"no gain in {looks} looks at the validation part; the best was after step {best}"
        return True

    def _check(self, loss: float, step: int, what: str) -> None:
        if isfinite(loss):
            return
        last = checkpointing.newest(self._folder)
        raise Mistake(
            f"{what} is {loss}, no number to go on with: lower --learning-rate, or take --precision float32; the last "
            f"checkpoint is {last or 'not there yet'}"
        )
