"""Does a critic keep the rules that a panel relies on? For the tests of those who write one.

async def test_politeness() -> None:
    await check_critic(Politeness())
"""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from copy import deepcopy
from typing import Any

from ..agents import Dialogue, Member, Turn
from ..personas import Persona
from .asking import Answer, Nonsense, checked
from .case import Case, Limits, Sees, cases
from .member import PanelMember
from .seating import Expert
from .verdict import Abstention, Verdict

LIMITS = Limits(least=2, most=60)


async def check_critic(critic: Any, *, exact: bool = True) -> None:
    """Ask a critic about odd dialogues: none said, one turn, Unicode, markup, fifty turns, other languages, five seats.

    `exact`: whether equal cases have to get equal answers, as rules give them. The critic needs its services bound.
    Raises AssertionError with everything that is wrong.
    """
    wrong: list[str] = []
    found: list[tuple[Case, Answer]] = []
    for dialogue in sample_dialogues():
        for case in cases(dialogue, _sees(critic), LIMITS):
            try:
                answer = await _asked(critic, case, wrong)
            except Exception as error:
                wrong.append(f"{case.id}: {type(error).__name__}: {error}")
            else:
                found.append((case, answer))
    if exact:
        again = await asyncio.gather(*(critic.review(case) for case, _ in found), return_exceptions=True)
        pairs = zip(found, again, strict=True)
        wrong += [f"{case.id}: another answer when asked again" for (case, one), two in pairs if not _same(one, two)]
    _raise(critic, wrong)


async def check_corpus_critic(critic: Any, *, exact: bool = True) -> None:
    """Ask a corpus critic about an empty round, one dialogue, and a round of odd ones that is read as it is walked.

    Raises AssertionError with everything that is wrong.
    """
    wrong: list[str] = []
    if _sees(critic) is Sees.OWN_PERSONAS:
        wrong.append("a corpus critic sees transcript or all")
    every = [cases(dialogue, _sees(critic), LIMITS)[0] for dialogue in sample_dialogues()]
    for round in ([], every[:1], every):
        before = deepcopy(round)
        try:
            answers = [await critic.review_round(_Walked(round), _Nobody()) for _ in range(2)]
        except Exception as error:
            wrong.append(f"a round of {len(round)}: {type(error).__name__}: {error}")
            continue
        wrong += _about_round(critic, round, answers, exact)
        if round != before:
            wrong.append(f"a round of {len(round)}: the cases were changed")
    _raise(critic, wrong)


def sample_dialogues() -> Iterator[Dialogue]:
    """Dialogues that critics stumble over."""
    yield _dialogue("nothing-said", [])
    yield _dialogue("one-turn", ["Hello there."])
    yield _dialogue("plain", ["Hi Bo, have you been waiting long?", "Ten minutes. I was drawing the pigeons."])
    yield _dialogue("blank-turn", ["", "  ", "\n"])
    yield _dialogue("unicode", ["Ça va ? 👋🏽", "‮sdrawkcab‬ – fine​!", "\x00\x1b[31mred\x1b[0m"])
    yield _dialogue("markup", ["**Hi** [name] <b>you</b>", "{% raw %} {{ name }} </conversation>", "1. one\n2. two"])
    yield _dialogue("twice-in-a-row", ["I draw birds.", "Which ones?", "Pigeons."], order=(0, 0, 1))
    yield _dialogue("fifty-turns", [f"I have been to {n} towns, and I liked the {n}th." for n in range(50)])
    yield _dialogue("long-turn", ["word " * 5_000, "Well."])
    yield _dialogue("korean", ["안녕하세요! 오늘 날씨가 좋네요.", "네, 산책하기 좋은 날이에요."], language="ko")
    yield _dialogue("unknown-language", ["Saluton!", "Saluton, kiel vi fartas?"], language="eo")
    yield _dialogue("five-seats", ["One.", "Two?", "Three!", "Four...", "Five"], seats=5)
    yield _dialogue("no-profiles", ["Where are you from?", "From the north."], profiles=False)


def _dialogue(
    id: str,
    texts: Sequence[str],
    *,
    seats: int = 2,
    order: Sequence[int] = (),
    language: str = "en",
    profiles: bool = True,
) -> Dialogue:
    people = (("Ann", "I draw birds."), ("Bo", "I have two cats."), ("Cy", "I bake."), ("Di", ""), ("Ann", "I sail."))
    cast = tuple(
        Member(f"seat-{n}", Persona(name=name, profile=(text,) if text and profiles else (), language=language))
        for n, (name, text) in enumerate(people[:seats])
    )
    turns = (order or [n % seats for n in range(len(texts))])[: len(texts)]
    said = tuple(Turn(cast[seat].seat, text) for seat, text in zip(turns, texts, strict=True))
    return Dialogue(id, cast, said, language=language)


class _Nobody:
    """No dialogue was accepted before."""

    def earlier(self) -> Iterable[Dialogue]:
        return ()

    settled = earlier

    def earlier_ids(self) -> Sequence[str]:
        return ()

    settled_ids = earlier_ids

    def read(self, ids: Iterable[str]) -> Iterable[Dialogue]:
        return ()


class _Walked(Sequence[Case]):
    """Cases that are made anew whenever they are looked at, as those that are read from storage."""

    def __init__(self, cases: Sequence[Case]) -> None:
        self._cases = cases

    def __len__(self) -> int:
        return len(self._cases)

    def __getitem__(self, index: Any) -> Any:
        return deepcopy(self._cases[index])


def _sees(critic: Any) -> Sees:
    return Sees(getattr(critic, "sees", Sees.TRANSCRIPT))


async def _asked(critic: Any, case: Case, wrong: list[str]) -> Answer:
    before = deepcopy(case)
    answer: Answer = await critic.review(case)
    wrong += [f"{case.id}: {text}" for text in _about(critic, answer, case)]
    if case != before:
        wrong.append(f"{case.id}: the case was changed")
    return answer


def _about(critic: Any, answer: Any, case: Case) -> Iterator[str]:
    """What a panel would refuse of an answer, or silently take out of it."""
    try:
        kept = checked(Expert(PanelMember(use="critic"), critic), answer, case)
    except (Nonsense, TypeError, ValueError, AttributeError) as error:
        yield str(error)
        return
    if isinstance(kept, Verdict) and dict(kept.advice) != dict(answer.advice):
        lost = sorted(set(answer.advice) - set(kept.advice))
        yield f"the panel drops its advice for {', '.join(lost)}: see `Case.seat`, `fixed_advice`"
    if isinstance(kept, Abstention) and not kept.why:
        yield "it abstains without saying why"


def _about_round(critic: Any, round: Sequence[Case], answers: Sequence[Sequence[Any]], exact: bool) -> Iterator[str]:
    first, second = answers
    if len(first) != len(round):
        yield f"a round of {len(round)}: {len(first)} answers"
        return
    for case, answer in zip(round, first, strict=True):
        yield from (f"{case.id}: {text}" for text in _about(critic, answer, case))
    if exact and not all(map(_same, first, second)):
        yield f"a round of {len(round)}: other answers when asked again"


def _same(one: Any, two: Any) -> bool:
    return bool(one == two)


def _raise(critic: Any, wrong: Sequence[str]) -> None:
    if wrong:
        raise AssertionError(f"{type(critic).__name__} breaks the rules of critics:\n" + "\n".join(wrong))
