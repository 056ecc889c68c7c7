"""Critics against labels, and the vote that is learned: figures of scikit-learn, and critics whose worth is planted."""

import sys
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, cohen_kappa_score, precision_score, recall_score, roc_auc_score
from yaml import safe_load

sys.path.insert(0, str(Path(__file__).parent))

from calibrated import labelled, review

from tertulia.corpus.calibration.crossing import Crossed, cross, majority
from tertulia.corpus.calibration.deserving import critics_deserts, panel_deserts
from tertulia.corpus.calibration.gate import Scores, fit, scores_of, voted, voters, weights_of
from tertulia.corpus.calibration.matching import Labelled
from tertulia.critics import Voting, decide

SIZE = 120


def planted(size: int = SIZE, seed: int = 3) -> list[Labelled]:
    """`good` follows people with some noise, `noise` nothing, `bad` the opposite; `flat` always says 1."""
    random = Random(seed)
    people = [random.random() < 0.6 for _ in range(size)]
    good = [round(min(1, max(0, 0.65 * yes + 0.35 * random.random())), 4) for yes in people]
    good = [random.random() if random.random() < 0.2 else score for score in good]
    noise = [round(random.random(), 4) for _ in people]
    bad = [round(min(1.0, 0.5 * (not yes) + 0.5 * random.random()), 4) for yes in people]
    return labelled(people, good=good, noise=noise, bad=bad, flat=[1.0] * size)


def table(cases: list[Labelled]) -> Scores:
    return scores_of(cases, voters(cases))


def test_figures_of_a_critic_are_those_of_scikit_learn() -> None:
    cases = planted()
    people = [one.accept for one in cases]
    for row in critics_deserts(cases):
        answers = [next(b.answer for b in one.review.ballots if b.critic == row.name) for one in cases]
        said, scores = [a.approve for a in answers], [a.score for a in answers]
        assert row.accuracy == pytest.approx(accuracy_score(people, said))
        assert row.approval_precision == pytest.approx(precision_score(people, said))
        assert row.approval_recall == pytest.approx(recall_score(people, said))
        if row.name != "flat":
            assert row.rejection_precision == pytest.approx(precision_score(people, said, pos_label=False))
            assert row.rejection_recall == pytest.approx(recall_score(people, said, pos_label=False))
        assert row.kappa == pytest.approx(cohen_kappa_score(people, said))
        assert row.auc == pytest.approx(roc_auc_score(people, scores))


def test_figures_of_a_few_dialogues_counted_by_hand() -> None:
    people = [True, True, True, False, False, False]
    (row, mute) = critics_deserts(labelled(people, a=[0.9, 0.8, 0.1, 0.2, 0.7, None], mute=[None] * 6))
    assert (row.judged, row.abstained) == (5, 1)
    assert (row.right_accepts, row.wrong_rejects, row.right_rejects, row.wrong_accepts) == (2, 1, 1, 1)
    assert row.accuracy == pytest.approx(3 / 5)
    assert row.auc == pytest.approx(4 / 6)  # of the pairs, 0.9 and 0.8 stand above 0.2 and 0.7; 0.1 above none
    assert row.kappa == pytest.approx((0.6 - 0.52) / (1 - 0.52))
    wilson = binomtest(3, 5).proportion_ci(0.95, "wilson")
    assert (row.low, row.high) == pytest.approx((wilson.low, wilson.high))
    assert [getattr(mute, name) for name in ("accuracy", "low", "auc", "kappa", "approval_precision")] == [None] * 5


def test_what_one_class_can_not_tell_is_left_open() -> None:
    (row,) = critics_deserts(labelled([True, True], a=[0.9, 0.8]))
    assert (row.accuracy, row.auc, row.kappa, row.rejection_precision) == (1.0, None, None, None)


def test_the_panel_counts_what_is_undecided_as_not_accepted() -> None:
    cases = labelled([True, False], a=[None, 1.0])
    row = panel_deserts(cases)
    assert (row.wrong_rejects, row.wrong_accepts, row.judged) == (1, 1, 2)


def test_a_good_critic_gets_the_weight_and_noise_next_to_none() -> None:
    crossed = cross(table(planted()), 5, 0)
    good, noise, bad, flat = crossed.fitted.pull
    assert good > 1
    assert noise < 0.1 * good
    assert (bad, flat) == (0, 0)
    assert crossed.held_back.accuracy > majority(table(planted()).people).accuracy + 0.15
    assert crossed.held_back.auc is not None
    assert crossed.held_back.auc > 0.85


def test_labels_that_nobody_can_foresee_give_no_better_than_a_coin() -> None:
    random = Random(9)
    cases = labelled([random.random() < 0.5 for _ in range(100)], a=[random.random() for _ in range(100)])
    assert abs(cross(table(cases), 5, 0).held_back.balanced - 0.5) < 0.15


