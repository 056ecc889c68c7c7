"""How does a model learn to take on any personality? Its weights rest; networks learn to write adapters (DPG)."""

from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Annotated

from pydantic import Field

from ...models.errors import Mistake
from ...models.local.loading import device_of
from ...models.request import Events, unwatched
from ..base.base import Loaded, digest, load
from ..base.scratch import is_scratch
from ..data.material import Material
from ..data.preparing import Part, Prepared, counted, prepare
from ..data.splitting import Shares
from ..example import Speaker, System
from ..halting import Halt
from ..knobs import Knobs
from ..needing import need_extra
from ..precision import precision_of
from ..running import Course, Finish, finished, train
from ..taught import Taught
from .personalities import Personalities, personalities
from .sft import length_of

RATE = 5e-3
"""The highest learning rate: the networks begin with nothing, and the base can't be spoilt."""


@dataclass(frozen=True, kw_only=True)
class Hypernet(Shares, Knobs):
    """Dynamic Personality Generation (Liu et al. 2024): five trait levels in, a LoRA adapter out."""

    rank: Annotated[int, Field(ge=1)] = 8
    """Rank of the adapters."""
    alpha: Annotated[float | None, Field(gt=0)] = None
    """Scale of the adapters; None: twice the rank."""
    width: Annotated[int, Field(ge=1)] = 64
    """Of the networks' hidden layers."""
    targets: tuple[str, ...] = ()
    """Names of the layers that are adapted, such as q_proj, v_proj; none: the projections of attention."""
    speaker: Speaker = Speaker.BOTH
    """Whose turns are learned: user, assistant, or both, one example a side."""
    system: System = System.NONE
    """none, or persona: what the speaker is told of itself, without its traits: they come in through the adapter."""


def train_hypernet(
    source: str,
    base: str,
    knobs: Hypernet,
    output: Path,
    events: Events = unwatched,
    remake: bool = False,
    halt: Halt | None = None,
) -> Finish:
    """The networks in the folder `output`; `hypernetwork.exporting.export` writes adapters of it.

    `source`: a run or a file of dialogues whose speakers have trait levels, or what `tertulia critics assess` wrote.
    `base`: a hub name or folder of a model that speaks already. The same call goes on from the last checkpoint. Raises
    Mistake, and KeyboardInterrupt after Ctrl-C, when the step is done and a checkpoint written.
    """
    need_extra()
    _check(base, knobs)
    known = personalities(source)
    taught = Taught(
        method="hypernet",
        base=base,
        base_digest=digest(base),
        sources=(source,),
        data_digest=known.digest,
        knobs=asdict(knobs),
        speaker=knobs.speaker,
        system=knobs.system,
        base_model=base,
    )
    if found := finished(output, taught, remake=remake):
        return found
    number_format = precision_of(knobs.precision, device_of(knobs.device))
    loaded = load(base, device=knobs.device, dtype=number_format)
    data = _prepared(known, loaded, knobs)
    events(data.ready)
    counts = {name: value for name, value in asdict(data.ready).items() if isinstance(value, int)}
    return train(_course(loaded, data, known, knobs), knobs, output, replace(taught, counts=counts), events, halt)


def _check(base: str, knobs: Hypernet) -> None:
    if is_scratch(base):
        raise Mistake(
            f"{base} has learned nothing that a personality could colour: train it first (`tertulia train sft`), and "
            f"give that folder as --base"
        )
    if knobs.system is System.TRAITS:
        raise Mistake("--system traits: the traits come in through the adapter; take none, or persona")


def _prepared(known: Personalities, loaded: Loaded, knobs: Hypernet) -> Prepared:
    """Examples of those alone whose levels are known."""
    material = Material(known.dialogues, known.source, known.digest)
    length = length_of(knobs, loaded)
    data = prepare(
        material, loaded.tokenizer, knobs, speaker=knobs.speaker, system=knobs.system, length=length, shares=knobs
    )
    learned, looked, held = (_of_known(part, known) for part in (data.train, data.validation, data.test))
    if not len(learned):
        raise Mistake(f"{known.source}: nobody in the training part whose turns are learned has trait levels")
    sizes = len(learned), len(looked), len(held)
    ready = counted(known.source, sizes, data.split, learned.tokens, data.ready.left_out, data.ready.length)
    return Prepared(learned, looked, held, ready, data.split)


def _of_known(part: Part, known: Personalities) -> Part:
    pairs = zip(part.examples, part.tokens, strict=True)
    kept = [(example, tokens) for example, tokens in pairs if (example.dialogue, example.seat) in known.levels]
    return Part(tuple(example for example, _ in kept), tuple(tokens for _, tokens in kept))


def _course(loaded: Loaded, data: Prepared, known: Personalities, knobs: Hypernet) -> Course:
    from ..hypernetwork.batching import collate, rows
    from ..hypernetwork.injecting import Personalised, find_sites
    from ..hypernetwork.loading import KEEPING
    from ..hypernetwork.network import Hypernetwork, Shape

    shape = Shape(knobs.rank, knobs.alpha or 2.0 * knobs.rank, knobs.width)
    made = Hypernetwork(find_sites(loaded.model, knobs.targets), shape, knobs.seed)
    return Course(
        model=Personalised(loaded.model, made.to(loaded.model.device)),
        tokenizer=loaded.tokenizer,
        train=list(rows(data.train, known.levels)),
        validation=list(rows(data.validation, known.levels)),
        split=data.split,
        collate=partial(collate, pad=loaded.tokenizer.pad_token_id, most=loaded.reads),
        learning_rate=RATE,
        keeping=KEEPING,
    )
