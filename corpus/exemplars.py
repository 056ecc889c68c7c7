"""Which earlier dialogues stand in the prompts of a round?

The pool holds accepted dialogues of closed rounds, and those of the seed file. Which ones it ranks, and how, depends on
the dialogues and the seed alone, never on the order in which they came.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from itertools import islice
from random import Random

from ..agents import Dialogue, Member
from ..critics import Outcome
from ..models.stream import stream
from .record import Record
from .sample import Sample, ticket
from .wording import Wording, similarity

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

    def __init__(self, choosing: Choosing, seed: int, seeds: Iterable[Dialogue] = ()) -> None:
        """`seed` is the scenario's; of more than 512 accepted dialogues it decides which are held."""
        self.choosing = choosing
        self._seeds = {dialogue.id: dialogue for dialogue in seeds}
        self._accepted: Sample[tuple[Dialogue, float]] = Sample(
            LIMIT, stream(seed, "exemplars", "pool").getrandbits(64)
        )
        self._marks: Mapping[str, frozenset[str]] = {}

    def add(self, *records: Record) -> None:
        """Offer records of a closed round; those that are not accepted are passed over."""
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
        ranked = _RANKINGS[self.choosing](accepted, seeds, salt)
        self._marks = {dialogue.id: marks(dialogue.cast) for dialogue in ranked}
        return ranked

    def draw(
        self, ranked: Sequence[Dialogue], count: int, cast: Sequence[Member], rng: Random | None = None
    ) -> tuple[Dialogue, ...]:
        """The first `count` of a ranking that tell nothing of this cast; fewer where there are no more.

        Without `rng` all jobs of a round are given the same ones, as far as their casts allow (`draw: round`); with
        one, each job its own (`draw: job`; `best` stays the best).
        """
        private = marks(cast)
        open_to_cast = (dialogue for dialogue in self._order(ranked, rng) if private.isdisjoint(self._marked(dialogue)))
        return tuple(islice(open_to_cast, count))

    def _order(self, ranked: Sequence[Dialogue], rng: Random | None) -> Sequence[Dialogue]:
        if rng is None or not ranked or self.choosing is Choosing.BEST:
            return ranked
        if self.choosing is Choosing.RANDOM:
            return rng.sample(ranked, len(ranked))
        start = rng.randrange(min(HEAD, len(ranked)))
        return [*ranked[start:HEAD], *ranked[:start], *ranked[HEAD:]]

    def _marked(self, dialogue: Dialogue) -> frozenset[str]:
        return self._marks.get(dialogue.id) or marks(dialogue.cast)


def marks(cast: Iterable[Member]) -> frozenset[str]:
    """What tells the people of a cast: the ids of their personas, and their profile sentences.

    Two casts that share none tell nothing of each other. Case, spacing and a final stop make no difference.
    """
    people = [member.persona for member in cast]
    sentences = (" ".join(text.casefold().split()).rstrip(".!") for person in people for text in person.sentences)
    return frozenset([*(f"id\x1f{person.id}" for person in people), *sentences])


Held = Sequence[tuple[Dialogue, float]]
"""Accepted dialogues with their scores, shuffled."""


def _random(accepted: Held, seeds: Sequence[Dialogue], salt: int) -> list[Dialogue]:
    return sorted([*_dialogues(accepted), *seeds], key=lambda dialogue: ticket(salt, dialogue.id))


def _best(accepted: Held, seeds: Sequence[Dialogue], salt: int) -> list[Dialogue]:
    return [*_dialogues(sorted(accepted, key=lambda held: -held[1])), *seeds]


def _diverse(accepted: Held, seeds: Sequence[Dialogue], salt: int) -> list[Dialogue]:
    """Begins with an accepted dialogue where there is one: with one exemplar, rounds still learn from rounds."""
    left = {dialogue.id: dialogue for dialogue in _random(accepted, seeds, salt)}
    first = next(iter([*_dialogues(accepted), *seeds]), None)
    if first is None:
        return []
    words = {dialogue.id: Wording(dialogue).vocabulary for dialogue in left.values()}
    nearest = dict.fromkeys(left, 0.0)
    head = [left.pop(first.id)]
    while left and len(head) < HEAD:
        last = words[head[-1].id]
        for id in left:
            nearest[id] = max(nearest[id], similarity(last, words[id]))
        head.append(left.pop(min(left, key=nearest.__getitem__)))
    return [*head, *left.values()]


def _dialogues(held: Held) -> list[Dialogue]:
    return [dialogue for dialogue, _ in held]


_RANKINGS = {Choosing.RANDOM: _random, Choosing.BEST: _best, Choosing.DIVERSE: _diverse}
