"""What is a model asked so that a personality can show: real turns, open questions, as somebody who never was?"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from ...models.request import Role
from ...models.stream import stream
from ...personas import BigFive, Persona, Trait
from .bench import Bench, Cue

QUESTIONS = Path(__file__).parent / "questions.yaml"
LEVELS = (-5, -2, 2, 5)
"""Of the one trait of a new personality that is not 0 (Liu et al. 2024)."""
TURNS = 4
"""Replies to real turns that are written for a speaker, the first ones."""
SHARE = 160
"""Replies of `Bench.replies` for which each new personality gets one speaker: eight are written for each of twenty."""


@dataclass(frozen=True)
class Interview:
    """A speaker, and what is said to them; nothing is answered yet."""

    dialogue: str
    """Id of the dialogue that the speaker is from."""
    persona: Persona
    """With the levels that are prompted."""
    cues: tuple[Cue, ...]
    new: Trait | None = None
    """The trait that is not 0, of a new personality."""

    @property
    def traits(self) -> BigFive:
        return self.persona.traits or BigFive()


def on_script(bench: Bench) -> list[Interview]:
    """Speakers with Big Five levels; each takes its first turns anew, after the real ones."""
    known = [speaker for speaker in _speakers(bench) if speaker.persona.traits]
    return _drawn(known, bench.replies // TURNS, bench.seed, "script")


def on_questions(bench: Bench) -> list[Interview]:
    """Speakers with Big Five levels; each is asked all open questions, one at a time."""
    asked = [question for listed in questions().values() for question in listed]
    known = [speaker for speaker in _speakers(bench) if speaker.persona.traits]
    chosen = _drawn(known, bench.replies // len(asked), bench.seed, "questions")
    return [replace(speaker, cues=tuple(_put(speaker, asked))) for speaker in chosen]


def on_new_personalities(bench: Bench) -> list[Interview]:
    """Speakers under levels that nobody has: a trait at -5, -2, 2 or 5, the others at 0; as many for each of the 20.

    Each takes its first turns anew, and is asked the questions about the trait. Its statements are left out, since
    they say another personality.
    """
    everybody = _speakers(bench)
    return [
        _renewed(speaker, trait, level)
        for number in range(max(bench.replies // SHARE, 1) if everybody else 0)
        for (trait, level), speaker in zip(_vectors(), _some(everybody, bench.seed, number), strict=True)
    ]


@lru_cache(maxsize=1)
def questions() -> Mapping[Trait, tuple[str, ...]]:
    """Four open questions for each of the Big Five, in which it may show."""
    import yaml

    told = yaml.safe_load(QUESTIONS.read_text(encoding="utf-8"))
    return {Trait(trait): tuple(listed) for trait, listed in told.items()}


def _speakers(bench: Bench) -> list[Interview]:
    """Everybody who answers something in the test set, each with its first turns."""
    by_seat: dict[tuple[str, str], list[Cue]] = {}
    for cue in bench.cues:
        by_seat.setdefault((cue.dialogue, cue.seat), []).append(cue)
    return [Interview(cues[0].dialogue, cues[0].persona, tuple(cues[:TURNS])) for cues in by_seat.values()]


def _drawn(speakers: Sequence[Interview], count: int, seed: int, purpose: str) -> list[Interview]:
    """At most so many, in order; one at least."""
    wanted = min(max(count, 1), len(speakers))
    kept = stream(seed, "interviewing", purpose).sample(range(len(speakers)), wanted)
    return [speakers[place] for place in sorted(kept)]


def _some(speakers: Sequence[Interview], seed: int, number: int) -> list[Interview]:
    """One for each new personality; nobody twice where there are enough."""
    chance, wanted = stream(seed, "interviewing", "new", number), len(list(_vectors()))
    return chance.sample(speakers, wanted) if len(speakers) >= wanted else chance.choices(speakers, k=wanted)


def _vectors() -> Iterator[tuple[Trait, int]]:
    yield from ((trait, level) for trait in Trait for level in LEVELS)


def _renewed(speaker: Interview, trait: Trait, level: int) -> Interview:
    traits = BigFive(**{trait.value: level})
    persona = speaker.persona.model_copy(update={"traits": traits, "statements": ()})
    cues = (*speaker.cues, *_put(speaker, questions()[trait]))
    renewed = (replace(cue, dialogue=f"{cue.dialogue} {trait.value}{level:+d}", persona=persona) for cue in cues)
    return Interview(speaker.dialogue, persona, tuple(renewed), trait)


def _put(speaker: Interview, asked: Sequence[str]) -> Iterator[Cue]:
    """Each question alone, nothing before it; their places come after all real ones."""
    for number, question in enumerate(asked):
        messages = ({"role": Role.USER.value, "content": question},)
        yield Cue(f"{speaker.dialogue} asked", speaker.cues[0].seat, number, messages, "", speaker.persona)
