"""How is a hypernetwork kept: the networks alone, beside the name of the base that they were trained for?"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from ...models.errors import Mistake
from ...models.local.weights import read_json
from ..base.base import HYPERNET, Loaded, base_of, digest, load
from ..taught import Taught
from ..trainer import Keeping
from .injecting import Personalised, linears
from .network import Hypernetwork, Shape, Site

WEIGHTS = "hypernet.safetensors"


def write_hypernet(hypernetwork: Hypernetwork, folder: Path) -> None:
    """`hypernet.json` and `hypernet.safetensors`; nothing of the base."""
    settings = {"shape": asdict(hypernetwork.shape), "sites": [asdict(site) for site in hypernetwork.sites]}
    (folder / HYPERNET).write_text(json.dumps(settings, indent=1) + "\n", encoding="utf-8")
    weights = {name: tensor.detach().cpu().contiguous() for name, tensor in hypernetwork.state_dict().items()}
    save_file(weights, folder / WEIGHTS)


def read_hypernet(folder: Path) -> Hypernetwork:
    """On the CPU, in float32. Raises Mistake for a folder that is not whole."""
    settings = read_json(folder / HYPERNET)
    try:
        sites = [Site(**site) for site in settings["sites"]]
        made = Hypernetwork(sites, Shape(**settings["shape"]))
        made.load_state_dict(load_file(folder / WEIGHTS))
    except (KeyError, TypeError, ValueError, OSError, RuntimeError, SafetensorError) as error:
        said = " ".join(str(error).split())[:200]
        raise Mistake(f"{folder}: the hypernetwork in it is not whole ({said}); train again with --remake") from error
    return made


def _save(model: Personalised, folder: Path) -> None:
    write_hypernet(model.hypernetwork, folder)


def _restore(model: Personalised, folder: Path) -> None:
    model.hypernetwork.load_state_dict(load_file(folder / WEIGHTS))


KEEPING = Keeping(_save, _restore)
"""For a Course whose model is personalised."""


def load_hypernet(name: str, folder: Path, *, device: str = "auto", dtype: str = "auto") -> Loaded:
    """The hypernetwork of a folder around its base. Raises Mistake where that is not there, or is another one."""
    below, hypernetwork = base_under(folder, device=device, dtype=dtype), read_hypernet(folder)
    fit(hypernetwork, below.model, folder)
    model = Personalised(below.model, hypernetwork.to(below.model.device)).eval()
    return Loaded(name, model, below.tokenizer, below.reads, folder, personality=True)


def base_under(folder: Path, *, device: str = "auto", dtype: str = "auto") -> Loaded:
    """The base that a trained folder names. Raises Mistake where it is not there, or has other weights now."""
    taught = Taught.read(folder)
    base = base_of(taught.base_model or taught.base, folder)
    now = digest(base)
    if taught.base_digest and taught.base_digest != now:
        raise Mistake(
            f"{folder} is a checkpoint of another base: it was trained over {taught.base!r} with the digest "
            f"{taught.base_digest}, and what is there now has {now}; put the former one back, or train with --remake"
        )
    return load(base, device=device, dtype=dtype)


def fit(hypernetwork: Hypernetwork, base: Any, folder: Path) -> None:
    """Raises Mistake where the base lacks a linear layer that is adapted, or has it in another size."""
    there: Mapping[str, Site] = {site.name: site for site in linears(base)}
    if odd := next((site for site in hypernetwork.sites if there.get(site.name) != site), None):
        raise Mistake(
            f"{folder} is a checkpoint of another base: it adapts {odd.name!r} ({odd.inputs} to {odd.outputs}), which "
            f"this one does not have; name the base that it was trained over"
        )
