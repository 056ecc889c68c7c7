"""How toxic is a text, to a model? Any checkpoint of Detoxify (Hanu and Unitary 2020), all of its labels."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from logging import getLogger
from os import environ
from pathlib import Path
from pickle import UnpicklingError
from typing import TYPE_CHECKING, Any

from ..errors import Mistake
from ..suggesting import suggest
from .batching import Batcher
from .inference import MAX_BATCH, MAX_BATCH_ON_ACCELERATOR, reads
from .languages import languages_of
from .loading import device_of, dtype_of, load_failed, quietly
from .weights import PATIENCE, find_config

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

WITHOUT_TOXICITY = "a critic that needs it and has `optional: true` is skipped, and the run says so"
RENAMED = {"toxic": "toxicity", "identity_hate": "identity_attack", "severe_toxic": "severe_toxicity"}
"""Labels of the first Jigsaw data set, as Detoxify calls those of all."""
FORM = "a dict of 'config' and 'state_dict', as Detoxify's training saves it"

log = getLogger(__name__)


@dataclass(frozen=True)
class DetoxifyToxicity:
    """A Detoxify model behind a batcher.

    Scores are rounded to 4 decimals: in float32 they are the same in any batch, but for a rare last digit.
    """

    name: str
    labels: tuple[str, ...]
    batcher: Batcher[str, dict[str, float]]
    languages: tuple[str, ...] | None = None
    """Those it was made for; None: not known."""

    async def score(self, texts: Sequence[str]) -> list[dict[str, float]]:
        """One mapping a text, from label to a score in [0, 1]. A text longer than the model reads is cut, said once."""
        return await self.batcher.run(texts)


@dataclass(frozen=True)
class Recipe:
    """What a checkpoint says of itself: which kind of model it holds, and where its config came from."""

    base: str
    """A hub name or a folder, as it was called where the checkpoint was made."""
    model: str
    tokenizer: str
    outputs: int
    labels: tuple[str, ...]


def find_checkpoint(name: str) -> Path:
    """The file behind one of Detoxify's names; downloaded once, to where torch keeps such files. Raises Mistake."""
    import torch
    from detoxify.detoxify import MODEL_URLS

    if name not in MODEL_URLS:
        raise Mistake(
            f"Detoxify has no model {name!r}{suggest(name, MODEL_URLS)}; a checkpoint of your own goes with "
            f"checkpoint=FILE and config=FOLDER"
        )
    url = str(MODEL_URLS[name])
    file = Path(torch.hub.get_dir()) / "checkpoints" / url.rpartition("/")[2]
    if not file.is_file():
        _download(name, url, file)
    return file


def check_checkpoint(checkpoint: str) -> Path:
    """A file that the user names. Raises Mistake if it is not there."""
    file = Path(checkpoint).expanduser()
    if not file.is_file():
        raise Mistake(f"no Detoxify checkpoint is at {checkpoint!r}; give the file, often *.ckpt; {WITHOUT_TOXICITY}")
    return file


def load_toxicity(name: str, file: Path, config: str | None, device: str, dtype: str = "auto") -> DetoxifyToxicity:
    """`config`: a folder or a hub name of config and tokenizer; the checkpoint's own word for it where none is given.

    Raises Mistake for a file of another form, for a config that is not there, and for weights that don't fit it.
    """
    device, precision = device_of(device), dtype_of(dtype)
    held = _opened(file)
    recipe = read_recipe(file, held)
    folder = find_config(
        config or recipe.base, f"give config=FOLDER with config.json and tokenizer; {WITHOUT_TOXICITY}"
    )
    with quietly():
        try:
            model, tokenizer = _built(recipe, folder, held["state_dict"], device, precision)
        except Mistake:
            raise
        except Exception as error:
            raise load_failed(str(file), error, WITHOUT_TOXICITY) from error
    batch = MAX_BATCH if device == "cpu" else MAX_BATCH_ON_ACCELERATOR
    scorer = Scorer(name, tokenizer, model, recipe.labels)
    batcher = Batcher(scorer, length=len, max_batch=batch, name=f"toxicity {name}")
    return DetoxifyToxicity(name, recipe.labels, batcher, languages_of(f"detoxify {_published_name(file)}"))


class Scorer:
    """The blocking part: a batch of texts in, a mapping each out."""

    def __init__(
        self, name: str, tokenizer: "PreTrainedTokenizerBase", model: "PreTrainedModel", labels: tuple[str, ...]
    ) -> None:
        self._name, self._tokenizer, self._model, self._labels = name, tokenizer, model, labels
        self._reads = reads(tokenizer.model_max_length, model.config)
        self._said = False

    def __call__(self, texts: Sequence[str]) -> list[dict[str, float]]:
        import torch

        inputs = self._tokenizer(
            list(texts), truncation=True, padding=True, max_length=self._reads, return_tensors="pt"
        )
        if inputs["input_ids"].shape[1] >= self._reads and not self._said:
            self._said = True
            log.warning("%s reads %d word pieces of a text; longer ones are cut (said once)", self._name, self._reads)
        with torch.inference_mode():
            logits = self._model(**inputs.to(self._model.device)).logits
        rows = logits.float().sigmoid()[:, : len(self._labels)].cpu().tolist()
        return [dict(zip(self._labels, (round(score, 4) for score in row), strict=True)) for row in rows]


