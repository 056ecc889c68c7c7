"""How unlikely is what was said: the loss of the training, in any batch."""

from dataclasses import replace

import pytest
import torch

from tertulia.models.errors import Mistake
from tertulia.training.data.masking import tokenise
from tertulia.training.evaluation.scoring import Nll
from tertulia.training.evaluation.subject import Subject
from tertulia.training.example import Example, System

from .micro import bench, personal, subject

EXAMPLES = bench(3).examples


def loss_of(asked: Subject, example: Example) -> tuple[float, int]:
    """transformers' own loss, and the tokens that it is a mean of."""
    tokens = tokenise(example, asked.loaded.tokenizer, asked.loaded.reads)
    assert tokens
    ids = torch.tensor([tokens.input_ids])
    labels = torch.where(torch.tensor([tokens.learned]), ids, -100)
    with torch.inference_mode():
        return float(asked.loaded.model(input_ids=ids, labels=labels).loss), sum(tokens.learned)


def test_the_nats_are_those_of_the_training_loss_whatever_the_batch() -> None:
    examples = [*EXAMPLES, EXAMPLES[0].told(""), replace(EXAMPLES[1], messages=EXAMPLES[1].messages[:3])]
    for batch in (1, 4):
        asked = subject()
        asked.batch = batch
        for found, example in zip(asked.nll(examples), examples, strict=True):
            loss, tokens = loss_of(asked, example)
            assert found.tokens == tokens
            assert found.sum == pytest.approx(loss * tokens, rel=1e-5)


def test_the_bytes_are_those_of_what_was_said() -> None:
    example = EXAMPLES[0]
    wide = replace(example, messages=(*example.messages[:-1], {"role": "assistant", "content": "Über 9 naïve Füße"}))
    [found] = subject().nll([wide])
    assert found.bytes == sum(len(reply.encode()) for reply in wide.replies)


def test_each_row_is_told_its_own_traits() -> None:
    asked = subject()
    asked.loaded = personal()
    shy, lively = (EXAMPLES[seat] for seat in (0, 1))
    alone = [asked.nll([example])[0] for example in (shy, lively)]
    together = asked.nll([shy, lively, shy], traits=[shy.persona.traits, lively.persona.traits, lively.persona.traits])
    assert [found.sum for found in together[:2]] == pytest.approx([found.sum for found in alone], rel=1e-5)
    assert abs(together[2].sum - together[0].sum) > 0.1


def test_a_persona_that_fills_all_that_a_model_reads_is_named() -> None:
    asked = subject()
    asked.loaded = replace(asked.loaded, reads=20)
    with pytest.raises(Mistake, match=r"dialogue d0: the 20 tokens that 'micro' reads are too few for the persona of"):
        asked.nll([asked.told(EXAMPLES[0])])


def test_want_of_memory_says_what_to_lower() -> None:
    def full(*given: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    asked = subject()
    hook = asked.loaded.model.register_forward_pre_hook(full)
    try:
        with pytest.raises(Mistake, match=r"16 conversations at a time; lower --batch, as in --batch 8"):
            asked.nll(EXAMPLES)
    finally:
        hook.remove()


def test_nothing_is_scored_of_nothing() -> None:
    assert subject(System.NONE).nll([]) == []
    assert Nll(1.0, 2, 3).sum == 1.0
