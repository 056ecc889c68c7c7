"""Models and tokenizers that are made from texts alone."""

import random
from collections.abc import Iterator

import pytest
import torch

from tertulia.models.errors import Mistake
from tertulia.training.base.scratch import SIZES, LlamaSize, build, build_model, build_tokenizer, size_of

MICRO = LlamaSize(hidden=32, layers=2, heads=2, intermediate=48, vocabulary=300, reads=256)
TEXTS = ["I like tea and cats.", "You like dogs, and tea.", "Do you like to work in the garden?"] * 3
ODD = "Ça va ? 你好 🙂\n\n  tabs\tand \x00 <b> two  blanks "


def words(count: int) -> Iterator[str]:
    chance = random.Random(0)
    for _ in range(count):
        yield "".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=6))


@pytest.mark.parametrize(("name", "millions"), [("tiny", 1.07), ("small", 9.99)])
def test_sizes_are_what_their_names_promise(name: str, millions: float) -> None:
    tokenizer = build_tokenizer([" ".join(words(6000))], SIZES[name].vocabulary)
    assert len(tokenizer) == SIZES[name].vocabulary
    model = build_model(name, tokenizer)
    assert round(model.num_parameters() / 1e6, 2) == millions
    assert model.config.max_position_embeddings == SIZES[name].reads
    assert model.config.tie_word_embeddings
    assert float(model.lm_head.weight.detach().std()) == pytest.approx(SIZES[name].hidden ** -0.5, rel=0.02)


def test_a_tokenizer_gives_any_text_back() -> None:
    tokenizer = build_tokenizer(TEXTS, 300)
    assert 261 < len(tokenizer) <= 300
    assert tokenizer.decode(tokenizer(ODD)["input_ids"]) == ODD
    assert tokenizer.get_vocab() == build_tokenizer(iter(TEXTS), 300).get_vocab()


def test_a_template_takes_messages_in_any_order() -> None:
    tokenizer = build_tokenizer(TEXTS, 300)
    roles = ("assistant", "system", "user", "user", "assistant")
    messages = [{"role": role, "content": f" said {at} "} for at, role in enumerate(roles)]
    text = "".join(f"<|{role}|> said {at} <|end|>" for at, role in enumerate(roles))
    assert tokenizer.apply_chat_template(messages, tokenize=False) == text
    ids = tokenizer.apply_chat_template(messages[:3], add_generation_prompt=True, return_dict=True)["input_ids"]
    special = tokenizer.convert_tokens_to_ids(["<|assistant|>", "<|end|>"])
    assert (ids[0], ids[-1]) == (special[0], special[0])
    assert special[1] == tokenizer.eos_token_id
    assert ids.count(tokenizer.eos_token_id) == 3


def test_weights_come_from_the_seed_alone() -> None:
    def weights(seed: int) -> torch.Tensor:
        return build(MICRO, TEXTS, seed)[0].model.layers[1].mlp.up_proj.weight

    torch.manual_seed(1)
    expected = torch.rand(1, generator=torch.Generator().manual_seed(1))
    first = weights(4)
    assert torch.rand(1) == expected
    assert torch.equal(first, weights(4))
    assert not torch.equal(first, weights(5))


def test_what_can_not_be_made_is_said() -> None:
    with pytest.raises(Mistake, match="'smal'; did you mean 'small'"):
        size_of("scratch:smal")
    with pytest.raises(Mistake, match="no text to build a tokenizer from"):
        build(MICRO, ["", ""])
    with pytest.raises(ValueError, match="can't hold the 256 bytes"):
        build_tokenizer(TEXTS, 100)
