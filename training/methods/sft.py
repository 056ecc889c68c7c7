"""What does supervised fine-tuning teach? To say what a speaker said, given its persona and what came before."""

from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from ...models.errors import Mistake
from ...models.local.loading import device_of
from ...models.request import Events, unwatched
from ..base.base import Loaded, digest, digest_of, load
from ..base.lora import KEEPING, Lora, adapted, check_adapter, check_base
from ..base.scratch import is_scratch
from ..data.material import gather
from ..data.preparing import prepare, texts
from ..data.splitting import Shares, split
from ..example import Form, Speaker, System
from ..halting import Halt
from ..knobs import Knobs
from ..needing import need_extra
from ..precision import precision_of
from ..running import Course, Finish, finished, train
from ..taught import Taught

LONGEST = 2048
"""Tokens of an example, where the base reads more and nothing else is asked for."""
SMALL = 100_000_000
"""Parameters below which a model takes a higher rate: it has less to lose, and more to learn."""
FROM_SCRATCH = 300
"""Steps before which new weights write next to nothing."""


@dataclass(frozen=True, kw_only=True)
class Sft(Lora, Shares, Knobs):
    """Maximum likelihood of the speaker's turns, all weights or an adapter."""

    speaker: Speaker = Speaker.BOTH
    """Whose turns are learned: user (a user simulator), assistant (a chatbot), or both, one example a side."""
    system: System = System.PERSONA
    """What of the speaker's persona it is told: persona, traits, or none; a `profile` is always told under none."""
    form: Form = Form.CHAT
    """chat: whole conversations; pairs: one utterance and its reply (PSYDIAL); profile: profiles from what was said."""


def train_sft(
    source: str,
    base: str,
    knobs: Sft,
    output: Path,
    events: Events = unwatched,
    remake: bool = False,
    halt: Halt | None = None,
) -> Finish:
    """A fine-tuned model, or an adapter, in the folder `output`: `transformers:OUTPUT` speaks with it.

    `source`: a run or a file of dialogues. `base`: a hub name, a folder, scratch:tiny, scratch:small. The same call
    goes on from the last checkpoint; one that has ended loads nothing. Raises Mistake, and KeyboardInterrupt after
    Ctrl-C, when the step is done and a checkpoint written.
    """
    need_extra()
    check_base(base, knobs.lora)
    check_adapter(knobs)
    if knobs.form == Form.PROFILE:
        knobs = replace(knobs, system=System.NONE)  # it would tell the answer
    told: dict[str, Any] = {"form": knobs.form, "speaker": knobs.speaker, "system": knobs.system}
    material = gather(source)
    taught = Taught(
        method="sft",
        base=base,
        base_digest=digest(base),
        sources=(source,),
        data_digest=material.digest,
        knobs=asdict(knobs),
        base_model=base if knobs.lora else "",
        licence=material.licence,
        **told,
    )
    if found := finished(output, taught, remake=remake):
        return found

    parts = split(material.dialogues, knobs, knobs.seed)
    number_format = precision_of(knobs.precision, device_of(knobs.device)) if knobs.lora else "float32"
    loaded = load(base, texts=texts(parts.train, **told), seed=knobs.seed, device=knobs.device, dtype=number_format)
    data = prepare(material, loaded.tokenizer, knobs, **told, length=length_of(knobs, loaded), parts=parts)
    events(data.ready)

    from ..data.batching import collate

    course = Course(
        model=adapted(loaded, knobs, knobs.seed) if knobs.lora else loaded.model,
        tokenizer=loaded.tokenizer,
        train=data.train.tokens,
        validation=data.validation.tokens,
        split=data.split,
        collate=partial(collate, pad=loaded.tokenizer.pad_token_id, most=loaded.reads),
        learning_rate=suited_rate(loaded, knobs.lora),
        least_steps=FROM_SCRATCH if is_scratch(base) else 1,
        keeping=KEEPING if knobs.lora else None,
    )
    counts = {name: value for name, value in asdict(data.ready).items() if isinstance(value, int)}
    taught = replace(taught, counts=counts, base_digest=taught.base_digest or digest_of(loaded.tokenizer))
    return train(course, knobs, output, taught, events, halt)


def length_of(knobs: Knobs, loaded: Loaded) -> int:
    """Most tokens of an example. Raises Mistake for more than the base reads, and for a base that is no chat model."""
    if loaded.personality:
        raise Mistake(
            f"{loaded.name!r} is a hypernetwork, no model that can be fine-tuned: export an adapter of it, and give "
            f"that folder as --base"
        )
    if knobs.length is not None and knobs.length > loaded.reads:
        raise Mistake(f"--length {knobs.length}: {loaded.name!r} reads {loaded.reads} tokens at most; ask for no more")
    return knobs.length or min(loaded.reads, LONGEST)


def suited_rate(loaded: Loaded, lora: int) -> float:
    """The highest learning rate, where the knobs name none."""
    if lora:
        return 2e-4
    if is_scratch(loaded.name):
        return 1e-3
    return 2e-4 if loaded.model.num_parameters() < SMALL else 2e-5
