"""The panel asks its critics, whatever they do, and adds up what they say."""

import asyncio
import logging
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, ClassVar, overload

import pytest

from tertulia.agents import Dialogue
from tertulia.critics import (
    Abstention,
    Case,
    CorpusCritic,
    Critic,
    Finding,
    Limits,
    Neighbours,
    Outcome,
    Panel,
    PanelMember,
    Review,
    Sees,
    Verdict,
    Voting,
    Why,
)
from tertulia.critics.asking import CriticFailed
from tertulia.critics.panel import _Cases
from tertulia.critics.streak import HOPELESS
from tertulia.models.errors import CriticBroken, Mistake, ServerDown

from .conftest import Nobody, members, talk

HELLO = talk("Hello.", "Hi there.")


@dataclass(frozen=True)
class Says(Critic):
    """Answers what it is told to."""

    answer: Any = None

    async def review(self, case: Case) -> Any:
        answer = self.answer(case) if callable(self.answer) else self.answer
        if isinstance(answer, BaseException):
            raise answer
        return answer


@dataclass(frozen=True)
class Hangs(Critic):
    """Answers never, and notices that it is stopped."""

    stopped: list[str] = field(default_factory=list)

    async def review(self, case: Case) -> Verdict:
        try:
            await asyncio.Event().wait()
        finally:
            self.stopped.append(case.id)
        raise AssertionError


@dataclass(frozen=True)
class Asks(Critic):
    """Needs a chat service, and hands back what that says."""

    chat: Callable[[Case], Any] | None = None
    needs: ClassVar[tuple[str, ...]] = ("chat",)

    async def review(self, case: Case) -> Any:
        assert self.chat
        return await self.chat(case)


class OnSeats(Says):
    """Sees one seat's persona at a time."""

    sees = Sees.OWN_PERSONAS


class Fixed(Says):
    """Sees all, and may say one sentence."""

    sees = Sees.ALL
    fixed_advice: ClassVar[frozenset[str]] = frozenset({"Speak of yourself."})


@dataclass(frozen=True)
class EveryOther(CorpusCritic):
    """Approves the first, the third, ..."""

    seen: list[str] = field(default_factory=list)

    async def review_round(self, cases: Sequence[Case], corpus: Neighbours) -> Sequence[Verdict]:
        self.seen.extend(case.id for case in cases)
        return [Verdict(n % 2 == 0, 0.5) for n, _ in enumerate(cases)]


class Miscounts(EveryOther):
    """Forgets one."""

    async def review_round(self, cases: Sequence[Case], corpus: Neighbours) -> Sequence[Verdict]:
        return (await super().review_round(cases, corpus))[1:]


@pytest.fixture
def stand(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[PanelMember]]:
    """Panel members for critics that are made already; `name=critic` or `name=(critic, {role: veto, ...})`."""
    module = ModuleType("stand")
    monkeypatch.setitem(sys.modules, "stand", module)

    def stand(**critics: Any) -> list[PanelMember]:
        entries = []
        for name, given in critics.items():
            critic, settings = given if isinstance(given, tuple) else (given, {})
            setattr(module, name, critic)
            entries.append({"use": f"stand:{name}", "name": name, **settings})
        return members(*entries)

    return stand


Stand = Callable[..., list[PanelMember]]


def answer(review: Review, name: str) -> Verdict | Abstention:
    return next(ballot.answer for ballot in review.ballots if ballot.critic == name)


async def test_a_review_holds_every_answer_in_panel_order_and_the_decision() -> None:
    panel = Panel(members({"use": "structure", "role": "veto"}, "repetition", {"use": "pleasantries", "weight": 0.5}))
    review = await panel.review(HELLO, Limits(2, 4))
    assert [(b.critic, b.role, b.weight) for b in review.ballots] == [
        ("structure", "veto", 1.0),
        ("repetition", "vote", 1.0),
        ("pleasantries", "vote", 0.5),
    ]
    assert (review.dialogue, review.panel, review.complete) == ("d1", panel.fingerprint, True)
    assert review.decision.outcome is Outcome.ACCEPTED
    assert (await panel.review(HELLO, Limits(4, 8))).decision.by == ("structure",)


