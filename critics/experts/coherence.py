"""Does what is said follow from what was said before?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal, NamedTuple

from autogen_core.models import ChatCompletionClient
from pydantic import Field

from ...models.scorer import Embedder
from ..case import Case
from ..critic import Critic
from ..form import Form
from ..grading import grade
from ..language import Pack, pack, unknown, unspoken
from ..policy import read_policy
from ..prompt import fingerprint, render
from ..verdict import Abstention, Finding, Verdict, Why

ADVICE = "You passed over what was said just before. Answer it, take it up, or lead over before you change the topic."
LEAST = 3
"""Turns that can be judged; with fewer, one change of topic would decide."""


@dataclass(frozen=True)
class Coherence(Critic):
    """Turns have to do with what was said just before.

    By embeddings (default): a turn relates when its cosine with one of the turns right before it, or with the setting,
    reaches a threshold. Turns of greetings and courtesies alone are left out, and so are turns that answer such. The
    score is the share of the other turns that relate; the thresholds were found with all-MiniLM-L6-v2 on
    Synthetic-Persona-Chat (Jandaghi et al. 2023) against the same dialogues in disorder. By a judge: a language model
    scores coherency, after FED (Mehri and Eskenazi 2020).
    """

    method: Literal["embedding", "judge"] = "embedding"
    """`embedding`, or `judge`: ask the language model."""
    threshold: Annotated[float, Field(ge=0, le=1)] = 0.5
    """The score from which the dialogue is approved; of a judge's 1 to 5, 0.5 is 3."""
    relates: Annotated[float, Field(ge=-1, le=1)] = 0.25
    """Cosine from which a turn relates to another. It belongs to the embedder."""
    window: Annotated[int, Field(ge=1)] | None = None
    """How many turns before count; by default one for each other seat."""
    embedder: Embedder | None = None
    chat: ChatCompletionClient | None = None

    needs: ClassVar[tuple[str, ...]] = ("embedder", "chat")

    def needed(self) -> tuple[str, ...]:
        """The services that the method asks."""
        return ("chat",) if self.method == "judge" else ("embedder",)

    @property
    def calls(self) -> int:
        """Of the model, for one dialogue."""
        return 1 if self.method == "judge" else 0

    @property
    def fingerprint(self) -> str:
        """What a panel's fingerprint has to know beside the options."""
        return f"{read_policy('coherency').text}\n{fingerprint()}" if self.method == "judge" else ""

    async def review(self, case: Case) -> Verdict | Abstention:
        return await self._judged(case) if self.method == "judge" else await self._measured(case)

    async def _judged(self, case: Case) -> Verdict | Abstention:
        assert self.chat is not None
        policy = read_policy("coherency")
        form = Form({policy.name: ""}, threshold=1 + 4 * self.threshold)
        return await grade(self.chat, case, "coherence", form, render("fed", policy=policy))

    async def _measured(self, case: Case) -> Verdict | Abstention:
        words = pack(case.language)
        if not words:
            return unknown(case.language)
        if strange := unspoken(case.language, self.embedder):
            return strange
        links = self._links(case, words)
        if len(links) < LEAST:
            return Abstention(Why.NOT_APPLICABLE, f"{len(links)} turns have something to relate to, fewer than {LEAST}")
        cosines = await self._cosines(case, links)
        found = [
            _finding(case, link, cosine) for link, cosine in zip(links, cosines, strict=True) if cosine < self.relates
        ]
        score = round(1.0 - len(found) / len(links), 4)
        advice = {finding.seat: ADVICE for finding in found if finding.seat} if score < self.threshold else {}
        figures = {"cosine": round(sum(cosines) / len(cosines), 4)}
        return Verdict(score >= self.threshold, score, tuple(found), advice, figures)

    def _links(self, case: Case, words: Pack) -> list["_Link"]:
        """The turns that say something, each with those right before it, if one of them says something too."""
        window = self.window or max(1, len(case.chairs) - 1)
        telling = _telling(case, words)
        spans = [_Link(index, range(max(0, index - window), index)) for index in range(len(case.turns))]
        return [link for link in spans if telling[link.turn] and any(telling[index] for index in link.before)]

    async def _cosines(self, case: Case, links: Sequence["_Link"]) -> list[float]:
        """The highest of each turn with those before it and with the setting, rounded to 4 decimals."""
        assert self.embedder is not None
        places = sorted({index for link in links for index in (link.turn, *link.before)})
        texts = [case.turns[index].text for index in places]
        vectors = await self.embedder.embed([*texts, *filter(str.strip, [case.setting])])
        row = {index: number for number, index in enumerate(places)}
        setting = range(len(texts), len(vectors))
        return [
            round(float((vectors[[*(row[i] for i in link.before), *setting]] @ vectors[row[link.turn]]).max()), 4)
            for link in links
        ]


class _Link(NamedTuple):
    """A turn, and those that it may relate to."""

    turn: int
    before: range


def _telling(case: Case, words: Pack) -> list[bool]:
    """By turn: whether it says more than courtesies, function words and names."""
    names = frozenset(word for chair in case.chairs for word in words.tokens(chair.name))
    silent = words.stop_words | words.fillers | words.courtesies | words.greetings | names
    return [not silent.issuperset(words.tokens(turn.text)) for turn in case.turns]


def _finding(case: Case, link: _Link, cosine: float) -> Finding:
    turn = case.turns[link.turn]
    text = f"has little to do with what was said just before (cosine {cosine:.2f})"
    return Finding(text, link.turn, turn.seat, span=turn.text)
