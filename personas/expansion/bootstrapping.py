"""What else might such people say? Each question is answered by someone of whom five sentences are true.

Persona bootstrapping of Jandaghi et al. 2023, section 3.1: a new sentence is kept when none that is there is too close.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count as counting
from itertools import islice

from ...models.request import Events, Task, unwatched
from ...models.scorer import Embedder
from ...models.stream import stream
from ..event import Progressed
from .asking import PROMPTS, Asker, Call
from .nearness import TOO_CLOSE, Neighbourhood, embedded
from .reading import Flaw, Unusable, read_answer

SHOWN = 5
WAVE = 64
"""Questions asked at once, to people drawn from the same sentences."""
TRIES = 10
"""Answers for each one wanted, after which it is given up."""


@dataclass(frozen=True)
class Rejected:
    """An answer that was not kept, and why."""

    text: str
    question: str
    why: Flaw
    detail: str = ""
    """Which sentence it is too close to, and how close."""


@dataclass
class Harvest:
    """What came out, in the order of the questions asked."""

    added: list[str] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    dry: bool = False
    """Whether fewer came out than were wanted, because hardly anything new came any more."""


async def bootstrap(
    asker: Asker,
    sentences: Neighbourhood,
    questions: Sequence[str],
    count: int,
    embedder: Embedder,
    too_close: float = TOO_CLOSE,
    events: Events = unwatched,
) -> Harvest:
    """At most `count` new sentences, none with a cosine above `too_close` to another that has the same numbers and is
    as much of a yes or a no; `sentences` grows by them.

    Ends early when a whole pass over the questions adds nothing, or after ten answers for each one wanted.
    """
    harvest, order = Harvest(), _order(asker.seed, questions)
    asked = last = 0
    while len(harvest.added) < count and not harvest.dry:
        wave = list(islice(order, min(WAVE, count - len(harvest.added))))
        calls = [_call(asker.seed, number, sentences.texts, question) for number, question in wave]
        replies = await asker.replies(calls)
        before, asked = len(harvest.added), asked + len(wave)
        await _sift(
            harvest, sentences, [(q, reply) for (_, q), reply in zip(wave, replies, strict=True)], embedder, too_close
        )
        last = asked if len(harvest.added) > before else last
        harvest.dry = asked - last >= max(len(questions), WAVE) or asked >= TRIES * count
        events(Progressed("expand", len(harvest.added), count, harvest.added[-1] if harvest.added else ""))
    harvest.dry = len(harvest.added) < count
    return harvest


async def _sift(
    harvest: Harvest,
    sentences: Neighbourhood,
    answers: Sequence[tuple[str, str | None]],
    embedder: Embedder,
    too_close: float,
) -> None:
    """Sort answers (question, reply) into those that are kept and those that are not, one after the other."""
    read = [answer for answer in (_read(harvest, *answer) for answer in answers) if answer]
    vectors = await embedded([text for text, _ in read], embedder)
    for (text, question), vector in zip(read, vectors, strict=True):
        near = sentences.repeated(text, vector, too_close)
        if near:
            harvest.rejected.append(Rejected(text, question, Flaw.CLOSE, f"{near.text} ({near.similarity:.2f})"))
        else:
            sentences.add(text, vector)
            harvest.added.append(text)


def _read(harvest: Harvest, question: str, reply: str | None) -> tuple[str, str] | None:
    """(sentence, question), or None where the reply holds none."""
    try:
        if reply is None:
            raise Unusable(Flaw.REFUSED, "")
        return read_answer(reply, question), question
    except Unusable as found:
        harvest.rejected.append(Rejected(str(found), question, found.flaw))
        return None


def _order(seed: int, questions: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Numbered questions without end: pass after pass, each in an order of its own."""
    number = counting()
    for turn in counting():
        for question in stream(seed, "pass", turn).sample(questions, len(questions)):
            yield next(number), question


def _call(seed: int, number: int, sentences: Sequence[str], question: str) -> Call:
    shown = stream(seed, "answer", number).sample(sentences, min(SHOWN, len(sentences)))
    return Call(Task.ANSWER, number, PROMPTS.render("answer", sentences=shown, question=question))
