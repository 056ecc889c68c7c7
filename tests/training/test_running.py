"""Training under our events, on a model of 28 thousand parameters: what it does, and how it is taken up again."""

import json
import os
import random
import signal
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch.nn import functional
from transformers import LlamaForCausalLM

from tertulia.models.errors import Mistake
from tertulia.training import checkpointing
from tertulia.training.base.scratch import LlamaSize, build_model, build_tokenizer
from tertulia.training.event import CheckpointSaved, StepDone, TrainingEnded, TrainingStarted, Validated
from tertulia.training.halting import Halt
from tertulia.training.knobs import Knobs
from tertulia.training.resuming import alone
from tertulia.training.running import Course, Finish, finished, train
from tertulia.training.setting import settings
from tertulia.training.taught import Taught
from tertulia.training.trainer import Keeping

MICRO = LlamaSize(hidden=32, layers=2, heads=2, intermediate=48, vocabulary=300, reads=256)
WORDS = (
    "i",
    "you",
    "like",
    "love",
    "cats",
    "dogs",
    "tea",
    "now",
    "then",
    "really",
    "always",
    "never",
    "work",
    "garden",
)
_chance = random.Random(1)
TEXTS = [" ".join(_chance.choices(WORDS, k=_chance.randint(2, 12))) for _ in range(16)]
TOKENIZER = build_tokenizer(TEXTS, MICRO.vocabulary)
ROWS = [{"input_ids": [*TOKENIZER(text)["input_ids"], TOKENIZER.eos_token_id]} for text in TEXTS]

