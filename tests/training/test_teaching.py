"""The teacher of a run: stopped and taken up again its model is the same, and what it measures is what it says."""

from collections.abc import Callable
from dataclasses import replace
from math import exp, log
from pathlib import Path

import pytest

from tertulia.agents import Dialogue, Member, SeatRole, Turn
from tertulia.corpus.formats.importing import read_dialogues
from tertulia.corpus.seeds import read_exemplars
from tertulia.models.errors import Mistake, Stopped
from tertulia.models.local.adapter import find_chat
from tertulia.personas import Persona
from tertulia.scenarios.generations import generations
from tertulia.scenarios.loading import load
from tertulia.scenarios.simulation import simulate
from tertulia.scenarios.teach import Learned, Lesson, Teach
from tertulia.training import needing
from tertulia.training.base import base
from tertulia.training.data.conversing import examples
from tertulia.training.evaluation.subject import Subject
from tertulia.training.event import StepDone
from tertulia.training.teaching import held_out, knobs_of, teacher

LIKES = ("rowing", "chess", "bread", "snow", "old maps", "beetles")
KNOBS = {"steps": 2, "batch": 2, "validation": 0, "device": "cpu", "precision": "float32", "validate_every": 1}
ONE = '{"messages": [{"role": "user", "content": "Hi %d."}, {"role": "assistant", "content": "Hello."}]}\n'


def said(number: int) -> Dialogue:
    people = [Persona(name=n, profile=(f"I like {LIKES[(number + at) % 6]}.",)) for at, n in enumerate(("Ann", "Bo"))]
    cast = (Member("a", people[0], SeatRole.USER), Member("b", people[1], SeatRole.ASSISTANT))
    lines = (f"Hello number {number}.", f"Do you like {LIKES[number % 6]}?", "I do.", "So do I, on Sundays.")
    return Dialogue(f"d{number}", cast, tuple(Turn("ab"[at % 2], line) for at, line in enumerate(lines)))


def lesson(folder: Path) -> Lesson:
    held = folder / "held.jsonl"
    folder.mkdir(exist_ok=True)
    held.write_text(ONE % 1 + ONE % 2)
    return Lesson(
        round=1,
        dialogues=tuple(map(said, range(4))),
        folder=folder / "models" / "round-1",
        begins="scratch:tiny",
        method="sft",
        speaker="both",
        knobs=KNOBS,
        seed=3,
        source="cafe, round 1",
        digest="0",
        held_out=held,
    )


def taught(of: Lesson, stop: Callable[[], bool] = lambda: False) -> tuple[Learned, list[object]]:
    told: list[object] = []
    return teacher().teach(of, told.append, stop), told


def test_stopped_and_taken_up_again_it_leaves_the_same_model(tmp_path: Path) -> None:
    whole, told = taught(lesson(tmp_path / "whole"))
    assert sum(isinstance(event, StepDone) for event in told) == 2
    halted = lesson(tmp_path / "halted")
    with pytest.raises(Stopped, match="interrupted; its last checkpoint is kept"):
        taught(halted, stop=lambda: True)
    assert not (halted.folder / "model.safetensors").exists()
    resumed, more = taught(halted)
    assert sum(isinstance(event, StepDone) for event in more) < 2
    assert resumed == whole
    digests = {find_chat(str(folder / "models" / "round-1"), "").digest for folder in tmp_path.iterdir()}
    assert len(digests) == 1
    again, nothing = taught(halted)
    assert again == whole
    assert not any(isinstance(event, StepDone) for event in nothing)
    _check_measures(whole, halted)
    assert [d.turns for d in read_dialogues(halted.folder.with_suffix(".jsonl"))] == [d.turns for d in halted.dialogues]