@pytest.mark.parametrize(
    ("returned", "why"),
    [
        (RuntimeError("the lamp\nis out"), "RuntimeError: the lamp is out"),
        (TimeoutError(), "TimeoutError"),
        (None, "answered 'NoneType', neither a Verdict nor an Abstention"),
        (True, "answered 'bool', neither a Verdict nor an Abstention"),
        (Verdict("yes", 0.5), "approve is 'yes', neither True nor False"),  # type: ignore[arg-type]
        (Verdict(True, 0.5, (Finding("x", turn=2),)), "a finding names turn 2 of 2"),
        (Verdict(True, 0.5, (Finding("x", seat="z"),)), "a finding names seat 'z', there are a, b"),
        (Verdict(True, 0.5, ("x",)), "a finding is 'x', no Finding with a text"),  # type: ignore[arg-type]
        (Verdict(True, 0.5, (), {"a": 3}), "advice has to be a text for each seat"),  # type: ignore[dict-item]
    ],
)
async def test_a_critic_that_breaks_abstains_and_is_reported(
    returned: Any, why: str, stand: Stand, caplog: pytest.LogCaptureFixture
) -> None:
    events: list[object] = []
    panel = Panel(stand(lamp=Says(returned)), events=events.append)
    with caplog.at_level(logging.INFO, "tertulia"):
        review = await panel.review(HELLO)
    assert answer(review, "lamp") == Abstention(Why.FAILED, why)
    assert events == [CriticFailed("lamp", "d1", why)]
    assert caplog.records[0].exc_info
    assert review.decision.outcome is Outcome.UNDECIDED


@pytest.mark.parametrize("broken", [Says(RuntimeError("out")), Says("nonsense")])
async def test_a_broken_veto_leaves_the_dialogue_undecided_never_accepted(broken: Critic, stand: Stand) -> None:
    yes = Says(Verdict(True, 1.0))
    panel = Panel(stand(lamp=(broken, {"role": "veto"}), one=yes, two=yes))
    decision = (await panel.review(HELLO)).decision
    assert (decision.outcome, decision.by) == (Outcome.UNDECIDED, ("lamp",))


async def test_a_critic_that_hangs_is_stopped_and_the_others_are_heard(stand: Stand) -> None:
    hangs = Hangs()
    late = (hangs, {"timeout": 0.01, "role": "veto"})
    review = await Panel(stand(late=late, other=Says(Verdict(True, 1.0)))).review(HELLO)
    assert answer(review, "late") == Abstention(Why.FAILED, "no answer within 0.01 s")
    assert answer(review, "other") == Verdict(True, 1.0)
    assert hangs.stopped == ["d1"]
    assert review.decision.outcome is Outcome.UNDECIDED


@pytest.mark.parametrize("error", [ServerDown("nobody answers"), Mistake("no key in OPENAI_API_KEY")])
async def test_what_stops_the_run_is_no_abstention(error: Exception, stand: Stand) -> None:
    hangs = Hangs()
    alone, among = stand(down=Says(error)), stand(down=Says(error), late=hangs)
    for panel in (Panel(alone), Panel(among)):
        with pytest.raises(type(error), match=str(error)):
            await panel.review(HELLO)
    assert hangs.stopped == ["d1"]


async def test_critics_that_wait_are_asked_at_once(stand: Stand) -> None:
    both = asyncio.Barrier(2)

    async def chat(case: Case) -> Verdict:
        await both.wait()
        return Verdict(True, 1.0)

    panel = Panel(stand(one=Asks(), two=Asks()), services={"chat": chat})
    async with asyncio.timeout(10):
        assert (await panel.review(HELLO)).decision.outcome is Outcome.ACCEPTED


def test_a_service_that_is_missing_is_a_mistake_before_anything_runs(stand: Stand) -> None:
    with pytest.raises(Mistake, match=r"'asks' needs 'chat', which this run does not have \(there: nli\)"):
        Panel(stand(asks=Asks()), services={"nli": object(), "chat": None})


async def test_a_critic_that_is_shared_keeps_nothing_of_a_panels_services(stand: Stand) -> None:
    class Plain:
        """No dataclass, and asks a service all the same."""

        needs = ("chat",)
        chat: Any = None

        async def review(self, case: Case) -> Verdict:
            return Verdict(True, await self.chat())

    async def low() -> float:
        return 0.1

    async def high() -> float:
        return 0.9

    plain = Plain()
    panels = [Panel(stand(plain=plain), services={"chat": chat}) for chat in (low, high)]
    assert [answer(await panel.review(HELLO), "plain") for panel in panels] == [Verdict(True, 0.1), Verdict(True, 0.9)]
    assert plain.chat is None


async def test_an_optional_critic_is_skipped_where_it_can_not_be_had(stand: Stand) -> None:
    entries = members({"use": "toxicity", "role": "veto", "optional": True}, {"use": "judge", "optional": True})
    review = await Panel([*entries, *stand(yes=Says(Verdict(True, 1.0)))]).review(HELLO)
    kinds = [ballot.answer.kind for ballot in review.ballots if isinstance(ballot.answer, Abstention)]
    assert kinds == [Why.SKIPPED, Why.SKIPPED]
    assert review.decision.outcome is Outcome.ACCEPTED
    with pytest.raises(Mistake, match="no option 'treshold'"):
        Panel(members({"use": "copy-paste", "optional": True, "options": {"treshold": 1}}))