Row = dict[str, list[int]]


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """Sums come out the same, in a forked child, too."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def collate(rows: list[Row]) -> dict[str, Any]:
    """The first two tokens of a row are not learned."""
    most = max(len(row["input_ids"]) for row in rows)
    ids = torch.tensor([row["input_ids"] + [0] * (most - len(row["input_ids"])) for row in rows])
    mask = torch.tensor([[1] * len(row["input_ids"]) + [0] * (most - len(row["input_ids"])) for row in rows])
    labels = ids.masked_fill(mask == 0, -100)
    labels[:, :2] = -100
    return {"input_ids": ids, "attention_mask": mask, "labels": labels}


def new_model() -> LlamaForCausalLM:
    model = build_model(MICRO, TOKENIZER, seed=3)
    for layer in model.model.layers:
        layer.self_attn.attention_dropout = 0.2  # what is dropped has to be the same after a resume
    return model


def course(**changed: Any) -> Course:
    given = {"model": new_model(), "tokenizer": TOKENIZER, "train": ROWS[:12], "validation": ROWS[12:]}
    return Course(**{**given, "collate": collate, "learning_rate": 1e-2, **changed})


def knobs(**changed: Any) -> Knobs:
    """Two epochs of three steps."""
    given = {"epochs": 2, "batch": 2, "accumulate": 2, "device": "cpu", "precision": "float32"}
    return Knobs(**{**given, **changed})


def record(settings: Knobs, **changed: Any) -> Taught:
    given = {"method": "sft", "base": "some/base", "base_digest": "ba5e", "sources": ("runs/one",)}
    return Taught(**{**given, "data_digest": "da7a", "knobs": asdict(settings), **changed})


def learn(folder: Path, events: list[object] | None = None, halt: Halt | None = None, **changed: Any) -> Finish:
    seen = [] if events is None else events
    names = Course.__dataclass_fields__.keys()
    settings = knobs(**{name: value for name, value in changed.items() if name not in names})
    lesson = course(**{name: value for name, value in changed.items() if name in names})
    return train(lesson, settings, folder, record(settings), seen.append, halt)


def losses(events: list[object]) -> dict[int, float]:
    return {event.step: event.loss for event in events if isinstance(event, StepDone)}


def signalling(step: int, number: int = signal.SIGINT, times: int = 1) -> LlamaForCausalLM:
    """A model in whose training a signal comes in mid step: after the first of its two batches."""
    model, read = new_model(), 0

    def hook(*given: object) -> None:
        nonlocal read
        read += model.training
        for _ in range(times if model.training and read == 2 * step - 1 else 0):
            os.kill(os.getpid(), number)

    model.register_forward_hook(hook)
    return model


def in_child(work: Callable[[], object]) -> int:
    """Exit code of a process of its own; negative: the signal that ended it."""
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[object]]:
    """A training that nothing interrupted, and what it said."""
    torch.set_num_threads(1)
    folder, events = tmp_path_factory.mktemp("whole") / "sft", list[object]()
    learn(folder, events)
    return folder, events


def test_it_tells_each_step_look_and_checkpoint(whole: tuple[Path, list[object]]) -> None:
    folder, events = whole
    kinds = [type(event).__name__ for event in events]
    epoch = ["StepDone"] * 3 + ["Validated", "CheckpointSaved"]
    assert kinds == ["TrainingStarted", *epoch, *epoch, "TrainingEnded"]
    started, ended = events[0], events[-1]
    assert isinstance(started, TrainingStarted)
    assert isinstance(ended, TrainingEnded)
    assert (started.steps, started.done, started.device, started.precision) == (6, 0, "cpu", "float32")
    assert started.parameters == started.trainable == new_model().num_parameters()
    steps = [event for event in events if isinstance(event, StepDone)]
    assert [step.steps for step in steps] == [6] * 6
    assert steps[2].tokens == sum(len(row["input_ids"]) for row in ROWS[:12])
    assert steps[0].learning_rate == 1e-2 > steps[5].learning_rate
    assert losses(events)[6] < losses(events)[1]
    best = min(event.loss for event in events if isinstance(event, Validated))
    assert ended == TrainingEnded(str(folder), 6, sum(losses(events).values()) / 6, best)


def test_the_folder_holds_model_record_curve_and_card(whole: tuple[Path, list[object]]) -> None:
    folder, events = whole
    there = {path.name for path in folder.iterdir()}
    assert {"model.safetensors", "config.json", "tokenizer.json", "chat_template.jinja"} <= there
    assert {"training.json", "trainer_state.json", "loss.png", "losses.csv", "README.md"} <= there
    assert "training_args.bin" not in there
    assert json.loads((folder / "config.json").read_text())["use_cache"] is True
    state = (folder / "trainer_state.json").read_text()
    assert str(folder) not in state
    assert "runtime" not in state
    table = (folder / "losses.csv").read_text().splitlines()
    assert table[0] == "step,train,validation,learning_rate"
    assert table[1].startswith(f"1,{losses(events)[1]},,")
    assert (folder / "loss.png").read_bytes().startswith(b"\x89PNG")


def test_losses_are_means_over_the_learned_tokens(tmp_path: Path) -> None:
    """Of a whole step, whatever its batches; and of the whole validation part."""
    events: list[object] = []
    learn(tmp_path / "out", events, steps=1, batch=4, accumulate=3, model=build_model(MICRO, TOKENIZER, seed=3))
    assert losses(events)[1] == pytest.approx(mean_loss(build_model(MICRO, TOKENIZER, seed=3), ROWS[:12]), abs=1e-5)
    taught = LlamaForCausalLM.from_pretrained(tmp_path / "out")
    looks = [event.loss for event in events if isinstance(event, Validated)]
    assert looks == pytest.approx([mean_loss(taught, ROWS[12:])], abs=1e-5)


def mean_loss(model: Any, rows: list[Row]) -> float:
    """A row at a time, without a library's loss."""
    total, count = 0.0, 0
    for row in rows:
        ids = torch.tensor([row["input_ids"]])
        with torch.no_grad():
            scores = model.eval()(input_ids=ids).logits[0, 1:-1]
        total += float(functional.cross_entropy(scores, ids[0, 2:], reduction="sum"))
        count += len(row["input_ids"]) - 2
    return total / count


def test_ctrl_c_ends_the_step_and_the_same_command_goes_on_as_if_nothing_had_been(
    tmp_path: Path, whole: tuple[Path, list[object]]
) -> None:
    before: list[object] = []
    handler = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        learn(tmp_path, before, model=signalling(4))  # in the second epoch
    assert signal.getsignal(signal.SIGINT) is handler
    assert isinstance(before[-1], CheckpointSaved)
    assert before[-1].step == max(losses(before)) == 4
    after: list[object] = []
    learn(tmp_path, after)
    assert isinstance(after[0], TrainingStarted)
    assert after[0].done == 4
    assert {**losses(before), **losses(after)} == losses(whole[1])
    assert sorted(losses(after)) == [5, 6]
    assert (tmp_path / "model.safetensors").read_bytes() == (whole[0] / "model.safetensors").read_bytes()
    assert (tmp_path / "trainer_state.json").read_text() == (whole[0] / "trainer_state.json").read_text()


