"""What does a model write next, to many conversations at once? Token by token, in batches of like length."""

from collections.abc import Sequence
from inspect import signature
from typing import TYPE_CHECKING, Any

import torch
from transformers import DynamicCache

from ...models.local.sampling import SamplingParameters, draw
from ...models.stream import sampling_seed
from ...personas import BigFive, Persona
from ..data.masking import prompt_of, tokenise
from ..example import Example, Message
from .scoring import SCORES, device_of, enough_memory, personality, vocabulary

if TYPE_CHECKING:
    from ..base.base import Loaded


def write(
    loaded: "Loaded",
    prompts: Sequence[Sequence[Message]],
    *,
    batch: int,
    max_tokens: int,
    seed: int = 0,
    temperature: float = 0.0,
    traits: Sequence[BigFive | None] | None = None,
) -> list[str]:
    """A text a prompt, in their order. `temperature` 0: the most likely token, each time.

    What does not fit into what the model reads is left out at the beginning of the conversation, never of the persona.
    Raises Mistake for want of memory, and for a persona that leaves no room for a reply.
    """
    room = max(1, loaded.reads - max_tokens)
    given = [prompt_of(prompt, loaded.tokenizer, room) for prompt in prompts]
    vectors = traits or [None] * len(prompts)
    order = sorted(range(len(given)), key=lambda at: -len(given[at]))
    texts = [""] * len(given)
    with torch.inference_mode(), enough_memory(batch):
        while order:
            count = _at_once(loaded, len(given[order[0]]), batch)
            rows, order = order[:count], order[count:]
            seeds = [sampling_seed(seed, "write", row) for row in rows]
            drawn = _drawn(loaded, [given[r] for r in rows], [vectors[r] for r in rows], max_tokens, temperature, seeds)
            for row, tokens in zip(rows, drawn, strict=True):
                texts[row] = str(loaded.tokenizer.decode(tokens, skip_special_tokens=True)).strip()
    return texts


def _drawn(
    loaded: "Loaded",
    prompts: Sequence[Sequence[int]],
    traits: Sequence[BigFive | None],
    most: int,
    temperature: float,
    seeds: Sequence[int],
) -> list[list[int]]:
    """The tokens of each reply, without the one that ends it."""
    longest, device = max(map(len, prompts)), device_of(loaded)
    pads = [longest - len(prompt) for prompt in prompts]
    ids = torch.tensor([[0] * pad + list(prompt) for pad, prompt in zip(pads, prompts, strict=True)], device=device)
    mask = torch.tensor([[0] * pad + [1] * (longest - pad) for pad in pads], device=device)
    places = (mask.cumsum(1) - 1).clamp(min=0)
    given = personality(loaded, traits)
    past, finals = DynamicCache(config=loaded.model.config), ends(loaded)
    drawn: list[list[int]] = [[] for _ in prompts]
    going = [True] * len(prompts)
    for _ in range(most):
        scores = _scores(loaded, input_ids=ids, attention_mask=mask, position_ids=places, past_key_values=past, **given)
        tokens = _next(scores, temperature, seeds, len(drawn[going.index(True)]))
        going = [goes and token not in finals for goes, token in zip(going, tokens, strict=True)]
        for row, goes, token in zip(drawn, going, tokens, strict=True):
            row.extend([token] if goes else [])
        if not any(going):
            break
        ids, places = torch.tensor(tokens, device=device)[:, None], places[:, -1:] + 1
        mask = torch.cat([mask, mask.new_ones(len(prompts), 1)], dim=1)
    return drawn


def _at_once(loaded: "Loaded", longest: int, batch: int) -> int:
    """Rows whose scores fit into memory."""
    return batch if _keeps(loaded) else max(1, min(batch, SCORES // (longest * vocabulary(loaded))))


def _keeps(loaded: "Loaded") -> bool:
    """Whether the model can be asked for the scores of the last place alone."""
    whole = getattr(loaded.model, "get_base_model", lambda: loaded.model)()
    return "logits_to_keep" in signature(whole.forward).parameters


def _scores(loaded: "Loaded", **given: Any) -> torch.Tensor:
    """(rows, vocabulary) of what comes next."""
    last = {"logits_to_keep": 1} if _keeps(loaded) else {}
    scores: torch.Tensor = loaded.model(use_cache=True, **last, **given).logits[:, -1, : len(loaded.tokenizer)].float()
    return scores


def _next(scores: torch.Tensor, temperature: float, seeds: Sequence[int], position: int) -> list[int]:
    if not temperature:
        return [int(token) for token in scores.argmax(dim=-1)]
    sampling = SamplingParameters(temperature=temperature)
    return [
        draw(row, sampling, {}, seed=seed, position=position)
        for row, seed in zip(scores.cpu().numpy(), seeds, strict=True)
    ]


def ends(loaded: "Loaded") -> frozenset[int]:
    """Tokens that end a reply: the model's own, the tokenizer's, and what the chat template puts behind a turn."""
    told = getattr(getattr(loaded.model, "generation_config", None), "eos_token_id", None)
    several = told if isinstance(told, list) else [told]
    behind = [token for token in _behind_a_turn(loaded) if token in loaded.tokenizer.all_special_ids]
    return frozenset(token for token in (*several, loaded.tokenizer.eos_token_id, *behind) if token is not None)


def _behind_a_turn(loaded: "Loaded") -> list[int]:
    """The last token that a training on one short reply would learn."""
    messages = ({"role": "user", "content": "Hello."}, {"role": "assistant", "content": "Hello."})
    found = tokenise(Example("", "", messages, Persona(name="Nobody")), loaded.tokenizer, loaded.reads)
    learned = [token for token, mine in zip(found.input_ids, found.learned, strict=True) if mine] if found else []
    return learned[-1:]
