"""Preferences: the better replies become likelier than the worse ones, measured against a base that stays as it was."""

import asyncio
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from tertulia.agents import Dialogue, Member, Place, Turn
from tertulia.corpus import RunInfo
from tertulia.corpus.ledger import Ledger
from tertulia.critics import Outcome
from tertulia.models.errors import Mistake
from tertulia.personas import Persona
from tertulia.training.base.base import load
from tertulia.training.base.scratch import LlamaSize, build
from tertulia.training.data.masking import Tokens
from tertulia.training.data.pairing import Pair
from tertulia.training.event import CheckpointSaved, StepDone
from tertulia.training.example import Preference
from tertulia.training.halting import Halt
from tertulia.training.methods.dpo import Dpo, train_dpo
from tertulia.training.methods.pairwise import Reading, _collated, log_probs, rewards, rows_of, scoring

MICRO = LlamaSize(hidden=32, layers=2, heads=2, intermediate=48, vocabulary=300, reads=256)
THINGS = ("tea", "dogs", "trains", "rivers", "books", "cats", "coffee", "birds", "music", "rain", "soup", "chess")
GOOD, BAD = "Oh, {} is lovely, thanks!", "Whatever, {}."
LESSON = Dpo(steps=6, batch=4, device="cpu", precision="float32", learning_rate=3e-3, validate_every=3, span="turn")


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def job(index: int, reply: str, candidate: int) -> Dialogue:
    thing = THINGS[index]
    cast = tuple(
        Member(seat, Persona(name=seat.upper(), profile=(f"I have {n} {thing} {index}.",)))
        for n, seat in enumerate("ab")
    )
    turns = (Turn("a", f"Do you like {thing}?"), Turn("b", reply.format(thing)))
    return Dialogue(f"{thing}-{candidate}", cast, turns, place=Place(1, index, 0, candidate), inputs=thing)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Twelve jobs with a candidate that was accepted and one that was not; they differ in what b says."""
    folder = tmp_path_factory.mktemp("runs") / "one"
    asyncio.run(keep(folder))
    return str(folder)


async def keep(folder: Path) -> None:
    async with Ledger.open(folder) as ledger:
        ledger.begin(RunInfo("one", {}, "m", "panel"))
        for index in range(len(THINGS)):
            made = [job(index, said, candidate) for candidate, said in enumerate((GOOD, BAD))]
            for dialogue in made:
                await ledger.keep_dialogue(dialogue)
            outcomes = {made[0].id: (Outcome.ACCEPTED, ""), made[1].id: (Outcome.REJECTED, "rude")}
            await ledger.settle(1, index, "panel", outcomes, True)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("base") / "micro"
    model, tokenizer = build(MICRO, [GOOD, BAD, *THINGS], 7)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return {name: weight.detach().clone() for name, weight in load(str(folder), device="cpu").model.named_parameters()}


def test_the_better_replies_become_likelier_and_every_weight_learns(run: str, base: Path, tmp_path: Path) -> None:
    before, events = weights(base), list[object]()
    finish = train_dpo(run, str(base), replace(LESSON, steps=12), tmp_path / "dpo", events.append)
    losses = [event.loss for event in events if isinstance(event, StepDone)]
    assert losses[0] == pytest.approx(0.6931, abs=1e-3)  # ln 2: it is the reference still
    assert losses[-1] < 0.5
    held = finish.outcome.quality["test"]
    assert held["pairs"] == 1
    assert (held["accuracy"], held["margin"] > 0.5) == (1.0, True)
    assert held["margin"] == pytest.approx(held["chosen"] - held["rejected"], abs=1e-3)
    after = weights(tmp_path / "dpo")
    assert [name for name in before if torch.equal(before[name], after[name])] == []
    assert (finish.taught.method, finish.taught.counts["train"], finish.taught.base_model) == ("dpo", 10, "")
    assert {path.name for path in (tmp_path / "dpo").iterdir()} >= {"README.md", "loss.png", "split.json"}


def test_an_adapter_learns_and_its_base_rests(run: str, base: Path, tmp_path: Path) -> None:
    before = weights(base)
    finish = train_dpo(run, str(base), replace(LESSON, lora=2, steps=4, learning_rate=0.03), tmp_path / "dpo")
    assert finish.taught.base_model == str(base)
    assert finish.outcome.quality["test"]["margin"] > 0
    assert not list((tmp_path / "dpo").rglob("ref"))
    held = load_file(tmp_path / "dpo" / "adapter_model.safetensors")
    assert all("lora_" in name for name in held)
    assert all(bool(weight.abs().max()) for name, weight in held.items() if "lora_B" in name)
    assert all(torch.equal(before[name], weight) for name, weight in weights(base).items())
    further = load(str(tmp_path / "dpo"), device="cpu").model
    assert all(weight.requires_grad for weight in further.parameters())  # so that all of it can be trained on


def test_a_second_call_goes_on_as_if_it_had_never_been_left(run: str, base: Path, tmp_path: Path) -> None:
    whole, parts = list[Any](), list[Any]()
    done = train_dpo(run, str(base), LESSON, tmp_path / "whole", whole.append)
    halt = Halt()

    def stop_after_the_first_checkpoint(event: object) -> None:
        parts.append(event)
        halt.asked = halt.asked or isinstance(event, CheckpointSaved)

    with pytest.raises(KeyboardInterrupt):
        train_dpo(run, str(base), LESSON, tmp_path / "parts", stop_after_the_first_checkpoint, halt=halt)
    again = train_dpo(run, str(base), LESSON, tmp_path / "parts", parts.append)
    losses = [[(e.step, e.loss) for e in seen if isinstance(e, StepDone)] for seen in (whole, parts)]
    assert losses[0] == losses[1]
    assert len(losses[0]) == 6
    assert again.outcome == done.outcome
    assert train_dpo(run, str(base), LESSON, tmp_path / "parts", parts.append).outcome == done.outcome
    assert len([e for e in parts if isinstance(e, StepDone)]) == 6


def test_the_knobs_of_the_loss_are_trls(run: str, base: Path, tmp_path: Path) -> None:
    """IPO's loss before anything is learned is (0 - 1 / 2 beta)^2 (Azar et al. 2024, equation 17)."""
    events: list[object] = []
    knobs = replace(LESSON, loss_type="ipo", beta=0.25, steps=1, validate_every=None)
    train_dpo(run, str(base), knobs, tmp_path / "dpo", events.append)
    assert [event.loss for event in events if isinstance(event, StepDone)] == [pytest.approx(4.0, abs=1e-3)]


