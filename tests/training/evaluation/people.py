"""Speakers with profiles and traits, and a model so small that it can say one line."""

from collections.abc import Sequence
from functools import lru_cache

from tertulia.agents import Dialogue, Member, Turn
from tertulia.personas import BigFive, Persona
from tertulia.personas.persona import ProfileSentence
from tertulia.training.base.base import Loaded
from tertulia.training.base.scratch import LlamaSize, build
from tertulia.training.data.masking import tokenise
from tertulia.training.evaluation.assessor import Levels, Talk
from tertulia.training.evaluation.bench import Bench
from tertulia.training.evaluation.subject import Subject
from tertulia.training.example import Example, Form, System

STEPS = 30
MICRO = LlamaSize(hidden=32, layers=1, heads=1, intermediate=32, vocabulary=300, reads=512)
PETS = ("dog", "cat", "horse", "parrot", "goldfish", "hamster", "rabbit", "turtle", "snake", "goat", "pony", "canary")
JOBS = ("baker", "nurse", "pilot", "farmer", "teacher", "plumber", "lawyer", "sailor", "butcher", "florist", "miner")


def person(number: int, traits: BigFive | None = None) -> Persona:
    pet, job = PETS[number % len(PETS)], JOBS[(number * 5) % len(JOBS)]
    profile = (
        ProfileSentence(text=f"I own a small {pet}.", category="Animal | Owned", entity=pet),
        ProfileSentence(text=f"Most people at work know me as the {job}."),
    )
    return Persona(name=f"Person {number}", profile=profile, traits=traits)


def dialogue(number: int, traits: Sequence[BigFive | None] = (None, None)) -> Dialogue:
    """Six turns of two people; `b` answers `a`."""
    cast = tuple(Member(seat, person(2 * number + n, traits[n])) for n, seat in enumerate("ab"))
    return Dialogue(f"d{number}", cast, tuple(Turn("ab"[n % 2], f"Turn {n} of talk {number}.") for n in range(6)))


def dialogues(count: int, *, shy: int = -3, lively: int = 4) -> tuple[Dialogue, ...]:
    traits = (BigFive(extraversion=shy), BigFive(extraversion=lively, openness=1))
    return tuple(dialogue(number, traits) for number in range(count))


def bench(*talks: Dialogue, **settings: object) -> Bench:
    return Bench(talks, "talks", **{"replies": 20, **settings})  # type: ignore[arg-type]


def subject(line: str = "Well.", system: System = System.PERSONA, form: Form = Form.CHAT) -> Subject:
    """A model that says one line, whatever is said to it."""
    return Subject("micro", _taught(line), system, form)


@lru_cache(maxsize=4)
def _taught(line: str) -> Loaded:
    """It sees nothing but the last word (its attention is off), and has learned which word follows."""
    import torch

    model, tokenizer = build(MICRO, [line], seed=1)
    for layer in model.model.layers:
        layer.self_attn.o_proj.requires_grad_(False).weight.zero_()
    said = ({"role": "user", "content": "Hm?"}, {"role": "assistant", "content": line})
    tokens = tokenise(Example("", "", said, person(0)), tokenizer, MICRO.reads)
    assert tokens
    ids = torch.tensor([tokens.input_ids])
    learned = torch.where(torch.tensor([tokens.learned]), ids, -100)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    for _ in range(STEPS):
        model(input_ids=ids, labels=learned).loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    return Loaded("micro", model.eval(), tokenizer, MICRO.reads)


class Counting:
    """An assessor that reads the same levels from everybody, and keeps what it was shown."""

    name, unit = "counting", ""

    def __init__(self, levels: Levels) -> None:
        self.found, self.shown = levels, list[Talk]()

    def levels(self, talks: Sequence[Talk]) -> list[Levels]:
        self.shown += talks
        return [self.found for _ in talks]
