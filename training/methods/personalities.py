"""Who in the dialogues has which personality, and what are the dialogues when nothing tells of it?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path

from ...agents import Dialogue, Member
from ...models.errors import Mistake
from ...personas import Trait
from ..data.material import digest, gather
from .assessed import is_assessed, read_assessed
from .texts import Levels, Seat


@dataclass(frozen=True)
class Personalities:
    """Dialogues, their personas without traits and statements; and the levels of those who have any."""

    dialogues: tuple[Dialogue, ...]
    levels: Mapping[Seat, tuple[float, ...]]
    """Five of them, in the order of `Trait`; one that is not known counts as average, 0."""
    source: str
    digest: str
    """Of dialogues and levels."""


def personalities(source: str) -> Personalities:
    """Of a run or a file of dialogues, the levels in its personas; or those that `tertulia critics assess` read.

    Raises Mistake where there are none, or all are the same.
    """
    path = Path(source).expanduser()
    assessed = is_assessed(path)
    dialogues, read = read_assessed(path) if assessed else (gather(source).dialogues, {})
    levels = {
        (dialogue.id, member.seat): known
        for dialogue in dialogues
        for member in dialogue.cast
        if (known := _levels(member, read.get((dialogue.id, member.seat))))
    }
    _check(source, tuple(levels.values()))
    told = repr(sorted((*seat, *known) for seat, known in levels.items())).encode()
    bare = tuple(map(_bare, dialogues))
    return Personalities(bare, levels, source, f"{digest(bare)}{blake2b(told, digest_size=4).hexdigest()}")


def _levels(member: Member, read: Levels | None) -> tuple[float, ...]:
    """Empty where nothing is known."""
    if read is not None:
        known = any(read.get(trait) is not None for trait in Trait)
        return tuple(float(read.get(trait) or 0) for trait in Trait) if known else ()
    traits = member.persona.traits
    return tuple(float(traits.level(trait)) for trait in Trait) if traits else ()


def _bare(dialogue: Dialogue) -> Dialogue:
    without = {"traits": None, "statements": ()}
    cast = tuple(replace(member, persona=member.persona.model_copy(update=without)) for member in dialogue.cast)
    return replace(dialogue, cast=cast)


def _check(source: str, levels: Sequence[tuple[float, ...]]) -> None:
    if not levels:
        raise Mistake(
            f"{source}: nobody in it has trait levels: let the scenario give them out (`cast.personality: {{trait: "
            f"all, setting: level}}`), or let a model read them (`tertulia critics assess {source} --output "
            f"traits.jsonl`) and train on that file"
        )
    if len(set(levels)) == 1:
        raise Mistake(
            f"{source}: all {len(levels)} speakers have the same levels, so there is no difference to learn: let "
            f"`cast.personality` set them by `setting: level` or `setting: pole`"
        )
