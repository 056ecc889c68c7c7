"""How does a model learn to read: traits from what somebody says, or accept and reject from a whole dialogue?"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from math import isnan
from pathlib import Path
from typing import Any, Literal

from ...agents import Dialogue
from ...models.errors import Mistake
from ...models.request import Events, unwatched
from ...personas import Trait
from ..data.material import digest, gather
from ..data.splitting import Shares, split
from ..halting import Halt
from ..knobs import Knobs
from ..running import Finish
from .assessed import is_assessed, read_assessed
from .labelled import labelled
from .texts import Text, Texts, Unit, label_texts, trait_texts

WORDS = "words"
"""The base that needs no weights: TF-IDF and linear weights."""
LEAST, OF_EACH = 20, 5
"""Fewest texts to learn from; of labels, fewest of each kind, as for `critics calibrate`."""


@dataclass(frozen=True, kw_only=True)
class Classifier(Shares, Knobs):
    """A reader of texts. With the base `words` it takes seconds on a CPU, and only `seed` and what follows counts."""

    targets: Literal["traits", "labels"] = "traits"
    """traits: the Big Five levels of who speaks; labels: what people say of whole dialogues, for a critic."""
    labels: str | None = None
    """File of labels, as `critics calibrate` takes it: a CSV with the columns dialogue,label, or JSON lines."""
    accept_from: float | None = None
    """The score from which a label accepts; None: the middle of the scores."""
    unit: Unit = "speaker"
    """What a reader of traits reads: all that a speaker says in a dialogue, or single replies."""


def train_classifier(
    source: str,
    base: str,
    knobs: Classifier,
    output: Path,
    events: Events = unwatched,
    remake: bool = False,
    halt: Halt | None = None,
) -> Finish:
    """A reader in the folder `output`: `connect_reader` loads it.

    `source`: a run, a file of dialogues, or (for traits) what `tertulia critics assess` wrote. `base`: `words`, or a
    hub name or folder of a network, or scratch:tiny, scratch:small. Raises Mistake where there is nothing to learn
    from, what `running.train` raises, and KeyboardInterrupt after Ctrl-C.
    """
    texts = read_texts(source, knobs)
    if base == WORDS:
        from .reading import train_words

        return train_words(texts, source, knobs, output, events, remake)
    from .network import train_network

    return train_network(texts, source, base, knobs, output, events, remake, halt)


def read_texts(source: str, knobs: Classifier) -> Texts:
    """Raises Mistake where there is nothing, too little, or only one thing to learn."""
    if knobs.targets == "labels":
        if not knobs.labels:
            raise Mistake(
                "--targets labels needs --labels FILE: a CSV with the columns dialogue,label (accept or reject), as "
                "`tertulia critics calibrate` takes it"
            )
        dialogues, accepts = labelled(source, Path(knobs.labels).expanduser(), knobs.accept_from)
        _check_labels(source, list(accepts.values()))
        return _parts(dialogues, knobs, lambda part: label_texts(part, accepts), sorted(accepts.items()))
    if knobs.labels:
        raise Mistake(f"--labels {knobs.labels} is for --targets labels; leave one of them out")
    path = Path(source).expanduser()
    dialogues, read = read_assessed(path) if is_assessed(path) else (gather(source).dialogues, {})
    _check_levels(source, list(trait_texts(dialogues, knobs.unit, read)))
    told = sorted((*at, *map(str, levels.values())) for at, levels in read.items())
    return _parts(dialogues, knobs, lambda part: trait_texts(part, knobs.unit, read), told)


def _parts(dialogues: Sequence[Dialogue], knobs: Classifier, texts: Any, told: object) -> Texts:
    parts = split(dialogues, knobs, knobs.seed)
    train, validation, test = (tuple(texts(part)) for part in (parts.train, parts.validation, parts.test))
    if len(train) < LEAST // 2 or all(len({text.truth[at] for text in train}) < 2 for at in range(len(train[0].truth))):
        raise Mistake(
            f"{len(train)} texts are left to learn from, and they are too few or all alike: {len(parts.dropped)} "
            f"dialogues were dropped for the held-out part and {len(parts.repeated)} repeat another; give more, or "
            f"smaller shares (--test, --validation)"
        )
    return Texts(train, validation, test, parts, f"{digest(dialogues)}{_short(told)}")


def _check_levels(source: str, texts: Sequence[Text]) -> None:
    if not texts:
        raise Mistake(
            f"{source}: nobody in it has trait levels: set them in the scenario (`cast.personality`), or let a model "
            f"read them (`tertulia critics assess {source} --output traits.jsonl`) and train on that file"
        )
    known = {at: {text.truth[at] for text in texts if not isnan(text.truth[at])} for at in range(len(Trait))}
    if all(len(levels) < 2 for levels in known.values()):
        raise Mistake(
            f"{source}: all {len(texts)} texts have the same levels, so there is nothing to tell apart: let "
            f"`cast.personality` set them by `kind: level` or `kind: pole`"
        )
    if len(texts) < LEAST:
        raise Mistake(f"{source}: {len(texts)} texts with trait levels, and {LEAST} are needed; give more dialogues")


def _check_labels(source: str, accepts: Sequence[bool]) -> None:
    good = sum(accepts)
    if len(accepts) < LEAST or min(good, len(accepts) - good) < OF_EACH:
        raise Mistake(
            f"{source}: {len(accepts)} dialogues have a label, {good} accept and {len(accepts) - good} reject: "
            f"{LEAST} are needed, and {OF_EACH} of each; label more of them"
        )


def _short(told: object) -> str:
    """Empty where there is nothing beside the dialogues."""
    return blake2b(repr(told).encode(), digest_size=4).hexdigest() if told else ""