def test_what_has_learned_nothing_prefers_nothing(run: str, tmp_path: Path) -> None:
    with pytest.raises(Mistake, match=r"says nothing yet .*\(`tertulia train sft RUN --base scratch:tiny`\)"):
        train_dpo(run, "scratch:tiny", LESSON, tmp_path / "dpo")


def pair(chosen: Sequence[int], rejected: Sequence[int], prompt: int) -> Pair:
    """The first `prompt` tokens of each are not learned."""
    sides = (Tokens(tuple(ids), tuple(at >= prompt for at in range(len(ids)))) for ids in (chosen, rejected))
    about = Preference("one", "two", "a", (), (), (), "rejected", Persona(name="Ann"))
    return Pair(about, *sides)


TWO = Reading(pad=0, batch=2)
PAIRS = (pair((5, 6, 7, 8, 9), (5, 6, 10), 2), pair((11, 12, 13), (11, 14, 15, 16, 17, 18), 1))


def test_only_what_is_learned_counts_in_a_log_probability(base: Path) -> None:
    """By hand: the log softmax of each learned token, summed; padding and batches change nothing."""
    model = scoring(load(str(base), device="cpu").model)
    rows = list(rows_of(PAIRS, model, TWO))
    with torch.no_grad():
        for row, one in zip(rows, PAIRS, strict=True):
            for name, tokens in (("chosen", one.chosen), ("rejected", one.rejected)):
                told = model(input_ids=torch.tensor([tokens.input_ids])).logits[0].log_softmax(-1)
                learned = [at for at, counts in enumerate(tokens.learned) if counts]
                by_hand = sum(float(told[at - 1, tokens.input_ids[at]]) for at in learned)
                assert row[f"ref_{name}_logps"] == pytest.approx(by_hand, abs=1e-4)
    alone, together = ([side for both in log_probs(rows, model, Reading(0, size)) for side in both] for size in (1, 2))
    assert alone == pytest.approx(together, abs=1e-4)


def test_a_batch_holds_the_chosen_ones_first() -> None:
    rows = [
        {"chosen_ids": [1, 2, 3], "chosen_mask": [0, 1, 1], "rejected_ids": [1, 4], "rejected_mask": [0, 1]},
        {"chosen_ids": [5, 6], "chosen_mask": [0, 1], "rejected_ids": [5, 7, 8, 9], "rejected_mask": [0, 1, 0, 1]},
    ]
    made = {name: held.tolist() for name, held in _collated(rows, pad=0, most=4).items()}
    assert made == {
        "input_ids": [[1, 2, 3, 0], [5, 6, 0, 0], [1, 4, 0, 0], [5, 7, 8, 9]],
        "attention_mask": [[1, 1, 1, 0], [1, 1, 0, 0], [1, 1, 0, 0], [1, 1, 1, 1]],
        "completion_mask": [[0, 1, 1, 0], [0, 1, 0, 0], [0, 1, 0, 0], [0, 1, 0, 1]],
    }


def test_rewards_are_what_was_gained_over_the_reference(base: Path) -> None:
    model = scoring(load(str(base), device="cpu").model)
    rows = rows_of(PAIRS, model, TWO)
    nothing = rewards(rows, model, TWO, beta=0.5)
    assert (nothing["pairs"], nothing["margin"], nothing["chosen"]) == (2, pytest.approx(0, abs=1e-4), 0)
    other = deepcopy(model)
    with torch.no_grad():
        other.lm_head.weight.mul_(3)
    now, then = log_probs(rows, other, TWO), log_probs(rows, model, TWO)
    gains = [(0.5 * (a - b), 0.5 * (c - d)) for (a, c), (b, d) in zip(now, then, strict=True)]
    told = rewards(rows, other, TWO, beta=0.5)
    assert told["margin"] == pytest.approx(sum(a - c for a, c in gains) / 2, abs=1e-3)
    assert told["accuracy"] == sum(a > c for a, c in gains) / 2
    assert rewards([], other, TWO, beta=0.5) == {}
