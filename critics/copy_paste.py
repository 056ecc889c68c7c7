"""Does a speaker recite its profile?"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import Field

from .case import Case, Sees
from .critic import Critic
from .overlap import f1, reaches, sizes, tokens
from .verdict import Finding, Verdict


@dataclass(frozen=True)
class CopyPaste(Critic):
    """No speaker copies more than a sentence of its profile (PersonaChatGen, filter 1).

    A profile sentence counts as copied when its best token-F1 with one of its speaker's utterances reaches the
    threshold, after lower-casing and dropping punctuation and articles. The score is the share that is not copied.
    """

    threshold: Annotated[float, Field(gt=0, le=1)] = 0.8
    """Token-F1 from which a sentence counts as copied."""
    allowed: Annotated[int, Field(ge=0)] = 1
    """How many sentences a speaker may copy."""

    sees: ClassVar[Sees] = Sees.OWN_PERSONAS

    async def review(self, case: Case) -> Verdict:
        sentences = case.own.sentences
        copied = tuple(self._copied(case))
        score = 1.0 - len(copied) / len(sentences) if sentences else 1.0
        if len(copied) <= self.allowed:
            return Verdict(True, score, copied)
        return Verdict(False, score, copied, {case.own.seat: _advice(copied)})

    def _copied(self, case: Case) -> Iterator[Finding]:
        seat, said = case.own.seat, [(tokens(text), index, text) for index, text in case.said_by(case.own.seat)]
        for sentence in case.own.sentences:
            known, best, where = tokens(sentence), 0.0, None
            least, most = sizes(len(known), self.threshold)
            for words, index, text in said:
                if least <= len(words) <= most and (score := f1(known, words)) > best:
                    best, where = score, (index, text)
            if where and reaches(best, self.threshold):
                text = f"copies the profile sentence {sentence!r} (token-F1 {best:.2f})"
                yield Finding(text, where[0], seat, sentence, where[1])


def _advice(copied: tuple[Finding, ...]) -> str:
    recited = " ".join(f'"{finding.sentence}"' for finding in copied)
    return f"You recited your profile. Bring these up in other words, or not at all: {recited}"
