"""Does a speaker stay true to its persona?"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ...models.scorer import Embedder, Nli, Pair
from ..case import Case, Sees
from ..critic import Critic
from ..language import Pack, pack, unknown, unspoken
from ..overlap import Words
from ..statement import speaks_of_oneself, spoken, statements
from ..verdict import Abstention, Finding, Verdict, Why

NEAR = 2 / 3
"""Of the cosine above which the embedder's clusters merge: 0.2 with MiniLM. On published dialogues that leaves two
thirds of the pairs unasked, and 2 of 100 of those that a model would flag."""

Said = Mapping[str, Sequence[int]]
"""The turns in which each statement is made."""


@dataclass(frozen=True)
class PersonaConsistency(Critic):
    """No speaker contradicts its own profile (PersonaChatGen, filter 2).

    Each profile sentence is held, as premise, against each statement of its speaker, as hypothesis, by an NLI model or
    a two-label contradiction model. A sentence and an utterance count as a pair in contradiction when one of the
    utterance's statements is above the threshold. The score is the share of profile sentences that nothing contradicts.
    """

    threshold: Annotated[float, Field(gt=0, lt=1)] = 0.9
    """P(contradiction) above which a pair counts."""
    allowed: Annotated[int, Field(ge=0)] = 1
    """How many such pairs a speaker may have. The paper says 1, its code 0."""
    ask: Literal["near", "statements", "all"] = "near"
    """Which pairs the model is asked about: `all` sentences of utterances; `statements`, without questions,
    pleasantries, and what is not about oneself; `near`, of these only what is alike, which needs an embedder."""
    near: Annotated[float, Field(ge=-1, le=1)] | None = None
    """Cosine from which two are alike; by default it follows from the embedder."""
    embedder: Embedder | None = None
    nli: Nli | None = None

    sees: ClassVar[Sees] = Sees.OWN_PERSONAS
    needs: ClassVar[tuple[str, ...]] = ("embedder", "nli")

    def needed(self) -> tuple[str, ...]:
        return self.needs if self.ask == "near" else ("nli",)

    async def review(self, case: Case) -> Verdict | Abstention:
        assert self.nli is not None
        words, own = pack(case.language), tuple(dict.fromkeys(case.own.sentences))
        if not own:
            return Abstention(Why.NOT_APPLICABLE, f"seat {case.own.seat!r} has no profile")
        if self.ask != "all" and not words:
            return unknown(case.language)
        if strange := unspoken(case.language, *(getattr(self, name) for name in self.needed())):
            return strange
        said = _said(case, own, words if self.ask != "all" else None)
        pairs = await self._asked(own, list(said))
        inferred = await self.nli.infer(pairs)
        scores = {pair: round(answer.contradiction, 4) for pair, answer in zip(pairs, inferred, strict=True)}
        return self._verdict(case, own, len(pairs), tuple(self._contradictions(case, scores, said)))

    async def _asked(self, own: Sequence[str], said: Sequence[str]) -> Sequence[Pair]:
        """The pairs of a profile sentence and a statement that can conflict."""
        pairs = [(sentence, statement) for sentence in own for statement in said]
        if self.ask != "near" or not pairs:
            return pairs
        assert self.embedder is not None
        vectors = await self.embedder.embed([*own, *said])
        least = self.near if self.near is not None else round(NEAR * self.embedder.merge_above, 4)
        cosines = (vectors[: len(own)] @ vectors[len(own) :].T).round(4).ravel()
        return [pair for pair, cosine in zip(pairs, cosines, strict=True) if cosine >= least]

    def _contradictions(self, case: Case, scores: Mapping[Pair, float], said: Said) -> Iterator[Finding]:
        """One for each utterance and sentence, about the worst statement."""
        worst: dict[tuple[int, str], tuple[float, str]] = {}
        for (sentence, statement), score in scores.items():
            for turn in said[statement] if score > self.threshold else ():
                worst[turn, sentence] = max(worst.get((turn, sentence), (0.0, "")), (score, statement))
        for (turn, sentence), (score, statement) in sorted(worst.items()):
            text = f"contradicts the profile sentence {sentence!r} (P {score:.2f})"
            yield Finding(text, turn, case.own.seat, sentence, statement)

    def _verdict(self, case: Case, own: Sequence[str], asked: int, found: tuple[Finding, ...]) -> Verdict:
        seat = case.own.seat
        figures = {f"{seat}/pairs asked": asked, f"{seat}/contradictions": len(found)}
        score = 1.0 - len({finding.sentence for finding in found}) / len(own)
        if len(found) <= self.allowed:
            return Verdict(True, score, found, {}, figures)
        return Verdict(False, score, found, {seat: _advice(found)}, figures)


def _said(case: Case, own: Sequence[str], words: Pack | None) -> Said:
    """The speaker's statements, or without `words` all sentences; those of the same words are one."""
    first_person = words is not None and speaks_of_oneself(own, words)
    turns: dict[str, list[int]] = {}
    alike: dict[Words | str, str] = {}
    for turn, text in case.said_by(case.own.seat):
        found = statements(text, words, first_person=first_person) if words else spoken(text)
        for sentence in found:
            same = alike.setdefault((words and words.tokens(sentence)) or sentence, sentence)
            turns.setdefault(same, []).append(turn)
    return turns


def _advice(found: Sequence[Finding]) -> str:
    said = " ".join(f'You said "{finding.span}", but your profile has "{finding.sentence}"' for finding in found)
    return f"You contradicted your own profile. Stay true to it: {said}"