def test_a_second_ctrl_c_ends_it_at_once(tmp_path: Path) -> None:
    events: list[object] = []
    with pytest.raises(KeyboardInterrupt):
        learn(tmp_path, events, model=signalling(5, times=2))
    assert max(losses(events)) == 4
    assert [step_of(path) for path in checkpointing.checkpoints(tmp_path)] == [3]


def test_another_thread_asks_for_the_end_by_a_halt(tmp_path: Path) -> None:
    halt, events = Halt(), list[object]()
    halt.asked = True
    with pytest.raises(KeyboardInterrupt):
        learn(tmp_path, events, halt)
    assert list(losses(events)) == [1]


def test_a_killed_process_leaves_its_last_checkpoint(tmp_path: Path, whole: tuple[Path, list[object]]) -> None:
    assert in_child(lambda: learn(tmp_path, model=signalling(5, signal.SIGKILL))) == -signal.SIGKILL
    assert step_of(checkpointing.newest(tmp_path)) == 3
    events: list[object] = []
    learn(tmp_path, events)
    assert sorted(losses(events)) == [4, 5, 6]
    assert losses(events).items() <= losses(whole[1]).items()
    assert (tmp_path / "model.safetensors").read_bytes() == (whole[0] / "model.safetensors").read_bytes()


def test_a_half_written_checkpoint_is_passed_over_and_removed(tmp_path: Path) -> None:
    saved = 0

    def save(model: Any, folder: Path) -> None:
        nonlocal saved
        saved += 1
        save_file({name: value.clone() for name, value in model.state_dict().items()}, folder / "model.safetensors")
        if saved == 2 and os.getpid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)

    parent = os.getpid()
    keeping = Keeping(save, lambda model, folder: model.load_state_dict(load_file(folder / "model.safetensors")))
    assert in_child(lambda: learn(tmp_path, keeping=keeping)) == -signal.SIGKILL
    half = tmp_path / "checkpoints" / "checkpoint-6"
    assert (half / "model.safetensors").is_file()
    assert step_of(checkpointing.newest(tmp_path)) == 3
    events: list[object] = []
    saved = 2
    learn(tmp_path, events, keeping=keeping)
    assert sorted(losses(events)) == [4, 5, 6]
    assert checkpointing.newest(tmp_path) == half


def test_what_ended_in_its_last_files_only_writes_those(tmp_path: Path, whole: tuple[Path, list[object]]) -> None:
    learn(tmp_path)
    held = Taught.read(tmp_path)
    replace(held, results={}).write(tmp_path)
    (tmp_path / "model.safetensors").unlink()
    events: list[object] = []
    learn(tmp_path, events)
    assert not losses(events)
    assert Taught.read(tmp_path) == held
    assert (tmp_path / "model.safetensors").read_bytes() == (whole[0] / "model.safetensors").read_bytes()


def test_a_finished_one_is_known_before_anything_is_loaded(whole: tuple[Path, list[object]]) -> None:
    folder = whole[0]
    found = finished(folder, record(knobs(keep=5), base_digest=""))
    assert found is not None
    assert found.outcome.steps == 6
    assert found.outcome.best == min(event.loss for event in whole[1] if isinstance(event, Validated))
    assert found.taught.results["learning_rate"] == 1e-2


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"base": "other/base", "base_digest": "bad"}, "base was 'some/base' and is 'other/base'"),
        ({"base_digest": "bad"}, "base digest was 'ba5e' and is 'bad'"),
        ({"data_digest": "more"}, "data digest was 'da7a' and is 'more'"),
        ({"knobs": asdict(knobs(batch=4))}, "batch was 2 and is 4"),
        ({"knobs": asdict(knobs(epochs=5))}, r"epochs was 2 and is 5\. .* give it as the base of a new one \(--base"),
        ({"knobs": asdict(knobs(epochs=None))}, r"epochs was 2 and is not given\. .* give it as the base"),
    ],
)
def test_another_training_is_not_mixed_into_a_folder(
    whole: tuple[Path, list[object]], changed: dict[str, Any], told: str
) -> None:
    with pytest.raises(Mistake, match=told):
        finished(whole[0], replace(record(knobs()), **changed))


