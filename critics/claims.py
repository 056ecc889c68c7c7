"""What does a speaker say of himself, and which of it may be another's?"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import product
from typing import NamedTuple

from .case import Case, Chair
from .language import Pack
from .statement import speaks_of_oneself, statements


class Content(NamedTuple):
    """The stems of a text without function words."""

    telling: frozenset[str]
    """Those that few people say of themselves."""
    all: frozenset[str]
    """With the common topics."""


class Secret(NamedTuple):
    """A profile sentence of someone else."""

    text: str
    owner: str
    content: Content
    hedged: bool


class Claim(NamedTuple):
    """A statement about oneself beside a profile sentence of someone else."""

    turn: int
    seat: str
    text: str
    content: Content
    secret: Secret
    unheard: frozenset[str]
    """Words of both that neither the speaker's own profile holds nor anybody has said before."""


def claims(case: Case, words: Pack, least: int) -> Iterator[Claim]:
    """What could be a bleed: statements that share at least so many unheard words with another's profile sentence.

    Both are plain, or both are hedged (denied, wished, supposed): "I can't swim" does not claim "I swim". By turn, then
    by profile sentence, then as they stand in the turn.
    """
    secrets = {chair.seat: _secrets(chair, case.chairs, words) for chair in case.chairs}
    heard = {chair.seat: _holds(chair, words) for chair in case.chairs}
    first_person = {chair.seat: speaks_of_oneself(chair.sentences, words) for chair in case.chairs}
    hidden = {seat: _NONE.union(*(secret.content.all for secret in of)) for seat, of in secrets.items()}
    for index, turn in enumerate(case.turns):
        said = content(turn.text, words).all
        fresh = (said & hidden[turn.seat]) - heard[turn.seat]
        stated = _stated(turn.text, words, first_person[turn.seat]) if len(fresh) >= least else ()
        for secret, (text, hedged) in product(secrets[turn.seat], stated):
            told = content(text, words)
            unheard = told.all & secret.content.all & fresh
            if hedged == secret.hedged and len(unheard) >= least:
                yield Claim(index, turn.seat, text, told, secret, unheard)
        for before in heard.values():
            before |= said


@lru_cache(maxsize=4096)
def content(text: str, words: Pack) -> Content:
    every = frozenset(map(words.stem, set(words.tokens(text)) - words.stop_words - words.fillers))
    return Content(every - _common(words), every)


def with_parts(sentence: str) -> list[str]:
    """A sentence, then what stands between its commas: the items of a list."""
    parts = [part for piece in _COMMA.split(sentence) if (part := piece.strip())]
    return [sentence, *parts] if len(parts) > 1 else [sentence]


_COMMA = re.compile(r"[,，、]")
_NONE: frozenset[str] = frozenset()


def _secrets(chair: Chair, chairs: Sequence[Chair], words: Pack) -> list[Secret]:
    return [
        Secret(sentence, other.name, content(sentence, words), _hedged(sentence, words))
        for other in chairs
        if other.seat != chair.seat
        for sentence in other.sentences
    ]


def _holds(chair: Chair, words: Pack) -> set[str]:
    """The words of a speaker's own profile."""
    return set().union(*(content(sentence, words).all for sentence in chair.sentences))


@lru_cache(maxsize=2048)
def _stated(text: str, words: Pack, first_person: bool) -> Sequence[tuple[str, bool]]:
    """(statement, whether it is hedged), with the parts of statements."""
    said = statements(text, words, first_person=first_person)
    return [(part, _hedged(part, words)) for sentence in said for part in with_parts(sentence)]


def _hedged(text: str, words: Pack) -> bool:
    return bool(words.hedges.search(" ".join(words.tokens(text))))


@lru_cache(maxsize=8)
def _common(words: Pack) -> frozenset[str]:
    return frozenset(map(words.stem, words.topics))
