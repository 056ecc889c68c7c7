"""How does a run teach? Once a round is closed a model learns from what was accepted, and speaks in the next one."""

from asyncio import CancelledError, get_running_loop, shield, to_thread
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from hashlib import blake2b
from json import dumps
from pathlib import Path
from shutil import rmtree
from threading import Event
from typing import Any

from ..agents import Dialogue
from ..corpus import RunInfo
from ..models.errors import Mistake
from ..models.local.adapter import find_chat
from ..models.local.connecting import let_go
from ..models.request import Events
from .casting import Casting
from .event import Taught, TeachingStarted
from .finding import held_out_path
from .scenario import Scenario
from .teach import SCRATCH, Learned, Lesson, Teacher
from .workshop import Workshop

LESSONS = "lessons"
"""In a run's info: by round, the lesson that was begun after it, and what came of it."""
MODELS = "models"
"""Folder of the taught models, in the run's."""


@dataclass(frozen=True)
class Voice:
    """Who speaks for the seats that a taught model takes."""

    round: int = 0
    """The last round that it was taught on; 0: nobody was taught, the scenario's models speak."""
    folder: Path = Path()
    digest: str = ""
    """What the model's files are, wherever they lie."""

    @property
    def name(self) -> str:
        return name_of(self.round)


UNTAUGHT = Voice()


def name_of(round: int) -> str:
    """What the model is called that was taught after a round: its folder, and what stands in the dialogues."""
    return f"round-{round}"


async def check_teacher(scenario: Scenario, teacher: Teacher | None) -> None:
    """Before anybody speaks. Raises Mistake where there is nobody to teach, or something missing to do it."""
    teach = scenario.rounds.teach
    if not scenario.lessons or teach is None:
        return
    if teacher is None:
        raise Mistake(
            "rounds.teach: there is nobody to teach; run it with `tertulia run`, or in Python with "
            "`simulate(scenario, teach=tertulia.training.teaching.teacher())`; `rounds.teach=null` goes without"
        )
    await to_thread(teacher.check, teach, scenario.folder)


async def after(shop: Workshop, round: int, before: Voice) -> Voice:
    """Who speaks after a round that is closed: what was taught on it, or the voice before. Raises Mistake, Stopped."""
    if round not in shop.scenario.lessons:
        return before
    if not shop.ledger.count(rounds=(round,)):
        goes_on = f"{before.name} goes on" if before.round else "the scenario's own models go on"
        why = f"nothing was accepted in round {round}: {goes_on} speaking"
        await _note(shop, round, {"why": why})
        shop.events(Taught(round, "", why=why))
        return before
    lesson = lesson_of(shop, round, before)
    if before.round:  # its memory is wanted
        await shop.connections.dismiss(before.name)
        let_go(before.folder)
    voice, learned, there = await _taught(shop, lesson)
    fields = ("dialogues", "examples", "steps", "validation", "held_out", "bits_per_byte")
    told = {name: getattr(learned, name) for name in fields}
    shop.events(Taught(round, str(lesson.folder), before=there, **told))
    return voice


def lesson_of(shop: Workshop, round: int, before: Voice) -> Lesson:
    """What is to be learned after a round: all that was accepted up to it."""
    scenario, teach = shop.scenario, shop.scenario.rounds.teach
    assert teach is not None
    dialogues = tuple(r.dialogue for r in shop.ledger.records(rounds=tuple(range(1, round + 1))))
    goes_on = teach.start == "previous" and before.round > 0
    begins = str(before.folder) if goes_on else teach.base
    plain = [teach.method, teach.speaker, teach.knobs, scenario.seed, before.digest if goes_on else _base(begins)]
    return Lesson(
        round=round,
        dialogues=dialogues,
        folder=shop.folder / MODELS / name_of(round),
        begins=begins,
        method=teach.method,
        speaker=teach.speaker,
        knobs=teach.knobs,
        seed=scenario.seed,
        source=f"{scenario.name}, rounds 1 to {round}" if round > 1 else f"{scenario.name}, round 1",
        digest=_digest(plain, dialogues),
        held_out=held_out_path(scenario),
    )


def _base(name: str) -> str:
    """What a base is: its name where it is made from the dialogues, else what its files are."""
    return name if name.startswith(SCRATCH) else find_chat(name, "").digest


