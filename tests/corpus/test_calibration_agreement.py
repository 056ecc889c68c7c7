"""Agreement between critics: figures by hand, figures of the literature, and those of scikit-learn."""

import sys
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sklearn.metrics import cohen_kappa_score

sys.path.insert(0, str(Path(__file__).parent))

from calibrated import record, review

from tertulia.corpus import RunInfo
from tertulia.corpus.calibration.agreement import Agreement, compare_critics
from tertulia.corpus.calibration.alpha import IntervalAlpha, NominalAlpha
from tertulia.corpus.calibration.leaving import Bench, decided_without, members_of, rule_behind, seats_of, voting_of
from tertulia.corpus.calibration.pairwise import Pair
from tertulia.critics import Outcome, Review, Voting

NONE = None
KRIPPENDORFF = (
    (1, 2, 3, 3, 2, 1, 4, 1, 2, NONE, NONE, NONE),
    (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NONE, 3),
    (NONE, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NONE),
    (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NONE),
)
"""Four observers, twelve units: the example of Krippendorff (2011), alpha .743 nominal and .849 interval."""


@pytest.mark.parametrize(("kind", "known"), [(NominalAlpha, 0.743), (IntervalAlpha, 0.849)])
def test_alpha_of_the_published_example(kind: Any, known: float) -> None:
    alpha = kind()
    for unit in zip(*KRIPPENDORFF, strict=True):
        alpha.add([value for value in unit if value is not None])
    assert alpha.alpha == pytest.approx(known, abs=5e-4)
    assert alpha.units == 11


def test_alpha_is_one_where_all_agree_below_nought_where_nobody_does_and_unknown_without_a_difference() -> None:
    agree, differ, same = NominalAlpha(), IntervalAlpha(), IntervalAlpha()
    for value in (0, 1):
        agree.add([value, value, value])
        differ.add([0.0, 1.0])
        same.add([0.3, 0.3])
    assert agree.alpha == 1
    assert differ.alpha == pytest.approx(-0.5)  # 1 - 3 * 2 * 0.5 / (4 * 2 - 4) = 1 - 1.5
    assert same.alpha is None


def test_kappa_is_that_of_scikit_learn() -> None:
    random, pair = Random(5), Pair("a", "b")
    answers = [(random.random() < 0.7, random.random() < 0.4) for _ in range(60)]
    for first, second in answers:
        pair.add(first, second)
    assert pair.kappa == pytest.approx(cohen_kappa_score(*zip(*answers, strict=True)))
    assert pair.agreement == pytest.approx(sum(a == b for a, b in answers) / 60)


def test_kappa_is_unknown_where_nobody_differs() -> None:
    pair = Pair("a", "b")
    pair.add(True, True)
    assert (pair.kappa, pair.agreement, pair.telling) == (None, 1, False)


UNANIMOUS = Voting(rule="unanimous")


def compare(reviews: list[Review], voting: Voting | None) -> Agreement:
    return compare_critics((record(one, n) for n, one in enumerate(reviews)), "p", Bench(seats_of(reviews), voting))


def panel() -> list[Review]:
    """30 dialogues: V vetoes 0-5, `twin` rejects the same; `low` rejects 0-2; `last` rejects 9 and abstains on 10."""
    return [
        review(
            f"d{n}", UNANIMOUS,
            V=float(n > 5), twin=float(n > 5), low=float(n > 2), last=None if n == 10 else float(n != 9), talk_=0.0,
        )
        for n in range(30)
    ]  # fmt: skip


def test_who_is_redundant_who_rejects_alone_and_what_would_be_accepted_without_each() -> None:
    found = compare(panel(), UNANIMOUS)
    assert (found.reviewed, found.accepted) == (30, 23)
    rows = {row.critic: row for row in found.critics}
    assert {name: row.alone for name, row in rows.items()} == {"V": 0, "twin": 0, "low": 0, "last": 1, "talk_": 0}
    assert rows["last"].examples == ["d9"]
    assert rows["last"].judged == 29
    without = {name: row.accepted_without for name, row in rows.items()}
    assert without == {"V": 23, "twin": 23, "low": 23, "last": 24, "talk_": None}
    told = {(one.critic, one.other, one.kind) for one in found.redundant}
    # the adviser rejects everything, and so all that the others reject: that tells nothing
    assert told == {("V", "twin", "twins"), ("low", "V", "within"), ("low", "twin", "within")}


