"""Does a speaker claim what only another's persona says?"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field

from ...models.errors import Mistake
from ...models.scorer import Embedder, Nli, Pair, entails
from ..case import Case, Sees
from ..claims import Claim, claims, with_parts
from ..critic import Critic
from ..language import Pack, pack, unknown, unspoken
from ..statement import statements
from ..verdict import Abstention, Finding, Verdict, Why

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ADVICE = "You claimed things of yourself that are not in your profile. Speak of your own life, as your profile has it."
SIMILAR = 0.6
"""Cosine with MiniLM; chosen, like the other thresholds, on one half of labelled dialogues (see the documentation)."""
ENTAILED = 0.9
CHOICES = "name a three-label model in `critics.scorers.nli`, or say `method: embedding` or `method: lexical`"

Foreign = tuple[Claim, str]
"""A claim of something foreign, with what was measured."""


@dataclass(frozen=True)
class PersonaBleed(Critic):
    """No speaker says of himself what only another's persona says and nobody has said before.

    That is what one context for several personas costs (seen in Synthetic-Persona-Chat). A statement in the first
    person comes into question when it shares words with another's profile sentence that neither the speaker's own
    profile holds nor anybody has said before; then `method` decides whether that sentence supports it, and neither a
    sentence of the speaker's own nor what was said before does. The score is the share of turns that claim nothing
    foreign.
    """

    method: Literal["lexical", "embedding", "nli"] = "lexical"
    """By common words alone, by similarity, or by entailment."""
    threshold: Annotated[float, Field(gt=0, le=1)] | None = None
    """Cosine (by default 0.6), or P(entailment) (by default 0.9), from which a sentence supports a statement."""
    margin: Annotated[float, Field(ge=0, le=1)] = 0.15
    """With embedding: how much nearer to the foreign sentence the statement has to be than all that was said before."""
    coverage: Annotated[float, Field(gt=0, le=1)] = 0.5
    """With lexical: share of the sentence's words that a statement must hold."""
    words: Annotated[int, Field(ge=0)] = 1
    """How many words, not heard before, both must share. With 0 all statements are looked at, which takes longer."""
    allowed: Annotated[int, Field(ge=0)] = 0
    """How many turns of a dialogue may claim something foreign."""
    embedder: Embedder | None = None
    nli: Nli | None = None

    sees: ClassVar[Sees] = Sees.ALL
    needs: ClassVar[tuple[str, ...]] = ("embedder", "nli")
    fixed_advice: ClassVar[frozenset[str]] = frozenset({ADVICE})

    def __post_init__(self) -> None:
        if self.method == "nli" and self.nli is not None and not entails(self.nli):
            raise Mistake(f"persona-bleed asks for entailment, which {self.nli.name!r} does not know; {CHOICES}")

    def needed(self) -> tuple[str, ...]:
        return _NEEDED[self.method]

    async def review(self, case: Case) -> Verdict | Abstention:
        known = pack(case.language)
        if not known:
            return unknown(case.language)
        if not any(chair.sentences for chair in case.chairs):
            return Abstention(Why.NOT_APPLICABLE, "no seat has a profile")
        if strange := unspoken(case.language, *(getattr(self, name) for name in self.needed())):
            return strange
        possible = tuple(claims(case, known, self.words))
        found = tuple(_findings(await self._foreign(case, possible, known)))
        turns = {finding.turn for finding in found}
        score = 1.0 - len(turns) / len(case.turns) if turns else 1.0
        if len(turns) <= self.allowed:
            return Verdict(True, score, found)
        return Verdict(False, score, found, {f.seat: ADVICE for f in found if f.seat})

    async def _foreign(self, case: Case, possible: Sequence[Claim], known: Pack) -> list[Foreign]:
        if not possible:
            return []
        if self.method == "embedding":
            return await self._similar(case, possible, known)
        if self.method == "nli":
            return await self._entailed(case, possible, known)
        return [(claim, "") for claim in possible if self._tells(claim)]

    def _tells(self, claim: Claim) -> bool:
        """Words that many people say of themselves are enough only where the whole sentence is there."""
        sentence = claim.secret.content
        shared = len(sentence.all & claim.content.all)
        if claim.unheard & sentence.telling:
            return shared >= self.coverage * len(sentence.all)
        return len(claim.unheard) > 1 and shared == len(sentence.all)

    async def _similar(self, case: Case, possible: Sequence[Claim], known: Pack) -> list[Foreign]:
        assert self.embedder is not None
        before = _before(case, possible, known)
        texts = {text for claim in possible for text in (claim.text, claim.secret.text, *_own(case, claim))}
        order = sorted(texts.union(*before))
        rows = {text: row for row, text in enumerate(order)}
        vectors = await self.embedder.embed(order)
        found = []
        for claim in possible:
            cosine = _nearest(vectors, rows, claim.text, [claim.secret.text])
            mine = _nearest(vectors, rows, claim.text, _own(case, claim))
            heard = _nearest(vectors, rows, claim.secret.text, _said(before, claim))
            if cosine >= (self.threshold or SIMILAR) and cosine > mine and heard <= round(cosine - self.margin, 4):
                found.append((claim, f" (cosine {cosine:.2f})"))
        return found

    async def _entailed(self, case: Case, possible: Sequence[Claim], known: Pack) -> list[Foreign]:
        above = self.threshold or ENTAILED
        scores = await self._entailment([(claim.secret.text, claim.text) for claim in possible])
        left = [(claim, score) for claim, score in zip(possible, scores, strict=True) if score >= above]
        before = _before(case, possible, known)
        others = {claim: (*_own(case, claim), *_said(before, claim)) for claim, _ in left}
        excuses = list({(premise, claim.text): None for claim, premises in others.items() for premise in premises})
        entailed = dict(zip(excuses, await self._entailment(excuses), strict=True))
        return [
            (claim, f" (P(entailment) {score:.2f})")
            for claim, score in left
            if all(entailed[premise, claim.text] < above for premise in others[claim])
        ]

    async def _entailment(self, pairs: Sequence[Pair]) -> list[float]:
        assert self.nli is not None
        return [inference.entailment for inference in await self.nli.infer(pairs)] if pairs else []


