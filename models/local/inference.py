"""Does one sentence contradict another, to a model? Any transformers classifier of sentence pairs."""

from collections.abc import Sequence
from dataclasses import dataclass
from logging import getLogger
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import Mistake
from ..scorer import Inference, Pair
from .batching import Batcher
from .labelling import Labels, read_labels
from .languages import languages_of
from .loading import device_of, dtype_of, load_failed, quietly
from .weights import read_json

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

MAX_BATCH = 64
MAX_BATCH_ON_ACCELERATOR = 128
READS = 512
"""Word pieces that a model reads whose config says nothing of it."""

log = getLogger(__name__)


@dataclass(frozen=True)
class TransformersNli:
    """A sequence-pair classifier behind a batcher.

    Probabilities are rounded to 4 decimals: in float32 they are the same in any batch, but for a rare last digit.
    """

    name: str
    batcher: Batcher[Pair, Inference]
    entails: bool = True
    """Whether it has an output for entailment."""
    languages: tuple[str, ...] | None = None
    """Those it was made for; None: not known."""

    async def infer(self, pairs: Sequence[Pair]) -> list[Inference]:
        """One Inference a pair. A pair longer than the model reads is cut at its longer side, which is said once."""
        return await self.batcher.run(pairs)


def load_nli(
    name: str, folder: Path, device: str, dtype: str, labels: Sequence[str] | None, without: str
) -> TransformersNli:
    """Raises Mistake for labels that can't be understood, before anything is loaded; then for device and folder."""
    meant = read_labels(name, read_json(folder / "config.json"), labels)
    device, number_format = device_of(device), dtype_of(dtype)
    with quietly():
        try:
            from transformers import AutoModelForSequenceClassification, AutoTokenizer

            tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
            model, loaded = AutoModelForSequenceClassification.from_pretrained(
                folder, dtype=number_format, local_files_only=True, output_loading_info=True
            )
            model = model.to(device).eval()
        except Exception as error:
            raise load_failed(name, error, without) from error
    if missing := sorted(loaded["missing_keys"]):
        raise Mistake(f"{name!r} holds no weights for {', '.join(missing[:3])}: it would guess; {without}")
    batch = MAX_BATCH if device == "cpu" else MAX_BATCH_ON_ACCELERATOR
    classifier = Classifier(name, tokenizer, model, meant)
    batcher = Batcher(classifier, length=_length, max_batch=batch, name=f"nli {name}")
    return TransformersNli(name, batcher, meant.entailment is not None, languages_of(name))


class Classifier:
    """The blocking part: a batch of pairs in, an Inference each out."""

    def __init__(
        self, name: str, tokenizer: "PreTrainedTokenizerBase", model: "PreTrainedModel", labels: Labels
    ) -> None:
        if tokenizer.pad_token is None:  # decoders come without; nothing attends to it
            tokenizer.pad_token = tokenizer.eos_token
            model.config.pad_token_id = tokenizer.pad_token_id
        self._name, self._tokenizer, self._model, self._labels = name, tokenizer, model, labels
        self._reads = reads(tokenizer.model_max_length, model.config)
        self._said = False

    def __call__(self, pairs: Sequence[Pair]) -> list[Inference]:
        import torch

        inputs = self._tokens(pairs, truncation="longest_first", padding=True, return_tensors="pt")
        if inputs["input_ids"].shape[1] >= self._reads and not self._said:
            self._say_what_is_cut(pairs)
        with torch.inference_mode():
            logits = self._model(**inputs.to(self._model.device)).logits
        return [self._labels.inference(row) for row in logits.float().softmax(-1).cpu().tolist()]

    def _tokens(self, pairs: Sequence[Pair], **settings: Any) -> Any:
        first, second = zip(*pairs, strict=True)
        return self._tokenizer(list(first), list(second), max_length=self._reads, **settings)

    def _say_what_is_cut(self, pairs: Sequence[Pair]) -> None:
        longest = max(map(len, self._tokens(pairs, truncation=False, verbose=False)["input_ids"]))
        if longest > self._reads:
            self._said = True
            log.warning(
                "%s reads %d word pieces of a pair; one of %d is cut, and so will others be (said once)",
                self._name, self._reads, longest,
            )  # fmt: skip


def reads(told: int, config: Any) -> int:
    """Word pieces. Tokenizers that don't know say 10**30; then positions count, of which some models reserve two."""
    positions = getattr(config, "max_position_embeddings", None) or READS + 2
    return told if told <= positions else max(positions - 2, 1)


def _length(pair: Pair) -> int:
    return len(pair[0]) + len(pair[1])
