"""Who reads the Big Five of what a model has said: a trained reader, or a language model with a guide?"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import fmean
from typing import TYPE_CHECKING, NamedTuple, Protocol

from ...agents import Dialogue, Member, Turn
from ...critics.case import Sees, cases
from ...critics.verdict import Abstention
from ...models.errors import Mistake
from ...models.local.connecting import connect_reader
from ...models.preset import PRESETS
from ...models.provider import connect
from ...models.spec import ModelSpec
from ...personas import Persona, Trait

if TYPE_CHECKING:
    from ...models.client import ChatClient
    from ...models.local.reader import Reader

Levels = tuple[float | None, ...]
"""From -5 to 5 in the order of `Trait`; None where nothing shows the trait."""
UNREAD: Levels = (None,) * len(Trait)
OTHER, OWN = "user", "assistant"
AT_ONCE = 16
"""Speakers that a language model is asked about at a time."""


class Talk(NamedTuple):
    """What is to be read: the words of one seat."""

    dialogue: Dialogue
    seat: str

    @property
    def said(self) -> list[str]:
        """Turn by turn, without those that say nothing."""
        return [text for text in self.dialogue.said_by(self.seat) if text.strip()]


def talk_of(id: str, persona: Persona, exchanges: Sequence[tuple[str, str]]) -> Talk:
    """A talk of (what was said to the speaker, what the speaker answered)."""
    cast = (Member(OTHER, Persona(name="User")), Member(OWN, persona))
    turns = (turn for asked, answered in exchanges for turn in (Turn(OTHER, asked), Turn(OWN, answered)))
    return Talk(Dialogue(id, cast, tuple(turns), language=persona.language), OWN)


class Assessor(Protocol):
    """Reads how somebody comes across, from -5 to 5 in each of the Big Five."""

    @property
    def name(self) -> str: ...

    @property
    def unit(self) -> str:
        """What it has learned to read: single replies (`reply`), all that somebody says (`speaker`), or either (``)."""
        ...

    def levels(self, talks: Sequence[Talk]) -> list[Levels]:
        """Of each seat, by its own words. Who says nothing shows nothing."""
        ...


@dataclass(frozen=True)
class ByReader:
    """A reader that `train classifier` made."""

    reader: "Reader"

    @property
    def name(self) -> str:
        return self.reader.name

    @property
    def unit(self) -> str:
        return self.reader.unit

    def levels(self, talks: Sequence[Talk]) -> list[Levels]:
        """A line a turn, as in its training; the mean over turns where it has learned from single replies. Raises
        Mistake for a reader of labels."""
        texts = [talk.said if self.unit == "reply" else ["\n".join(talk.said)] * bool(talk.said) for talk in talks]
        every = [text for own in texts for text in own]
        read = iter(self.reader.levels(every) if every else ())
        return [_mean([next(read) for _ in own]) for own in texts]


@dataclass(frozen=True)
class ByModel:
    """A chat model that is given a scoring guide and a blind transcript (the assessor of Liu et al. 2024)."""

    name: str
    connect: Callable[[], "ChatClient"]
    """A client of its own for each time that it is asked, since a client belongs to one event loop."""
    unit: str = ""

    def levels(self, talks: Sequence[Talk]) -> list[Levels]:
        """A call each; what can't be read, twice, shows nothing. Raises NoJudge, and what stops the run."""
        return asyncio.run(self._levels(talks))

    async def _levels(self, talks: Sequence[Talk]) -> list[Levels]:
        gate, chat = asyncio.Semaphore(AT_ONCE), self.connect()

        async def read(talk: Talk) -> Levels:
            async with gate:
                return await _assessed(talk, chat)

        try:
            return await asyncio.gather(*map(read, talks))
        finally:
            await chat.close()


def _mean(levels: Sequence[Sequence[float]]) -> Levels:
    return tuple(fmean(of_trait) for of_trait in zip(*levels, strict=True)) if levels else UNREAD


async def _assessed(talk: Talk, chat: "ChatClient") -> Levels:
    from ...critics.assessing import assess

    [case] = cases(talk.dialogue, Sees.TRANSCRIPT)
    found = await assess(case, talk.seat, chat)
    return UNREAD if isinstance(found, Abstention) else tuple(found[trait].level for trait in Trait)


def connect_assessor(name: str, device: str = "auto") -> Assessor:
    """A chat model for a short string such as `openai:gpt-4o-mini`, else the trained reader of traits in a folder.

    Raises Mistake for neither, and for a model that can't judge.
    """
    if name.partition(":")[0] not in PRESETS:
        return ByReader(connect_reader(name, "traits", device=device))
    spec = ModelSpec.parse(name)
    if spec.provider == "rehearsal":
        raise Mistake(f"--reader {name}: rehearsal can't judge, it is no language model; name a reader's folder")
    return by_model(spec)


def by_model(spec: ModelSpec) -> ByModel:
    """The assessor that a model's spec stands for."""
    return ByModel(f"{spec.provider}:{spec.model}", partial(connect, spec))