def test_a_checkpoint_of_another_base_is_not_gone_on_from(tmp_path: Path) -> None:
    halt = Halt()
    halt.asked = True
    with pytest.raises(KeyboardInterrupt):
        learn(tmp_path, halt=halt)
    other = record(knobs(), base="other/base", base_digest="bad")
    told = "base was 'some/base' and is 'other/base'.*another --output .*--remake"
    with pytest.raises(Mistake, match=told):
        finished(tmp_path, other)
    with pytest.raises(Mistake, match=told):
        train(course(), knobs(), tmp_path, other)
    assert finished(tmp_path, record(knobs())) is None
    assert step_of(checkpointing.newest(tmp_path)) == 1


@pytest.mark.parametrize(
    ("asked", "steps"),
    [
        ({"epochs": None}, 10),
        ({"epochs": None, "batch": 1, "accumulate": 1}, 36),
        ({"epochs": 2}, 6),
        ({"steps": 4}, 4),
    ],
)
def test_how_long_is_as_asked_or_three_epochs_and_the_least_steps(
    tmp_path: Path, asked: dict[str, Any], steps: int
) -> None:
    assert settings(course(least_steps=10), knobs(**asked), tmp_path)["max_steps"] == steps


def test_a_training_that_has_no_checkpoint_yet_may_change(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        learn(tmp_path, model=signalling(1, times=2))
    assert finished(tmp_path, record(knobs(batch=4))) is None
    learn(tmp_path, batch=4, steps=1)
    assert Taught.read(tmp_path).knobs["batch"] == 4


def test_remake_deletes_what_a_training_wrote_and_no_more(tmp_path: Path) -> None:
    learn(tmp_path, steps=1)
    (tmp_path / "exported").mkdir()
    assert finished(tmp_path, record(knobs(batch=4)), remake=True) is None
    assert {path.name for path in tmp_path.iterdir()} == {"exported"}


def test_while_it_is_deleted_nothing_counts_as_finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    learn(tmp_path, steps=1)

    def killed(path: Path, **how: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as ended:
        ended.setattr(Path, "unlink", killed)
        with pytest.raises(KeyboardInterrupt):
            finished(tmp_path, record(knobs(steps=1)), remake=True)
    assert finished(tmp_path, record(knobs(steps=1))) is None
    assert finished(tmp_path, record(knobs(steps=1)), remake=True) is None
    assert not list(tmp_path.iterdir())


def test_a_broken_record_is_told_and_remade(tmp_path: Path) -> None:
    (tmp_path / "training.json").write_text('{"method": "sft"')
    with pytest.raises(Mistake, match=r"training\.json is not whole .* train again with --remake"):
        finished(tmp_path, record(knobs()))
    assert finished(tmp_path, record(knobs()), remake=True) is None
    (tmp_path / ".training.json.12ab.part").touch()
    assert finished(tmp_path, record(knobs())) is None, "it was killed while its first file was written"


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "ledger.db").touch()
    with pytest.raises(Mistake, match="holds other files"):
        finished(tmp_path, record(knobs()), remake=True)
    assert (tmp_path / "ledger.db").exists()


def test_two_do_not_train_in_one_folder(tmp_path: Path) -> None:
    with alone(tmp_path), pytest.raises(Mistake, match="another process trains"):
        learn(tmp_path)


def test_it_ends_when_nothing_is_gained_and_keeps_the_best(tmp_path: Path) -> None:
    """Four examples by heart: after the first looks the validation loss rises."""
    events: list[object] = []
    course = {"train": ROWS[:4], "validation": ROWS[12:], "learning_rate": 0.05, "model": new_model()}
    found = learn(tmp_path, events, steps=40, validate_every=2, patience=2, keep=1, schedule="constant", **course)
    looks = [event for event in events if isinstance(event, Validated)]
    best = min(looks, key=lambda look: look.loss)
    assert found.outcome.steps == looks[-1].step == best.step + 4 < 40
    assert found.outcome.best_step == best.step
    assert found.outcome.why == f"no gain in 2 looks at the validation part; the best was after step {best.step}"
    assert [look.best for look in looks[-3:]] == [True, False, False]
    kept = [step_of(path) for path in checkpointing.checkpoints(tmp_path)]
    assert kept == [best.step, looks[-1].step]
    best_weights = tmp_path / "checkpoints" / f"checkpoint-{best.step}" / "model.safetensors"
    assert same(load_file(tmp_path / "model.safetensors"), load_file(best_weights))
    taught = LlamaForCausalLM.from_pretrained(tmp_path)
    assert mean_loss(taught, ROWS[12:]) == pytest.approx(best.loss, abs=1e-4)


def test_without_validation_the_last_weights_are_kept(tmp_path: Path) -> None:
    found = learn(tmp_path, validation=[])
    assert (found.outcome.best, found.outcome.best_step, found.outcome.why) == (None, None, "")
    last = tmp_path / "checkpoints" / "checkpoint-6" / "model.safetensors"
    assert same(load_file(tmp_path / "model.safetensors"), load_file(last))


def test_a_process_is_left_as_it_was(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Nothing printed, and no draw of the generators that everybody shares."""
    random.seed(5), torch.manual_seed(5)
    expected = random.Random(5).random(), torch.rand(1, generator=torch.Generator().manual_seed(5))
    learn(tmp_path, steps=1)
    assert (random.random(), torch.rand(1)) == expected
    assert capfd.readouterr() == ("", "")


class Failing(torch.nn.Module):
    """No model of transformers: it has a weight, and a loss that comes from outside."""

    def __init__(self, loss: Callable[[], float]) -> None:
        super().__init__()
        self.weight, self.loss = torch.nn.Parameter(torch.ones(1)), loss

    def forward(self, input_ids: Any, attention_mask: Any, labels: Any) -> Any:
        return {"loss": self.weight.sum() * self.loss()}


def memory_gone() -> float:
    raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB")


def allocator_fails() -> float:
    torch.empty(1 << 55)
    return 0.0


@pytest.mark.parametrize("loss", [memory_gone, allocator_fails])
def test_memory_that_does_not_suffice_is_told_with_the_next_step(tmp_path: Path, loss: Callable[[], float]) -> None:
    with pytest.raises(Mistake, match="memory does not suffice for batches of 2: lower --batch") as caught:
        learn(tmp_path, model=Failing(loss), keeping=NOTHING)
    assert caught.value.__cause__ is not None


def test_after_memory_ran_out_the_last_checkpoint_is_usable(tmp_path: Path, whole: tuple[Path, list[object]]) -> None:
    model, read = new_model(), 0

    def hook(*given: object) -> None:
        nonlocal read
        read += model.training
        if read == 9:  # the first batch of step 5
            memory_gone()

    model.register_forward_hook(hook)
    told = "checkpoint-3 is kept, and the same command goes on from it"
    with pytest.raises(Mistake, match=f"memory does not suffice .*{told}"):
        learn(tmp_path, model=model)
    learn(tmp_path)
    assert (tmp_path / "model.safetensors").read_bytes() == (whole[0] / "model.safetensors").read_bytes()


def test_a_loss_that_is_no_number_ends_it(tmp_path: Path) -> None:
    with pytest.raises(Mistake, match=r"the loss of step 1 is nan.* lower --learning-rate"):
        learn(tmp_path, model=Failing(lambda: float("nan")), keeping=NOTHING)


NOTHING = Keeping(lambda model, folder: None, lambda model, folder: None)


def test_bfloat16_is_computed_where_it_is_asked_for(tmp_path: Path) -> None:
    events: list[object] = []
    learn(tmp_path, events, steps=1, precision="bfloat16", model=build_model(MICRO, TOKENIZER, seed=3))
    assert isinstance(events[0], TrainingStarted)
    assert events[0].precision == "bfloat16"
    exact = mean_loss(build_model(MICRO, TOKENIZER, seed=3), ROWS[:12])
    assert losses(events)[1] == pytest.approx(exact, abs=0.5)
    assert load_file(tmp_path / "model.safetensors")["model.norm.weight"].dtype == torch.float32


def test_nothing_to_learn_from_is_said(tmp_path: Path) -> None:
    with pytest.raises(Mistake, match="no example to learn from"):
        learn(tmp_path, train=[])


def step_of(path: Path | None) -> int:
    assert path is not None
    return checkpointing.step_of(path)


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)
