"""The panel is arithmetic: tables for the rules, properties for all of them."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tertulia.critics import (
    Abstention,
    Ballot,
    Decision,
    Outcome,
    PanelMember,
    SeatKind,
    Verdict,
    Voting,
    Why,
    decide,
    presume,
)
from tertulia.critics.voting import unheard_of

ACCEPTED, REJECTED, UNDECIDED = Outcome.ACCEPTED, Outcome.REJECTED, Outcome.UNDECIDED
YES, NO = Verdict(True, 0.9), Verdict(False, 0.2)
FAILED, SKIPPED, NOT_APPLICABLE = (Abstention(why, "because") for why in Why)


def ballots(answers: str, **options: Any) -> list[Ballot]:
    """`ynfsx`: yes, no, failed, skipped, not applicable. Upper case is a veto."""
    letters = {"y": YES, "n": NO, "f": FAILED, "s": SKIPPED, "x": NOT_APPLICABLE}
    return [
        Ballot(f"c{n}", letters[a.lower()], SeatKind.VETO if a.isupper() else SeatKind.VOTE, **options)
        for n, a in enumerate(answers)
    ]


def outcome(answers: str, voting: Voting | None = None, **options: Any) -> Outcome:
    return decide(ballots(answers, **options), voting or Voting()).outcome


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ("", ACCEPTED),
        ("Y", ACCEPTED),
        ("N", REJECTED),
        ("Nf", REJECTED),
        ("FN", REJECTED),
        ("Fyyy", UNDECIDED),
        ("Syyy", UNDECIDED),
        ("Xyyy", ACCEPTED),
        ("f", UNDECIDED),
        ("yf", ACCEPTED),
        ("yff", UNDECIDED),
        ("yyf", ACCEPTED),
        ("xx", UNDECIDED),
        ("yn", REJECTED),
        ("yyn", ACCEPTED),
        ("ynf", REJECTED),
    ],
)
def test_vetoes_come_first_then_the_quorum_then_the_majority(answers: str, expected: Outcome) -> None:
    assert outcome(answers) is expected


@pytest.mark.parametrize(
    ("answers", "expected"), [("S", ACCEPTED), ("F", UNDECIDED), ("s", ACCEPTED), ("f", UNDECIDED), ("sn", REJECTED)]
)
def test_only_an_optional_critic_that_is_skipped_is_as_if_it_were_not_there(answers: str, expected: Outcome) -> None:
    assert outcome(answers, optional=True) is expected


@pytest.mark.parametrize(
    ("voting", "answers", "expected"),
    [
        ("unanimous", "yyy", ACCEPTED),
        ("unanimous", "yyn", REJECTED),
        ("unanimous", "yyf", ACCEPTED),
        ({"rule": "at-least", "k": 2}, "yynn", ACCEPTED),
        ({"rule": "at-least", "k": 3}, "yynn", REJECTED),
        ({"rule": "at-least", "k": 3}, "yyf", UNDECIDED),
        ({"rule": "majority", "quorum": 3}, "yyf", UNDECIDED),
        ({"rule": "majority", "quorum": 1}, "yff", ACCEPTED),
        ({"rule": "mean", "t": 0.55}, "yn", ACCEPTED),
        ({"rule": "mean", "t": 0.56}, "yn", REJECTED),
        ({"rule": "mean", "t": 0.9}, "yyx", ACCEPTED),
    ],
)
def test_rules(voting: Any, answers: str, expected: Outcome) -> None:
    assert outcome(answers, Voting.model_validate(voting)) is expected


def test_weights_decide_with_strictly_more_than_half() -> None:
    light, heavy = Ballot("light", YES, weight=0.1), Ballot("heavy", NO, weight=0.3)
    third = Ballot("third", YES, weight=0.2)
    weighted = Voting(rule="weighted")
    assert decide([light, heavy], weighted).outcome is REJECTED
    assert decide([light, heavy, third], weighted).outcome is REJECTED  # exactly a half, though 0.1 + 0.2 > 0.3
    assert decide([light, heavy, replace(third, weight=0.21)], weighted).outcome is ACCEPTED
    assert decide([replace(heavy, weight=0), light], weighted).outcome is ACCEPTED


def test_advice_is_recorded_and_never_counts() -> None:
    assert decide(
        [*ballots("yy"), Ballot("z", NO, SeatKind.ADVISE), Ballot("q", FAILED, SeatKind.ADVISE)], Voting()
    ) == (Decision(ACCEPTED, (), "2 of 2 approve", 0.9))


def test_a_decision_names_who_made_it_so() -> None:
    assert decide(ballots("yNN"), Voting()).by == ("c1", "c2")
    assert decide(ballots("yF"), Voting()).by == ("c1",)
    assert decide(ballots("ynn"), Voting()) == Decision(REJECTED, ("c1", "c2"), "1 of 3 approve", 0.433333333)
    assert decide(ballots("yff"), Voting()) == (
        Decision(UNDECIDED, ("c1", "c2"), "1 verdict of voters, the quorum is 2", 0.9)
    )


def test_learned_weights_come_from_a_file_beside_the_scenario(tmp_path: Path) -> None:
    (tmp_path / "weights.yaml").write_text("bias: -4\nweights: {c0: 6, c1: 2}\nthreshold: 0.5\n")
    data = {"rule": "learned", "weights": "weights.yaml"}
    voting = Voting.model_validate(data, context={"base": tmp_path})
    assert voting.weights is not None
    assert voting.weights.weights == {"c0": 6.0, "c1": 2.0}
    assert outcome("yn", voting) is ACCEPTED  # -4 + 6 * 0.9 + 2 * 0.2 > 0
    assert outcome("ny", voting) is REJECTED
    assert outcome("yx", voting) is ACCEPTED  # who abstains is taken to score as the others
    assert outcome("yyn", voting) is ACCEPTED  # c2 is not in the file
    assert Voting.model_validate(voting.model_dump(mode="json")) == voting


def test_an_abstention_counts_what_was_learned_of_it() -> None:
    learned = {"bias": -1, "weights": {"c0": 3, "c1": 2}, "missing": {"c1": -1.5}, "about": {"labels": 80}}
    voting = Voting(rule="learned", weights=learned)
    told = decide(ballots("yx"), voting)
    assert told.why == "P(good) 0.55, 0.5 is needed (abstaining counts: c1 -1.5)"  # -1 + 3 * 0.9 - 1.5 = 0.2
    assert told.outcome is ACCEPTED
    assert decide(ballots("xy"), voting).why == "P(good) 0.971, 0.5 is needed"  # c0 as c1: -1 + 5 * 0.9 = 3.5
    assert decide(ballots("yy"), voting).why == "P(good) 0.971, 0.5 is needed"
    assert Voting.model_validate(voting.model_dump(mode="json")) == voting


@pytest.mark.parametrize("answers", ["", "ss", "x", "f"])
def test_a_learned_vote_without_a_score_is_undecided(answers: str) -> None:
    """Also where all critics with a weight are optional and skipped, or none of them is on the panel."""
    voting = Voting(rule="learned", weights={"bias": 9, "weights": {"c0": 1, "c1": 1}})
    assert outcome(answers, voting, optional=True) is UNDECIDED


@pytest.mark.parametrize(
    ("content", "told"),
    [("", "'weights.yaml' is empty"), ("# no\n", "is empty"), ("weights: {a: 1\nbias: [", "neither JSON nor YAML")],
)
def test_a_file_without_weights_is_told_in_one_line(tmp_path: Path, content: str, told: str) -> None:
    (tmp_path / "weights.yaml").write_text(content)
    with pytest.raises(ValidationError, match=told) as raised:
        Voting.model_validate({"rule": "learned", "weights": "weights.yaml"}, context={"base": tmp_path})
    assert "\n" not in raised.value.errors()[0]["msg"]


def test_a_critic_without_weight_need_not_be_on_the_panel() -> None:
    assert unheard_of({"a": 1.0, "b": 0.0, "c": 0.5}, ["a"]) == ["c"]


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ({"rule": "at-least"}, "rule 'at-least' needs 'k'"),
        ({"rule": "mean"}, "rule 'mean' needs 't'"),
        ({"rule": "majority", "t": 0.5}, "rule 'majority' takes no 't'"),
        ({"rule": "learned", "weights": "nowhere.json"}, "can't read 'nowhere.json': No such file"),
        ({"rule": "learned", "weights": {"weights": {"a": -1}}}, "greater than or equal to 0"),
        ({"rule": "learned", "weights": {"weights": {"a": 1}, "missing": {"a": 1.5}}}, "more than its weight 1"),
        ({"rule": "learned", "weights": {"weights": {"a": 0, "b": 1}, "missing": {"a": -1}}}, "'a' has no weight"),
        ({"rule": "learned", "quorum": 2, "weights": {"weights": {"a": 1, "b": 0}}}, "critics with a weight: 1"),
        ({"rule": "learned", "weights": {"weights": {}}}, "no critic has a weight above 0"),
        ({"rule": "learned", "weights": {"bias": 2, "weights": {"a": 0}}}, "no critic has a weight above 0"),
        ({"rule": "most"}, "'majority', 'weighted', 'unanimous', 'at-least', 'mean' or 'learned'"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(data: Any, text: str) -> None:
    with pytest.raises(ValidationError, match=text):
        Voting.model_validate(data)


def test_presuming_takes_those_who_are_missing_for_content() -> None:
    missing = [PanelMember(use="openers"), PanelMember(use="novelty", role=SeatKind.VETO)]
    assert presume(ballots("yn"), missing, Voting()).outcome is ACCEPTED
    assert presume(ballots("ynn"), missing, Voting()).outcome is REJECTED
    assert presume(ballots("N"), missing, Voting()).outcome is REJECTED


# properties

WEIGHTS = st.sampled_from([0.0, 0.1, 0.2, 0.3, 1.0, 2.5])
SCORES = st.sampled_from([0.0, 0.1, 0.3333, 0.5, 0.6, 0.7, 1.0])
ANSWERS = st.one_of(
    st.builds(Verdict, st.booleans(), SCORES), st.builds(Abstention, st.sampled_from(list(Why)), st.just("because"))
)
ROLES = st.sampled_from([SeatKind.VOTE, SeatKind.VOTE, SeatKind.VETO, SeatKind.ADVISE])
NAMES = ["a", "b", "c", "d", "e"]
VOTES = st.one_of(
    st.builds(
        Voting, rule=st.sampled_from(["majority", "weighted", "unanimous"]), quorum=st.sampled_from([None, 1, 2])
    ),
    st.builds(Voting, rule=st.just("at-least"), k=st.integers(1, 3)),
)
SILENT = st.dictionaries(st.sampled_from(NAMES), st.sampled_from([-1.0, 0.0, 0.5, 1.0]))


@st.composite
def learned(draw: st.DrawFn) -> dict[str, Any]:
    """What an abstention counts is drawn as a share of the critic's weight, or as less than nothing."""
    weights = draw(st.dictionaries(st.sampled_from(NAMES), WEIGHTS).filter(lambda found: any(found.values())))
    missing = {name: share * weights[name] for name, share in draw(SILENT).items() if weights.get(name)}
    bias, threshold = draw(st.sampled_from([-3.0, -1.0, 0.0, 1.0])), draw(st.sampled_from([0.3, 0.5, 0.8]))
    return {"bias": bias, "weights": weights, "missing": missing, "threshold": threshold}


