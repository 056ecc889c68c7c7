"""Did it help? Models, asked the same questions about the same dialogues, side by side."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from ...models.errors import Mistake
from ...models.request import Events, unwatched
from ...models.scorer import Embedder, Nli
from ..example import Form, Speaker, System
from ..knobs import Precision
from ..taught import Taught
from .bench import Bench
from .comparison import Comparison
from .measures import chosen
from .presets import Preset, plan, preset_of
from .unseen import GIVE, Trained, material_for

if TYPE_CHECKING:
    from ..base.base import Loaded
    from .assessor import Assessor
    from .subject import Subject


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is to be measured, and how thoroughly."""

    measures: tuple[str, ...] = ()
    """Names of `measures.MEASURES`; none: all, or those of the preset."""
    preset: str = ""
    """psydial, personachatgen or dpg: the layout of a paper's table; empty: none."""
    base: bool = True
    """Whether the untrained base of a model that was trained here is the first row."""
    limit: Annotated[int | None, Field(ge=1)] = 100
    """Most dialogues of the test set; None: all."""
    replies: Annotated[int, Field(ge=1)] = 200
    """Most replies that each model writes for a measure, of all dialogues together."""
    ranked: Annotated[int, Field(ge=1)] = 300
    """Most replies that are ranked among 20 for hits@1."""
    batch: Annotated[int, Field(ge=1)] = 16
    """Conversations that a model reads at once."""
    seed: Annotated[int, Field(ge=0)] = 0
    """Of what is sampled."""
    resamples: Annotated[int, Field(ge=100)] = 1000
    """Of the bootstrap."""
    speaker: Speaker | None = None
    """user, assistant or both: whose turns are measured; None: as the first trained model learned them, else both."""
    system: System | None = None
    """persona, traits or none: what models that were not trained here are told; None: as the first trained one is,
    else the persona."""
    format: str = ""
    """Of the files of dialogues, where their names don't tell it."""
    nli: str = ""
    """Folder or hub name of an NLI model, or `lexical`; for C-score."""
    embedder: str = ""
    """Folder or hub name of a sentence embedder, `auto` or `lexical`."""
    reader: str = ""
    """Folder of a trait reader that `train classifier` wrote, or a chat model such as openai:gpt-4o-mini; for P-ACC and
    trait error."""
    device: str = "auto"
    """auto, cpu, cuda, cuda:1, mps."""
    precision: Precision = "auto"
    """auto, float32, bfloat16: of the models' weights."""


@dataclass(frozen=True)
class Asked:
    """A model that is to be measured, before it is loaded."""

    label: str
    name: str
    """Folder or hub name."""
    taught: Taught | None = None
    """None where it was not trained here."""
    untrained: bool = False
    """Whether not this folder is meant, but the base that it began from."""
    system: System | None = None
    """What it is told of a persona; None: as it was taught."""
    form: Form | None = None


def evaluate(
    models: Sequence[str], on: Sequence[str] = (), wanted: Wanted | None = None, events: Events = unwatched
) -> Comparison:
    """Each of the models on the dialogues of `on`: runs, files; without any, the test part of the first trained model.

    `models`: `[LABEL=]FOLDER`, `[LABEL=]hub-name`. Nothing is loaded before all that is named has been found. Raises
    Mistake for what is not there, and where no dialogue is left that the models have not learned from.
    """
    from .comparing import tabulate, taken_of
    from .layout import by_source, laid_out, narrowed

    wanted = wanted or Wanted()
    preset = preset_of(wanted.preset) if wanted.preset else None
    measures = chosen(wanted.measures or (preset.measures if preset else ()))
    asked = [ask(model) for model in models]
    if not asked:
        raise Mistake("no model is named: give the folder of a trained model, or a hub name")
    bench = make_bench(asked, on, wanted, events)
    if preset and (rest := [name for name in preset.measures if name not in measures]):
        bench = replace(bench, notes=(*bench.notes, f"{', '.join(rest)}: not asked for by --measures"))
    rows = with_bases(asked) if wanted.base else asked
    rows = distinct(placed(preset, rows) if preset else rows)
    taken = taken_of(subjects(rows, wanted), bench, measures)
    if not preset:
        return tabulate(taken, bench, wanted.resamples)
    taken = narrowed(preset, taken)
    taken = by_source(taken, bench.parts) if preset.by_source else taken
    return laid_out(preset, tabulate(taken, bench, wanted.resamples))


def placed(preset: Preset, asked: Sequence[Asked]) -> list[Asked]:
    """The rows of a paper's table, of which one model may fill several."""
    known = [(model.label, None if model.untrained else model.taught) for model in asked]
    return [
        replace(asked[place.model], label=place.label, system=place.system, form=place.form)
        for place in plan(preset, known)
    ]


