"""How does a reader come into its folder, of words or of a network, and how well does it read what was held out?"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...models.local.reader import FILE, WEIGHTS, load_reader
from ...models.local.wordbag import Bag
from ...models.prompt import Prompts
from ...models.request import Events
from ...personas import Trait
from ..base.scratch import is_scratch
from ..card import FILE as CARD
from ..event import DataReady, TrainingEnded, TrainingStarted
from ..resuming import alone
from ..running import Finish, Outcome, finished
from ..taught import SPLIT, Taught
from .quality import labels_quality, levels_quality
from .texts import Text, Texts
from .words import fit_labels, fit_levels, varies

if TYPE_CHECKING:
    from .classifier import Classifier

_prompts = Prompts(Path(__file__).parent)

ACCEPT = ("reject", "accept")
"""What a reader of labels tells apart."""


def train_words(texts: Texts, source: str, knobs: "Classifier", output: Path, events: Events, remake: bool) -> Finish:
    """A bag of words: nothing to resume, it takes seconds."""
    ready = texts.ready(source, sum(len(text.text.split()) for text in texts.train))
    taught = record(texts, source, "words", "", knobs, ready)
    if held := finished(output, taught, remake=remake):
        return held
    events(ready)
    with alone(output):
        taught.write(output)
        write_split(texts, output)
        bag, strengths = _fit(texts, knobs)
        size = bag.weights.size + bag.bias.size
        events(TrainingStarted("classifier", "words", str(output), size, size, 1, 0, "cpu", "float64"))
        write_settings(output, texts, knobs, {"kind": "words", "strengths": strengths, **bag.save(output / WEIGHTS)})
        begun = replace(taught, results={"parameters": size, "trainable": size, "strengths": strengths})
        finish = concluded(Finish(output, begun, Outcome(1, None, None, None)), texts, knobs)
    events(TrainingEnded(str(output), 1, None, None))
    return finish


def record(texts: Texts, source: str, base: str, base_digest: str, knobs: "Classifier", ready: DataReady) -> Taught:
    """Of a training that is about to begin."""
    from ... import __version__

    counts = {name: value for name, value in asdict(ready).items() if name != "source"}
    plain = {**asdict(knobs), "labels": Path(knobs.labels).name if knobs.labels else None}
    return Taught(
        method="classifier",
        base=base,
        base_digest=base_digest,
        sources=(source,),
        data_digest=texts.digest,
        knobs=plain,
        form="texts",
        system="none",
        counts=counts,
        version=__version__,
    )


def write_split(texts: Texts, folder: Path) -> None:
    (folder / SPLIT).write_text(dumps(texts.split.ids, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def write_settings(folder: Path, texts: Texts, knobs: "Classifier", more: Mapping[str, Any]) -> None:
    """`reader.json`: what `connect_reader` needs to know beside the weights."""
    traits = knobs.targets == "traits"
    outputs = [trait.value for trait in Trait] if traits else list(ACCEPT)
    truth = truth_of(texts.train)
    settings = {
        "reads": knobs.targets,
        "outputs": outputs,
        "learned": [name for at, name in enumerate(outputs) if not traits or varies(truth[:, at])],
        "unit": knobs.unit if traits else "dialogue",
        **more,
    }
    (folder / FILE).write_text(dumps(settings, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")


def concluded(finish: Finish, texts: Texts, knobs: "Classifier") -> Finish:
    """With how well the reader in the folder reads; card and record say so, the record last of all."""
    outcome = replace(finish.outcome, quality=quality_of(finish.folder, texts, knobs))
    taught = replace(finish.taught, results={**finish.taught.results, **vars(outcome)})
    (finish.folder / CARD).write_text(card(finish.folder.name, taught, knobs), encoding="utf-8")
    taught.write(finish.folder)
    return Finish(finish.folder, taught, outcome)


def quality_of(folder: Path, texts: Texts, knobs: "Classifier") -> dict[str, Any]:
    """Of the reader in the folder, by held-out part; parts without a text are left out."""
    reader = load_reader(str(folder), folder, knobs.device)
    quality = {}
    for name, part in (("validation", texts.validation), ("test", texts.test)):
        said, truth = [text.text for text in part], truth_of(part)
        if part and knobs.targets == "traits":
            quality[name] = levels_quality(np.array(reader.levels(said)), truth, _means(texts.train))
        elif part:
            quality[name] = labels_quality(reader.probabilities(said)[:, 1], truth[:, 0])
    return quality


def card(folder: str, taught: Taught, knobs: "Classifier") -> str:
    """What `README.md` says of the reader."""
    text = _prompts.render(
        "reader",
        folder=folder,
        taught=taught,
        counts=dict(taught.counts),
        quality=list(taught.results["quality"].items()),
        strengths=list(taught.results.get("strengths", {}).items()),
        traits=knobs.targets == "traits",
        unit=knobs.unit,
        words=taught.base == "words",
        hub=taught.base != "words" and not is_scratch(taught.base) and not Path(taught.base).exists(),
    )
    return text + "\n"


def truth_of(texts: Sequence[Text]) -> NDArray[np.float64]:
    """(texts, traits), or (texts, 1)"""
    return np.array([text.truth for text in texts], dtype=np.float64)


def _means(texts: Sequence[Text]) -> NDArray[np.float64]:
    truth = truth_of(texts)
    known = ~np.isnan(truth)
    return np.asarray(np.where(known, truth, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1))


def _fit(texts: Texts, knobs: "Classifier") -> tuple[Bag, dict[str, float]]:
    """The weights, and how strong the penalty is, by trait or for all."""
    said, groups, truth = [t.text for t in texts.train], [t.group for t in texts.train], truth_of(texts.train)
    if knobs.targets == "traits":
        bag, chosen = fit_levels(said, truth, groups)
        return bag, {trait.value: chosen[at] for at, trait in enumerate(Trait) if at in chosen}
    bag, strength = fit_labels(said, truth[:, 0], groups)
    return bag, {"labels": strength}
