"""Which earlier dialogues stand in the prompts of a round?

The pool holds accepted dialogues of closed rounds, and those of the seed file. Which ones it ranks, and how, depends on
the dialogues and on chance alone, never on the order in which they came.
"""

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from itertools import islice
from random import Random

from ..agents import Dialogue, Member
from ..critics import Outcome
from .record import Record
from .sample import Sample, ticket
from .seeds import read_exemplars
from .wording import Wording, similarity

__all__ = ["Choosing", "ExemplarPool", "draw", "read_exemplars", "reordered"]

LIMIT = 512
"""Accepted dialogues that a pool holds, so that no choice costs more in a larger corpus."""
HEAD = 64
"""How many dialogues `diverse` puts in order."""


class Choosing(StrEnum):
    """How exemplars are chosen."""

    RANDOM = "random"
    BEST = "best"
    """Highest score of the panel's decision; seeds after all others."""
    DIVERSE = "diverse"
    """Each as unlike those before it as can be (farthest first, by the cosine of word sets)."""


class ExemplarPool:
    """The dialogues that exemplars are drawn from: at most 512 accepted ones, and the seeds."""

    def __init__(self, choosing: str, rng: Random) -> None:
        """`choosing` is one of `Choosing`; of more than 512 accepted dialogues `rng` decides which are held."""
        self.choosing = Choosing(choosing)
        self._accepted: Sample[tuple[Dialogue, float]] = Sample(LIMIT, rng.getrandbits(64))
        self._seeds: dict[str, Dialogue] = {}

    def seed(self, dialogues: Iterable[Dialogue]) -> None:
        """Put the dialogues of a seed file in; all of them are held."""
        self._seeds.update((dialogue.id, dialogue) for dialogue in dialogues)

    def add(self, records: Iterable[Record]) -> None:
        """Offer the records of closed rounds; those that are not accepted are passed over."""
        for record in records:
            if record.outcome is Outcome.ACCEPTED:
                score = record.review.decision.score if record.review else 0.0
                rank = score if self.choosing is Choosing.BEST else 0.0
                self._accepted.offer(record.dialogue.id, (record.dialogue, score), rank)

    def __len__(self) -> int:
        return len(self._accepted) + len(self._seeds)

    def ranking(self, rng: Random) -> list[Dialogue]:
        """The whole pool in order of preference, for one round (up to 0.2 s for a full pool: not for each job)."""
        salt = rng.getrandbits(64)
        accepted = sorted(self._accepted, key=lambda held: ticket(salt, held[0].id))
        seeds = sorted(self._seeds.values(), key=lambda dialogue: ticket(salt, dialogue.id))
        if self.choosing is Choosing.BEST:
            accepted.sort(key=lambda held: -held[1])
        ranked = [*(dialogue for dialogue, _ in accepted), *seeds]
        if self.choosing is Choosing.BEST or not ranked:
            return ranked
        shuffled = sorted(ranked, key=lambda dialogue: ticket(salt, dialogue.id))
        return shuffled if self.choosing is Choosing.RANDOM else _farthest_first(ranked[0], shuffled)


def reordered(ranked: Sequence[Dialogue], choosing: str, rng: Random) -> Sequence[Dialogue]:
    """A ranking for one job of `draw: job`: `best` as it is, `random` shuffled, `diverse` begun at another place."""
    if choosing == Choosing.BEST or not ranked:
        return ranked
    if choosing == Choosing.RANDOM:
        return rng.sample(ranked, len(ranked))
    start = rng.randrange(min(HEAD, len(ranked)))
    return [*ranked[start:HEAD], *ranked[:start], *ranked[HEAD:]]


def draw(ranked: Iterable[Dialogue], count: int, cast: Sequence[Member]) -> tuple[Dialogue, ...]:
    """The first `count` of a ranking that tell nothing of this cast; fewer where there are no more.

    A dialogue whose cast shares a persona's id or a profile sentence with any seat of this job is passed over.
    """
    people, sentences = _people(cast), frozenset(_sentences(cast))
    others = (d for d in ranked if people.isdisjoint(_people(d.cast)) and sentences.isdisjoint(_sentences(d.cast)))
    return tuple(islice(others, count))


def _people(cast: Iterable[Member]) -> frozenset[str]:
    return frozenset(member.persona.id for member in cast)


def _sentences(cast: Iterable[Member]) -> Iterator[str]:
    """Case, spacing and a final stop make no difference."""
    for member in cast:
        for sentence in member.persona.profile:
            yield " ".join(sentence.text.casefold().split()).rstrip(".! ")


def _farthest_first(first: Dialogue, shuffled: Sequence[Dialogue]) -> list[Dialogue]:
    """`first`, then always the one whose nearest before it is farthest (Gonzalez 1985); the rest as they are.

    With an accepted dialogue first, rounds learn from rounds even where one exemplar is drawn.
    """
    left = {dialogue.id: dialogue for dialogue in shuffled}
    words = {id: Wording(dialogue).vocabulary for id, dialogue in left.items()}
    nearest = dict.fromkeys(left, 0.0)
    head = [left.pop(first.id)]
    while left and len(head) < HEAD:
        last = words[head[-1].id]
        for id in left:
            nearest[id] = max(nearest[id], similarity(last, words[id]))
        head.append(left.pop(min(left, key=nearest.__getitem__)))
    return [*head, *left.values()]
