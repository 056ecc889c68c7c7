"""Does a reply show the personality that its speaker was given? P-ACC, by who reads the traits from the reply alone."""

from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import fmean

from ...personas import Persona, Trait
from ...personas.traits import Pole, pole_of
from .assessor import Assessor, Levels, talk_of
from .bench import Bench
from .sample import Lacking, Samples, per_dialogue, ratio
from .subject import Subject

P_ACC = "P-ACC"
ABOUT = "share of the intended poles of traits that are read from the reply alone"
Hits = Sequence[tuple[str, bool]]
"""(dialogue id, whether the pole was read)"""
NO_READER = (
    "nobody is there to read traits: name a trained reader (`train classifier DATA --targets traits`) or a chat model "
    "by --reader"
)
SPEAKER = "the reader has learned from all that somebody says in a dialogue, and is shown single replies here"
NO_TRAITS = "no speaker has a trait above or below 0, nor statements that say one"


def p_acc(subject: Subject, bench: Bench) -> list[Samples]:
    """Over all traits, then trait by trait (the P-ACC of Han et al. 2024, whose replies had one trait each).

    A reply counts once for each trait that its speaker has above or below 0 (or states); where the reader sees
    nothing of it, the pole is not hit. Chance is to read the more frequent pole of each trait, always. Raises Lacking.
    """
    if bench.reader is None:
        raise Lacking(NO_READER)
    cues = [(cue, meant) for cue in bench.asked if (meant := intended(cue.persona))]
    if not cues:
        raise Lacking(NO_TRAITS)
    replies = subject.answers([cue for cue, _ in cues])
    read = read_alone(replies, [cue.persona for cue, _ in cues], bench.reader)
    hits = [(cue.dialogue, hit(meant, levels)) for (cue, meant), levels in zip(cues, read, strict=True)]
    by_trait = {trait: [(dialogue, found[trait]) for dialogue, found in hits if trait in found] for trait in Trait}
    every = [(dialogue, right) for dialogue, found in hits for right in found.values()]
    chance = always([meant for _, meant in cues])
    note = SPEAKER if bench.reader.unit == "speaker" else ""
    return [
        _samples(P_ACC, every, f"{ABOUT}, by {bench.reader.name}; chance {chance:.2f}", note, by_trait),
        *(_samples(f"{P_ACC} {trait.value}", found) for trait, found in by_trait.items() if found),
    ]


def intended(persona: Persona) -> dict[Trait, Pole]:
    """The poles that a speaker is to show: of the traits above or below 0; without any, of the statements."""
    levels = {trait: persona.traits.level(trait) for trait in Trait} if persona.traits else {}
    poles = {trait: pole for trait, level in levels.items() if (pole := pole_of(level))}
    return poles or {said.trait: said.pole for said in persona.statements if said.trait and said.pole}


def always(meant: Sequence[Mapping[Trait, Pole]]) -> float:
    """The share of poles that is hit by reading the more frequent one of each trait, whatever is said."""
    counts = Counter((trait, pole) for poles in meant for trait, pole in poles.items())
    return sum(max(counts[trait, pole] for pole in Pole) for trait in Trait) / counts.total()


def read_alone(replies: Sequence[str], personas: Sequence[Persona], assessor: Assessor) -> list[Levels]:
    """The levels of each reply by itself: who reads is shown neither what it answers nor who was to say it."""
    talks = [
        talk_of(f"reply-{number}", persona, [("", reply)])
        for number, (reply, persona) in enumerate(zip(replies, personas, strict=True))
    ]
    return assessor.levels(talks)


def hit(meant: Mapping[Trait, Pole], levels: Levels) -> dict[Trait, bool]:
    """Whether each intended pole was read."""
    read = dict(zip(Trait, levels, strict=True))
    return {trait: pole_of(read[trait] or 0) is pole for trait, pole in meant.items()}


def _samples(
    measure: str, hits: Hits, about: str = "", note: str = "", by_trait: Mapping[Trait, Hits] | None = None
) -> Samples:
    found = per_dialogue([(dialogue, float(right)) for dialogue, right in hits])
    shares = {trait.value: fmean(right for _, right in own) for trait, own in (by_trait or {}).items() if own}
    detail = {"read": len(hits), **({"by trait": shares} if shares else {})}
    return Samples(measure, found, ratio, "higher", "sums", about, note, detail)
