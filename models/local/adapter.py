"""What lies in the folder of a chat model: a whole model, or a LoRA adapter beside the model that it was trained on?"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from importlib.util import find_spec
from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import Mistake
from .templating import has_template
from .weights import find_weights, missing_from, read_json

if TYPE_CHECKING:
    from transformers import PreTrainedModel

ADAPTER = "adapter_config.json"
HYPERNETWORK = "hypernet.json"
ADAPTERS = ("adapter_model.safetensors", "adapter_model.bin")
TOKENIZER = "tokenizer_config.json"
RECORDS = frozenset({"training.json", "split.json", "trainer_state.json", "training_args.bin", "lesson.json"})
"""What a training leaves beside the weights, and no reply depends on."""
FILES = (".json", ".jinja", ".model", ".safetensors", ".bin", ".txt")
"""Endings of the files by which a model is known again."""
SAMPLES, SAMPLE = 16, 1 << 16
"""How many places of a large one are looked at, and how many bytes at each."""


@dataclass(frozen=True)
class Weights:
    """Where a chat model lies."""

    folder: Path
    """As it was named: the whole model, or the adapter."""
    beneath: tuple[Path, ...] = ()
    """What an adapter lies over: the whole model last, and before it adapters that it was trained over, if any."""

    @property
    def whole(self) -> Path:
        """The folder of the whole model."""
        return (self.folder, *self.beneath)[-1]

    @property
    def spoken(self) -> Path:
        """The folder of tokenizer and chat template: the first that has both, from the adapter on."""
        every = (self.folder, *self.beneath)
        return next((own for own in every if (own / TOKENIZER).is_file() and has_template(own)), self.whole)

    @property
    def digest(self) -> str:
        """What the files are, 16 hex digits, wherever they lie: of an adapter with those beneath it."""
        if not self.beneath:
            return fingerprint(self.folder)
        every = "+".join(fingerprint(folder) for folder in (self.folder, *self.beneath))
        return blake2b(every.encode(), digest_size=8).hexdigest()


def find_chat(name: str, without: str) -> Weights:
    """The weights of a chat model: a folder's path or a hub name, of a whole model or of a peft adapter.

    `without`: how to go on without it. Raises Mistake for what is not there, for an adapter whose base is not there,
    where peft is not installed to read it, and for a hypernetwork, which speaks for no personality of its own.
    """
    given = Path(name).expanduser()
    if name and (given / HYPERNETWORK).is_file():
        raise Mistake(
            f"{name!r} is a hypernetwork: it speaks once it is exported for one personality; write an adapter with "
            f"'tertulia train export {name} --traits ...' and give that folder; {without}"
        )
    every = [find_weights(name, without, lacking)]
    while is_adapter(every[-1]):
        need_peft(name)
        below = _below(name if len(every) == 1 else str(every[-1]), every[-1], without)
        if below in every:
            raise Mistake(f"the adapter {name!r} was trained on itself, says {every[-1] / ADAPTER}; {without}")
        every.append(below)
    return Weights(every[0], tuple(every[1:]))


def is_adapter(folder: Path) -> bool:
    """Whether a folder holds a peft adapter, and no whole model."""
    return (folder / ADAPTER).is_file() and not _holds_whole(folder)


def _holds_whole(folder: Path) -> bool:
    files = (*folder.glob("*.safetensors"), *folder.glob("pytorch_model*.bin"))
    return any(file.name not in ADAPTERS for file in files)


def lacking(folder: Path) -> str:
    """What keeps a folder from being a whole model or an adapter, in words; empty when nothing does."""
    if not is_adapter(folder):
        return missing_from(folder)
    if any((folder / name).is_file() for name in ADAPTERS):
        return ""
    return f"an {ADAPTER} but no weights ({' or '.join(ADAPTERS)})"


def need_peft(name: str) -> None:
    """Raises Mistake where the library that reads adapters is not installed."""
    if find_spec("peft") is None:
        raise Mistake(f"{name!r} is an adapter, which needs the extra 'train': pip install 'tertulia[train]'")


def _below(name: str, folder: Path, without: str) -> Path:
    """What an adapter was trained over. A relative folder is looked for from here, then from the adapter's folder and
    those above it, so that both may have been moved together."""
    named = str(read_json(folder / ADAPTER).get("base_model_name_or_path") or "")
    if not named:
        raise Mistake(f"the adapter {name!r} names no model that it was trained on, in {folder / ADAPTER}; {without}")
    path = Path(named).expanduser()
    around = (above / path for above in (Path(), folder, *folder.resolve().parents))
    found = next((place for place in around if place.is_dir()), None)
    try:
        return find_weights(str(found or named), without, lacking)
    except Mistake as mistake:
        raise Mistake(
            f"the adapter {name!r} was trained on {named!r}, and needs that beside it: {mistake}"
        ) from mistake


def load_causal(weights: Weights, dtype: Any) -> "tuple[PreTrainedModel, list[str]]":
    """The model in memory, an adapter merged into its base, and the names of weights that the files lack.

    Raises what the libraries raise.
    """
    from transformers import AutoModelForCausalLM

    found: Any = AutoModelForCausalLM.from_pretrained(
        weights.whole, dtype=dtype, local_files_only=True, output_loading_info=True
    )
    model, missing = found[0], sorted(found[1]["missing_keys"])
    for adapter in reversed((weights.folder, *weights.beneath)[:-1]):
        model = _merged(model, adapter)
    return model, missing


def _merged(model: "PreTrainedModel", adapter: Path) -> "PreTrainedModel":
    from peft import PeftModel

    merged: PreTrainedModel = PeftModel.from_pretrained(model, str(adapter)).merge_and_unload()
    return merged


def fingerprint(folder: Path) -> str:
    """What a model's files are, 16 hex digits: names and sizes, small files whole, samples of large ones."""
    digest = blake2b(digest_size=8)
    for path in sorted(_telling(folder)):
        if path.name == ADAPTER:
            digest.update(_adapter_told(path))
            continue
        size = path.stat().st_size
        digest.update(f"{path.name}\x1f{size}\x1e".encode())
        with path.open("rb") as file:
            for sample in range(SAMPLES if size > SAMPLES * SAMPLE else 1):
                file.seek(sample * (size // SAMPLES))
                digest.update(file.read(SAMPLE if size > SAMPLES * SAMPLE else size))
    return digest.hexdigest()


def _telling(folder: Path) -> Iterable[Path]:
    return (p for p in folder.iterdir() if p.is_file() and p.suffix in FILES and p.name not in RECORDS)


def _adapter_told(path: Path) -> bytes:
    """An adapter's settings but for where its base lies: what that is, its own digest says."""
    held = {name: value for name, value in read_json(path).items() if name != "base_model_name_or_path"}
    return dumps(held, sort_keys=True).encode()
