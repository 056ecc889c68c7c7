"""Which sentence of a persona fits its personality? A language model says so, or that none does."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ...models.client import ChatClient
from ...models.errors import ReplyRefused
from ...models.prompt import Prompts
from ...models.request import Kind, Part, Role, Task
from ...models.stream import sampling_seed
from ...models.thread import Thread
from ..persona import Persona
from ..traits import Pole, Trait
from .choice import NONE as NONE
from .choice import NoChoice, chosen

ASKED = 2
"""How often it is asked, at most, until the reply can be read."""

_PROMPTS = Prompts(Path(__file__).parent / "prompts")
fingerprint = _PROMPTS.fingerprint


@dataclass(frozen=True, slots=True)
class Selection:
    """What came of asking."""

    sentence: str
    """NONE where no sentence fits."""
    read: bool = True
    """Whether a reply could be read; NONE is a stopgap where none could."""


def selectable(persona: Persona) -> bool:
    """Whether there is anything to choose from, and by."""
    return bool(persona.profile and persona.statements)


async def select(
    persona: Persona, client: ChatClient, *, seat: str, language: str, seed: int, round: int, index: int
) -> Selection:
    """The sentence of a persona that fits its statements best (PSYDIAL, profile selecting), asked of the seat's model.

    `language` is the name of the language that they will talk in. A reply that can't be read is asked for once more,
    with the reason. The request holds no other seat's persona. Raises a subclass of TertuliaError.
    """
    thread, tail = Thread(*fit_parts(persona, seat, language)), list[Part]()
    for asked in range(ASKED):
        sampling = sampling_seed(seed, "fit", round, index, seat, *([asked] if asked else []))
        bound = client.bind(task=Task.FIT, seed=sampling, scope=f"{round}/{index}")
        try:
            reply = await bound.create(thread.messages(*tail))
            return Selection(chosen(str(reply.content), persona.sentences))
        except NoChoice as problem:
            tail = [_again(str(problem), len(persona.profile))]
        except ReplyRefused:
            break
    return Selection(NONE, read=False)


def fit_parts(persona: Persona, seat: str, language: str) -> tuple[Part, ...]:
    """The request of one seat: what is asked, then its own persona alone."""
    statements = [statement.text for statement in persona.statements]
    shown = _PROMPTS.render("fit-persona", sentences=persona.sentences, statements=statements)
    return (
        Part(Role.SYSTEM, Kind.INSTRUCTIONS, _PROMPTS.render("fit", language=language)),
        Part(Role.USER, Kind.PERSONA, shown, seat),
    )


def _again(reason: str, count: int) -> Part:
    return Part(Role.USER, Kind.REMINDER, _PROMPTS.render("fit-again", reason=reason, count=count))


def selections(personas: Iterable[Persona]) -> dict[tuple[Trait, Pole], Counter[str]]:
    """By trait and pole, how often each profile sentence was selected (PSYDIAL, table 3); under NONE, how often none.

    `personas` are those of casts, one for each seat of a dialogue. A selection counts for every pole of which the
    persona was shown a statement; a persona for which nothing was selected from (`focus` is None) counts nowhere.
    """
    counts: dict[tuple[Trait, Pole], Counter[str]] = {}
    for persona in personas:
        poles = {(s.trait, s.pole) for s in persona.statements if s.trait and s.pole}
        for trait, pole in poles if persona.focus is not None else ():
            counts.setdefault((trait, pole), Counter())[persona.focus or NONE] += 1
    return {pole: counts[pole] for pole in sorted(counts)}
