"""Which dialogues say the same as one before them?"""

from collections.abc import Sequence

from ...agents import Dialogue
from ...corpus.wording import words

ALIKE = 0.8
"""Share of word runs in common (Jaccard) from which a dialogue repeats another: a few words changed, no more."""
RUN = 4
"""Words in a run."""


def unrepeated(dialogues: Sequence[Dialogue]) -> tuple[tuple[Dialogue, ...], tuple[Dialogue, ...]]:
    """(those that say something new, those that repeat one of them), each in their order; of several the first is new.

    Equal are two with the same words, whatever their people; nearly equal those of which MinHash with bands finds that
    they share most runs of words (`critics.minhash`). Who says nothing repeats the first who says nothing.
    """
    said = [tuple(words(" ".join(turn.text for turn in dialogue.turns))) for dialogue in dialogues]
    first = {text: at for at, text in reversed([*enumerate(said)])}
    different = sorted(first.values())
    fresh = {*different} - _like_earlier({at: said[at] for at in different})
    return (
        tuple(dialogue for at, dialogue in enumerate(dialogues) if at in fresh),
        tuple(dialogue for at, dialogue in enumerate(dialogues) if at not in fresh),
    )


def _like_earlier(texts: dict[int, tuple[str, ...]]) -> set[int]:
    """The numbers of those that are nearly as one before them that is none of these. Most are like no other at all:
    only who is like any is compared one after another."""
    from ...critics.minhash import Sketches, sketch

    sketches = {at: sketch(str(at), text, RUN) for at, text in texts.items()}
    every, known = Sketches(2 / 3 * ALIKE), Sketches(2 / 3 * ALIKE)
    every.add(sketches.values())
    found: set[int] = set()
    for at, text in sketches.items():
        nearest = every.nearest(text)
        if nearest is None or nearest.similarity < ALIKE:
            continue
        earlier = known.nearest(text)
        if earlier and earlier.similarity >= ALIKE:
            found.add(at)
        else:
            known.add([text])
    return found
