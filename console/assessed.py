"""What does `tertulia critics assess` say in the end? Who reads how, and how that goes with what was assigned."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ..corpus.characters import By, Character
from ..corpus.confusion import Confusion
from ..corpus.labelling import Labelled
from ..models.metering import Meter
from ..personas import Trait
from .confusion import personality_tables, signed
from .generating import rejected_of
from .statistics import section
from .text import duration, listed, money, number, one_line

SHOWN = 20
"""Speakers in the report."""
WHO = "assessor"
SHORT = {
    Trait.OPENNESS: "open.",
    Trait.CONSCIENTIOUSNESS: "consc.",
    Trait.EXTRAVERSION: "extra.",
    Trait.AGREEABLENESS: "agree.",
    Trait.NEUROTICISM: "neuro.",
}
KEY = "Big Five, -5 to 5; ?: nothing shows it"


@dataclass
class Result:
    """What came of it, without what was said: that is in the output."""

    speakers: list[Labelled] = field(default_factory=list)
    """The first SHOWN."""
    count: int = 0
    unread: list[tuple[str, str]] = field(default_factory=list)
    """(speaker, why) of those of whom nothing could be read."""
    confusion: Confusion = field(default_factory=Confusion)
    levels: dict[Trait, Counter[int]] = field(default_factory=lambda: {trait: Counter() for trait in Trait})

    def add(self, one: Labelled) -> None:
        if one.problem:
            self.unread.append((one.character.name, one.problem))
            return
        self.count += 1
        if len(self.speakers) < SHOWN:
            self.speakers.append(one)
        traits = one.character.member.persona.traits
        for trait, level in one.levels.items():
            self.levels[trait].update([] if level is None else [level])
            if traits and traits.level(trait):
                self.confusion.count(WHO, trait, traits.level(trait), level)


def as_json(found: Result, output: Path, by: By, meter: Meter) -> dict[str, Any]:
    total = meter.total
    return {
        "output": str(output),
        "by": by,
        "speakers": found.count,
        "unread": [{"speaker": name, "why": why} for name, why in found.unread],
        "personality": [table.to_dict() for table in found.confusion.tables()],
        "calls": total.calls,
        "cached": total.cached,
        "tokens": total.prompt_tokens + total.completion_tokens,
        "usd": total.usd,
    }


def report(found: Result, by: By) -> RenderableType:
    """Who reads how; where traits were assigned, both beside one another."""
    parts: list[RenderableType] = [level_table(found, by), Text(KEY, style="dim")] if found.speakers else []
    if tables := found.confusion.tables():
        parts.append(section("personality, assigned against assessed", personality_tables(tables)))
    return Group(*parts)


def level_table(found: Result, by: By) -> Table:
    """A row for each of the first speakers, then the mean of all."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("speaker", overflow="fold")
    table.add_column("dialogues" if by == "speaker" else "line", justify="right", style="dim")
    for trait in Trait:
        table.add_column(SHORT[trait], justify="right")
    for one in found.speakers:
        levels = ("?" if level is None else signed(level) for level in one.levels.values())
        table.add_row(Text(one_line(one.character.name, 24)), _where(one.character, by), *levels)
    if more := found.count - len(found.speakers):
        table.add_row(Text(f"and {more:,} more", style="dim"), "", *[""] * len(Trait))
    means = (_mean(list(found.levels[trait].elements())) for trait in Trait)
    table.add_row(Text("mean of all", "bold"), "", *means)
    return table


def _where(character: Character, by: By) -> str:
    """How many dialogues, or where the one begins in its file."""
    dialogue, _ = character.parts[0]
    return f"{len(character.parts):,}" if by == "speaker" else dialogue.source.rpartition(":")[2] or "–"


def _mean(levels: list[int]) -> str:
    return f"{fmean(levels):+.1f}" if levels else "?"


def took(found: Result, output: Path, meter: Meter, seconds: float) -> Text:
    """What there is, where, and what it cost."""
    total = meter.total
    cached = f"{total.cached:,} replies kept before" if total.cached else ""
    text = Text.assemble(
        (f"\n{number(found.count, 'speaker')}", "bold"),
        f" with levels and evidence in {output}\n",
        listed([number(total.calls, "call"), cached, money(total.usd), duration(seconds)]),
    )
    if found.unread:
        name, why = found.unread[0]
        text.append(f"\n{number(len(found.unread), 'speaker')} could not be read, such as {one_line(name)}: ", "yellow")
        text.append(f"{one_line(why)}; all in {rejected_of(output)}", "yellow")
    return text
