"""Dialogues become parts of examples and tokens, and every number that is told of them is so."""

import pytest
import torch

from tertulia.agents import Dialogue, Member, Turn
from tertulia.models.errors import Mistake
from tertulia.personas import Persona
from tertulia.training.base.scratch import build_tokenizer
from tertulia.training.data.batching import collate, width_of
from tertulia.training.data.masking import Tokens
from tertulia.training.data.material import Material
from tertulia.training.data.preparing import prepare, texts
from tertulia.training.data.splitting import Shares, split
from tertulia.training.example import Form, Speaker, System
from tertulia.training.knobs import Knobs

SHARES = Shares(validation=0.2, test=0.2)


def dialogue(number: int, turns: int = 4) -> Dialogue:
    people = [Persona(name="Ann", profile=[f"I am Ann {number}."]), Persona(name="Bob")]
    said = tuple(Turn("ab"[n % 2], f"This is turn {n} of talk {number}.") for n in range(turns))
    return Dialogue(f"d{number}", (Member("a", people[0]), Member("b", people[1])), said)


MATERIAL = Material(tuple(dialogue(n) for n in range(10)), "talk.jsonl", "0" * 16)
REPEATED = Material((*MATERIAL.dialogues, dialogue(0)), "talk.jsonl", "1" * 16)


@pytest.fixture(scope="module")
def tokenizer() -> object:
    return build_tokenizer(texts(split(MATERIAL.dialogues, SHARES).train), 400)


def test_parts_and_numbers(tokenizer: object) -> None:
    made = prepare(REPEATED, tokenizer, Knobs(), length=200, shares=SHARES)
    assert [len(part) for part in (made.train, made.validation, made.test)] == [12, 4, 4]
    assert made.split == split(REPEATED.dialogues, SHARES)
    ready = made.ready
    assert (ready.train, ready.validation, ready.test, ready.dialogues) == (12, 4, 4, 6)
    assert (ready.dropped, ready.repeated, ready.truncated, ready.left_out) == (0, 1, 0, 0)
    assert ready.tokens == sum(len(tokens.input_ids) for tokens in made.train.tokens)
    assert ready.learned == sum(sum(tokens.learned) for tokens in made.train.tokens)
    assert {each.dialogue for each in made.test.examples} == set(made.split.ids["test"])


def test_the_seed_is_of_the_knobs_and_a_split_may_be_given(tokenizer: object) -> None:
    other = split(MATERIAL.dialogues, SHARES, seed=3)
    assert prepare(MATERIAL, tokenizer, Knobs(seed=3), length=200, shares=SHARES).split == other
    assert prepare(MATERIAL, tokenizer, Knobs(), length=200, parts=other).split is other


def test_what_does_not_fit_is_counted(tokenizer: object) -> None:
    long = Material((*MATERIAL.dialogues[:4], dialogue(5, 40)), "talk.jsonl", "2" * 16)
    how = {"length": 120, "shares": Shares(validation=0, test=0)}
    made = prepare(long, tokenizer, Knobs(), **how)
    assert (made.ready.truncated, made.ready.left_out) == (2, 0)
    assert max(len(tokens.input_ids) for tokens in made.train.tokens) <= 120
    spoken = Persona(name="Ann", profile=[f"I am somebody of whom there is much to say, part {n}." for n in range(30)])
    bob = dialogue(6).cast[1]
    talker = Dialogue("d6", (Member("a", spoken), bob), dialogue(6).turns)
    made = prepare(Material((*long.dialogues, talker), "talk.jsonl", ""), tokenizer, Knobs(), **how)
    assert (made.ready.truncated, made.ready.left_out, made.ready.train) == (2, 1, 11)
    with pytest.raises(
        Mistake, match=r"talk.jsonl: no example fits into 30 tokens: the longest persona takes \d{2}, .*"
    ):
        prepare(MATERIAL, tokenizer, Knobs(), length=30, speaker=Speaker.USER)
    told = prepare(MATERIAL, tokenizer, Knobs(), length=30, speaker=Speaker.USER, system=System.NONE)
    assert told.ready.truncated == told.ready.train == 8


def test_nobody_to_learn_from_is_told(tokenizer: object) -> None:
    monologue = Material(tuple(dialogue(n, 1) for n in range(5)), "talk.jsonl", "")
    with pytest.raises(Mistake, match=r"none of the 3 dialogues .* a turn of assistant speakers .*--speaker both"):
        prepare(monologue, tokenizer, Knobs(), length=200, speaker=Speaker.ASSISTANT)
    with pytest.raises(Mistake, match="has a reply of both speakers"):
        prepare(monologue, tokenizer, Knobs(), length=200, form=Form.PAIRS)


def test_of_a_batch_the_turns_of_the_asked_speaker_are_learned_and_no_other_token(tokenizer: object) -> None:
    made = prepare(MATERIAL, tokenizer, Knobs(), length=200, shares=SHARES, speaker=Speaker.USER)
    batch = collate(made.train.tokens, pad=0)
    told = {each.id: each for each in MATERIAL.dialogues}
    for example, ids, labels in zip(made.train.examples, batch["input_ids"], batch["labels"], strict=True):
        learned = labels != -100
        assert labels[learned].equal(ids[learned])
        turns = told[example.dialogue].turns
        assert tokenizer.decode(labels[learned]) == "".join(f"{turn.text}<|end|>" for turn in turns[::2])
        rest = tokenizer.decode(ids[~learned])
        assert rest.startswith("<|system|>You are Ann.")
        assert [turn.text in rest for turn in turns] == [False, True, False, False], (
            "what follows the last own turn is cut off"
        )


def test_a_batch_is_padded_on_the_right_and_learns_what_it_should() -> None:
    made = collate([Tokens((5, 6, 7), (False, True, True)), Tokens((8,), (False,))], pad=3, most=3)
    assert made["input_ids"].tolist() == [[5, 6, 7], [8, 3, 3]]
    assert made["attention_mask"].tolist() == [[1, 1, 1], [1, 0, 0]]
    assert made["labels"].tolist() == [[-100, 6, 7], [-100, -100, -100]]
    assert {tensor.dtype for tensor in made.values()} == {torch.int64}


def test_widths_are_few_and_never_more_than_the_model_reads() -> None:
    assert [width_of([1, longest]) for longest in (1, 32, 33)] == [32, 32, 64]
    assert [width_of([longest], most=40) for longest in (20, 32, 33, 40)] == [32, 32, 33, 40]
    made = collate([Tokens((5, 6), (True, True))], pad=3)
    assert made["input_ids"][0].tolist() == [5, 6, *[3] * 30]
    assert made["attention_mask"].sum() == 2
    assert made["labels"][0].tolist() == [5, 6, *[-100] * 30]
