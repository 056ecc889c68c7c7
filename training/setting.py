"""What do the knobs mean to a Trainer? All of them are translated here."""

from pathlib import Path
from typing import Any

from ..models.errors import Mistake
from ..models.local.loading import device_of
from .checkpointing import FOLDER
from .course import Course
from .knobs import Knobs
from .ordering import steps_of
from .precision import precision_of

EPOCHS = 3.0
"""How often all is seen where nothing is said."""


def settings(course: Course, knobs: Knobs, folder: Path) -> dict[str, Any]:
    """The knobs as transformers' TrainingArguments take them."""
    device = device_of(knobs.device)
    if device.startswith("cuda:") and device != "cuda:0":
        raise Mistake(
            f"training takes the first GPU that it sees, not {device!r}: set CUDA_VISIBLE_DEVICES={device[5:]} and "
            f"take --device cuda"
        )
    epoch = steps_of(len(course.train), knobs.batch, knobs.accumulate)
    steps = knobs.steps or max(round((knobs.epochs or EPOCHS) * epoch), 1 if knobs.epochs else course.least_steps)
    looks = "steps" if len(course.validation) else "no"
    every = knobs.validate_every or epoch
    return {
        "output_dir": str(folder / FOLDER),
        "max_steps": steps,
        "per_device_train_batch_size": knobs.batch,
        "per_device_eval_batch_size": knobs.batch,
        "gradient_accumulation_steps": knobs.accumulate,
        "learning_rate": knobs.learning_rate or course.learning_rate,
        "lr_scheduler_type": knobs.schedule if knobs.schedule != "constant" else "constant_with_warmup",
        "warmup_steps": int(knobs.warmup * steps),
        "weight_decay": knobs.weight_decay,
        "max_grad_norm": knobs.clip,
        "bf16": precision_of(knobs.precision, device) == "bfloat16",
        "use_cpu": device == "cpu",
        "seed": knobs.seed,
        "eval_strategy": looks,
        "eval_steps": every,
        "save_strategy": "steps",
        "save_steps": every,
        "load_best_model_at_end": looks == "steps",
        "metric_for_best_model": "loss",
        "greater_is_better": False,
        "prediction_loss_only": True,
        "logging_strategy": "steps",
        "logging_steps": 1,
        "logging_nan_inf_filter": False,
        "remove_unused_columns": False,
        "dataloader_pin_memory": device.startswith("cuda"),
        "disable_tqdm": True,
        "report_to": "none",
    }
