"""A model is taught between rounds and speaks in the next; crashed anywhere, the run ends as an undisturbed one."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest
from fakes import ALONE, Countdown, Crash, CrashAt, cafe, exported, loaded, made

from tertulia.agents.audit import leaks
from tertulia.agents.event import TurnSpoken
from tertulia.corpus.corpus import Corpus
from tertulia.models.errors import Mistake
from tertulia.models.local.loading import quietly
from tertulia.models.local.templating import OPENING
from tertulia.models.request import Events, Kind, Role
from tertulia.personas.description import described
from tertulia.scenarios.event import Taught
from tertulia.scenarios.fingerprint import difference, making
from tertulia.scenarios.generations import generations
from tertulia.scenarios.loading import load
from tertulia.scenarios.scenario import Scenario
from tertulia.scenarios.simulation import simulate
from tertulia.scenarios.teach import Learned, Lesson, Teach
from tertulia.training.base.scratch import LlamaSize, build

MICRO = LlamaSize(hidden=32, layers=1, heads=2, intermediate=48, vocabulary=400, reads=1024)
SPEAKS = "speaks: {max_tokens: 5, temperature: 0.9, device: cpu, max_batch: 4}"
TEACH = f"rounds.teach={{base: scratch:tiny, {SPEAKS}}}"
SHAPE = (ALONE, TEACH, "rounds.count=2", "rounds.dialogues=3", "refine.regenerate=1", "stage.guards=[]")

THREE = (*SHAPE, "rounds.count=3")


class Builder:
    """Teaches nothing, but its model is another one for other dialogues; soon done, and counts its lessons."""

    def __init__(self, crash_at: int = 0) -> None:
        self.lessons: list[Lesson] = []
        self._crash_at = crash_at

    def check(self, teach: Teach, folder: Path) -> None:
        if teach.knobs.get("wrong"):
            raise Mistake("no knob 'wrong'")

    def teach(self, lesson: Lesson, events: Events, stop: Callable[[], bool]) -> Learned:
        self.lessons.append(lesson)
        if len(self.lessons) == self._crash_at:
            raise Crash
        texts = [turn.text for dialogue in lesson.dialogues for turn in dialogue.turns]
        model, tokenizer = build(MICRO, texts, lesson.seed)
        with quietly():
            model.save_pretrained(lesson.folder)
            tokenizer.save_pretrained(lesson.folder)
        return Learned(len(lesson.dialogues), 2 * len(lesson.dialogues), 7, held_out=100.0 / lesson.round)


async def test_what_round_1_taught_speaks_in_round_2_as_a_model_is_used_to_it(tmp_path: Path) -> None:
    teacher, told = Builder(), list[object]()
    scenario = loaded(cafe(tmp_path), THREE)
    with await simulate(scenario, told.append, output=tmp_path / "run", teach=teacher) as corpus:
        _check_generations(corpus)
        assert [event.round for event in told if isinstance(event, Taught)] == [1, 2]
        assert [len(lesson.dialogues) for lesson in teacher.lessons] == [
            corpus.ledger.count(rounds=(1,)), corpus.ledger.count(rounds=(1, 2)),
        ]  # fmt: skip
        for record in corpus.records(None):
            dialogue = record.dialogue
            assert dialogue.place is not None
            spoken = {1: "scripted", 2: "transformers:round-1", 3: "transformers:round-2"}[dialogue.place.round]
            assert {member.model for member in dialogue.cast} == {spoken}
            sent = [sent.request.parts for sent in corpus.ledger.requests_of(dialogue.id)]
            assert not list(leaks(dialogue, sent))
            if dialogue.place.round == 1:
                assert {part.kind for parts in sent for part in parts} > {Kind.INSTRUCTIONS, Kind.PERSONA}
                continue
            assert not dialogue.exemplars
            assert not dialogue.notes
            for parts in sent:
                (system,) = [part for part in parts if part.role is Role.SYSTEM]
                assert system.text == described(dialogue.member(system.seat or "").persona)
                assert {part.kind for part in parts} <= {Kind.PERSONA, Kind.TURN, Kind.REMINDER}
                assert {part.text for part in parts if part.kind is Kind.REMINDER} <= {OPENING}
            assert sent[0][1].text == OPENING


async def test_some_seats_may_be_taught_and_others_stay_who_they_are(tmp_path: Path) -> None:
    seats = f"rounds.teach={{base: scratch:tiny, seats: [b], {SPEAKS}}}"
    with await simulate(loaded(cafe(tmp_path), (*SHAPE, seats)), output=tmp_path / "run", teach=Builder()) as corpus:
        cast = {
            member.seat: member.model
            for record in corpus.ledger.records(outcomes=None, rounds=(2,))
            for member in record.dialogue.cast
        }
        assert cast == {"a": "scripted", "b": "transformers:round-1"}
        kinds: dict[str, set[Kind]] = {"a": set(), "b": set()}
        for record in corpus.ledger.records(outcomes=None, rounds=(2,)):
            for sent in corpus.ledger.requests_of(record.dialogue.id):
                own = next(part.seat for part in sent.request.parts if part.kind is Kind.PERSONA)
                kinds[own or ""] |= {part.kind for part in sent.request.parts}
        assert Kind.INSTRUCTIONS in kinds["a"] - kinds["b"]
        assert Kind.EXEMPLAR in kinds["a"] - kinds["b"]


async def test_crashed_and_resumed_it_gives_the_same_corpus_wherever_it_is(tmp_path: Path) -> None:
    source = cafe(tmp_path)
    undisturbed = await made(source, tmp_path / "undisturbed", *THREE, teach=Builder())
    output, found, crashes, lessons = tmp_path / "crashing", b"", 0, list[Lesson]()
    for turns in (5, 20, 8, 20, 6, 10**6):
        teacher = Builder(crash_at=2 if turns == 8 else 0)
        due = Countdown(turns, lambda event: isinstance(event, TurnSpoken))
        try:
            found = await made(source, output, *THREE, on_event=CrashAt(due), teach=teacher)
        except Crash:
            crashes += 1
        lessons += teacher.lessons
    assert crashes >= 3
    assert found == undisturbed
    assert str(output).encode() not in found
    taught = [lesson.round for lesson in lessons]
    assert (taught.count(1), len(taught)) == (1, 2)


async def test_a_done_run_teaches_nobody_again_and_says_who_was_taught(tmp_path: Path) -> None:
    source, told, again = cafe(tmp_path), list[object](), Builder()
    first = await made(source, tmp_path / "run", *SHAPE, teach=Builder())
    assert await made(source, tmp_path / "run", *SHAPE, teach=again, on_event=told.append) == first
    assert again.lessons == []
    assert [event.before for event in told if isinstance(event, Taught)] == [True]


async def test_another_lesson_or_another_model_makes_the_later_rounds_anew(tmp_path: Path) -> None:
    source, more, output = cafe(tmp_path), (*SHAPE, "rounds.dialogues=5"), tmp_path / "run"
    await made(source, output, *SHAPE, teach=Builder())
    teacher = Builder()
    grown = await made(source, output, *more, teach=teacher)
    assert [lesson.round for lesson in teacher.lessons] == [1]
    assert grown == await made(source, tmp_path / "at once", *more, teach=Builder())
    (output / "models" / "round-1" / "generation_config.json").write_text('{"temperature": 0.5}')
    with Corpus.open(output) as corpus:
        before = [record.dialogue.id for record in corpus.ledger.records(outcomes=None, rounds=(2,))]
    await made(source, output, *more, teach=Builder())
    with Corpus.open(output) as corpus:
        assert grown == exported(corpus, output)  # the teacher has put it right
        assert before == [record.dialogue.id for record in corpus.ledger.records(outcomes=None, rounds=(2,))]


async def test_where_nothing_was_accepted_the_former_models_go_on_and_that_is_said(tmp_path: Path) -> None:
    never = '{use: "fakes:Bounded", name: never, role: veto, options: {least: 0, most: 0}}'
    nobody = f"critics.panel=[{never}, structure]"
    told, teacher = list[object](), Builder()
    with await simulate(
        loaded(cafe(tmp_path), (*SHAPE, nobody)), told.append, output=tmp_path / "run", teach=teacher
    ) as corpus:
        assert teacher.lessons == []
        whys = [event.why for event in told if isinstance(event, Taught)]
        assert whys[0] == "nothing was accepted in round 1: the scenario's own models go on speaking"
        assert {member.model for record in corpus.records(None) for member in record.dialogue.cast} == {"scripted"}
        assert [one.why for one in generations(corpus.ledger)] == ["", *whys]


def _check_generations(corpus: Corpus) -> None:
    accepted = [corpus.ledger.count(rounds=(number,)) for number in (1, 2, 3)]
    found = generations(corpus.ledger)
    assert [(one.number, one.round, one.held_out, one.steps) for one in found] == [
        (0, 1, None, None), (1, 2, 100.0, 7), (2, 3, 50.0, 7),
    ]  # fmt: skip
    assert [one.model for one in found] == ["scripted", "transformers:round-1", "transformers:round-2"]
    assert [one.accepted for one in found] == accepted
    assert [one.dialogues for one in found] == [None, accepted[0], accepted[0] + accepted[1]]


async def test_who_is_interrupted_waits_for_the_teacher_to_write_down_how_far_it_is(tmp_path: Path) -> None:
    asked, done = Event(), list[str]()

    class Slow(Builder):
        def teach(self, lesson: Lesson, events: Events, stop: Callable[[], bool]) -> Learned:
            asked.set()
            while not stop():
                asked.wait(0.01)
            done.append("checkpoint")
            raise Mistake("interrupted")

    run = asyncio.ensure_future(simulate(loaded(cafe(tmp_path), SHAPE), output=tmp_path / "run", teach=Slow()))
    await asyncio.to_thread(asked.wait)
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run
    assert done == ["checkpoint"]


async def test_what_can_not_be_taught_is_said_before_anybody_speaks(tmp_path: Path) -> None:
    scenario, output = loaded(cafe(tmp_path), SHAPE), tmp_path / "run"
    with pytest.raises(Mistake, match=r"nobody to teach; .*tertulia\.training\.teaching\.teacher"):
        await simulate(scenario, output=output)
    wrong = loaded(cafe(tmp_path), (*SHAPE, "rounds.teach.knobs={wrong: 1}"))
    with pytest.raises(Mistake, match="no knob 'wrong'"):
        await simulate(wrong, output=output, teach=Builder())
    assert not output.exists()
    with await simulate(loaded(cafe(tmp_path), (*SHAPE, "rounds.count=1")), output=output) as corpus:
        assert len(corpus)


async def test_a_folder_that_is_not_the_run_s_is_left_alone(tmp_path: Path) -> None:
    theirs = tmp_path / "run" / "models" / "round-1" / "weights.txt"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("mine")
    with pytest.raises(Mistake, match="round-1 is not this run's: move it away"):
        await simulate(loaded(cafe(tmp_path), SHAPE), output=tmp_path / "run", teach=Builder())
    assert theirs.read_text() == "mine"


def test_only_what_dialogues_are_made_from_asks_before_it_changes(tmp_path: Path) -> None:
    def said(*overrides: str) -> Scenario:
        return loaded(cafe(tmp_path), overrides)

    plain, taught = said(), said(TEACH)
    assert making(plain) == making(said("stage.briefing=full", "rounds.count=7"))
    assert (
        len(
            {
                making(s)
                for s in (plain, taught, said("stage.briefing=persona"), said(TEACH, "rounds.teach.start=previous"))
            }
        )
        == 4
    )
    elsewhere = said(TEACH, "rounds.teach.held_out=''")
    assert making(taught) == making(elsewhere)
    assert difference(taught.model_dump(mode="json"), elsewhere.model_dump(mode="json")) == []
    one_seat = said("cast.seats=[{id: a, briefing: persona}, {id: b}]")
    assert one_seat.bare == {"a"}


WRONG = {
    "rounds.teach={base: scratch:huge}": "rounds.teach.base: no model from scratch is called 'huge'.*'tiny'|small",
    "rounds.teach={base: ''}": "rounds.teach.base: name a model to begin from",
    "rounds.teach={seats: [c]}": r"rounds.teach.seats\[0\]: no seat 'c'",
    "rounds.teach={speaks: {temprature: 1}}": "rounds.teach.speaks: no key 'temprature'; did you mean 'temperature'",
    "rounds.teach={speaks: {max_batch: 0}}": "rounds.teach.speaks: .*max_batch",
    "rounds.teach={held_out: nowhere.csv}": "rounds.teach.held_out: no file 'nowhere.csv'",
    "rounds.teach={after: [0]}": r"rounds.teach.after\[0\]",
    "rounds.teach={method: dpo}": "rounds.teach.method",
}


@pytest.mark.parametrize("override", WRONG)
def test_a_mistake_in_the_key_is_told_where_it_stands(tmp_path: Path, override: str) -> None:
    with pytest.raises(Mistake, match=WRONG[override]):
        load(cafe(tmp_path), overrides=[override])


def test_what_says_nothing_in_script_mode_is_a_mistake(tmp_path: Path) -> None:
    script = "stage.mode=script"
    with pytest.raises(Mistake, match=r"stage\.briefing: says nothing in script mode"):
        load(cafe(tmp_path), overrides=[script, "stage.briefing=persona"])
    with pytest.raises(Mistake, match=r"rounds\.teach: a taught model speaks for one seat at a time"):
        load(cafe(tmp_path), overrides=[script, TEACH])
    roles = "cast.seats=[{id: a, role: user}, {id: b, role: user}]"
    with pytest.raises(Mistake, match=r"rounds\.teach\.speaker: no seat has the role 'assistant'"):
        load(cafe(tmp_path), overrides=[roles, "rounds.teach={speaker: assistant}"])
