"""Which model does a training begin from, or an evaluation ask: of the hub, of a folder, or made from scratch?"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from ...models.errors import Mistake
from ...models.local.adapter import HYPERNETWORK, Weights, find_chat, fingerprint, load_causal
from ...models.local.decoding import READS
from ...models.local.loading import device_of, dtype_of, load_failed, quietly
from ...models.local.templating import check_template
from ..taught import Taught
from .memory import short_of_memory
from .scratch import build, build_model, is_scratch, size_of

HYPERNET = HYPERNETWORK
WITHOUT = "'scratch:tiny' and 'scratch:small' are made from the corpus and need no weights"


@dataclass(frozen=True)
class Loaded:
    """A causal language model in this process."""

    name: str
    """As it was given."""
    model: Any
    """Its forward takes input_ids, attention_mask and labels; of an adapter's folder, the base with it merged in."""
    tokenizer: Any
    """With a chat template and a token for padding."""
    reads: int
    """Tokens of context."""
    folder: Path | None = None
    """Where it was read; None for a new one."""
    personality: bool = False
    """Whether forward takes `traits`: float (batch, 5) in [-5, 5], in the order of `Trait`."""


def load(name: str, *, texts: Iterable[str] = (), seed: int = 0, device: str = "auto", dtype: str = "auto") -> Loaded:
    """A hub name, a folder (a whole model, an adapter of peft, a hypernetwork), or scratch:tiny, scratch:small.

    `texts` and `seed`: what a model from scratch is made of. `dtype`: auto (float32), float32, float16, bfloat16.
    Raises Mistake for what is not there, has no chat template, is no causal language model, or does not fit in memory.
    """
    if is_scratch(name):
        made: tuple[Any, Any] = build(size_of(name), texts, seed)
        return _loaded(name, made[0].to(device_of(device), dtype_of(dtype)), made[1], None)
    folder = Path(name).expanduser()
    if (folder / HYPERNETWORK).is_file():
        from ..hypernetwork.loading import load_hypernet

        return load_hypernet(name, folder, device=device, dtype=dtype)
    weights = find_chat(name, WITHOUT)
    check_template(name, weights.spoken)
    _check_base(weights)
    return _loaded(name, _causal(name, weights, device, dtype), _tokenizer(name, weights.spoken), weights.folder)


def untrained(folder: Path, *, device: str = "auto", dtype: str = "auto") -> Loaded:
    """The base that a trained folder began from; one from scratch is made again from its tokenizer and seed.

    Raises Mistake for a folder that was not trained here, and for a base that is no longer there.
    """
    taught = Taught.read(folder)
    if not is_scratch(taught.base):
        return load(str(base_of(taught.base, folder)), device=device, dtype=dtype)
    tokenizer = _tokenizer(str(folder), folder)
    model: Any = build_model(taught.base, tokenizer, int(taught.knobs.get("seed", 0)))
    return _loaded(taught.base, model.to(device_of(device), dtype_of(dtype)), tokenizer, None)


def digest(name: str) -> str:
    """What a base's weights are, 16 hex digits, wherever they lie; nothing is loaded. Empty for one from scratch.

    Raises Mistake for what is not there.
    """
    if is_scratch(name):
        return ""
    folder = Path(name).expanduser()
    return fingerprint(folder) if (folder / HYPERNETWORK).is_file() else find_chat(name, WITHOUT).digest


def digest_of(tokenizer: Any) -> str:
    """What a tokenizer is, 16 hex digits; it and the seed are what a model from scratch is made of."""
    return blake2b(tokenizer.backend_tokenizer.to_str().encode(), digest_size=8).hexdigest()


def base_of(base: str, folder: Path) -> str:
    """A base as it was written down when `folder` was trained: a relative one is looked for from here, then from
    the folders above, so that both may have been moved together."""
    path = Path(base).expanduser()
    if path.is_absolute() or path.is_dir():
        return base
    return next((str(above / path) for above in folder.resolve().parents if (above / path).is_dir()), base)


def _loaded(name: str, model: Any, tokenizer: Any, folder: Path | None) -> Loaded:
    config = model.config.get_text_config(decoder=True)
    reads = getattr(config, "max_position_embeddings", None) or READS
    return Loaded(name, model.eval(), tokenizer, int(reads), folder)


def _tokenizer(name: str, folder: Path) -> Any:
    with quietly():
        try:
            from transformers import AutoTokenizer

            tokenizer: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        except Exception as error:
            raise load_failed(name, error, WITHOUT) from error
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer


def _causal(name: str, weights: Weights, device: str, dtype: str) -> Any:
    place, number_format = device_of(device), dtype_of(dtype)
    with quietly():
        try:
            found, missing = load_causal(weights, number_format)
            model = found.to(place)  # type: ignore[arg-type]
        except Exception as error:
            raise short_of_memory(error, f"to load {name!r}") or load_failed(name, error, WITHOUT) from error
    if missing:
        raise Mistake(f"{name!r} holds no weights for {missing[0]}: it is no causal language model; {WITHOUT}")
    return model.requires_grad_(True)  # peft freezes what it merges an adapter into


def _check_base(weights: Weights) -> None:
    """Raises Mistake for an adapter that was trained here, over other weights than those that are there now."""
    taught = Taught.find(weights.folder) if weights.beneath else None
    if taught is None or not taught.base_digest:
        return
    now = Weights(weights.beneath[0], weights.beneath[1:]).digest
    if taught.base_digest != now:
        raise Mistake(
            f"{weights.folder} was trained over {taught.base!r} with the digest {taught.base_digest}, and what is "
            f"there now has {now}: another base; put the former one back, or train again with --remake"
        )
