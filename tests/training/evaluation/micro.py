"""A model with all that a model has, so small that it takes no time, and dialogues to ask it about."""

from functools import lru_cache

import torch

from tertulia.agents import Dialogue
from tertulia.training.base.base import Loaded
from tertulia.training.base.scratch import LlamaSize, build
from tertulia.training.data.masking import tokenise
from tertulia.training.evaluation.bench import Bench
from tertulia.training.evaluation.subject import Subject
from tertulia.training.example import Form, System
from tertulia.training.hypernetwork.injecting import Personalised, find_sites
from tertulia.training.hypernetwork.network import Hypernetwork, Shape

from .people import dialogues

SIZE = LlamaSize(hidden=16, layers=2, heads=2, intermediate=32, vocabulary=400, reads=512)


def bench(count: int, *more: Dialogue, **settings: object) -> Bench:
    """`count` dialogues of two people with profiles and traits."""
    return Bench((*dialogues(count), *more), "talks", **{"replies": 12, **settings})  # type: ignore[arg-type]


def subject(system: System = System.PERSONA, form: Form = Form.CHAT, seed: int = 1) -> Subject:
    """It has learned nothing, and sees all that it is told."""
    return Subject("micro", loaded(seed), system, form)


@lru_cache(maxsize=4)
def loaded(seed: int = 1) -> Loaded:
    """Scores as far apart as those of a model that has learned something."""
    model, tokenizer = build(SIZE, [turn.text for talk in dialogues(6) for turn in talk.turns], seed=seed)
    _spread(model, 8.0)
    return Loaded("micro", model.eval(), tokenizer, SIZE.reads)


@lru_cache(maxsize=1)
def personal() -> Loaded:
    """A hypernetwork over such a model; every level of a trait changes what it says."""
    under = loaded.__wrapped__()
    network = Hypernetwork(find_sites(under.model), Shape(rank=2, alpha=8.0, width=8))
    torch.manual_seed(1)
    for weight in network.b.parameters():
        weight.data.add_(torch.randn_like(weight))
    return Loaded("micro", Personalised(under.model, network).eval(), under.tokenizer, SIZE.reads, personality=True)


def _spread(model: torch.nn.Module, factor: float) -> None:
    for weight in model.parameters():
        weight.data.mul_(factor if weight.dim() > 1 else 1.0)


def longest(asked: Subject, talks: Bench) -> int:
    """Tokens of the longest conversation."""
    every = (tokenise(asked.told(example), asked.loaded.tokenizer) for example in talks.examples)
    return max(len(tokens.input_ids) for tokens in every if tokens)
