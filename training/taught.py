"""What does a trained model's folder say of itself: from what it was made, on what, and how?"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from json import dumps
from pathlib import Path
from typing import Any, Self

from ..models.errors import Mistake
from ..models.local.weights import read_json
from ..personas.formats.writing import replacing

FILE = "training.json"
SPLIT = "split.json"
"""Ids of dialogues by part: train, validation, test, dropped, repeated."""


@dataclass(frozen=True)
class Taught:
    """The record beside the weights. No clock, no host, no folder of this machine but those that were given."""

    method: str
    """sft, dpo, hypernet, classifier."""
    base: str
    """As it was given: a hub name, a folder, scratch:tiny, scratch:small."""
    base_digest: str
    """What its weights are (`base.digest`); of a `scratch` base the digest of its tokenizer."""
    sources: tuple[str, ...]
    """Runs or files, as they were given."""
    data_digest: str
    """Of the dialogues, in order."""
    knobs: Mapping[str, Any]
    form: str = "chat"
    speaker: str = "both"
    system: str = "persona"
    counts: Mapping[str, int] = field(default_factory=dict)
    """The numbers of DataReady."""
    results: Mapping[str, Any] = field(default_factory=dict)
    """What came out: losses, steps; empty until it has ended."""
    version: str = ""
    """Of Tertulia."""
    base_model: str = ""
    """Folder or hub name that an adapter or a hypernetwork needs beside it."""
    licence: str = ""
    """Of the dialogues; empty where nobody has stated it."""

    def write(self, folder: Path) -> None:
        """Whole, or not at all. Raises Mistake for a folder that can't be written to."""
        with replacing(folder / FILE) as file:
            file.write(dumps(asdict(self), indent=1, ensure_ascii=False, sort_keys=True) + "\n")

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Raises Mistake for a folder that holds no such record, or a broken one."""
        if not (folder / FILE).is_file():
            raise Mistake(f"{folder} holds no {FILE}: it was not trained here; give a folder that `train` wrote")
        try:
            held = read_json(folder / FILE)
            known = {name: held[name] for name in cls.__dataclass_fields__ if name in held}
            return cls(**{**known, "sources": tuple(known.get("sources", ()))})
        except (Mistake, TypeError) as error:
            raise Mistake(f"{folder / FILE} is not whole ({error}); train again with --remake") from error

    @classmethod
    def find(cls, folder: Path) -> Self | None:
        """None where the folder was not trained here."""
        return cls.read(folder) if (folder / FILE).is_file() else None
