"""Does a speaker claim what only another's persona says?"""

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Annotated, ClassVar, NamedTuple

from pydantic import Field

from ..case import Case, Chair, Sees
from ..critic import Critic
from ..language import Pack, pack, unknown
from ..overlap import tokens
from ..verdict import Abstention, Finding, Verdict

ADVICE = "You claimed things of yourself that are not in your profile. Speak of your own life, as your profile has it."


class _Words(NamedTuple):
    """The stems of a text without function words."""

    telling: frozenset[str]
    """Those that few people say of themselves."""
    all: frozenset[str]
    """With the common topics."""


class _Secret(NamedTuple):
    """A profile sentence of someone else, with its words."""

    text: str
    owner: str
    words: _Words


@dataclass(frozen=True)
class PersonaBleed(Critic):
    """No speaker says of himself what only another's persona says and nobody has said before.

    That is what one context for several personas costs (seen in Synthetic-Persona-Chat). A lexical check: a statement
    in the first person, neither denied nor wished, holds enough of the words of another's profile sentence, and not
    just those that many people say of themselves; words of the speaker's own profile, and words that were said before,
    do not count. The score is the share of turns that claim nothing foreign.
    """

    coverage: Annotated[float, Field(gt=0, le=1)] = 0.6
    """Share of the sentence's words that a claim must hold."""
    words: Annotated[int, Field(ge=1)] = 2
    """How many of them at least."""
    allowed: Annotated[int, Field(ge=0)] = 0
    """How many turns of a dialogue may claim something foreign."""

    sees: ClassVar[Sees] = Sees.ALL
    fixed_advice: ClassVar[frozenset[str]] = frozenset({ADVICE})

    async def review(self, case: Case) -> Verdict | Abstention:
        known = pack(case.language)
        if not known:
            return unknown(case.language)
        found = tuple(self._claims(case, known))
        turns = {finding.turn for finding in found}
        score = 1.0 - len(turns) / len(case.turns) if turns else 1.0
        if len(turns) <= self.allowed:
            return Verdict(True, score, found)
        return Verdict(False, score, found, {f.seat: ADVICE for f in found if f.seat})

    def _claims(self, case: Case, known: Pack) -> Iterator[Finding]:
        secrets = {chair.seat: _secrets(chair, case.chairs, known) for chair in case.chairs}
        hidden = {seat: _NONE.union(*(secret.words.telling for secret in of)) for seat, of in secrets.items()}
        said: set[str] = set()
        for index, turn in enumerate(case.turns):
            words = _words(turn.text, known)
            if not (words.telling & hidden[turn.seat]) <= said:
                for secret, claim in self._foreign(turn.text, secrets[turn.seat], said, known):
                    text = f"claims what only {secret.owner}'s profile says: {secret.text!r}"
                    yield Finding(text, index, turn.seat, secret.text, claim)
            said |= words.all

    def _foreign(
        self, text: str, secrets: Sequence[_Secret], said: set[str], known: Pack
    ) -> Iterator[tuple[_Secret, str]]:
        """(secret, statement that claims it) of a turn; at most one statement a secret."""
        statements = [(text, _less(_words(text, known), said)) for text in _statements(text, known)]
        for secret in secrets:
            claims = (text for text, words in statements if self._claimed(words, secret.words))
            if claim := next(claims, None):
                yield secret, claim

    def _claimed(self, claim: _Words, secret: _Words) -> bool:
        shared = len(claim.all & secret.all)
        enough = shared >= self.words and shared >= self.coverage * len(secret.all)
        return enough and not claim.telling.isdisjoint(secret.telling)


_NONE: frozenset[str] = frozenset()


def _secrets(chair: Chair, chairs: Sequence[Chair], known: Pack) -> list[_Secret]:
    """What the others' profiles tell, less what this speaker's own tells."""
    own = _NONE.union(*(_words(sentence, known).all for sentence in chair.sentences))
    return [
        _Secret(sentence, other.name, _less(_words(sentence, known), own))
        for other in chairs
        if other.seat != chair.seat
        for sentence in other.sentences
    ]


def _less(words: _Words, known: Set[str]) -> _Words:
    return _Words(words.telling - known, words.all - known)


def _statements(text: str, known: Pack) -> Iterator[str]:
    """Sentences in the first person that neither ask, deny nor wish."""
    for sentence in _SENTENCE.findall(text):
        plain = " ".join(tokens(sentence))
        if not sentence.endswith("?") and known.first_person.search(plain) and not known.hedges.search(plain):
            yield sentence.strip()


_SENTENCE = re.compile(r"[^.!?;\n]+[.!?;]?")


@lru_cache(maxsize=4096)
def _words(text: str, known: Pack) -> _Words:
    every = frozenset(map(_stem, frozenset(tokens(text)) - _silent(known)))
    return _Words(every - _common(known), every)


@cache
def _common(known: Pack) -> frozenset[str]:
    return frozenset(map(_stem, known.topics))


@cache
def _silent(known: Pack) -> frozenset[str]:
    """Words that tell nothing."""
    return known.stop_words | known.fillers


@lru_cache(maxsize=8192)
def _stem(word: str) -> str:
    """A crude English stem: the same for `gardens`, `gardening` and `gardened`."""
    for ending in ("ings", "ing", "ies", "ied", "ers", "er", "ed", "es", "s", "ly"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word.removesuffix(ending) + ("y" if ending in ("ies", "ied") else "")
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "sl":
        word = word[:-1]
    return word.rstrip("e") if len(word) > 3 else word
