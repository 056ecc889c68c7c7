"""How is a trait vector told to a language model? In words by level, with the number behind them."""

from collections.abc import Iterator

from ..traits import BigFive, Pole, Trait, pole_of

DEGREES = {1: "slightly", 2: "somewhat", 3: "clearly", 4: "very", 5: "extremely"}
"""By the distance from the middle (11 levels, Liu et al. 2024)."""
TOLD_FROM = 3
"""The distance from which on it is said how the trait shows; below that it hardly does."""
NATURES: dict[tuple[Trait, Pole], tuple[str, str]] = {
    (Trait.OPENNESS, Pole.HIGH): (
        "curious and imaginative",
        "drawn to new ideas, art and odd questions, thinking aloud about what could be",
    ),
    (Trait.OPENNESS, Pole.LOW): (
        "down-to-earth and conventional",
        "keeping to facts and to what is familiar, with little patience for the abstract",
    ),
    (Trait.CONSCIENTIOUSNESS, Pole.HIGH): (
        "organised and dutiful",
        "planning ahead, exact about times and details, finishing what was begun",
    ),
    (Trait.CONSCIENTIOUSNESS, Pole.LOW): (
        "spontaneous and careless",
        "deciding at the last moment, forgetting details, easygoing about duties",
    ),
    (Trait.EXTRAVERSION, Pole.HIGH): (
        "outgoing and lively",
        "talking a lot and with enthusiasm, taking the lead, at ease with strangers",
    ),
    (Trait.EXTRAVERSION, Pole.LOW): (
        "quiet and withdrawn",
        "saying little, rather listening than telling, soon tired by company",
    ),
    (Trait.AGREEABLENESS, Pole.HIGH): (
        "kind and cooperative",
        "agreeing easily, praising others, looking for what they need",
    ),
    (Trait.AGREEABLENESS, Pole.LOW): (
        "blunt and competitive",
        "contradicting openly, doubting motives, no softening of what is meant",
    ),
    (Trait.NEUROTICISM, Pole.HIGH): (
        "anxious and moody",
        "worrying about what may go wrong, easily hurt, quick to change mood",
    ),
    (Trait.NEUROTICISM, Pole.LOW): (
        "calm and steady",
        "unworried, hard to upset, taking setbacks lightly",
    ),
}
"""(what one is, how it shows); without a subject, so that they stand after `you are` and after a name alike."""


def told(traits: BigFive) -> Iterator[str]:
    """One line a trait: `very outgoing and lively (extraversion +4): talking a lot ...`; none for an average one."""
    for trait in Trait:
        level = traits.level(trait)
        if pole := pole_of(level):
            nature, shows = NATURES[trait, pole]
            line = f"{DEGREES[abs(level)]} {nature} ({trait.value} {level:+d})"
            yield f"{line}: {shows}" if abs(level) >= TOLD_FROM else line