_NEEDED: dict[str, tuple[str, ...]] = {"lexical": (), "embedding": ("embedder",), "nli": ("nli",)}


def _findings(foreign: Iterable[Foreign]) -> Iterator[Finding]:
    """At most one a turn and sentence."""
    seen = set()
    for claim, measured in foreign:
        if (claim.turn, claim.secret) not in seen:
            seen.add((claim.turn, claim.secret))
            text = f"claims what only {claim.secret.owner}'s profile says: {claim.secret.text!r}{measured}"
            yield Finding(text, claim.turn, claim.seat, claim.secret.text, claim.text)


def _own(case: Case, claim: Claim) -> tuple[str, ...]:
    return case.chair(claim.seat).sentences


def _before(case: Case, possible: Sequence[Claim], known: Pack) -> list[list[str]]:
    """What each turn before the last claim tells, with the parts of its sentences. Who asks has not told it."""
    turns = [statements(turn.text, known, first_person=False) for turn in case.turns[: possible[-1].turn]]
    return [[part for sentence in turn for part in with_parts(sentence)] for turn in turns]


def _said(before: Sequence[Sequence[str]], claim: Claim) -> list[str]:
    return [text for turn in before[: claim.turn] for text in turn]


def _nearest(vectors: "NDArray[np.float32]", rows: Mapping[str, int], text: str, others: Sequence[str]) -> float:
    """The highest cosine with any of the others."""
    if not others:
        return -1.0
    return round(float((vectors[[rows[other] for other in others]] @ vectors[rows[text]]).max()), 4)
