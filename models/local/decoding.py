"""What does a causal language model do with a prompt? It reads it whole, then writes a token a step, batched."""

from collections import Counter
from collections.abc import Collection, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..errors import Mistake
from .adapter import Weights, load_causal
from .loading import device_of, dtype_of, load_failed, quietly
from .sampling import SamplingParameters, cut_at, draw

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

READS = 2048
"""Tokens of context of a model whose config says nothing of it."""
ALIKE = 0.15
"""How far, of the spread of a model's scores, those of a step may be from those of the whole, in any number format."""


@dataclass(frozen=True)
class Written:
    """A reply as the model wrote it. `tokens`: drawn, the one that ended it included."""

    text: str
    finish: str
    prompt_tokens: int
    tokens: int


@dataclass(eq=False)
class Row:
    """A reply in the making."""

    messages: Sequence[dict[str, str]]
    sampling: SamplingParameters
    seed: int
    future: "Future[Written]" = field(default_factory=Future)
    prompt: list[int] = field(default_factory=list)
    room: int = 0
    """The most tokens that may be drawn."""
    drawn: list[int] = field(default_factory=list)
    counts: Counter[int] = field(default_factory=Counter)
    past: Any = None
    """Keys and values of all tokens but the last one drawn."""


class Decoder:
    """A model, its tokenizer, and how many rows each of its steps has. It blocks, and serves one thread."""

    def __init__(
        self, model: "PreTrainedModel", tokenizer: "PreTrainedTokenizerBase", *, rows: int, ends: Collection[int]
    ) -> None:
        """`ends`: the tokens that end a reply."""
        config = model.config.get_text_config(decoder=True)
        self.reads: int = getattr(config, "max_position_embeddings", None) or READS
        self._model, self._tokenizer, self._ends = model, tokenizer, frozenset(ends)
        self._size = min(len(tokenizer), config.vocab_size)  # some models score tokens that do not exist
        self.rows = rows
        self.batched = False
        if not self._remembers():
            raise Mistake("this kind of model keeps its past in a way that is not known here")
        self.batched = self._batches()

    def read(self, prompt: Sequence[int]) -> tuple["NDArray[np.float32]", Any]:
        """(scores of what comes next, what is to be remembered). Read alone: hardly slower, and it feels nobody."""
        import torch
        from transformers import DynamicCache

        with torch.inference_mode():
            past = DynamicCache(config=self._model.config)
            return self._scores([prompt], past_key_values=past)[0], past

    def step(self, rows: Sequence[Row | None]) -> "list[NDArray[np.float32] | None]":
        """The scores of what comes next, for each row that is there."""
        import torch

        with torch.inference_mode():
            if not self.batched:
                return [None if row is None else self._alone(row) for row in rows]
            from .ragged import Rows

            last = [[row.drawn[-1] if row else 0] for row in rows]
            places = torch.tensor([[len(row.prompt) + len(row.drawn) - 1 if row else 0] for row in rows])
            past = Rows([None if row is None else row.past for row in rows])
            scores = self._scores(last, past_key_values=past, position_ids=places.to(self._model.device))
            return [None if row is None else one for row, one in zip(rows, scores, strict=True)]

    def add(self, row: Row, scores: "NDArray[np.float32]") -> Written | None:
        """Draw a row's next token; the reply, if that ends it."""
        token = draw(scores, row.sampling, row.counts, seed=row.seed, position=len(row.drawn))
        row.drawn.append(token)
        row.counts[token] += 1
        if token in self._ends:
            return self._written(row, self._text(row.drawn[:-1]), "stop")
        if row.sampling.stop and (cut := cut_at(self._text(row.drawn), row.sampling.stop)) is not None:
            return self._written(row, cut, "stop")
        if len(row.drawn) >= row.room:
            return self._written(row, self._text(row.drawn), "length")
        return None

    def _alone(self, row: Row) -> "NDArray[np.float32]":
        one: NDArray[np.float32] = self._scores([[row.drawn[-1]]], past_key_values=row.past)[0]
        return one

    def _scores(self, tokens: Sequence[Sequence[int]], **more: Any) -> "NDArray[np.float32]":
        import torch

        given = torch.tensor(tokens, device=self._model.device)
        logits = self._model(input_ids=given, use_cache=True, **more).logits
        scores: NDArray[np.float32] = logits[:, -1, : self._size].float().cpu().numpy()
        return scores

    def _text(self, tokens: list[int]) -> str:
        return str(self._tokenizer.decode(tokens, skip_special_tokens=True))

    def _written(self, row: Row, text: str, finish: str) -> Written:
        return Written(text.strip(), finish, len(row.prompt), len(row.drawn))

    def _remembers(self) -> bool:
        """Whether a step after a prompt gives what the whole gives that is read at once; tried on two short prompts."""
        return all(map(_alike, self._tried(batched=False), self._whole()))

    def _batches(self) -> bool:
        """Whether steps can be taken together."""
        from .ragged import make_ragged

        if self.rows == 1 or not make_ragged(self._model):
            return False
        try:
            return all(map(_alike, self._tried(batched=True), self._whole()))
        except Exception:  # whatever a model's own code makes of it
            return False

    def _whole(self) -> "list[NDArray[np.float32]]":
        return [self.read([*prompt, prompt[0]])[0] for prompt in self._trials()]

    def _tried(self, *, batched: bool) -> "list[NDArray[np.float32]]":
        self.batched = batched
        rows: list[Row | None] = [None] * max(self.rows, 2)
        for at, prompt in enumerate(self._trials()):
            rows[at] = Row([], SamplingParameters(), 0, prompt=prompt, drawn=[prompt[0]], past=self.read(prompt)[1])
        return [scores for scores in self.step(rows) if scores is not None]

    def _trials(self) -> list[list[int]]:
        return [[index % self._size for index in range(1, length)] for length in (4, 7)]


