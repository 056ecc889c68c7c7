"""How is a network fine-tuned to read texts? A sequence classifier over any encoder or causal model. Heavy: torch."""

from collections.abc import Callable, Iterable, Sequence
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from transformers import AutoConfig, AutoModelForSequenceClassification, AutoTokenizer, DataCollatorWithPadding

from ...models.errors import Mistake
from ...models.local.inference import reads
from ...models.local.loading import device_of, load_failed, quietly
from ...models.local.reader import FILE, HIGHEST
from ...models.local.weights import find_weights
from ...models.request import Events
from ...models.stream import sampling_seed
from ...personas import Trait
from ..base.base import WITHOUT, digest, digest_of
from ..base.memory import short_of_memory
from ..base.scratch import build_model, build_tokenizer, is_scratch, size_of
from ..halting import Halt
from ..running import Course, Finish, finished, same_chance, train
from .reading import ACCEPT, concluded, record, write_settings
from .texts import Text, Texts

if TYPE_CHECKING:
    from .classifier import Classifier

RATE, SCRATCH_RATE = 5e-5, 1e-3
"""Learning rates where the knobs name none: of weights that know a language, and of new ones."""
LONGEST = 512
"""Tokens of a text where the knobs name none: most encoders read as many."""
UNKNOWN = -100.0
"""The mark of a level that is not known: what trainers leave out of their counts."""


def train_network(
    texts: Texts,
    source: str,
    base: str,
    knobs: "Classifier",
    output: Path,
    events: Events,
    remake: bool,
    halt: Halt | None = None,
) -> Finish:
    """All weights learn. Raises Mistake for a base that is not there, and what `running.train` raises."""
    asked = record(texts, source, base, digest(base), knobs, texts.ready(source))
    if held := finished(output, asked, remake=remake):
        done = (output / FILE).is_file() and held.outcome.quality
        return held if done else _concluded(held, texts, knobs)
    model, tokenizer = _classifier(base, texts, knobs)
    length = min(knobs.length or LONGEST, reads(tokenizer.model_max_length, model.config))
    parts = [_rows(part, tokenizer, length, knobs.targets == "traits") for part in (texts.train, texts.validation)]
    ready = texts.ready(source, sum(len(row["input_ids"]) for row in parts[0]), length)
    events(ready)
    course = Course(
        model=model,
        tokenizer=tokenizer,
        train=parts[0],
        validation=parts[1],
        split=texts.split,
        collate=DataCollatorWithPadding(tokenizer),
        learning_rate=SCRATCH_RATE if is_scratch(base) else RATE,
        options={"compute_loss_func": squares if knobs.targets == "traits" else _entropy(texts.train)},
    )
    taught = record(texts, source, base, digest(base) or digest_of(tokenizer), knobs, ready)
    return _concluded(train(course, knobs, output, taught, events, halt), texts, knobs)


def _concluded(finish: Finish, texts: Texts, knobs: "Classifier") -> Finish:
    traits = knobs.targets == "traits"
    write_settings(finish.folder, texts, knobs, {"kind": "transformers", "scale": HIGHEST if traits else 1.0})
    return concluded(finish, texts, knobs)


def _classifier(base: str, texts: Texts, knobs: "Classifier") -> tuple[Any, Any]:
    """(model, tokenizer), the head of the model new, and the same for the same seed."""
    outputs = len(Trait) if knobs.targets == "traits" else len(ACCEPT)
    with quietly(), same_chance():
        torch.manual_seed(sampling_seed(knobs.seed, "head"))
        if is_scratch(base):
            tokenizer = build_tokenizer((text.text for text in texts.train), size_of(base).vocabulary)
            body = build_model(base, tokenizer, knobs.seed)
            body.config.num_labels = outputs
            model: Any = AutoModelForSequenceClassification.from_config(body.config)  # type: ignore[no-untyped-call]
            model.model.load_state_dict(body.model.state_dict())
            return model.to(device_of(knobs.device)), tokenizer
        folder = find_weights(base, WITHOUT)
        try:
            known: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True)
            config = AutoConfig.from_pretrained(folder, num_labels=outputs, local_files_only=True)
            model = AutoModelForSequenceClassification.from_pretrained(
                folder, config=config, dtype=torch.float32, local_files_only=True, ignore_mismatched_sizes=True
            )
            return _padded(model.to(device_of(knobs.device)), known)
        except Exception as error:
            raise short_of_memory(error, f"to load {base!r}") or load_failed(base, error, WITHOUT) from error


def _padded(model: Any, tokenizer: Any) -> tuple[Any, Any]:
    """A decoder is read at its last token that is no padding: it has to know which that is."""
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    if tokenizer.pad_token is None:
        raise Mistake("the tokenizer has neither a token for padding nor one for the end: take another base")
    tokenizer.padding_side = "right"
    model.config.pad_token_id = tokenizer.pad_token_id
    return model, tokenizer


def _rows(texts: Sequence[Text], tokenizer: Any, length: int, traits: bool) -> list[dict[str, Any]]:
    """Token ids, and what is true: levels as parts of the highest, or the number of the label."""
    return [
        {
            "input_ids": tokenizer(text.text, truncation=True, max_length=length)["input_ids"],
            "labels": [UNKNOWN if isnan(level) else level / HIGHEST for level in text.truth]
            if traits
            else int(text.truth[0]),
        }
        for text in texts
    ]


def squares(outputs: Any, labels: Tensor, num_items_in_batch: Any = None) -> Tensor:
    """Mean squared error over the levels that are known, in parts of the highest level."""
    known = labels != UNKNOWN
    errors = torch.where(known, outputs.logits.float() - labels, 0.0)
    return errors.square().sum() / (known.sum() if num_items_in_batch is None else num_items_in_batch)


def _entropy(texts: Iterable[Text]) -> Callable[..., Tensor]:
    """Cross-entropy in which both labels weigh the same, however often they occur."""
    truth = [int(text.truth[0]) for text in texts]
    weights = torch.tensor([len(truth) / (2 * truth.count(label)) for label in range(len(ACCEPT))])

    def entropy(outputs: Any, labels: Tensor, num_items_in_batch: Any = None) -> Tensor:
        each = torch.nn.functional.cross_entropy(
            outputs.logits.float(), labels, weight=weights.to(labels.device), reduction="sum"
        )
        return each / (len(labels) if num_items_in_batch is None else num_items_in_batch)

    return entropy
