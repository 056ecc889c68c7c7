"""What does a text show: which traits, or which of two labels? A reader that was trained, loaded from its folder."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from os.path import isfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ..errors import Mistake
from .loading import load_failed
from .weights import SMALL, missing_from, read_json

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Reads = Literal["traits", "labels"]
Kind = Literal["words", "transformers"]
Outputs = Callable[[Sequence[str]], "NDArray[np.float64]"]
"""Texts -> (texts, outputs)."""

FILE = "reader.json"
"""What a folder's reader is: `kind`, `reads`, `outputs`, `unit`, `scale`, and of a bag of words its vocabularies."""
WEIGHTS = "reader.safetensors"
HIGHEST = 5.0
"""Of a level; the lowest is its negative."""
RECORDS = ("training.json", "split.json", "trainer_state.json")
"""JSON files beside the weights that decide nothing."""
WITHOUT_READER = "`tertulia train classifier` makes one"
HOW = {
    "traits": "train one with `tertulia train classifier DATA`",
    "labels": "train one with `tertulia train classifier DATA --labels FILE`",
}


@dataclass(frozen=True)
class Reader:
    """A trained text reader. What it says of a text does not depend on the other texts."""

    name: str
    """The folder, as it was given."""
    kind: Kind
    reads: Reads
    outputs: tuple[str, ...]
    """Traits, or labels."""
    learned: tuple[str, ...]
    """Those of them that its training part could teach: where everybody has a trait at one level, it tells that."""
    unit: str
    """Of what its texts were in training: `reply` (single ones), `speaker` (all that one says in a dialogue) or
    `dialogue` (a line a turn)."""
    compute: Outputs

    @property
    def classes(self) -> tuple[str, ...]:
        """The labels. Raises Mistake for a reader of traits."""
        self.expect("labels")
        return self.outputs

    def levels(self, texts: Sequence[str]) -> list[tuple[float, ...]]:
        """Per text the five levels in the order of `Trait`, each in [-5, 5]. Raises Mistake for a reader of labels."""
        self.expect("traits")
        return [tuple(float(level) for level in row) for row in self.compute(texts).clip(-HIGHEST, HIGHEST).round(4)]

    def probabilities(self, texts: Sequence[str]) -> "NDArray[np.float64]":
        """(texts, classes), rows that sum to 1. Raises Mistake for a reader of traits."""
        import numpy as np
        from scipy.special import softmax

        self.expect("labels")
        return np.asarray(softmax(self.compute(texts), axis=1).round(4))

    def expect(self, reads: Reads) -> None:
        """Raises Mistake where it reads something else."""
        if self.reads != reads:
            raise Mistake(f"{self.name!r} is a reader of {self.reads}, and one of {reads} is needed: {HOW[reads]}")


def load_reader(name: str, folder: Path, device: str) -> Reader:
    """Raises Mistake for a folder without a reader, or whose reader is not whole."""
    settings = read_settings(name, folder)
    try:
        outputs, unit = tuple(map(str, settings["outputs"])), str(settings["unit"])
        kind, reads, learned = settings["kind"], settings["reads"], tuple(map(str, settings["learned"]))
    except (KeyError, TypeError) as error:
        raise Mistake(
            f"{folder / FILE} is not whole: it lacks {error}; train the reader again with --remake"
        ) from error
    compute = _words(name, folder, settings) if kind == "words" else _network(name, folder, settings, device)
    return Reader(name, kind, reads, outputs, learned, unit, compute)


def read_settings(name: str, folder: Path) -> dict[str, Any]:
    """What `reader.json` holds. Raises Mistake where there is none, saying what is there instead."""
    if (folder / FILE).is_file():
        return read_json(folder / FILE)
    if not folder.is_dir():
        raise Mistake(f"there is no folder {name!r}; a trained reader is needed: {WITHOUT_READER}")
    record = folder / "training.json"
    method = read_json(record).get("method") if record.is_file() else None
    what = f"what `train {method}` made" if method else "no reader"
    raise Mistake(f"the folder {name!r} holds {what}, and a trained reader ({FILE}) is needed: {WITHOUT_READER}")


def files_of(folder: Path) -> tuple[Path, ...]:
    """The files that decide what a reader says, sorted; none where the folder holds no reader."""
    if not isfile(folder / FILE):  # also of what can be no path at all, such as a long text
        return ()
    kept = (path for path in folder.iterdir() if path.is_file() and path.name not in RECORDS)
    return tuple(sorted(path for path in kept if path.suffix in SMALL | {".safetensors"}))


def _words(name: str, folder: Path, settings: dict[str, Any]) -> Outputs:
    from .wordbag import load_bag

    try:
        return load_bag(folder / WEIGHTS, settings)
    except Exception as error:
        raise load_failed(name, error, WITHOUT_READER) from error


def _network(name: str, folder: Path, settings: dict[str, Any], device: str) -> Outputs:
    from .classifying import load_network

    if lacks := missing_from(folder):
        raise Mistake(f"the reader in {name!r} is not whole: it has {lacks}; {WITHOUT_READER}")
    return load_network(name, folder, float(settings.get("scale", 1.0)), len(settings["outputs"]), device)