SCORED = st.one_of(
    st.builds(Voting, rule=st.just("mean"), t=SCORES),
    st.builds(Voting, rule=st.just("learned"), weights=learned()),
)


@st.composite
def panels(draw: st.DrawFn) -> list[Ballot]:
    names = NAMES[: draw(st.integers(0, len(NAMES)))]
    return [Ballot(n, draw(ANSWERS), draw(ROLES), draw(WEIGHTS), draw(st.booleans())) for n in names]


def changed(panel: Sequence[Ballot], at: int, answer: Verdict) -> list[Ballot]:
    return [replace(ballot, answer=answer) if n == at else ballot for n, ballot in enumerate(panel)]


@given(panels(), st.one_of(VOTES, SCORED), st.randoms(use_true_random=False))
def test_order_never_matters(panel: list[Ballot], voting: Voting, random: Any) -> None:
    shuffled = random.sample(panel, len(panel))
    assert decide(shuffled, voting) == decide(panel, voting)


@given(panels(), VOTES)
def test_one_more_approval_never_costs_the_acceptance(panel: list[Ballot], voting: Voting) -> None:
    if decide(panel, voting).outcome is ACCEPTED:
        for at, ballot in enumerate(panel):
            if isinstance(ballot.answer, Abstention) or not ballot.answer.approve:
                assert decide(changed(panel, at, YES), voting).outcome is ACCEPTED


