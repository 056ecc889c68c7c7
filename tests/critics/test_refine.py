"""Generate, judge, and again: how often, with what advice, and which try is the job's in the end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import pytest

from tertulia.agents import Dialogue, Job, Member, Place, StopReason, Turn
from tertulia.agents.play import Play
from tertulia.agents.staging import Staging
from tertulia.critics import Abstention, Ballot, Decision, Outcome, Review, SeatKind, Verdict, Why
from tertulia.critics.refine import Ending, Try, advise, best, refine
from tertulia.personas import Persona

ACCEPTED, REJECTED, UNDECIDED, FAILED = Outcome.ACCEPTED, Outcome.REJECTED, Outcome.UNDECIDED, Outcome.FAILED
CAST = (Member("a", Persona(name="Ann")), Member("b", Persona(name="Bob")))
Plan = Mapping[tuple[int, int], tuple[Outcome, float]]
"""Outcome and score by (attempt, candidate); any other try is accepted with 0.5."""


def plays(attempt: int, candidate: int, notes: Mapping[str, str]) -> Play:
    return Play(Job(2, 7, CAST), Staging(), {}, lambda event: None, 3, attempt, candidate, notes)


@dataclass
class Workshop:
    """Makes and judges as planned, and remembers in which order."""

    plan: Plan
    complete: bool = True
    done: list[str] = field(default_factory=list)
    notes: dict[Place, Mapping[str, str]] = field(default_factory=dict)
    chosen: list[list[int]] = field(default_factory=list)

    async def make(self, play: Play) -> Dialogue:
        self.done.append(f"make {play.attempt}{play.candidate}")
        self.notes[play.place] = play.notes
        if self.plan.get((play.attempt, play.candidate), (ACCEPTED, 0.5))[0] is FAILED:
            return play.dialogue((), StopReason.GUARD, "a: empty: it was empty.")
        return play.dialogue((Turn("a", "Hello."),), StopReason.MAX_TURNS)

    async def judge(self, dialogue: Dialogue) -> Review:
        assert dialogue.place
        attempt, candidate = dialogue.place.attempt, dialogue.place.candidate
        self.done.append(f"judge {attempt}{candidate}")
        outcome, score = self.plan.get((attempt, candidate), (ACCEPTED, 0.5))
        advice = {"a": f"Better than {attempt}{candidate}."} if outcome is REJECTED else {}
        ballot = Ballot("it", Verdict(outcome is ACCEPTED, score, advice=advice))
        return Review(dialogue.id, "p", (ballot,), Decision(outcome, (), f"why {outcome}", score), self.complete)

    async def choose(self, tries: Sequence[Try]) -> Try:
        self.chosen += [[this.dialogue.place.candidate for this in tries if this.dialogue.place]]
        return best(tries)


async def settled(plan: Plan, **options: int) -> tuple[Ending, Workshop]:
    workshop = Workshop(plan)
    return await refine(plays, workshop, **options), workshop  # type: ignore[arg-type]


def outcomes(ending: Ending) -> dict[tuple[int, int], Outcome]:
    places = {this.dialogue.id: this.dialogue.place for this in ending.tries}
    return {(p.attempt, p.candidate): o for id, (o, _) in ending.outcomes().items() if (p := places[id])}


async def test_what_is_accepted_at_once_is_made_once() -> None:
    ending, workshop = await settled({})
    assert workshop.done == ["make 00", "judge 00"]
    assert ending.chosen is ending.tries[0]
    assert (ending.attempts, ending.settled) == (1, True)


@pytest.mark.parametrize("regenerate", [0, 1, 3])
async def test_what_is_rejected_is_made_again_so_often_and_no_more(regenerate: int) -> None:
    ending, workshop = await settled({(n, 0): (REJECTED, 0.1) for n in range(9)}, regenerate=regenerate)
    assert workshop.done == [f"{verb} {n}0" for n in range(regenerate + 1) for verb in ("make", "judge")]
    assert ending.chosen is None
    assert (ending.attempts, ending.settled) == (regenerate + 1, True)
    assert set(outcomes(ending).values()) == {REJECTED}


async def test_all_candidates_of_an_attempt_are_made_before_any_is_judged_and_the_best_is_chosen() -> None:
    plan = {(0, 0): (REJECTED, 0.9), (0, 1): (ACCEPTED, 0.6), (0, 2): (ACCEPTED, 0.7), (0, 3): (ACCEPTED, 0.7)}
    ending, workshop = await settled(plan, candidates=4)
    assert workshop.done == [f"{verb} 0{n}" for verb in ("make", "judge") for n in range(4)]
    found = outcomes(ending)
    assert found == {(0, 0): REJECTED, (0, 1): Outcome.PASSED_OVER, (0, 2): ACCEPTED, (0, 3): Outcome.PASSED_OVER}
    assert ending.outcomes()[ending.tries[1].dialogue.id] == (Outcome.PASSED_OVER, "another candidate was chosen")
    assert workshop.chosen == [[1, 2, 3]]


async def test_of_one_that_is_accepted_nothing_is_chosen() -> None:
    ending, workshop = await settled({(0, 0): (REJECTED, 0.9), (0, 2): (UNDECIDED, 0.5)}, candidates=3)
    assert ending.chosen is ending.tries[1]
    assert workshop.chosen == []


async def test_a_reason_why_another_lost_stands_in_its_outcome() -> None:
    ending, _ = await settled({(1, 0): (ACCEPTED, 0.9)}, candidates=2)
    loser = ending.tries[1].dialogue.id
    told = replace(ending, lost={loser: "lost by a hair"})
    assert told.outcomes()[loser] == (Outcome.PASSED_OVER, "lost by a hair")
    assert [this.dialogue.id for this in ending.rivals] == [ending.tries[0].dialogue.id, loser]


async def test_undecided_is_not_made_again_unless_another_candidate_is_accepted() -> None:
    ending, workshop = await settled({(0, 0): (UNDECIDED, 0.5), (0, 1): (REJECTED, 0.5)}, candidates=2)
    assert workshop.done[-1] == "judge 01"
    assert ending.chosen is None
    assert outcomes(ending) == {(0, 0): UNDECIDED, (0, 1): REJECTED}
    ending, _ = await settled({(0, 0): (UNDECIDED, 0.5)}, candidates=2)
    assert outcomes(ending) == {(0, 0): UNDECIDED, (0, 1): ACCEPTED}


async def test_a_failed_try_is_not_judged_and_made_again() -> None:
    ending, workshop = await settled({(0, 0): (FAILED, 0.0)})
    assert workshop.done == ["make 00", "make 10", "judge 10"]
    assert ending.outcomes()[ending.tries[0].dialogue.id] == (FAILED, "a: empty: it was empty.")
    assert workshop.notes[Place(2, 7, 1, 0)] == {}


async def test_advice_of_the_best_rejected_try_goes_into_the_next_attempt_alone() -> None:
    plan = {(0, 0): (REJECTED, 0.2), (0, 1): (REJECTED, 0.4), (1, 0): (REJECTED, 0.3), (1, 1): (REJECTED, 0.1)}
    _, workshop = await settled(plan, candidates=2)
    told = {place.attempt: notes for place, notes in workshop.notes.items()}
    assert told == {0: {}, 1: {"a": "Better than 01."}, 2: {"a": "Better than 10."}}


async def test_without_notes_nothing_is_handed_on() -> None:
    workshop = Workshop({(0, 0): (REJECTED, 0.2)})
    await refine(plays, workshop, notes=False)
    assert set(map(str, workshop.notes.values())) == {"{}"}


@pytest.mark.parametrize("count", range(4))
async def test_what_is_kept_is_neither_made_nor_judged_again(count: int) -> None:
    plan = {(0, 0): (REJECTED, 0.2), (1, 0): (REJECTED, 0.2), (2, 0): (ACCEPTED, 0.8)}
    whole, workshop = await settled(plan)
    rest = Workshop(plan)
    assert await refine(plays, rest, kept=whole.tries[:count]) == whole
    assert rest.done == workshop.done[2 * count :]


async def test_what_is_kept_without_a_review_is_judged_alone() -> None:
    whole, _ = await settled({})
    workshop = Workshop({})
    assert await refine(plays, workshop, kept=[Try(whole.tries[0].dialogue)]) == whole
    assert workshop.done == ["judge 00"]


async def test_what_was_made_from_other_notes_is_made_anew() -> None:
    plan = {(0, 0): (REJECTED, 0.2)}
    other = Try(plays(1, 0, {"a": "Another note."}).dialogue((), StopReason.MAX_TURNS))
    workshop = Workshop(plan)
    ending = await refine(plays, workshop, kept=[other])
    assert workshop.done == ["make 00", "judge 00", "make 10", "judge 10"]
    assert other not in ending.tries


async def test_an_approval_before_the_barrier_settles_nothing() -> None:
    ending = await refine(plays, Workshop({}, complete=False))
    assert ending.chosen
    assert not ending.settled


def review(*ballots: Ballot, score: float = 0.0) -> Try:
    dialogue = plays(0, 0, {}).dialogue((), StopReason.MAX_TURNS)
    return Try(dialogue, Review(dialogue.id, "p", ballots, Decision(REJECTED, score=score)))


rejecting = partial(Verdict, False, 0.0, ())
approving = partial(Verdict, True, 1.0, ())


def test_advice_is_that_of_critics_that_reject_and_count_in_panel_order_and_no_more_than_three() -> None:
    this = review(
        Ballot("one", rejecting({"b": " Say one. ", "a": "Say it."})),
        Ballot("two", approving({"b": "Say two."})),
        Ballot("three", rejecting({"b": "Say three."}), SeatKind.ADVISE),
        Ballot("four", Abstention(Why.FAILED, "broke")),
        Ballot("five", rejecting({"b": "Say five."}), SeatKind.VETO),
        Ballot("six", rejecting({"b": "Say one."})),
        Ballot("seven", rejecting({"b": "Say seven."})),
        Ballot("eight", rejecting({"b": "Say eight."})),
    )
    assert advise([this]) == {"a": "Say it.", "b": "Say one. Say five. Say seven."}
    assert list(advise([this])) == ["a", "b"]
    assert advise([Try(this.dialogue)]) == {}


def test_the_best_needs_one_that_is_accepted() -> None:
    with pytest.raises(ValueError, match="empty"):
        best([review()])
