"""Which texts show which traits, and which were accepted?"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import nan
from typing import Literal

from ...agents import Dialogue, Member
from ...critics.experts.classifier import as_read
from ...personas import Trait
from ..data.splitting import Split
from ..event import DataReady

Unit = Literal["speaker", "reply"]
Seat = tuple[str, str]
"""(id of a dialogue, seat there)"""
Levels = Mapping[Trait, int | None]


@dataclass(frozen=True)
class Text:
    """A text with what is true of it."""

    id: str
    group: str
    """Texts of one group come from the same people: they are never on both sides of a fold."""
    text: str
    truth: tuple[float, ...]
    """Of a reader of traits the five levels, NaN where one is not known; of labels 0 (reject) or 1 (accept)."""


@dataclass(frozen=True)
class Texts:
    """What is to be learned, and what tells how well it was."""

    train: tuple[Text, ...]
    validation: tuple[Text, ...]
    test: tuple[Text, ...]
    split: Split
    digest: str
    """Of dialogues and labels."""

    def ready(self, source: str, tokens: int = 0, length: int = 0) -> DataReady:
        """`tokens`: of the training part, as the base counts them."""
        parts = (len(self.train), len(self.validation), len(self.test))
        away = (len(self.split.dropped), len(self.split.repeated))
        return DataReady(source, *parts, len(self.split.train), *away, tokens, tokens, 0, 0, length)


def trait_texts(dialogues: Iterable[Dialogue], unit: Unit, read: Mapping[Seat, Levels]) -> Iterator[Text]:
    """What everybody with known levels says, all of it in a dialogue or reply by reply.

    `read`: levels that were read of somebody, which count in place of those in the persona.
    """
    for dialogue in dialogues:
        for member in dialogue.cast:
            levels = _levels(member, read.get((dialogue.id, member.seat)))
            said = [text for text in dialogue.said_by(member.seat) if text.strip()]
            if levels and said:
                texts = ["\n".join(said)] if unit == "speaker" else said
                for number, text in enumerate(texts):
                    yield Text(f"{dialogue.id}:{member.seat}:{number}", person(member), text, levels)


def label_texts(dialogues: Iterable[Dialogue], accepts: Mapping[str, bool]) -> Iterator[Text]:
    """Whole dialogues that have a label, as the critic `classifier` reads them."""
    for dialogue in dialogues:
        text = as_read(dialogue.turns)
        if dialogue.id in accepts and text:
            group = "\x1e".join(sorted(person(member) for member in dialogue.cast))
            yield Text(dialogue.id, group, text, (float(accepts[dialogue.id]),))


def person(member: Member) -> str:
    """Who somebody is, whatever the personality in this dialogue."""
    return f"{member.persona.name}\x1f{' '.join(member.persona.sentences)}"


def _levels(member: Member, read: Levels | None) -> tuple[float, ...]:
    """Empty where nothing is known."""
    if read is not None:
        known = [read.get(trait) for trait in Trait]
        return tuple(nan if level is None else float(level) for level in known)
    traits = member.persona.traits
    return tuple(float(traits.level(trait)) for trait in Trait) if traits else ()