def ask(model: str) -> Asked:
    """What `[LABEL=]FOLDER` means; without a label it is called by its folder. Raises Mistake for what is no language
    model, and for a training that has not ended."""
    label, equals, name = model.partition("=")
    if not equals or Path(model).expanduser().exists():
        label, name = "", model
    folder = Path(name).expanduser()
    taught = Taught.find(folder) if folder.is_dir() else None
    if not name.strip() or name.startswith("scratch:"):
        raise Mistake(f"{model!r} names no model: give the folder of a trained one, or a hub name")
    if taught:
        _check(folder, taught)
    return Asked(label or _called(name), name, taught)


def with_bases(asked: Sequence[Asked]) -> list[Asked]:
    """Before all others, once each, the bases that were not trained yet, asked as those that came of them."""
    from ..base.base import base_of

    bases: dict[tuple[str, str], Asked] = {}
    given = {_place(model.name) for model in asked}
    for model in asked:
        if model.taught and _place(base_of(model.taught.base, Path(model.name).expanduser())) not in given:
            key = (model.taught.base, model.taught.base_digest)
            label = f"base {_called(model.taught.base)}"
            bases.setdefault(key, Asked(label, model.name, model.taught, True, model.system, model.form))
    return [*bases.values(), *asked]


def distinct(asked: Sequence[Asked]) -> list[Asked]:
    """Under labels that tell them apart."""
    taken: dict[str, int] = {}
    found = []
    for model in asked:
        taken[model.label] = taken.get(model.label, 0) + 1
        number = taken[model.label]
        found.append(replace(model, label=f"{model.label} {number}") if number > 1 else model)
    return found


def make_bench(asked: Sequence[Asked], on: Sequence[str], wanted: Wanted, events: Events = unwatched) -> Bench:
    """The dialogues that all models are measured on, and the scorers. Raises Mistake."""
    trained = [each for model in asked for each in lineage(model.label, Path(model.name).expanduser(), model.taught)]
    tested = material_for(trained, on, wanted.format, wanted.limit, wanted.seed)
    first = trained[0].taught.speaker if trained else Speaker.BOTH.value
    bench = Bench(
        tested.dialogues,
        tested.source,
        wanted.speaker or Speaker(first),
        wanted.seed,
        wanted.replies,
        wanted.ranked,
        _nli(wanted),
        _embedder(wanted),
        _assessor(wanted),
        tested.parts,
        tested.notes,
        events,
    )
    if not bench.examples:
        raise Mistake(
            f"{tested.source}: nobody speaks as {bench.speaker.value} in these dialogues: {GIVE}, or --set speaker=both"
        )
    return bench


def lineage(label: str, folder: Path, taught: Taught | None) -> "Iterator[Trained]":
    """A model, then the trained model that it began from, and so on: all that it has ever learned from counts."""
    from ..base.base import base_of

    while taught:
        yield Trained(label, folder, taught)
        folder = Path(base_of(taught.base, folder)).expanduser()
        taught = Taught.find(folder) if folder.is_dir() else None


def subjects(asked: Sequence[Asked], wanted: Wanted) -> "Iterator[Subject]":
    """Loaded one by one."""
    from .subject import Subject

    first = next((model.taught for model in asked if model.taught), None)
    for model in asked:
        own = model.taught or first
        told = own.system if own and (model.taught or not wanted.system) else wanted.system or System.PERSONA
        yield Subject(
            model.label,
            _load(model, wanted),
            model.system or System(told),
            model.form or Form(own.form if own else Form.CHAT),
            model.taught,
            wanted.batch,
        )


def _load(model: Asked, wanted: Wanted) -> "Loaded":
    from ..base.base import load, untrained

    device, dtype = wanted.device, wanted.precision
    if model.untrained:
        return untrained(Path(model.name).expanduser(), device=device, dtype=dtype)
    return load(model.name, device=device, dtype=dtype)


def _place(name: str) -> str:
    """The same for all ways to write a folder."""
    folder = Path(name).expanduser()
    return str(folder.resolve()) if folder.is_dir() else name


def _check(folder: Path, taught: Taught) -> None:
    if taught.method == "classifier":
        raise Mistake(
            f"{folder} reads texts and writes none; give it as --reader, beside a model that is to be measured"
        )
    if not taught.results:
        raise Mistake(f"the training in {folder} has not ended: run its `tertulia train` again, and it goes on")


def _called(name: str) -> str:
    """The last part of a name."""
    return name.rstrip("/").rpartition("/")[2] or name


def _nli(wanted: Wanted) -> Nli | None:
    from ...personas.consistency.connecting import connect_contradictions

    return connect_contradictions(wanted.nli) if wanted.nli else None


def _embedder(wanted: Wanted) -> Embedder | None:
    from ...models.local import connect_embedder

    return connect_embedder(wanted.embedder, device=wanted.device) if wanted.embedder else None


def _assessor(wanted: Wanted) -> "Assessor | None":
    from .assessor import connect_assessor

    return connect_assessor(wanted.reader, wanted.device) if wanted.reader else None
