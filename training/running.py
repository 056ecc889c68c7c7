"""How is a model trained? By a Trainer under our events: it can be watched, ended at any time, and taken up again."""

import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ..models.errors import Mistake
from ..models.local.loading import quietly
from ..models.request import Events, unwatched
from ..personas.formats.writing import replacing
from . import checkpointing
from .base.memory import short_of_memory
from .card import write_card
from .course import Course as Course
from .course import Finish as Finish
from .course import Outcome as Outcome
from .data.splitting import Split
from .event import TrainingEnded, TrainingStarted
from .halting import Halt
from .knobs import Knobs
from .needing import need_extra
from .plot import write_losses
from .resuming import alone, check_same, recorded
from .setting import settings
from .state import outcome_of, write_state
from .taught import SPLIT, Taught
from .trainer import watched


def finished(folder: Path, taught: Taught, *, remake: bool = False) -> Finish | None:
    """What is recorded of this very training, if it has ended; to be asked before anything is loaded.

    `remake`: what is there is deleted. Raises Mistake for a folder that holds something else.
    """
    held = recorded(folder, taught, remake=remake)
    if held is None:
        return None
    names = Outcome.__dataclass_fields__
    return Finish(folder, held, Outcome(**{name: held.results[name] for name in names}))


def train(
    course: Course, knobs: Knobs, folder: Path, taught: Taught, events: Events = unwatched, halt: Halt | None = None
) -> Finish:
    """Train, or go on from the newest whole checkpoint; then write weights, curve, record and card into `folder`.

    Raises Mistake for another training's folder, for memory that does not suffice and a loss that is no number, and
    KeyboardInterrupt after Ctrl-C: the step is done then, and a checkpoint written.
    """
    need_extra("accelerate", "matplotlib")
    if not len(course.train):
        raise Mistake("there is no example to learn from")
    taught = replace(taught, version=version("tertulia"))
    with alone(folder):
        if held := Taught.find(folder):
            check_same(folder, held, taught)
        _begin(folder, taught, course.split)
        trainer, why = _run(course, knobs, folder, taught, events, halt or Halt())
        outcome = outcome_of(trainer.state, why)
        taught = replace(taught, results={**vars(outcome), **_taken(trainer)})
        _save(course, folder)
        write_state(trainer.state, folder)
        write_losses(trainer.state.log_history, folder)
        write_card(folder, taught)
        taught.write(folder)  # last of all: from now on it has ended
    events(TrainingEnded(str(folder), outcome.steps, outcome.loss, outcome.best, outcome.why))
    return Finish(folder, taught, outcome)


def _begin(folder: Path, taught: Taught, split: Split | None) -> None:
    checkpointing.sweep(folder)
    taught.write(folder)
    if split is not None:
        with replacing(folder / SPLIT) as file:
            file.write(json.dumps(split.ids, indent=1, ensure_ascii=False) + "\n")


def _run(course: Course, knobs: Knobs, folder: Path, taught: Taught, events: Events, halt: Halt) -> tuple[Any, str]:
    """The trainer when it has ended, the best weights in its model; and why it ended early."""
    with quietly(), same_chance(), halt.on_interrupt():
        from .watching import NothingLeft, Watch

        watch = Watch(folder, events, halt, keep=knobs.keep, patience=knobs.patience)
        trainer = _trainer(course, knobs, folder, watch)
        events(_started(trainer, folder, taught))
        last = checkpointing.newest(folder)
        try:
            trainer.train(resume_from_checkpoint=str(last) if last else None)
        except NothingLeft:
            _take_best(trainer)
        except Exception as error:
            if short := short_of_memory(error, f"for batches of {knobs.batch}", checkpointing.newest(folder)):
                raise short from error
            raise
    if halt.asked:
        raise KeyboardInterrupt
    return trainer, watch.why


def _trainer(course: Course, knobs: Knobs, folder: Path, watch: Any) -> Any:
    import transformers

    arguments = (course.arguments or transformers.TrainingArguments)(
        **{**settings(course, knobs, folder), **course.settings}
    )
    arguments._n_gpu = min(arguments.n_gpu, 1)  # one process, one device
    kind = watched(course.trainer or transformers.Trainer, course.keeping)
    given = {"data_collator": course.collate} if course.collate else {}
    trainer = kind(
        model=course.model,
        args=arguments,
        train_dataset=course.train,
        eval_dataset=course.validation if len(course.validation) else None,
        processing_class=course.tokenizer,
        callbacks=[watch],
        **{**given, **course.options},
    )
    for printing in (transformers.PrinterCallback, transformers.ProgressCallback):
        trainer.remove_callback(printing)
    watch.trainer = trainer
    return trainer


def _started(trainer: Any, folder: Path, taught: Taught) -> TrainingStarted:
    last = checkpointing.newest(folder)
    taken = _taken(trainer)
    return TrainingStarted(
        method=taught.method,
        base=taught.base,
        output=str(folder),
        parameters=taken["parameters"],
        trainable=taken["trainable"],
        steps=taken["planned"],
        done=checkpointing.step_of(last) if last else 0,
        device=str(trainer.args.device),
        precision=taken["precision"],
    )


def _taken(trainer: Any) -> dict[str, Any]:
    """What the knobs left open."""
    sizes = [(weight.numel(), weight.requires_grad) for weight in trainer.model.parameters()]
    return {
        "parameters": sum(size for size, _ in sizes),
        "trainable": sum(size for size, learns in sizes if learns),
        "planned": trainer.args.max_steps,
        "learning_rate": trainer.args.learning_rate,
        "precision": "bfloat16" if trainer.args.bf16 else "float32",
    }


def _take_best(trainer: Any) -> None:
    """The checkpoint's weights are there already; the best one's may be others."""
    if trainer.args.load_best_model_at_end and trainer.state.best_model_checkpoint:
        trainer._load_best_model()


def _save(course: Course, folder: Path) -> None:
    with quietly():
        if course.keeping is not None:
            course.keeping.save(course.model, folder)
        else:
            course.model.config.use_cache = True  # the trainer turned it off
            course.model.save_pretrained(folder)
        course.tokenizer.save_pretrained(folder)


@contextmanager
def same_chance() -> Iterator[None]:
    """Trainers seed the generators that a whole process shares: afterwards these go on where they were."""
    import numpy
    import torch

    plain, array = random.getstate(), numpy.random.get_state()
    try:
        with torch.random.fork_rng():
            yield
    finally:
        random.setstate(plain)
        numpy.random.set_state(array)
