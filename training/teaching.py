"""How does a run teach between its rounds? The teacher that `simulate(..., teach=teacher())` takes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from math import exp, log
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..agents import Dialogue
from ..corpus.formats.provenance import Provenance
from ..corpus.record import Record
from ..corpus.sample import Sample
from ..corpus.seeds import read_exemplars
from ..critics import Outcome
from ..critics.option import checked
from ..models.errors import Mistake, Stopped
from ..models.request import Events
from ..models.suggesting import suggest
from ..scenarios.teach import Learned, Lesson, Teach, Teacher
from .halting import Halt

if TYPE_CHECKING:
    from .evaluation.scoring import Nll
    from .methods.sft import Sft
    from .running import Finish

OTHERS = ("speaker", "system", "form")
"""Knobs that a scenario says otherwise, or that a speaker of a conversation has no choice of."""
HELD = 100
"""Held-out dialogues that perplexity is measured on, at most; of more, as many are drawn by a hash of their ids."""
BATCH = 16


def teacher() -> Teacher:
    """Trains by the key `rounds.teach` of a scenario. Light: what it takes is imported when it is asked."""
    return _Teacher()


class _Teacher:
    def check(self, teach: Teach, folder: Path) -> None:
        """Raises Mistake for what is not installed, for unknown knobs, and for a base that is not there."""
        from .base.base import digest
        from .base.lora import check_adapter, check_base
        from .needing import need_extra

        need_extra()
        knobs = knobs_of(teach.knobs, teach.speaker, seed=0)
        check_base(teach.base, knobs.lora)
        check_adapter(knobs)
        digest(teach.base)

    def teach(self, lesson: Lesson, events: Events, stop: Callable[[], bool]) -> Learned:
        """Raises Mistake, and Stopped once `stop()` is true and a checkpoint is written."""
        finish = _trained(lesson, events, stop)
        ppl, bits, held, notes = _measured(lesson)
        counts, best = finish.taught.counts, finish.outcome.best
        return Learned(
            dialogues=len(lesson.dialogues),
            examples=int(counts.get("train", 0)),
            steps=finish.outcome.steps,
            validation=None if best is None else exp(best),
            held_out=ppl,
            bits_per_byte=bits,
            held=held,
            notes=notes,
        )


def knobs_of(given: Mapping[str, Any], speaker: str, seed: int) -> "Sft":
    """The knobs of `train sft`, with those that a scenario turns. Nothing is put aside for a test: what is held out is
    another file. Raises Mistake with all that is wrong."""
    from .methods.sft import Sft

    known = [field.name for field in fields(Sft) if field.name not in OTHERS]
    unknown = [f"no knob {name!r}{suggest(name, known)}" for name in given if name not in known]
    turned = {name: value for name, value in given.items() if name in known}
    values, wrong = checked(Sft, {"test": 0.0, "seed": seed, **turned, "speaker": speaker})
    if mistakes := [*unknown, *wrong]:
        raise Mistake(f"rounds.teach.knobs: {'; '.join(mistakes)}")
    return Sft(**values)


def _trained(lesson: Lesson, events: Events, stop: Callable[[], bool]) -> "Finish":
    from .methods.sft import train_sft

    halt = Halt()

    def tell(event: object) -> None:
        halt.asked = halt.asked or stop()
        events(event)

    knobs = knobs_of(lesson.knobs, lesson.speaker, lesson.seed)
    try:
        return train_sft(str(written(lesson)), lesson.begins, knobs, lesson.folder, tell, halt=halt)
    except KeyboardInterrupt as ended:
        raise Stopped(f"the training in {lesson.folder} was interrupted; its last checkpoint is kept") from ended


def written(lesson: Lesson) -> Path:
    """The dialogues of a lesson in a file beside its model, for whoever asks what that was taught on."""
    path = lesson.folder.with_suffix(".jsonl")
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    with unfinished.open("wb") as file:
        Provenance(unfinished).write((Record(dialogue, Outcome.ACCEPTED) for dialogue in lesson.dialogues), file)
    return unfinished.replace(path)


def _measured(lesson: Lesson) -> tuple[float | None, float | None, int, tuple[str, ...]]:
    """(perplexity, bits a byte, dialogues, notes) of the held-out dialogues."""
    if lesson.held_out is None:
        return None, None, 0, ()
    try:
        found = _scores(lesson, held_out(lesson.held_out, lesson.seed))
    except Mistake as mistake:
        return None, None, 0, (f"{lesson.held_out.name}: {mistake}",)
    nats, tokens, size = (sum(score[at] for scores in found.values() for score in scores) for at in range(3))
    return exp(nats / tokens), nats / log(2.0) / size, len(found), ()


def held_out(path: Path, seed: int) -> tuple[Dialogue, ...]:
    """The dialogues of a file, or a sample of them. Raises Mistake where there is none."""
    sample = Sample[Dialogue](HELD, f"{seed} held out")
    for number, dialogue in enumerate(read_exemplars(path)):
        named = replace(dialogue, id=dialogue.id or str(number))
        sample.offer(f"{named.id} {number}", named)
    if not len(sample):
        raise Mistake("holds no dialogue")
    return tuple(sample)


def _scores(lesson: Lesson, dialogues: Sequence[Dialogue]) -> "Mapping[str, list[Nll]]":
    """Of every conversation from each side that is learned, by dialogue. Raises Mistake."""
    from .base.base import load
    from .data.conversing import examples
    from .evaluation.subject import Subject
    from .example import Speaker

    subject = Subject(lesson.folder.name, load(str(lesson.folder)), batch=BATCH)
    told = list(examples(dialogues, speaker=Speaker(lesson.speaker)))
    if not told:
        raise Mistake(f"nobody speaks as {lesson.speaker!r} in it")
    found: dict[str, list[Nll]] = {}
    for example, score in zip(told, subject.nll(told), strict=True):
        found.setdefault(example.dialogue, []).append(score)
    return found
