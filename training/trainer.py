"""What is ours in a trainer of transformers or trl? The order of examples, the count of tokens, and what is saved."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .ordering import ByLength, Sorted


@dataclass(frozen=True)
class Keeping:
    """How a model that is none of transformers' or peft's is written into a folder, and read from there."""

    save: Callable[[Any, Path], None]
    restore: Callable[[Any, Path], None]


def watched(kind: type, keeping: Keeping | None = None) -> type:
    """A trainer class like `kind`, a Trainer of transformers or a subclass."""
    return type(kind.__name__, (_Own, kind), {"keeping": keeping})


class _Own:
    """Goes before a Trainer in the order of bases."""

    args: Any
    model: Any
    state: Any
    train_dataset: Any
    processing_class: Any
    keeping: Keeping | None
    tokens = 0
    """Seen so far, padding left out."""

    def training_step(self, model: Any, inputs: Any, *rest: Any, **more: Any) -> Any:
        self.tokens += _tokens(inputs)
        return super().training_step(model, inputs, *rest, **more)  # type: ignore[misc]

    def _get_train_sampler(self, train_dataset: Any = None) -> Any:
        rows = self.train_dataset if train_dataset is None else train_dataset
        return ByLength([length_of(row) for row in rows], self.args.train_batch_size, self.args.seed)

    def _get_eval_sampler(self, eval_dataset: Any) -> Any:
        return Sorted([length_of(row) for row in eval_dataset])

    def prediction_step(self, model: Any, inputs: Any, *rest: Any, **more: Any) -> Any:
        found = super().prediction_step(model, inputs, *rest, **more)  # type: ignore[misc]
        self._read.append((found[0], _learned(inputs)))
        return found

    def evaluation_loop(self, *given: Any, **more: Any) -> Any:
        """The loss is the mean over what is learned, not over batches: it does not depend on them."""
        self._read: list[tuple[Any, int]] = []
        output = super().evaluation_loop(*given, **more)  # type: ignore[misc]
        weight = sum(count for _, count in self._read)
        if weight and all(loss is not None for loss, _ in self._read):
            output.metrics["eval_loss"] = sum(float(loss) * count for loss, count in self._read) / weight
        return output

    def _save(self, output_dir: Any = None, state_dict: Any = None) -> None:
        if self.keeping is None:
            super()._save(output_dir, state_dict=state_dict)  # type: ignore[misc]
            return
        folder = Path(output_dir)
        folder.mkdir(parents=True, exist_ok=True)
        self.keeping.save(self.model, folder)

    def _load_from_checkpoint(self, resume_from_checkpoint: Any, model: Any = None) -> None:
        if self.keeping is None:
            super()._load_from_checkpoint(resume_from_checkpoint, model)  # type: ignore[misc]
        else:
            self.keeping.restore(self.model, Path(resume_from_checkpoint))

    def _load_best_model(self) -> None:
        if self.keeping is None:
            super()._load_best_model()  # type: ignore[misc]
        else:
            self.keeping.restore(self.model, Path(self.state.best_model_checkpoint))


def length_of(row: Any) -> int:
    """Tokens of an example: a sequence of them, or a row with columns such as input_ids, prompt_ids, chosen_ids."""
    if hasattr(row, "input_ids") and not hasattr(row, "keys"):
        return len(row.input_ids)
    ids = [column for name, column in row.items() if name.endswith("ids") and hasattr(column, "__len__")]
    return sum(map(len, ids))


def _tokens(inputs: Any) -> int:
    """Where a mask says what is padding, that is left out."""
    masks = [value for name, value in inputs.items() if name.endswith("attention_mask")]
    if masks:
        return int(sum(int(mask.sum()) for mask in masks))
    return sum(value.numel() for name, value in inputs.items() if name.endswith("input_ids"))


def _learned(inputs: Any) -> int:
    """Weight of a batch in the validation loss: tokens that are predicted, else rows."""
    labels = inputs.get("labels")
    if labels is None:
        return next(len(value) for value in inputs.values() if hasattr(value, "shape"))
    return int((labels[..., 1:] if labels.dim() > 1 else labels).ne(-100).sum())
