"""Does a speaker claim what only another's persona says?"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, ClassVar, NamedTuple

from pydantic import Field

from .case import Case, Chair, Sees
from .critic import Critic
from .language import Pack, pack, unknown
from .overlap import tokens
from .verdict import Abstention, Finding, Verdict

ADVICE = "You claimed things of yourself that are not in your profile. Speak of your own life, as your profile has it."


class _Secret(NamedTuple):
    """A profile sentence of someone else, with the words that tell it."""

    text: str
    owner: str
    words: frozenset[str]


@dataclass(frozen=True)
class PersonaBleed(Critic):
    """No speaker says of himself what only another's persona says and nobody has said before.

    That is what one context for several personas costs (seen in Synthetic-Persona-Chat). A lexical check: a statement
    in the first person, neither denied nor wished, holds enough of the telling words of another's profile sentence,
    without those of the speaker's own profile and those that were said before. The score is the share of turns that
    claim nothing foreign.
    """

    coverage: Annotated[float, Field(gt=0, le=1)] = 0.6
    """Share of the sentence's telling words that a claim must hold."""
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
        hidden = {seat: frozenset().union(*(s.words for s in of)) for seat, of in secrets.items()}
        said: set[str] = set()
        for index, turn in enumerate(case.turns):
            telling = _telling(turn.text, known)
            if len((telling & hidden[turn.seat]) - said) >= self.words:
                yield from self._foreign(turn.text, index, turn.seat, secrets[turn.seat], said, known)
            said |= telling

    def _foreign(
        self, text: str, index: int, seat: str, secrets: Sequence[_Secret], said: set[str], known: Pack
    ) -> Iterator[Finding]:
        """At most one finding a profile sentence."""
        claims = [(claim, _telling(claim, known) - said) for claim in _statements(text, known)]
        for secret in secrets:
            for claim, words in claims:
                shared = len(words & secret.words)
                if shared >= self.words and shared >= self.coverage * len(secret.words):
                    text = f"claims what only {secret.owner}'s profile says: {secret.text!r}"
                    yield Finding(text, index, seat, secret.text, claim)
                    break


def _secrets(chair: Chair, chairs: Sequence[Chair], known: Pack) -> list[_Secret]:
    """What the others' profiles tell, less what this speaker's own tells."""
    own = frozenset().union(*(_telling(sentence, known) for sentence in chair.sentences))
    return [
        _Secret(sentence, other.name, _telling(sentence, known) - own)
        for other in chairs
        if other.seat != chair.seat
        for sentence in other.sentences
    ]


def _statements(text: str, known: Pack) -> Iterator[str]:
    """Sentences in the first person that neither ask, deny nor wish."""
    for sentence in _SENTENCE.findall(text):
        plain = " ".join(tokens(sentence))
        if not sentence.endswith("?") and known.first_person.search(plain) and not known.hedges.search(plain):
            yield sentence.strip()


_SENTENCE = re.compile(r"[^.!?;\n]+[.!?;]?")


@lru_cache(maxsize=4096)
def _telling(text: str, known: Pack) -> frozenset[str]:
    """The stems of a text's words, without those that say nothing of a person."""
    return frozenset(map(_stem, frozenset(tokens(text)) - known.faint))


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