def test_a_veto_alone_decides_and_without_it_the_others_do() -> None:
    reviews = [review(f"d{n}", V=float(n > 3), a=1.0, b=1.0) for n in range(10)]
    rows = {row.critic: row for row in compare(reviews, Voting()).critics}
    assert (rows["V"].alone, rows["V"].accepted_without) == (4, 10)
    assert rows["a"].accepted_without == 6


@pytest.mark.parametrize(
    ("voting", "without"),
    [
        ({"rule": "unanimous", "quorum": 3}, Outcome.ACCEPTED),
        ({"rule": "at-least", "k": 3}, Outcome.ACCEPTED),
        ({"rule": "majority"}, Outcome.ACCEPTED),
        ({"rule": "learned", "weights": {"bias": -3, "weights": {"a": 2, "b": 2, "c": 2}}}, Outcome.ACCEPTED),
        (
            {"rule": "learned", "weights": {"bias": -3, "weights": {"a": 2, "b": 2, "c": 2}, "missing": {"c": -2}}},
            Outcome.REJECTED,
        ),
    ],
)
def test_without_a_critic_a_quorum_can_still_be_reached_and_a_learned_vote_takes_it_to_abstain(
    voting: Any, without: Outcome
) -> None:
    made = review("d", a=1.0, b=1.0, c=0.0)
    assert decided_without(made.ballots, "c", Voting.model_validate(voting)).outcome is without


def test_who_was_not_asked_because_others_rejected_is_taken_to_approve() -> None:
    reviews = [review("d0", a=1.0, barrier=0.0), review("d1", UNANIMOUS, complete=False, a=0.0)]
    reviews += [review("d2", complete=False, a=1.0)]
    found = compare(reviews, UNANIMOUS)
    assert (found.reviewed, found.waiting, found.unasked) == (2, 1, 1)
    rows = {row.critic: row for row in found.critics}
    assert rows["a"].accepted_without == 1  # d1
    assert rows["barrier"].judged == 1


def test_memory_holds_counts_and_no_dialogues() -> None:
    reviews = [review(f"d{n}", a=0.0, b=1.0) for n in range(200)]
    row = compare(reviews, UNANIMOUS).critics[0]
    assert (row.alone, len(row.examples)) == (200, 3)


@pytest.mark.parametrize(
    "voting",
    [
        {"rule": "majority"}, {"rule": "unanimous"}, {"rule": "majority", "quorum": 3},
        {"rule": "at-least", "k": 2}, {"rule": "mean", "t": 0.6},
    ],
)  # fmt: skip
def test_the_rule_of_another_panel_is_found_by_its_decisions(voting: Any) -> None:
    rule, random = Voting.model_validate(voting), Random(1)
    scores = [[random.choice((0.1, 0.7, 1.0, None)) for _ in range(3)] for _ in range(80)]
    reviews = [review(f"d{n}", rule, a=a, b=b, c=c) for n, (a, b, c) in enumerate(scores)]
    own = Voting(rule="learned", weights={"weights": {"a": 1}})
    assert rule_behind(reviews, own) == rule


def test_a_rule_that_can_not_be_found_leaves_the_rest_standing() -> None:
    learned = Voting(rule="learned", weights={"bias": -1, "weights": {"a": 1, "b": 2}})
    reviews = [review(f"d{n}", learned, a=n / 10, b=1 - n / 20) for n in range(10)]
    assert rule_behind(reviews, Voting()) is None
    found = compare(reviews, None)
    assert found.rule == ""
    assert {row.accepted_without for row in found.critics} == {None}


def test_a_runs_own_panel_is_in_its_scenario() -> None:
    scenario = {
        "critics": {"voting": {"rule": "mean", "t": 0.4}, "panel": ["structure", {"use": "judge", "name": "j"}]}
    }
    info = RunInfo("r", scenario, "m", "j")
    assert voting_of(info) == Voting(rule="mean", t=0.4)
    assert [seat.critic for seat in members_of(info)] == ["structure", "j"]


def test_numbers_too_large_to_square_have_no_alpha() -> None:
    alpha = IntervalAlpha()
    for values in ((0.0, 1e200), (1e200, 1e200)):
        alpha.add(values)
    assert alpha.alpha is None
