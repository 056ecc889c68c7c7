"""From which dialogues does a dialogue descend?"""

from collections.abc import Callable, Iterable


def ancestors(id: str, exemplars_of: Callable[[str], Iterable[str]]) -> tuple[tuple[str, ...], ...]:
    """Ids of the ancestors of a dialogue through its exemplars, a tuple a generation: its exemplars, theirs, ...

    `exemplars_of` gives the exemplars' ids of a dialogue (`Dialogue.exemplars`), none for one that is not known, such
    as a seed. Each ancestor stands once, in the nearest generation.
    """
    known = {id}
    generations: list[tuple[str, ...]] = []
    latest: tuple[str, ...] = (id,)
    while latest:
        parents = dict.fromkeys(parent for child in latest for parent in exemplars_of(child))
        latest = tuple(parent for parent in parents if parent not in known)
        known.update(latest)
        generations += [latest] if latest else []
    return tuple(generations)