async def _taught(shop: Workshop, lesson: Lesson) -> tuple[Voice, Learned, bool]:
    """What is there of this very lesson is not taught again; the last is whether it was."""
    kept = lessons(shop.ledger.info()).get(lesson.round, {})
    measured = _contents(lesson.held_out)
    same = kept.get("digest") == lesson.digest and kept.get("measured") == measured
    if same and (voice := _voice(lesson)) and voice.digest == kept.get("model"):
        return voice, _learned(kept["learned"]), True
    if kept.get("digest") != lesson.digest:
        _make_room(lesson.folder, ours=bool(kept.get("digest")))
        await _note(shop, lesson.round, {"digest": lesson.digest})
    shop.events(TeachingStarted(lesson.round, len(lesson.dialogues), lesson.method, lesson.begins, str(lesson.folder)))
    assert shop.teacher is not None
    learned = await _in_thread(shop.teacher, lesson, shop.events)
    voice = _voice(lesson)
    if voice is None:
        raise Mistake(f"the teacher left no model in {lesson.folder}: another teacher is needed, or --remake")
    plain = {"digest": lesson.digest, "model": voice.digest, "measured": measured, "learned": asdict(learned)}
    await _note(shop, lesson.round, plain)
    return voice, learned, False


def _voice(lesson: Lesson) -> Voice | None:
    """The model in a lesson's folder, if it is whole."""
    try:
        return Voice(lesson.round, lesson.folder, find_chat(str(lesson.folder), "").digest)
    except Mistake:
        return None


def _make_room(folder: Path, ours: bool) -> None:
    """Delete what an earlier lesson left. Raises Mistake for what this run has not written."""
    if folder.exists() and not ours and (not folder.is_dir() or any(folder.iterdir())):
        raise Mistake(f"{folder} is not this run's: move it away, or give another `--output`")
    if folder.is_dir():
        rmtree(folder)


async def _in_thread(teacher: Teacher, lesson: Lesson, events: Events) -> Learned:
    """Off the event loop. Who is cancelled waits until the teacher has written down how far it is."""
    loop, ended = get_running_loop(), Event()

    def tell(event: object) -> None:
        loop.call_soon_threadsafe(events, event)

    work = loop.run_in_executor(None, teacher.teach, lesson, tell, ended.is_set)
    try:
        return await shield(work)
    except CancelledError:
        ended.set()
        with suppress(Exception):
            await work
        raise
    except Mistake as mistake:
        raise Mistake(f"rounds.teach, after round {lesson.round}: {mistake}") from mistake


def spoken_by(shop: Workshop, casting: Casting, voice: Voice) -> tuple[Workshop, Casting]:
    """The means of a round in which a taught model speaks. What it is, is part of what dialogues are made from."""
    teach = shop.scenario.rounds.teach
    if not voice.round or teach is None:
        return shop, casting
    seats = frozenset(teach.seats or (seat.id for seat in shop.scenario.seats))
    client = shop.connections.taught(teach.spec(str(voice.folder)), voice.name)
    people = shop.connections.people
    clients = {seat: people.get(seat) or client if seat in seats else other for seat, other in shop.clients.items()}
    making = _hash(f"{shop.making}\x1f{voice.digest}\x1f{' '.join(sorted(seats))}")
    staging = replace(shop.staging, bare=shop.staging.bare | seats)
    voices = dict.fromkeys(seats, str(client.spec))
    return replace(shop, clients=clients, staging=staging, making=making), replace(casting, voices=voices)


def lessons(info: RunInfo | None) -> Mapping[int, Mapping[str, Any]]:
    """By round, what the ledger knows of the lesson after it."""
    found = info.extra.get(LESSONS) if info else None
    return {int(round): lesson for round, lesson in found.items()} if isinstance(found, dict) else {}


async def _note(shop: Workshop, round: int, lesson: Mapping[str, Any]) -> None:
    info = shop.ledger.info()
    assert info is not None
    noted = {str(other): held for other, held in lessons(info).items()} | {str(round): dict(lesson)}
    if info.extra.get(LESSONS) != noted:
        await shop.ledger.set_info(replace(info, extra={**info.extra, LESSONS: noted}))


def _learned(plain: Mapping[str, Any]) -> Learned:
    return Learned(**{**plain, "notes": tuple(plain.get("notes", ()))})


def _digest(plain: Any, dialogues: tuple[Dialogue, ...]) -> str:
    digest = blake2b(dumps(plain, sort_keys=True).encode(), digest_size=8)
    for dialogue in dialogues:
        people = [[member.seat, member.role, member.persona.model_dump(mode="json")] for member in dialogue.cast]
        said = [[turn.seat, turn.text] for turn in dialogue.turns]
        digest.update(dumps([dialogue.id, people, said], sort_keys=True).encode("utf-8", "replace"))
    return digest.hexdigest()


def _contents(path: Path | None) -> str:
    return blake2b(path.read_bytes(), digest_size=8).hexdigest() if path else ""


def _hash(text: str) -> str:
    return blake2b(text.encode(), digest_size=8).hexdigest()
