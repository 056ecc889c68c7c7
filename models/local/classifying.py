"""What does a network that was fine-tuned to read texts say of them? Any sequence classifier of transformers."""

from collections.abc import Sequence
from logging import getLogger
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..errors import Mistake
from .inference import reads
from .loading import device_of, load_failed, quietly
from .reader import WITHOUT_READER

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

BATCH = 16

log = getLogger(__name__)


class Network:
    """The blocking part: texts in, a row of outputs each out. One caller at a time."""

    def __init__(self, name: str, model: "PreTrainedModel", tokenizer: "PreTrainedTokenizerBase", scale: float) -> None:
        self._name, self._model, self._tokenizer, self._scale = name, model, tokenizer, scale
        self._reads = reads(tokenizer.model_max_length, model.config)
        self._said = False
        self._turn = Lock()

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """(texts, outputs), in the order of the texts."""
        order = sorted(range(len(texts)), key=lambda place: len(texts[place]), reverse=True)
        found = np.zeros((len(texts), self._model.config.num_labels or 0))
        with self._turn:
            for start in range(0, len(order), BATCH):
                places = order[start : start + BATCH]
                found[places] = self._batch([texts[place] for place in places])
        return found

    def _batch(self, texts: list[str]) -> NDArray[np.float64]:
        import torch

        inputs = self._tokenizer(texts, truncation=True, padding=True, max_length=self._reads, return_tensors="pt")
        if inputs["input_ids"].shape[1] >= self._reads and not self._said:
            self._said = True
            log.warning("%s reads %d tokens of a text; longer ones are cut (said once)", self._name, self._reads)
        known = {name: inputs[name].to(self._model.device) for name in ("input_ids", "attention_mask")}
        with torch.inference_mode():
            logits = self._model(**known).logits
        return np.asarray(logits.float().cpu().numpy().astype(np.float64) * self._scale)


def load_network(name: str, folder: Path, scale: float, outputs: int, device: str) -> Network:
    """`scale`: what the outputs are multiplied with. Raises Mistake for what can't be loaded or lacks weights."""
    device = device_of(device)
    with quietly():
        try:
            from transformers import AutoModelForSequenceClassification, AutoTokenizer

            tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
            model, loaded = AutoModelForSequenceClassification.from_pretrained(
                folder, local_files_only=True, output_loading_info=True
            )
            model = model.to(device).eval()
        except Exception as error:
            raise load_failed(name, error, WITHOUT_READER) from error
    if missing := sorted(loaded["missing_keys"]):
        raise Mistake(f"{name!r} holds no weights for {', '.join(missing[:3])}: it would guess; {WITHOUT_READER}")
    if model.config.num_labels != outputs:
        raise Mistake(f"{name!r} has {model.config.num_labels} outputs, and its record names {outputs}: train it again")
    tokenizer.padding_side = "right"
    return Network(name, model, tokenizer, scale)
