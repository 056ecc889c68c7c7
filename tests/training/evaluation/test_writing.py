"""What a model writes: the most likely token, row by row, as transformers' own generation does."""

from dataclasses import replace

import pytest
import torch

from tertulia.models.errors import Mistake
from tertulia.training.data.masking import prompt_of
from tertulia.training.evaluation.writing import ends

from .micro import bench, personal, subject

CUES = bench(3).asked


def test_a_batch_says_what_each_row_says_alone_to_transformers() -> None:
    asked = subject()
    asked.batch = 3
    prompts = [asked.prompt(cue) for cue in CUES[:7]]
    found = asked.replies(prompts, max_tokens=8)
    for prompt, text in zip(prompts, found, strict=True):
        ids = torch.tensor([prompt_of(prompt, asked.loaded.tokenizer)])
        told = asked.loaded.model.generate(
            ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=8, pad_token_id=0
        )
        assert text == asked.loaded.tokenizer.decode(told[0, ids.shape[1] :], skip_special_tokens=True).strip()


def test_what_is_drawn_depends_on_the_seed() -> None:
    prompts = [subject().prompt(cue) for cue in CUES[:2]]
    one, same, other = (subject().replies(prompts, max_tokens=6, seed=seed, temperature=1.0) for seed in (1, 1, 2))
    assert one == same
    assert one != other


def test_each_row_speaks_with_its_own_traits() -> None:
    asked = subject()
    asked.loaded = personal()
    prompt = asked.prompt(CUES[0])
    shy, lively = (example.persona.traits for example in bench(1).examples)
    alone = [asked.replies([prompt], max_tokens=4, traits=[traits])[0] for traits in (shy, lively)]
    assert asked.replies([prompt, prompt], max_tokens=4, traits=[shy, lively]) == alone
    assert alone[0] != alone[1]


def test_the_end_of_a_turn_ends_a_reply() -> None:
    loaded = subject().loaded
    assert ends(loaded) == {loaded.tokenizer.convert_tokens_to_ids("<|end|>")}


def test_what_was_answered_is_not_written_again() -> None:
    asked = subject()
    read: list[object] = []
    hook = asked.loaded.model.register_forward_pre_hook(lambda module, given: read.append(module))
    try:
        first = asked.answers(CUES[:3], max_tokens=4)
        steps = len(read)
        assert asked.answers(CUES[:3], max_tokens=4) == first
    finally:
        hook.remove()
    assert len(read) == steps > 0


def test_a_long_history_is_cut_at_its_beginning_and_a_long_persona_refused() -> None:
    asked, cue = subject(), CUES[-1]
    long = replace(cue, messages=(*cue.messages, *cue.messages) * 12 + cue.messages[-1:])
    assert len(asked.answers([long], max_tokens=4)) == 1
    asked.loaded = replace(asked.loaded, reads=30)
    with pytest.raises(Mistake, match="don't fit into"):
        asked.answers([cue], max_tokens=4)
