"""Does every speaker come across as the person they are?"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Annotated, Any, ClassVar, Literal

from autogen_core.models import ChatCompletionClient
from pydantic import BeforeValidator, Field

from ...models.request import Task
from ...personas import Persona, Trait
from ...personas.personality.manner import manner
from ...personas.traits import Pole, pole_of
from ..assessing import assess
from ..assessment import HIGHEST, LOWEST, TOLERANCE, Assessment, figures
from ..case import Case, Sees
from ..critic import Critic
from ..prompt import fingerprint
from ..verdict import Abstention, Finding, Verdict, Why

Levels = Mapping[Trait, int]


def _traits(value: Any) -> Any:
    """One trait, a list of them, or `all`."""
    return tuple(Trait) if value == "all" else (value,) if isinstance(value, str) else value


@dataclass(frozen=True)
class Personality(Critic):
    """Every speaker comes across with the Big Five levels of its own persona.

    A language model reads the levels from -5 to 5 of one speaker at a time, by a guide, and blind: it is shown turns
    and names, never a trait (the assessor of Liu et al. 2024; the filter of Han et al. 2024, whose judge saw the
    prompt of the speaker). What it read is compared here, with what was assigned. The score of a speaker is 1 - mean
    distance / 10, or the share of traits with the right pole; that of a dialogue is the lowest of its speakers.
    """

    traits: Annotated[tuple[Trait, ...], BeforeValidator(_traits)] = ()
    """One of the Big Five, a list of them, or `all`; by default those that the persona does not have at 0."""
    compare: Literal["level", "pole"] = "level"
    """`level`: no farther off than `tolerance`; `pole`: on the same side of 0, as extravert and introvert are."""
    tolerance: Annotated[int, Field(ge=0, le=10)] = TOLERANCE
    """How far a level may be off."""
    allowed: Annotated[int, Field(ge=0)] = 0
    """How many traits of a speaker may be off."""
    must_show: bool = True
    """Whether a trait that the dialogue does not show counts as 0; otherwise it is left out."""
    chat: ChatCompletionClient | None = None

    needs: ClassVar[tuple[str, ...]] = ("chat",)
    sees: ClassVar[Sees] = Sees.OWN_PERSONAS
    calls: ClassVar[int] = 1
    task: ClassVar[Task] = Task.ASSESS

    @property
    def fingerprint(self) -> str:
        return fingerprint()

    async def review(self, case: Case) -> Verdict | Abstention:
        assert self.chat is not None
        meant = self._assigned(case.own.persona)
        if not meant:
            return Abstention(Why.NOT_APPLICABLE, f"{case.own.name} has no trait to compare")
        read = await assess(case, case.own.seat, self.chat)
        return read if isinstance(read, Abstention) else self._verdict(case.own.seat, meant, read)

    def _assigned(self, persona: Persona | None) -> Levels:
        """The levels to compare; a pole of 0 there is not."""
        levels = {trait: persona.traits.level(trait) for trait in Trait} if persona and persona.traits else {}
        wanted = [trait for trait in levels if trait in self.traits or (levels[trait] and not self.traits)]
        return {trait: levels[trait] for trait in wanted if levels[trait] or self.compare == "level"}

    def _verdict(self, seat: str, meant: Levels, read: Assessment) -> Verdict | Abstention:
        levels = {trait: self._level(read, trait) for trait in meant}
        seen = {trait: level for trait, level in levels.items() if level is not None}
        if not seen:
            return Abstention(Why.NOT_APPLICABLE, f"nothing shows its {', '.join(meant)}")
        off = [trait for trait, level in seen.items() if not self._agrees(meant[trait], level)]
        found = tuple(_findings(seat, off, meant, read))
        approve = len(off) <= self.allowed
        advice = {} if approve else {seat: " ".join(_advice(meant[trait], seen[trait], trait) for trait in off)}
        return Verdict(approve, self._score(meant, seen), found, advice, figures(seat, read, tuple(meant)))

    def _level(self, read: Assessment, trait: Trait) -> int | None:
        level = read[trait].level
        return 0 if level is None and self.must_show else level

    def _agrees(self, meant: int, level: int) -> bool:
        return abs(meant - level) <= self.tolerance if self.compare == "level" else pole_of(meant) is pole_of(level)

    def _score(self, meant: Levels, seen: Levels) -> float:
        if self.compare == "pole":
            return round(fmean(self._agrees(meant[trait], level) for trait, level in seen.items()), 4)
        distance = fmean(abs(meant[trait] - level) for trait, level in seen.items())
        return round(1 - distance / (HIGHEST - LOWEST), 4)


def _findings(seat: str, off: Sequence[Trait], meant: Levels, read: Assessment) -> Iterator[Finding]:
    for trait in off:
        reading = read[trait]
        what = f"nothing shows {trait}" if reading.level is None else f"{trait} reads as {_signed(reading.level)}"
        why = f" ({reading.evidence.rstrip('. ')})" if reading.evidence else ""
        yield Finding(f"{what}, assigned {_signed(meant[trait])}{why}", next(iter(reading.turns), None), seat)


def _signed(level: int) -> str:
    return f"{level:+d}" if level else "0"


def _advice(meant: int, level: int, trait: Trait) -> str:
    """In the words that speakers are told their nature in; no number, which nobody could act on."""
    toward = Pole.HIGH if meant > level else Pole.LOW
    if pole_of(meant) is toward:
        nature = manner().natures[trait, toward]
        return f"Let it show more that you are {nature.name}: {nature.shows}."
    overdone = manner().natures[trait, Pole.LOW if toward is Pole.HIGH else Pole.HIGH]
    return f"Hold back a little: you come across as more {overdone.name} than you are."
