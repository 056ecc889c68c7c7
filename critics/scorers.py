"""Which local models do critics ask, and where are they?"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from os.path import expanduser
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from ..models.errors import Mistake
from .weighing import digest_of

NLI = "cross-encoder/nli-deberta-v3-base"
"""A widely used model of moderate size (184 M parameters)."""
DETOXIFY = frozenset(("original", "unbiased", "multilingual", "original-small", "unbiased-small"))
RESERVED = DETOXIFY | {"auto", "lexical"}
"""Names that are no folder, also where a folder is called so."""
NO_EMBEDDER = (
    "no sentence model is installed: pip install 'tertulia[offline]', or name a folder or a hub name of one "
    "(critics.scorers.embedder)"
)


@dataclass(frozen=True, slots=True)
class Lacking:
    """A service that is not there, with the reason and the next step."""

    why: str


class _Spec(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class EmbedderSpec(_Spec):
    """Sentence embeddings."""

    name: str = Field("auto", min_length=1)
    """`auto` (the MiniLM of the extra `offline`), a folder, a hub name, or `lexical` (compares words)."""
    device: str = "auto"
    """auto | cpu | cuda | cuda:1 | mps"""
    dtype: str = "auto"
    """auto (float32) | float32 | float16 | bfloat16"""


class NliSpec(_Spec):
    """Natural language inference."""

    name: str = Field(NLI, min_length=1)
    """A folder, a hub name, or `lexical` (plain contradictions in English, by word lists)."""
    labels: tuple[str, ...] | None = None
    """What its outputs mean, in order, where its config does not say."""
    device: str = "auto"
    """auto | cpu | cuda | cuda:1 | mps"""
    dtype: str = "auto"
    """auto (float32) | float32 | float16 | bfloat16"""


class ToxicitySpec(_Spec):
    """Toxicity by Detoxify."""

    name: str = Field("original", min_length=1)
    """One of Detoxify's models, or a folder that holds a checkpoint with config and tokenizer."""
    checkpoint: str | None = None
    """A checkpoint file of your own, with `config`."""
    config: str | None = None
    """Folder (or hub name) of config.json and tokenizer for the checkpoint."""
    device: str = "auto"
    """auto | cpu | cuda | cuda:1 | mps"""
    dtype: str = "auto"
    """auto (float32) | float32 | float16 | bfloat16"""


def _from_name(value: Any) -> Any:
    return {"name": value} if isinstance(value, str) else value


class Scorers(_Spec):
    """The local models of the panel: each is loaded if a critic needs it, once per process."""

    embedder: Annotated[EmbedderSpec, BeforeValidator(_from_name)] = EmbedderSpec()
    """Sentence embeddings: a name, or a mapping with `name`, `device`, `dtype`."""
    nli: Annotated[NliSpec, BeforeValidator(_from_name)] = NliSpec()
    """Natural language inference: a name, or a mapping with `name`, `labels`, `device`, `dtype`."""
    toxicity: Annotated[ToxicitySpec, BeforeValidator(_from_name)] = ToxicitySpec()
    """Detoxify: a name, or a mapping with `name`, or `checkpoint` and `config`, and `device`, `dtype`."""

    def connect(self, needed: Collection[str], base: Path | None = None) -> dict[str, object]:
        """The scorers among the services that are needed, loaded; `Lacking` for what can't be had.

        Takes seconds, and blocks. `base`: the folder that folders may be relative to, beside the working directory.
        """
        connects: Mapping[str, Callable[[], object]] = {
            "embedder": lambda: _embedder(self.embedder, base),
            "nli": lambda: _nli(self.nli, base),
            "toxicity": lambda: _toxicity(self.toxicity, base),
        }
        return {name: _had(connect) for name, connect in connects.items() if name in needed}

    def meant(self, needed: Collection[str], base: Path | None = None) -> dict[str, Any]:
        """What tells the scorers among the services apart, for fingerprints: not where they run, but what the folders
        and files hold that they name, relative to `base`."""
        from ..models.local.connecting import embedder_meant

        specs: dict[str, _Spec] = {"embedder": self.embedder, "nli": self.nli, "toxicity": self.toxicity}
        said = {n: s.model_dump(mode="json", exclude={"device"}) for n, s in specs.items() if n in needed}
        if "embedder" in said:
            said["embedder"]["name"] = embedder_meant(self.embedder.name)
        return {name: {**spec, **_told(specs[name].model_dump(), base)} for name, spec in said.items()}


def _had(connect: Callable[[], object]) -> object:
    try:
        return connect()
    except Mistake as mistake:
        return Lacking(str(mistake))


def _embedder(spec: EmbedderSpec, base: Path | None) -> object:
    from ..models.local.connecting import connect_embedder, embedder_meant

    if spec.name == "auto" and embedder_meant("auto") == "lexical":
        raise Mistake(NO_EMBEDDER)
    return connect_embedder(_placed(spec.name, base), device=spec.device, dtype=spec.dtype)


def _nli(spec: NliSpec, base: Path | None) -> object:
    if spec.name == "lexical":
        from ..personas.consistency.lexical import LexicalNli

        return LexicalNli()
    from ..models.local.connecting import connect_nli

    return connect_nli(_placed(spec.name, base), device=spec.device, dtype=spec.dtype, labels=spec.labels)


def _toxicity(spec: ToxicitySpec, base: Path | None) -> object:
    from ..models.local.connecting import connect_toxicity

    folder = Path(_placed(spec.name, base)).expanduser()
    if spec.checkpoint is None and spec.name not in RESERVED and folder.is_dir():
        files = sorted({*folder.glob("*.ckpt"), *folder.glob("*.pt")})
        if len(files) != 1:
            raise Mistake(f"the folder {spec.name!r} holds {len(files)} checkpoints (*.ckpt, *.pt), and one is needed")
        config = _placed(spec.config, base) if spec.config else str(folder)
        return connect_toxicity(checkpoint=str(files[0]), config=config, device=spec.device, dtype=spec.dtype)
    checkpoint, settings = (_placed(path, base) if path else None for path in (spec.checkpoint, spec.config))
    return connect_toxicity(spec.name, checkpoint=checkpoint, config=settings, device=spec.device, dtype=spec.dtype)


def _placed(name: str, base: Path | None) -> str:
    """A path relative to `base` where something is there; else the name as it is."""
    if name in RESERVED or base is None:
        return name
    return str(base / name) if (base / name).exists() else name


def _told(spec: Mapping[str, Any], base: Path | None) -> dict[str, Any]:
    """The dtype that `auto` is, and digests of what is named and lies on this machine."""
    named = {key: spec[key] for key in ("name", "checkpoint", "config") if spec.get(key) and spec[key] not in RESERVED}
    paths = {key: Path(expanduser(_placed(name, base))) for key, name in named.items()}
    dtype = "float32" if spec["dtype"] == "auto" else spec["dtype"]
    return {"dtype": dtype, "holds": {key: digest_of(path) for key, path in paths.items() if path.exists()}}