def _alike(one: "NDArray[np.float32]", other: "NDArray[np.float32]") -> bool:
    spread = float(other.max() - other.min())
    return float(abs(one - other).max()) <= ALIKE * spread + 1e-6


def load_decoder(
    name: str, weights: Weights, device: str, dtype: str, rows: int, without: str
) -> tuple[Decoder, "PreTrainedTokenizerBase"]:
    """Raises Mistake for a device, a number format or a folder that won't do, and for another kind of model."""
    device, number_format = device_of(device), dtype_of(dtype)
    with quietly():
        try:
            from transformers import AutoTokenizer

            tokenizer = AutoTokenizer.from_pretrained(weights.spoken, local_files_only=True)
            whole, missing = load_causal(weights, number_format)
            model: Any = whole.to(device).eval()  # type: ignore[arg-type]
        except Exception as error:
            raise short_of_memory(name, rows, error) or load_failed(name, error, without) from error
    if missing:
        raise Mistake(
            f"{name!r} holds no weights for {', '.join(missing[:3])}: it is no causal language model that could "
            f"write; {without}"
        )
    try:
        return Decoder(model, tokenizer, rows=rows, ends=_ends(model, tokenizer)), tokenizer
    except Exception as error:
        raise short_of_memory(name, rows, error) or Mistake(
            f"{name!r} can't write step by step here ({type(error).__name__}: {' '.join(str(error).split())[:200]}); "
            f"serve it, and write 'vllm:{name}' or 'ollama:...'; {without}"
        ) from error


def short_of_memory(name: str, rows: int, error: BaseException) -> Mistake | None:
    """What to do about it, if that is what an error says."""
    import torch

    if not isinstance(error, torch.OutOfMemoryError | MemoryError):
        return None
    mistake = Mistake(
        f"{name}: memory does not suffice for {rows} replies at a time; lower max_batch, as in "
        f"'transformers:{name}?max_batch={max(rows // 2, 1)}', or take dtype=bfloat16"
    )
    mistake.__cause__ = error
    return mistake


def _ends(model: "PreTrainedModel", tokenizer: "PreTrainedTokenizerBase") -> set[int]:
    """The model's own end tokens, one or several, and the tokenizer's."""
    told = getattr(model.generation_config, "eos_token_id", None)
    several = told if isinstance(told, list) else [told]
    return {token for token in (*several, tokenizer.eos_token_id) if token is not None}
