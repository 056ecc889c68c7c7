"""Does a speaker recite its profile?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import Field

from ..case import Case, Sees
from ..critic import Critic
from ..language import Pack, pack, unknown
from ..overlap import f1, reaches, sizes
from ..tokenisation import Words
from ..verdict import Abstention, Finding, Verdict, Why


@dataclass(frozen=True)
class CopyPaste(Critic):
    """No speaker copies more than a sentence of its profile (PersonaChatGen, filter 1).

    A profile sentence counts as copied when its best token-F1 with one of its speaker's utterances reaches the
    threshold, after lower-casing and dropping punctuation and articles (in Korean, particles and endings). The score is
    the share that is not copied.
    """

    threshold: Annotated[float, Field(gt=0, le=1)] = 0.8
    """Token-F1 from which a sentence counts as copied."""
    allowed: Annotated[int, Field(ge=0)] = 1
    """How many sentences a speaker may copy."""
    inside: bool = False
    """Whether a sentence is also copied that stands word for word inside a longer utterance; one of less than 4 words
    (in Korean 3) stands in many by chance."""

    sees: ClassVar[Sees] = Sees.OWN_PERSONAS

    async def review(self, case: Case) -> Verdict | Abstention:
        words = pack(case.language)
        if not words:
            return unknown(case.language)
        sentences = case.own.sentences
        if not sentences:
            return Abstention(Why.NOT_APPLICABLE, f"seat {case.own.seat!r} has no profile")
        copied = tuple(self._copied(case, words))
        score = 1.0 - len(copied) / len(sentences)
        if len(copied) <= self.allowed:
            return Verdict(True, score, copied)
        return Verdict(False, score, copied, {case.own.seat: _advice(copied)})

    def _copied(self, case: Case, words: Pack) -> Iterator[Finding]:
        seat, said = case.own.seat, [(words.tokens(text), index, text) for index, text in case.said_by(case.own.seat)]
        for sentence in case.own.sentences:
            score, index, span = self._best(words.tokens(sentence), said, words.phrase)
            if reaches(score, self.threshold):
                text = f"copies the profile sentence {sentence!r} (token-F1 {score:.2f})"
                yield Finding(text, index, seat, sentence, span)

    def _best(self, known: Words, said: Sequence[tuple[Words, int, str]], phrase: int) -> tuple[float, int, str]:
        """(F1, turn, utterance) of the likeliest copy; a sentence that stands inside a longer utterance has F1 1."""
        best = (0.0, 0, "")
        least, most = sizes(len(known), self.threshold)
        for words, index, text in said:
            if least <= len(words) <= most:
                if (score := f1(known, words)) > best[0]:
                    best = (score, index, text)
            elif self.inside and phrase <= len(known) < len(words) and _stands_in(known, words):
                return 1.0, index, text
        return best


def _stands_in(known: Words, words: Words) -> bool:
    return f" {' '.join(known)} " in f" {' '.join(words)} "


def _advice(copied: tuple[Finding, ...]) -> str:
    recited = " ".join(f'"{finding.sentence}"' for finding in copied)
    return f"You recited your profile. Bring these up in other words, or not at all: {recited}"
