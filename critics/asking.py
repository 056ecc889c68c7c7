"""What comes of asking a critic? A verdict or an abstention, whatever the critic does."""

from asyncio import timeout
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from logging import getLogger
from math import isfinite
from typing import Any, TypeVar

from ..models.errors import Mistake, NoJudge, Stopped
from .case import Case, Sees
from .critic import Neighbours
from .seating import Expert
from .verdict import Abstention, Finding, Verdict, Why

Answer = Verdict | Abstention
Given = TypeVar("Given")

log = getLogger(__name__)


class Nonsense(ValueError):
    """What a critic returned is no answer."""


@dataclass(frozen=True, slots=True)
class CriticFailed:
    """A critic broke, and abstained."""

    critic: str
    dialogue: str
    """Empty when it broke over a round."""
    why: str


async def ask(expert: Expert, cases: Sequence[Case]) -> Answer:
    """One critic about one dialogue. What stops the run, and what the user has to mend, is raised; nothing else is."""
    critic: Any = expert.critic
    if critic is None:
        return Abstention(Why.SKIPPED, expert.missing)
    if not cases:
        return Abstention(Why.NOT_APPLICABLE, "nobody is at the table")
    try:
        if expert.limit is None and len(cases) == 1:
            return checked(expert, await critic.review(cases[0]), cases[0])
        return await within(expert.limit, _each(expert, cases))
    except (Stopped, Mistake):
        raise
    except NoJudge as error:
        return Abstention(Why.SKIPPED, f"no language model: {error}")
    except (Exception, SystemExit) as error:
        return _failed(expert, cases[0].id, error)


async def ask_round(expert: Expert, cases: Sequence[Case], corpus: Neighbours) -> Sequence[Any]:
    """What one corpus critic gives on a round, a case each, to be `taken`. If it breaks it abstains from all."""
    critic: Any = expert.critic
    limit = expert.limit * max(1, len(cases)) if expert.limit is not None else None
    try:
        answers: Sequence[Any] = await within(limit, critic.review_round(cases, corpus))
        if len(answers) != len(cases):
            raise Nonsense(f"gave {len(answers)} answers on {len(cases)} dialogues")
        return answers
    except (Stopped, Mistake):
        raise
    except (Exception, SystemExit) as error:
        return [_failed(expert, "", error)] * len(cases)


def taken(expert: Expert, given: Any, case: Case) -> Answer:
    """What a corpus critic gave on one case, as an answer."""
    try:
        return checked(expert, given, case)
    except Exception as error:
        return _failed(expert, case.id, error)


async def _each(expert: Expert, cases: Sequence[Case]) -> Answer:
    critic: Any = expert.critic
    return merge([checked(expert, await critic.review(case), case) for case in cases])


async def within(seconds: float | None, call: Awaitable[Given]) -> Given:
    """What is awaited. Raises TimeoutError that says how long was waited."""
    try:
        async with timeout(seconds) as limit:
            return await call
    except TimeoutError as error:
        raise TimeoutError(f"no answer within {seconds:g} s" if limit.expired() else str(error)) from error


def _failed(expert: Expert, dialogue: str, error: Exception | SystemExit) -> Abstention:
    log.info("critic %s failed on %s", expert.name, dialogue or "a round", exc_info=error)
    return failed(error)


def failed(error: Exception | SystemExit) -> Abstention:
    """The abstention of a critic that broke."""
    text = " ".join(str(error).split())
    plain = isinstance(error, Nonsense) or (isinstance(error, TimeoutError) and text)
    return Abstention(Why.FAILED, (text if plain else f"{type(error).__name__}: {text}".rstrip(": "))[:300])


def merge(answers: Sequence[Answer]) -> Answer:
    """The answers on the seats of one dialogue as one: all have to approve, the lowest score counts."""
    for kind in (Why.FAILED, Why.SKIPPED):
        for answer in answers:
            if isinstance(answer, Abstention) and answer.kind is kind:
                return answer
    verdicts = [answer for answer in answers if isinstance(answer, Verdict)]
    if not verdicts:
        return answers[0]
    return Verdict(
        all(verdict.approve for verdict in verdicts),
        min(verdict.score for verdict in verdicts),
        tuple(chain.from_iterable(verdict.findings for verdict in verdicts)),
        {seat: text for verdict in verdicts for seat, text in verdict.advice.items()},
        {name: value for verdict in verdicts for name, value in verdict.figures.items()},
    )


def checked(expert: Expert, answer: Any, case: Case) -> Answer:
    """The answer with its score rounded to 4 decimals, without advice that its critic may not give. Raises Nonsense."""
    if isinstance(answer, Abstention):
        if not isinstance(answer.kind, Why):
            raise Nonsense(f"abstained for {answer.kind!r}; known: {', '.join(Why)}")
        return answer
    if not isinstance(answer, Verdict):
        raise Nonsense(f"answered {type(answer).__name__!r}, neither a Verdict nor an Abstention")
    if not isinstance(answer.approve, bool):
        raise Nonsense(f"approve is {answer.approve!r}, neither True nor False")
    score = round(float(answer.score), 4)
    _check_figures(answer.figures)
    if answer.findings or answer.advice:
        _check_findings(answer.findings, case)
        return replace(
            answer, score=score, findings=tuple(answer.findings), advice=_allowed(expert, answer.advice, case)
        )
    return answer if score == answer.score else replace(answer, score=score)


def _check_figures(figures: Mapping[str, float]) -> None:
    for name, value in figures.items():
        if not isinstance(name, str) or not isinstance(value, (int, float)) or not isfinite(value):
            raise Nonsense(f"the figure {name!r:.40} is {value!r:.40}, no number")


def _check_findings(findings: Sequence[Finding], case: Case) -> None:
    seats = {chair.seat for chair in case.chairs}
    for finding in findings:
        if not isinstance(finding, Finding) or not isinstance(finding.text, str):
            raise Nonsense(f"a finding is {finding!r:.80}, no Finding with a text")
        if finding.turn is not None and finding.turn not in range(len(case.turns)):
            raise Nonsense(f"a finding names turn {finding.turn!r} of {len(case.turns)}")
        if finding.seat is not None and finding.seat not in seats:
            raise Nonsense(f"a finding names seat {finding.seat!r}, there are {', '.join(sorted(seats))}")


def _allowed(expert: Expert, advice: Mapping[str, str], case: Case) -> dict[str, str]:
    """Who sees all personas gives fixed sentences alone; who sees one gives advice to its seat alone."""
    if not all(isinstance(text, str) for text in advice.values()):
        raise Nonsense("advice has to be a text for each seat")
    if expert.sees is Sees.ALL:
        fixed: frozenset[str] = getattr(expert.critic, "fixed_advice", frozenset())
        advice = {seat: text for seat, text in advice.items() if text in fixed}
    seats = {case.seat} if case.seat is not None else {chair.seat for chair in case.chairs}
    return {seat: text for seat, text in advice.items() if seat in seats and text.strip()}