def read_recipe(file: Path, held: Mapping[str, Any]) -> Recipe:
    """From a checkpoint's config. Raises Mistake if that lacks a part."""
    try:
        made = held["config"]["arch"]["args"]
        classes = held["config"]["dataset"]["args"]["classes"]
        labels = tuple(RENAMED.get(label, label) for label in classes)
        recipe = Recipe(
            str(made["model_type"]), made["model_name"], made["tokenizer_name"], int(made["num_classes"]), labels
        )
    except (KeyError, TypeError, ValueError) as error:
        raise Mistake(
            f"{str(file)!r} is no Detoxify checkpoint: its config lacks {error}; it has to be {FORM}"
        ) from error
    if not labels or recipe.outputs < len(labels):
        raise Mistake(f"{str(file)!r}: {recipe.outputs} outputs can't stand for {len(labels)} labels")
    return recipe


def _built(
    recipe: Recipe, folder: Path, weights: Mapping[str, Any], device: str, dtype: "torch.dtype"
) -> tuple["PreTrainedModel", "PreTrainedTokenizerBase"]:
    """From the parts. Detoxify itself reads the config from where the checkpoint says, whatever it is told, and wants
    the number of labels in it."""
    import transformers

    kind = getattr(transformers, recipe.model, None)
    if kind is None or not hasattr(kind, "config_class"):
        raise Mistake(f"the checkpoint holds a {recipe.model!r}, which transformers {transformers.__version__} lacks")
    settings = kind.config_class.from_pretrained(folder, num_labels=recipe.outputs, local_files_only=True)
    model = kind(settings)
    missing = model.load_state_dict(weights, strict=False).missing_keys
    if missing:
        raise Mistake(
            f"the checkpoint holds no weights for {', '.join(sorted(missing)[:3])} of a {recipe.model!r} of "
            f"{str(folder)!r}: it would guess; give the config that it was trained with"
        )
    reader = getattr(transformers, recipe.tokenizer, transformers.AutoTokenizer)
    return model.to(device, dtype).eval(), reader.from_pretrained(folder, local_files_only=True)


def _opened(file: Path) -> Mapping[str, Any]:
    """A file that holds more than tensors and plain values could run any program: only Detoxify's own are let."""
    import torch

    try:
        held = torch.load(file, map_location="cpu", weights_only=True)
    except UnpicklingError as error:
        if not _published(file):
            raise Mistake(
                f"{str(file)!r} holds more than weights and plain values, and is none of Detoxify's published files, "
                f"so it is not opened: save {FORM}"
            ) from error
        held = torch.load(file, map_location="cpu", weights_only=False)
    except Exception as error:
        raise load_failed(str(file), error, WITHOUT_TOXICITY) from error
    if not isinstance(held, dict) or not {"config", "state_dict"} <= held.keys():
        raise Mistake(f"{str(file)!r} is no Detoxify checkpoint: it has to be {FORM}")
    return held


def _published(file: Path) -> bool:
    from detoxify.detoxify import MODEL_URLS

    with file.open("rb") as opened:
        digest = sha256()
        while piece := opened.read(1 << 20):
            digest.update(piece)
    return any(_prefix(url) and digest.hexdigest().startswith(_prefix(url)) for url in MODEL_URLS.values())


def _published_name(file: Path) -> str:
    """Detoxify's name of a file that is called as it is published; "" for others."""
    from detoxify.detoxify import MODEL_URLS

    return next((str(name) for name, url in MODEL_URLS.items() if str(url).rpartition("/")[2] == file.name), "")


def _prefix(url: str) -> str:
    """The first digits of a file's SHA-256, which its published name ends with."""
    return url.rpartition("-")[2].partition(".")[0]


def _download(name: str, url: str, file: Path) -> None:
    """Asked first, with a time limit: torch's download has none."""
    from urllib.request import Request, urlopen

    import torch

    try:
        if environ.get("HF_HUB_OFFLINE", "").lower() in {"1", "true", "yes", "on"}:
            raise ConnectionError("HF_HUB_OFFLINE is set: nothing is downloaded")
        with closing(urlopen(Request(url, method="HEAD"), timeout=PATIENCE)):
            pass
        file.parent.mkdir(parents=True, exist_ok=True)
        torch.hub.download_url_to_file(url, str(file), hash_prefix=_prefix(url), progress=False)
    except Exception as error:
        raise Mistake(
            f"Detoxify's weights {name!r} are not on this machine, and {url} can't be fetched "
            f"({type(error).__name__}: {' '.join(str(error).split())[:160]}); where there is a network, download it to "
            f"{file}, or give checkpoint=FILE and config=FOLDER; {WITHOUT_TOXICITY}"
        ) from error
