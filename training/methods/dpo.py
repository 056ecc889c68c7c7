"""What do preferences teach? To find what a panel preferred likelier than what it did not, by Direct Preference
Optimization: no reward model, and nothing is sampled."""

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from ...models.errors import Mistake
from ...models.local.loading import device_of, quietly
from ...models.request import Events, unwatched
from ..base.base import Loaded, digest, load
from ..base.lora import KEEPING, Lora, adapted, check_adapter
from ..base.scratch import is_scratch
from ..card import write_card
from ..data.material import gather
from ..data.pairing import PreparedPairs, prepare_pairs
from ..data.preferring import Span, rivals
from ..data.splitting import Shares
from ..example import Speaker, System
from ..halting import Halt
from ..knobs import Knobs
from ..needing import need_extra
from ..precision import precision_of
from ..running import Course, Finish, finished, train
from ..taught import Taught
from .sft import SMALL, length_of

LossType = Literal["sigmoid", "sigmoid_norm", "ipo", "hinge", "apo_zero"]


@dataclass(frozen=True, kw_only=True)
class Dpo(Lora, Shares, Knobs):
    """DPO (Rafailov et al. 2023): the base is also the reference, from which it may go away only at a price."""

    beta: Annotated[float, Field(gt=0)] = 0.1
    """What going away from the reference costs: the higher, the nearer it stays."""
    loss_type: LossType = "sigmoid"
    """sigmoid: DPO's own; sigmoid_norm: the same a token; ipo (Azar et al. 2024), hinge, apo_zero: others of trl."""
    speaker: Speaker = Speaker.BOTH
    """Whose turns are learned: user, assistant, or both."""
    system: System = System.PERSONA
    """What of the speaker's persona it is told: persona, traits, or none; take what the base was taught with."""
    span: Span = "rest"
    """turn: the first own turn in which two dialogues differ; rest: all own turns from there on."""


def train_dpo(
    source: str,
    base: str,
    knobs: Dpo,
    output: Path,
    events: Events = unwatched,
    remake: bool = False,
    halt: Halt | None = None,
) -> Finish:
    """A model, or an adapter, in the folder `output` that prefers what the run `source` preferred.

    `base`: a folder (what `train sft` made on the same run, so that the held-out people are the same) or a hub name.
    The same call goes on from the last checkpoint; one that has ended loads nothing. `outcome.quality` has the rewards
    of the held-out pairs. Raises Mistake, and KeyboardInterrupt after Ctrl-C, when a checkpoint is written.
    """
    _check_base(base)
    check_adapter(knobs)
    need_extra()
    found = rivals(source)
    material = gather(source)
    taught = Taught(
        method="dpo",
        base=base,
        base_digest=digest(base),
        sources=(source,),
        data_digest=f"{material.digest}{_told(found)}",
        knobs=asdict(knobs),
        speaker=knobs.speaker,
        system=knobs.system,
        base_model=base if knobs.lora else "",
        licence=material.licence,
    )
    if done := finished(output, taught, remake=remake):
        return done
    number_format = precision_of(knobs.precision, device_of(knobs.device)) if knobs.lora else "float32"
    loaded = load(base, seed=knobs.seed, device=knobs.device, dtype=number_format)
    data = prepare_pairs(
        material,
        found,
        loaded.tokenizer,
        knobs,
        speaker=knobs.speaker,
        system=knobs.system,
        span=knobs.span,
        length=length_of(knobs, loaded),
        shares=knobs,
    )
    events(data.ready)
    counts = {name: value for name, value in asdict(data.ready).items() if isinstance(value, int)}
    return _trained(loaded, data, knobs, output, replace(taught, counts=counts), events, halt)


def _trained(
    loaded: Loaded,
    data: PreparedPairs,
    knobs: Dpo,
    output: Path,
    taught: Taught,
    events: Events,
    halt: Halt | None,
) -> Finish:
    """The reference is asked about all pairs before anything is trained: it stays what it was."""
    with quietly():
        from trl.trainer.dpo_config import DPOConfig

        from .pairwise import PairTrainer, Reading, collator, rewards, rows_of, scoring

    pad = loaded.tokenizer.pad_token_id
    half = precision_of(knobs.precision, device_of(knobs.device)) == "bfloat16"
    reading, reference = Reading(pad, knobs.batch, half), scoring(loaded.model)
    parts = (data.train, data.validation, data.test)
    learned, looked, held = (rows_of(part, reference, reading) for part in parts)
    model = adapted(loaded, knobs, knobs.seed) if knobs.lora else loaded.model
    course = Course(
        model=model,
        tokenizer=loaded.tokenizer,
        train=learned,
        validation=looked,
        split=data.split,
        collate=collator(pad),
        learning_rate=_rate(loaded, knobs.lora),
        trainer=PairTrainer,
        arguments=DPOConfig,
        settings=_settings(knobs),
        keeping=KEEPING if knobs.lora else None,
    )
    finish = train(course, knobs, output, taught, events, halt)
    pairs = {"validation": looked, "test": held}
    quality = {name: rewards(rows, model, reading, knobs.beta) for name, rows in pairs.items() if len(rows)}
    return _with(finish, quality)


def _with(finish: Finish, quality: dict[str, Any]) -> Finish:
    outcome = replace(finish.outcome, quality=quality)
    taught = replace(finish.taught, results={**finish.taught.results, "quality": quality})
    write_card(finish.folder, taught)
    taught.write(finish.folder)
    return Finish(finish.folder, taught, outcome)


def _settings(knobs: Dpo) -> dict[str, Any]:
    """What trl's own configuration takes beside the knobs of every training."""
    return {
        "beta": knobs.beta,
        "loss_type": [knobs.loss_type],
        "max_length": None,
        "precompute_ref_log_probs": True,
        "gradient_checkpointing": False,
    }


def _check_base(base: str) -> None:
    """Raises Mistake for one that has learned nothing."""
    if is_scratch(base):
        raise Mistake(
            f"{base} says nothing yet of which one could be better: teach it to speak first (`tertulia train sft RUN "
            f"--base {base}`), and give that folder as --base"
        )


def _rate(loaded: Loaded, lora: int) -> float:
    """The highest learning rate, where the knobs name none: well below that of fine-tuning."""
    return 5e-5 if lora or loaded.model.num_parameters() < SMALL else 1e-6


def _told(found: Any) -> str:
    """4 bytes of which try was found better than which."""
    from hashlib import blake2b

    said = "\n".join(f"{pair.chosen.id} {pair.rejected.id} {pair.why}" for pair in found)
    return blake2b(said.encode(), digest_size=4).hexdigest()