def _check_measures(learned: Learned, of: Lesson) -> None:
    """By hand, from the scores of each side of each held-out dialogue."""
    assert (learned.dialogues, learned.examples, learned.steps) == (4, 8, 2)
    assert of.held_out is not None
    dialogues = list(read_exemplars(of.held_out))
    scores = Subject("", base.load(str(of.folder), device="cpu")).nll(list(examples(dialogues)))
    nats, tokens, size = (sum(score[at] for score in scores) for at in range(3))
    assert learned.held == len(dialogues)
    assert learned.held_out == pytest.approx(exp(nats / tokens), rel=1e-4)
    assert learned.bits_per_byte == pytest.approx(nats / log(2) / size, rel=1e-4)
    assert learned.validation is None


def test_what_can_not_be_measured_is_said_and_the_model_stays(tmp_path: Path) -> None:
    empty = tmp_path / "none.jsonl"
    empty.write_text("")
    learned, _ = taught(replace(lesson(tmp_path), knobs={**KNOBS, "steps": 1}, held_out=empty))
    assert (learned.held_out, learned.held) == (None, 0)
    assert learned.notes
    assert learned.notes[0].startswith("none.jsonl: ")


def test_what_is_missing_is_said_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check = teacher().check
    check(Teach(), tmp_path)
    wrong = {"epoch": 3, "batch": 0, "form": "pairs"}
    with pytest.raises(Mistake, match=r"no knob 'epoch'; did you mean 'epochs'.*no knob 'form'.*'batch'"):
        check(Teach(knobs=wrong), tmp_path)
    with pytest.raises(Mistake, match="neither a folder that is there nor a hub name"):
        check(Teach(base=str(tmp_path / "gone")), tmp_path)
    with pytest.raises(Mistake, match="has learned nothing that an adapter could build on"):
        check(Teach(knobs={"lora": 4}), tmp_path)
    monkeypatch.setattr(needing, "find_spec", lambda name: None)
    with pytest.raises(Mistake, match=r"pip install 'tertulia\[train\]'"):
        check(Teach(), tmp_path)


def test_nothing_is_kept_for_a_test_and_the_seed_is_the_scenario_s() -> None:
    knobs = knobs_of({"epochs": 2}, "user", seed=9)
    assert (knobs.test, knobs.seed, knobs.epochs, knobs.speaker) == (0.0, 9, 2, "user")
    assert knobs_of({"seed": 1, "test": 0.2}, "both", seed=9).seed == 1


def test_of_many_held_out_dialogues_a_sample_is_read(tmp_path: Path) -> None:
    path = tmp_path / "many.jsonl"
    path.write_text("".join(ONE % number for number in range(150)))
    found = held_out(path, seed=1)
    assert len(found) == len({dialogue.turns for dialogue in found}) == 100
    assert found == held_out(path, seed=1)
    assert found != held_out(path, seed=2)


MICRO = (
    "rounds.count=2", "rounds.dialogues=3", "refine.regenerate=0", "stage.turns={min: 2, max: 3}", "stage.guards=[]",
    "rounds.teach.base=scratch:tiny", "rounds.teach.knobs={steps: 2, batch: 2, validation: 0, device: cpu}",
    "rounds.teach.speaks={max_tokens: 4, max_batch: 4, device: cpu}",
)  # fmt: skip


async def test_self_taught_ends_with_a_generation_that_was_taught(tmp_path: Path) -> None:
    scenario = load("self-taught", overrides=MICRO)
    with await simulate(scenario, output=tmp_path / "run", teach=teacher()) as corpus:
        found = generations(corpus.ledger)
        models = {record.dialogue.cast[0].model for record in corpus.ledger.records(outcomes=None, rounds=(2,))}
    assert models == {"transformers:round-1"}
    assert [(one.number, one.model, one.steps) for one in found] == [
        (0, "rehearsal", None), (1, "transformers:round-1", 2),
    ]  # fmt: skip
    assert found[1].held_out is not None
    assert found[1].held_out > 1
    assert found[1].bits_per_byte is not None