@pytest.mark.parametrize("strength", [0.3, 3.0])
def test_where_no_weight_wants_to_be_negative_it_is_the_logistic_regression_of_scikit_learn(strength: float) -> None:
    random = Random(2)
    people = [random.random() < 0.5 for _ in range(80)]
    scores = np.array([[random.random() * 0.5 + 0.3 * yes, random.random() + 0.2 * yes] for yes in people])
    scores[:, 1] /= 1.2
    fitted = fit(scores_of(labelled(people, a=list(scores[:, 0]), b=list(scores[:, 1])), ("a", "b")), strength)
    deviation = scores.std(axis=0)
    known = LogisticRegression(C=1 / strength, tol=1e-8).fit((scores - scores.mean(axis=0)) / deviation, people)
    assert fitted.pull == pytest.approx(known.coef_[0], abs=2e-3)
    assert fitted.weights == pytest.approx(known.coef_[0] / deviation, abs=2e-2)


def silent_cases() -> list[Labelled]:
    """`a` is worth something; where it abstains, people reject."""
    random = Random(4)
    people, scores = list[bool](), list[float | None]()
    for _ in range(100):
        silent = random.random() < 0.3
        people.append(random.random() < 0.1 if silent else random.random() < 0.7)
        scores.append(None if silent else round(0.4 * people[-1] + 0.6 * random.random(), 4))
    return labelled(people, a=scores, b=[round(random.random(), 4) for _ in people])


def test_an_abstention_that_tells_something_counts_by_itself_and_never_more_than_a_full_score() -> None:
    cases = table(silent_cases())
    fitted = fit(cases, 1.0)
    assert fitted.missing[0] < 0.5 * fitted.weights[0]
    inverted = Scores(cases.names, cases.scores, cases.silent, ~cases.people)
    assert (fit(inverted, 1.0).missing <= fit(inverted, 1.0).weights + 1e-9).all()


def test_the_file_votes_as_the_fit_says() -> None:
    cases = silent_cases()
    scores = table(cases)
    fitted = fit(scores, 0.3)
    weights = weights_of(scores, fitted, 0.5, {})
    assert set(weights.missing) <= {"a"}
    voting = Voting(rule="learned", weights=weights, quorum=1)
    good = fitted.good(scores)
    decided = [decide(one.review.ballots, voting) for one in cases]
    told = [(p, decision) for p, decision in zip(good, decided, strict=True) if decision.why.startswith("P(good)")]
    assert len(told) > 60
    for p, decision in told:
        assert abs(float(decision.why.split()[1].rstrip(",")) - p) < 2e-3
        assert (decision.outcome == "accepted") == (p >= 0.5) or abs(p - 0.5) < 1e-3


def test_who_was_not_asked_is_not_one_that_abstains() -> None:
    fell = Labelled("x", False, review("x", complete=False, a=0.2))
    scores = scores_of([fell, *labelled([True], a=[0.9], b=[None])], ("a", "b"))
    assert np.isnan(scores.scores[:, 1]).all()
    assert scores.silent.tolist() == [[False, False], [False, True]]


def test_only_what_no_veto_stops_comes_to_a_vote() -> None:
    cases = labelled([True] * 4, V=[1.0, 0.0, None, 1.0], a=[1.0, 1.0, 1.0, None])
    assert [one.id for one in voted(cases, ["a"])] == ["0000", "0002"]
    assert [one.id for one in voted(cases, ["V", "a"], vetoes=False)] == ["0000", "0001", "0002", "0003"]


def crossed(seed: int = 0, **more: Any) -> Crossed:
    return cross(table(planted()), 5, seed, **more)


def test_a_wanted_precision_is_reached_or_the_threshold_is_not_called_so() -> None:
    strict, loose = crossed(precision=0.95), crossed(precision=0.6)
    assert strict.reaches
    assert strict.threshold > loose.threshold
    assert strict.held_back.precision is not None
    assert strict.held_back.precision > 0.85
    random = Random(9)
    coin = labelled([random.random() < 0.5 for _ in range(60)], a=[random.random() for _ in range(60)])
    assert not cross(table(coin), 5, 0, precision=0.99).reaches


def test_the_same_labels_and_seed_give_the_same_gate_in_any_order() -> None:
    cases = planted()
    again = cross(table(voted(cases[::-1], voters(cases))), 5, 0)
    first = cross(table(voted(cases, voters(cases))), 5, 0)
    assert again.fitted.weights.tolist() == first.fitted.weights.tolist()
    assert (again.threshold, again.held_back) == (first.threshold, first.held_back)


def test_the_shipped_form_of_a_file_is_yaml_that_a_vote_reads(tmp_path: Path) -> None:
    scores = table(planted())
    found = crossed()
    weights = weights_of(scores, found.fitted, found.threshold, {"labels": SIZE})
    (tmp_path / "w.yaml").write_text(weights.model_dump_json())
    voting = Voting.model_validate({"rule": "learned", "weights": "w.yaml"}, context={"base": tmp_path})
    assert voting.weights == weights
    assert safe_load((tmp_path / "w.yaml").read_text())["about"] == {"labels": SIZE}