@given(panels(), SCORED, SCORES)
def test_a_higher_score_never_costs_the_acceptance(panel: list[Ballot], voting: Voting, score: float) -> None:
    before = decide(panel, voting)
    for at, ballot in enumerate(panel):
        if isinstance(ballot.answer, Verdict) and score >= ballot.answer.score:
            after = decide(changed(panel, at, Verdict(ballot.answer.approve, score)), voting)
            assert after.outcome is before.outcome or after.outcome is ACCEPTED


@given(panels(), st.one_of(VOTES, SCORED), st.data())
def test_what_is_not_presumed_accepted_never_will_be(panel: list[Ballot], voting: Voting, data: st.DataObject) -> None:
    absent = [*sorted(set(NAMES) - {ballot.critic for ballot in panel}), "stranger"]
    missing = [
        PanelMember(
            use="x", name=absent[n], role=data.draw(ROLES), weight=data.draw(WEIGHTS), optional=data.draw(st.booleans())
        )
        for n in range(data.draw(st.integers(1, min(2, len(absent)))))
    ]
    if presume(panel, missing, voting).outcome is not ACCEPTED:
        answered = [member.ballot(data.draw(ANSWERS)) for member in missing]
        assert decide([*panel, *answered], voting).outcome is not ACCEPTED