async def test_a_critic_of_own_personas_is_asked_once_a_seat_and_its_answers_are_one(stand: Stand) -> None:
    def by_seat(case: Case) -> Verdict:
        assert [chair.persona is not None for chair in case.chairs] == [
            chair.seat == case.seat for chair in case.chairs
        ]
        good = case.seat == "a"
        advice = {"a": "from " + str(case.seat), "b": "from " + str(case.seat)}
        return Verdict(good, 0.8 if good else 0.33333, (Finding(case.own.name, 0),), advice)

    review = await Panel(stand(seats=OnSeats(by_seat))).review(HELLO)
    both = (Finding("Ann", 0), Finding("Bo", 0))
    assert answer(review, "seats") == Verdict(False, 0.3333, both, {"a": "from a", "b": "from b"})


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (Abstention(Why.NOT_APPLICABLE, "x"), Verdict(True, 0.5), Verdict(True, 0.5)),
        (Abstention(Why.NOT_APPLICABLE, "x"), Abstention(Why.NOT_APPLICABLE, "y"), Abstention(Why.NOT_APPLICABLE, "x")),
        (Verdict(False, 0.5), Abstention(Why.FAILED, "x"), Abstention(Why.FAILED, "x")),
        (Abstention(Why.SKIPPED, "x"), Abstention(Why.FAILED, "y"), Abstention(Why.FAILED, "y")),
        (Verdict(False, 0.5), ValueError("x"), Abstention(Why.FAILED, "ValueError: x")),
    ],
)
async def test_seats_merge(first: Any, second: Any, expected: Any, stand: Stand) -> None:
    panel = Panel(stand(seats=OnSeats(lambda case: first if case.seat == "a" else second)))
    assert answer(await panel.review(HELLO), "seats") == expected


async def test_who_sees_everything_gives_fixed_sentences_alone(stand: Stand) -> None:
    advice = {"a": "Bo bakes rye bread!", "b": "Speak of yourself."}
    review = await Panel(stand(all=Fixed(Verdict(False, 0.1, (), advice)))).review(HELLO)
    assert answer(review, "all") == Verdict(False, 0.1, (), {"b": "Speak of yourself."})


async def test_a_blind_critic_has_nothing_else(stand: Stand) -> None:
    def blind(case: Case) -> Verdict:
        assert all(chair.persona is None and not chair.sentences for chair in case.chairs)
        assert [chair.name for chair in case.chairs] == ["Ann", "Bo"]
        return Verdict(True, 0.5)

    assert answer(await Panel(stand(blind=Says(blind))).review(HELLO), "blind") == Verdict(True, 0.5)


# the barrier


class Stored(Sequence[tuple[Dialogue, Review]]):
    """Dialogues with their reviews, read from somewhere each time; counts the reads."""

    def __init__(self, reviews: Sequence[Review]) -> None:
        self.reviews, self.reads = reviews, 0

    def __len__(self) -> int:
        return len(self.reviews)

    @overload
    def __getitem__(self, at: int) -> tuple[Dialogue, Review]: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[tuple[Dialogue, Review]]: ...
    def __getitem__(self, at: Any) -> Any:
        if isinstance(at, slice):
            return Stored(self.reviews[at])
        review = self.reviews[at]
        self.reads += 1
        return talk("Hello.", "Hi.", id=review.dialogue), review


async def test_the_corpus_critics_complete_the_reviews_at_the_barrier(stand: Stand) -> None:
    every = EveryOther()
    panel = Panel([*members("repetition"), *stand(every=(every, {"role": "veto"}))])
    assert (panel.names, panel.local, panel.corpus) == (("repetition", "every"), ("repetition",), ("every",))
    local = [await panel.review(talk("Hello.", "Hi.", id=f"d{n}")) for n in range(3)]
    assert [(r.complete, len(r.ballots), r.decision.outcome) for r in local] == [(False, 1, Outcome.ACCEPTED)] * 3
    stored = Stored(local)
    final = [review async for review in panel.conclude(stored, Nobody())]
    assert every.seen == ["d0", "d1", "d2"]
    assert stored.reads == 9  # three walks: two by the critic, one for the reviews
    assert [review.dialogue for review in final] == ["d0", "d1", "d2"]
    assert all(review.complete and [b.critic for b in review.ballots] == ["repetition", "every"] for review in final)
    assert [review.decision.outcome.value for review in final] == ["accepted", "rejected", "accepted"]


async def test_a_rejection_that_is_certain_is_known_before_the_barrier(stand: Stand) -> None:
    no = Says(Verdict(False, 0.0))
    panel = Panel(stand(one=no, two=no, every=EveryOther()))
    review = await panel.review(HELLO)
    assert (review.complete, review.decision.outcome) == (False, Outcome.REJECTED)


