"""Which dialogues are for training, which for looking at meanwhile, and which for the test, so that nobody is in two?

No profile of the test part is in training or validation, whole or within a wider profile, and none of the validation
part is in training. What stands in the way is left out, and counted.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Annotated

from pydantic import Field

from ...agents import Dialogue
from ...corpus.wording import words
from ...models.errors import Mistake
from ...personas import Persona
from .repeating import unrepeated

Profile = frozenset[str]
"""Sentences, normalised; empty where nothing is known of a speaker."""


@dataclass(frozen=True, kw_only=True)
class Shares:
    """How much of the dialogues each part gets; the rest is for training."""

    validation: Annotated[float, Field(ge=0, lt=1)] = 0.1
    """Of the dialogues that repeat none; 0: there is no such part."""
    test: Annotated[float, Field(ge=0, lt=1)] = 0.1
    """The same, for the test part."""


@dataclass(frozen=True)
class Split:
    """Every dialogue stands in one part, each part in the order in which they came."""

    train: tuple[Dialogue, ...]
    validation: tuple[Dialogue, ...] = ()
    test: tuple[Dialogue, ...] = ()
    dropped: tuple[Dialogue, ...] = ()
    """Somebody is in it whose profile is in the test or validation part."""
    repeated: tuple[Dialogue, ...] = ()
    """Nearly the same was said in one before it."""

    @property
    def ids(self) -> dict[str, list[str]]:
        """By part, as they stand in split.json."""
        return {part.name: [dialogue.id for dialogue in getattr(self, part.name)] for part in fields(self)}


def split(dialogues: Sequence[Dialogue], shares: Shares | None = None, seed: int = 0) -> Split:
    """The same dialogues, shares and seed give the same split, in every process.

    What is set apart is chosen so that little is lost for training. Raises Mistake for too few dialogues, and where the
    same people are in so many of them that a part stays empty.
    """
    from .entangling import Table

    shares = shares or Shares()
    fresh, repeated = unrepeated(dialogues)
    sizes = _sizes(len(fresh), shares, len(repeated))
    table = Table([_profiles(dialogue) for dialogue in fresh], seed)
    test, validation = (table.take(size) for size in sizes)
    train = table.free
    if not train or (not validation and sizes[1]):
        raise _entangled(fresh, table.people, shares)
    dropped = sorted({*range(len(fresh))} - {*test, *validation, *train})
    learned, seen, asked, lost = (tuple(fresh[at] for at in part) for part in (train, validation, test, dropped))
    return Split(learned, seen, asked, lost, repeated)


def profile_of(persona: Persona) -> Profile:
    """Its sentences in lower case, without punctuation."""
    return frozenset(filter(None, (" ".join(words(text)) for text in persona.sentences)))


def met(dialogues: Iterable[Dialogue], others: Sequence[Dialogue]) -> list[Dialogue]:
    """Those of the others in which a whole profile of the dialogues is, alone or within a wider one."""
    from .entangling import wider

    wanted = dict.fromkeys(profile for dialogue in dialogues for profile in _profiles(dialogue))
    holding = wider([*wanted, *(profile for dialogue in others for profile in _profiles(dialogue))])
    known = {other for profile in wanted for other in holding[profile]}
    return [dialogue for dialogue in others if not known.isdisjoint(_profiles(dialogue))]


def _profiles(dialogue: Dialogue) -> list[Profile]:
    """Of all at the table that have one."""
    return list(dict.fromkeys(filter(None, (profile_of(member.persona) for member in dialogue.cast))))


def _sizes(count: int, shares: Shares, repeated: int) -> tuple[int, int]:
    """Dialogues of the test and of the validation part; at least one where a share is asked for. Raises Mistake."""
    test, validation = (max(1, round(share * count)) if share else 0 for share in (shares.test, shares.validation))
    if test + validation < count:
        return test, validation
    there = f"{count} dialogue{'s' * (count != 1)}" + f" ({repeated} more repeat what is said in them)" * bool(repeated)
    what = f"a test part of {test}, a validation part of {validation} and something to learn from"
    raise Mistake(
        f"{there} can't be split into {what}; have more dialogues made, or leave a part out: `--set validation=0`, "
        "`--set test=0`"
    )


def _entangled(dialogues: Sequence[Dialogue], people: int, shares: Shares) -> Mistake:
    asked = f"test {shares.test:g}, validation {shares.validation:g}"
    return Mistake(
        f"{people} profiles are so entangled in {len(dialogues)} dialogues that nothing is left to learn from, or to "
        f"validate with, once the people of the test set are kept out ({asked}): cast more personas, each in fewer "
        "dialogues; or ask for smaller parts: `--set test=0.05`, `--set validation=0`"
    )
