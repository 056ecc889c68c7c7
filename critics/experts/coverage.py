"""Does a dialogue show who its speakers are?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal, NamedTuple

from pydantic import Field

from ...models.errors import Mistake
from ...models.scorer import Embedder, Nli, entails
from ..case import Case, Chair, Sees
from ..critic import Critic
from ..language import Pack, pack, unknown, unspoken
from ..overlap import f1, reaches
from ..statement import asks, spoken
from ..verdict import Abstention, Finding, Verdict, Why

THRESHOLDS = {"embedder": 0.55, "nli": 0.5}
"""Chosen on published dialogues: with these, the share of own sentences tells best from that of a stranger's."""
NAMED = 3
"""Sentences that advice names at most."""

Said = Sequence[tuple[int, str]]
"""(turn, sentence)."""


class Reflection(NamedTuple):
    """How well a speaker's words reflect a profile sentence."""

    sentence: str
    score: float = 0.0
    """Of the sentence that reflects it best in other words, 0 where there is none."""
    copy: tuple[int, str] | None = None
    """Where it is said word for word."""


@dataclass(frozen=True)
class Coverage(Critic):
    """A speaker's words reflect its profile, implicitly (PSYDIAL, profile filter; PersonaChatGen).

    A profile sentence is reflected when something that its speaker says, and does not ask, is alike or entails it
    without being its copy (token-F1). The score is the share of profile sentences that are reflected.
    """

    method: Literal["embedder", "nli"] = "embedder"
    """By similarity, or by entailment."""
    threshold: Annotated[float, Field(gt=0, le=1)] | None = None
    """Cosine (by default 0.55, for MiniLM) or P(entailment) (by default 0.5) from which a sentence is reflected."""
    least: Annotated[float, Field(ge=0, le=1)] = 0.2
    """Share of the profile sentences that a speaker has to reflect: of five, one."""
    copied: Annotated[float, Field(gt=0, le=1)] = 0.8
    """Token-F1 from which words are a copy, which reflects nothing implicitly."""
    focus: bool = True
    """Whether only the sentence counts that was selected to come up in this dialogue, where one was (PSYDIAL)."""
    embedder: Embedder | None = None
    nli: Nli | None = None

    sees: ClassVar[Sees] = Sees.OWN_PERSONAS
    needs: ClassVar[tuple[str, ...]] = ("embedder", "nli")

    def __post_init__(self) -> None:
        """Raises Mistake for a model that finds no entailment."""
        if self.method == "nli" and self.nli and not entails(self.nli):
            raise Mistake(
                f"critic 'coverage': the model {self.nli.name!r} finds contradictions alone, no entailment; take an "
                "NLI model of three labels, or `method: embedder`"
            )

    def needed(self) -> tuple[str, ...]:
        return (self.method,)

    async def review(self, case: Case) -> Verdict | Abstention:
        words, wanted = pack(case.language), self._wanted(case.own)
        if not wanted:
            return Abstention(Why.NOT_APPLICABLE, f"seat {case.own.seat!r} has no profile sentence that is to come up")
        if not words:
            return unknown(case.language)
        if strange := unspoken(case.language, getattr(self, self.method)):
            return strange
        turns = case.said_by(case.own.seat)
        said = [(turn, sentence) for turn, text in turns for sentence in spoken(text) if not asks(sentence)]
        return self._verdict(case, await self._reflections(wanted, said, words))

    def _wanted(self, own: Chair) -> tuple[str, ...]:
        if self.focus and own.persona and own.persona.focus is not None:
            return (own.persona.focus,) if own.persona.focus else ()
        return tuple(dict.fromkeys(own.sentences))

    async def _reflections(self, wanted: Sequence[str], said: Said, words: Pack) -> list[Reflection]:
        scores = await self._scores(wanted, list(dict.fromkeys(sentence for _, sentence in said)))
        found = []
        for sentence in wanted:
            known = words.tokens(sentence)
            copies = [(turn, text) for turn, text in said if reaches(f1(known, words.tokens(text)), self.copied)]
            others = {text for _, text in said} - {text for _, text in copies}
            best = max((scores[sentence, text] for text in others), default=0.0)
            found.append(Reflection(sentence, best, copies[0] if copies else None))
        return found

    async def _scores(self, wanted: Sequence[str], said: Sequence[str]) -> dict[tuple[str, str], float]:
        """By (profile sentence, sentence said), rounded."""
        pairs = [(sentence, text) for sentence in wanted for text in said]
        if not pairs:
            return {}
        if self.method == "nli":
            assert self.nli is not None
            inferred = await self.nli.infer([(text, sentence) for sentence, text in pairs])
            return {pair: round(answer.entailment, 4) for pair, answer in zip(pairs, inferred, strict=True)}
        assert self.embedder is not None
        vectors = await self.embedder.embed([*wanted, *said])
        cosines = (vectors[: len(wanted)] @ vectors[len(wanted) :].T).ravel().tolist()
        return {pair: round(cosine, 4) for pair, cosine in zip(pairs, cosines, strict=True)}

    def _verdict(self, case: Case, found: Sequence[Reflection]) -> Verdict:
        seat, least = case.own.seat, self.threshold or THRESHOLDS[self.method]
        missing = [one for one in found if not reaches(one.score, least)]
        reflected = len(found) - len(missing)
        figures = {f"{seat}/sentences": len(found), f"{seat}/sentences reflected": reflected}
        score = reflected / len(found)
        if reaches(score, self.least):
            return Verdict(True, score, figures=figures)
        return Verdict(False, score, tuple(_findings(seat, missing)), {seat: _advice(missing)}, figures)


def _findings(seat: str, missing: Sequence[Reflection]) -> Iterator[Finding]:
    for one in missing:
        if one.copy:
            yield Finding("is recited, and reflected nowhere else", one.copy[0], seat, one.sentence, one.copy[1])
        else:
            yield Finding(f"is reflected nowhere (at best {one.score:.2f})", None, seat, one.sentence)


def _advice(missing: Sequence[Reflection]) -> str:
    named = " ".join(f'"{one.sentence}"' for one in missing[:NAMED])
    return f"Nothing that you said shows who you are. Let some of this come up, in words of your own: {named}"