@pytest.mark.parametrize(
    ("critic", "why"),
    [(Miscounts(), "gave 1 answers on 2 dialogues"), (EveryOther(None), "AttributeError: .*")],  # type: ignore[arg-type]
)
async def test_a_corpus_critic_that_breaks_abstains_from_the_whole_round(
    critic: CorpusCritic, why: str, stand: Stand
) -> None:
    events: list[object] = []
    panel = Panel(stand(every=(critic, {"role": "veto"})), events=events.append)
    local = [await panel.review(talk("Hello.", id=f"d{n}")) for n in range(2)]
    final = [review async for review in panel.conclude(Stored(local), Nobody())]
    assert [review.decision.outcome for review in final] == [Outcome.UNDECIDED] * 2
    [event] = events
    assert isinstance(event, CriticFailed)
    assert (event.critic, event.dialogue) == ("every", "")
    assert re.fullmatch(why, event.why)


# what a panel refuses


@pytest.mark.parametrize(
    ("entries", "voting", "text"),
    [
        (["structure", "structure"], {}, "two critics of the panel are called 'structure'"),
        (["structure"], {"quorum": 2}, "quorum is 2, with 1 voters on the panel nothing is ever accepted"),
        ([{"use": "structure", "role": "veto"}], {"rule": "at-least", "k": 1}, "k is 1, with 0 voters"),
        (["structure"], {"rule": "learned", "weights": {"weights": {"jury": 1}}}, "weights for 'jury'; the voters are"),
    ],
)
def test_a_panel_that_can_not_work_is_refused(entries: list[object], voting: dict[str, Any], text: str) -> None:
    with pytest.raises(Mistake, match=text):
        Panel(members(*entries), Voting.model_validate(voting))


def test_a_corpus_critic_that_sees_one_persona_is_refused(stand: Stand) -> None:
    class OneSeat(EveryOther):
        """Sees too little."""

        sees = Sees.OWN_PERSONAS

    with pytest.raises(Mistake, match="a corpus critic may see transcript or all"):
        Panel(stand(one=OneSeat()))


def test_the_fingerprint_changes_with_what_judges_and_with_nothing_else(tmp_path: Any) -> None:
    def print_of(*entries: object, **voting: Any) -> str:
        services: dict[str, object] = {"chat": object()}
        return Panel(members(*entries), Voting.model_validate(voting), services, base=tmp_path).fingerprint

    (tmp_path / "kind.md").write_text("Everybody is kind.")
    base = print_of("copy-paste", "kind.md")
    assert print_of({"use": "copy-paste", "timeout": 5}, "kind.md") == base
    others = [
        print_of("copy-paste", "kind.md", quorum=1),
        print_of({"use": "copy-paste", "options": {"allowed": 2}}, "kind.md"),
        print_of({"use": "copy-paste", "role": "veto"}, "kind.md"),
    ]
    (tmp_path / "kind.md").write_text("Everybody is rude.")
    others.append(print_of("copy-paste", "kind.md"))
    assert len({base, *others}) == 5


def test_iterating_cases_needs_no_list() -> None:
    stored = Stored([Review("d0", "p", (), None), Review("d1", "p", (), None)])  # type: ignore[arg-type]
    view = _Cases(stored, Sees.TRANSCRIPT, Limits())
    walked: Iterator[Case] = iter(view)
    assert next(walked).id == "d0"
    assert stored.reads == 1
    assert [case.id for case in view[1:]] == ["d1"]
    assert (len(view), view[-1].id) == (2, "d1")


async def test_a_critic_that_fails_every_time_ends_the_run_with_its_first_error(
    stand: Callable[..., list[PanelMember]],
) -> None:
    broken = Says(lambda case: KeyError(f"colour of {case.id}"))
    panel = Panel(stand(broken=broken, well=Says(Verdict(True, 1.0))))
    for number in range(HOPELESS - 1):
        review = await panel.review(talk("Hello.", id=f"d{number}"))
        assert [ballot.critic for ballot in review.ballots if isinstance(ballot.answer, Abstention)] == ["broken"]
    with pytest.raises(CriticBroken, match=r"'broken' has failed at all of the first 10.*KeyError: 'colour of d0'"):
        await panel.review(HELLO)


async def test_one_answer_shows_that_a_critic_is_not_broken(stand: Callable[..., list[PanelMember]]) -> None:
    moody = Says(lambda case: Verdict(True, 1.0) if case.id == "d0" else RuntimeError("no idea"))
    panel = Panel(stand(moody=moody))
    reviews = [await panel.review(talk("Hello.", id=f"d{number}")) for number in range(3 * HOPELESS)]
    assert sum(isinstance(review.ballots[0].answer, Verdict) for review in reviews) == 1
