"""What can be trained where nothing is downloaded? A small Llama and its tokenizer, made from the texts alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...models.errors import Mistake
from ...models.stream import sampling_seed
from ...models.suggesting import suggest

if TYPE_CHECKING:
    from transformers import LlamaForCausalLM, PreTrainedTokenizerFast

PREFIX = "scratch:"
PAD, END = "<|pad|>", "<|end|>"
SPECIAL = (PAD, END, "<|system|>", "<|user|>", "<|assistant|>")
BYTES = 256
TEMPLATE = (
    "{% for message in messages %}<|{{ message['role'] }}|>{{ message['content'] }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
"""Messages in any order, with a system message or without."""


@dataclass(frozen=True)
class LlamaSize:
    """The shape of a Llama (Touvron et al. 2023): tied embeddings, no dropout."""

    hidden: int
    layers: int
    heads: int
    intermediate: int
    vocabulary: int
    """Most tokens of the tokenizer: 256 bytes, 5 special ones, and as many merges as the texts give."""
    reads: int
    """Tokens of context."""


SIZES = {
    "tiny": LlamaSize(hidden=128, layers=4, heads=4, intermediate=352, vocabulary=2048, reads=1024),
    "small": LlamaSize(hidden=320, layers=7, heads=5, intermediate=864, vocabulary=4096, reads=2048),
}
"""1.07 and 9.99 million parameters."""


def is_scratch(name: str) -> bool:
    """Whether a base's name asks for new weights."""
    return name.startswith(PREFIX)


def size_of(name: str) -> LlamaSize:
    """`scratch:tiny` or `tiny`. Raises Mistake for a size that is not there."""
    size = name.removeprefix(PREFIX)
    if size not in SIZES:
        raise Mistake(f"no model from scratch is called {size!r}{suggest(size, SIZES)}")
    return SIZES[size]


def build(
    size: str | LlamaSize, texts: Iterable[str], seed: int = 0
) -> tuple["LlamaForCausalLM", "PreTrainedTokenizerFast"]:
    """A model that has learned nothing, and its tokenizer. Same texts and seed: the same, bit by bit."""
    shape = size_of(size) if isinstance(size, str) else size
    tokenizer = build_tokenizer(texts, shape.vocabulary)
    return build_model(shape, tokenizer, seed), tokenizer


def build_tokenizer(texts: Iterable[str], vocabulary: int) -> "PreTrainedTokenizerFast":
    """Byte-level BPE (Sennrich et al. 2016; Radford et al. 2019): it can spell any text, and gives it back unchanged.

    `vocabulary`: most tokens, at least 261. Raises Mistake where there is no text to learn from.
    """
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    if vocabulary < BYTES + len(SPECIAL):
        raise ValueError(f"a vocabulary of {vocabulary} can't hold the {BYTES} bytes and {len(SPECIAL)} special tokens")
    bare: Any = Tokenizer(models.BPE())
    bare.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bare.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=list(SPECIAL),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    bare.train_from_iterator(_some(texts), trainer)
    tokenizer: Any = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=bare,
        pad_token=PAD,
        eos_token=END,
        additional_special_tokens=list(SPECIAL[2:]),
        clean_up_tokenization_spaces=False,
    )
    tokenizer.chat_template = TEMPLATE
    made: PreTrainedTokenizerFast = tokenizer
    return made


def build_model(size: str | LlamaSize, tokenizer: Any, seed: int = 0) -> "LlamaForCausalLM":
    """New weights in float32, drawn from the seed alone; as many embeddings as the tokenizer has tokens."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    shape = size_of(size) if isinstance(size, str) else size
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=shape.hidden,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.heads,
        intermediate_size=shape.intermediate,
        max_position_embeddings=shape.reads,
        initializer_range=shape.hidden**-0.5,  # with less, small attention takes far longer to find the profile
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(sampling_seed(seed, "weights"))
        return LlamaForCausalLM(config)


def _some(texts: Iterable[str]) -> list[str]:
    found = [text for text in texts if text]
    if not found:
        raise Mistake("there is no text to build a tokenizer from: the training part is empty")
    return found
