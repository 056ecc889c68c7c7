"""From labels to a file that votes: `critics calibrate`, and `critics agreement`, as they are typed."""

import json
from collections.abc import Callable
from pathlib import Path
from random import Random

import handmade as by
import pytest
from yaml import safe_load

from tertulia.agents import Place
from tertulia.console import main
from tertulia.console.agreement import agreement
from tertulia.console.calibrating import calibrate_critics
from tertulia.corpus import Record
from tertulia.corpus.calibration.calibrating import Wanted
from tertulia.corpus.corpus import Corpus
from tertulia.critics import Abstention, Ballot, Outcome, Review, SeatKind, Verdict, Voting, Why, decide
from tertulia.models.errors import Mistake

SIZE = 80
SECOND = "eeee5555ffff6666"


def judged(index: int, good: bool, random: Random) -> Record:
    """`kind` knows what people think, `noise` does not, `gate` vetoes every tenth, `mute` abstains."""
    dialogue = by.a_dialogue(Place(1, index), "Hello there.", "Good evening.", source=f"talk.csv:{index + 2}")
    kind = round(0.55 * good + 0.45 * random.random(), 4)
    answers = {"gate": float(index % 10 > 0), "kind": kind, "noise": round(random.random(), 4)}
    roles = {"gate": SeatKind.VETO}
    ballots = [Ballot(n, Verdict(s >= 0.5, s), roles.get(n, SeatKind.VOTE)) for n, s in answers.items()]
    ballots.append(Ballot("[mute]", Abstention(Why.SKIPPED, "no model"), optional=True))
    decision = decide(ballots, Voting())
    review = Review(dialogue.id, by.PANEL, tuple(ballots), decision)
    other = Review(dialogue.id, SECOND, tuple(ballots[:2]), decide(ballots[:2], Voting()))
    return Record(dialogue, decision.outcome, "", (review, other))


@pytest.fixture
def run(filled: Callable[..., str]) -> str:
    random = Random(6)
    return filled(*(judged(n, n % 3 > 0, random) for n in range(SIZE)))


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    path = tmp_path / "labels.csv"
    path.write_text("line,label\n" + "".join(f"{n + 2},{'yes' if n % 3 > 0 else 'no'}\n" for n in range(SIZE)))
    return path


def flat(screen) -> str:
    return " ".join(screen.text.split())


@pytest.mark.parametrize("width", [80, 120])
def test_the_report_has_every_critic_the_vote_and_how_to_use_it(screen_of, run: str, labels: Path, width: int) -> None:
    screen = screen_of(width)
    output = labels.parent / "weights.yaml"
    assert calibrate_critics(screen.console, run, labels, Wanted(), None, output, False) == 0
    text = flat(screen)
    assert "demo · panel aaaa1111 labels.csv: 80 dialogues judged by both · people accept 53 (66 %)" in text
    assert "gate veto 80 " in text
    assert "[mute] vote 0 – – – –" in text
    assert "always accept: right 66.2 %" in text
    assert "a learned vote, from 72 dialogues that come to a vote" in text
    assert "critics: {voting: {rule: learned, weights: weights.yaml}}" in text
    wide = [line for line in screen.lines if len(line) > width]
    assert all("tertulia review" in line or line.startswith("written: ") for line in wide)


def test_labels_make_a_file_that_judges_the_run_again(screen, run: str, labels: Path, tmp_path: Path) -> None:
    output = tmp_path / "weights.yaml"
    calibrate_critics(screen.console, run, labels, Wanted(), None, output, False)
    found = safe_load(output.read_text())
    assert found["weights"]["kind"] > 0
    assert found["weights"]["noise"] < 0.1 * found["weights"]["kind"]
    assert found["weights"]["[mute]"] == 0
    assert (found["about"]["run"], found["about"]["labels"]) == ("demo", 72)
    voting = Voting.model_validate({"rule": "learned", "weights": "weights.yaml"}, context={"base": tmp_path})
    with Corpus.open(run) as corpus:
        reviews = [record.review for record in corpus.records(outcomes=None) if record.review]
    accepted = [decide(review.ballots, voting).outcome is Outcome.ACCEPTED for review in reviews]
    people = [n % 3 > 0 for n in range(SIZE)]
    before = [review.decision.outcome is Outcome.ACCEPTED for review in reviews]
    assert sum(map(bool.__eq__, accepted, people)) > sum(map(bool.__eq__, before, people)) + 8


def test_the_same_labels_give_the_same_file(screen, run: str, labels: Path, tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        calibrate_critics(screen.console, run, labels, Wanted(seed=4), None, tmp_path / name, False)
    assert (tmp_path / "a.yaml").read_text().replace("a.yaml", "b.yaml") == (tmp_path / "b.yaml").read_text()


def test_what_is_wrong_with_labels_is_told(screen, run: str, tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    rows = "".join(f"{n + 2},{'yes' if n % 3 > 0 else 'no'}\n" for n in range(30))
    path.write_text(f"id,label\n{rows}900,yes\n901,no\n902,no\n903,no\n5,hm\n6,hm\n2,\n")
    assert calibrate_critics(screen.console, run, path, Wanted(), None, None, False) == 0
    text = flat(screen)
    assert "lines 36, 37: no label 'hm': write accept or reject" in text
    assert "4 labels of no dialogue here: '900', '901', '902', ..." in text
    assert "1 row without a label yet" in text
    assert "30 labels: few, so the intervals are wide" in text


def test_too_few_labels_make_no_vote_but_still_figures(screen, run: str, tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_text("id,label\n2,no\n3,yes\n4,yes\n")
    output = tmp_path / "weights.yaml"
    assert calibrate_critics(screen.console, run, path, Wanted(), None, output, False) == 1
    assert "none: 2 labelled dialogues come to a vote (of 3: vetoes stop the others" in flat(screen)
    assert "label at least 20, 5 of each kind" in flat(screen)
    assert not output.exists()


def test_labels_of_other_dialogues_are_a_mistake(screen, run: str, tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_text("id,label\nnobody,no\n")
    with pytest.raises(Mistake, match=r"none called 'nobody'; name an id, a place such as 1/17"):
        calibrate_critics(screen.console, run, path, Wanted(), None, None, False)


def test_a_precision_that_is_not_reached_writes_no_file(screen, run: str, tmp_path: Path) -> None:
    random, path = Random(1), tmp_path / "labels.csv"
    path.write_text("line,label\n" + "".join(f"{n + 2},{random.choice(('yes', 'no'))}\n" for n in range(SIZE)))
    output = tmp_path / "weights.yaml"
    code = calibrate_critics(screen.console, run, path, Wanted(precision=0.99), None, output, False)
    assert code == 1
    assert not output.exists()
    assert "no threshold reaches a precision of 0.99" in flat(screen) or "none: no critic's score" in flat(screen)


def test_json_has_it_all(screen, run: str, labels: Path, capsys) -> None:
    calibrate_critics(screen.console, run, labels, Wanted(every=True), None, None, True)
    data = json.loads(capsys.readouterr().out)
    assert [critic["name"] for critic in data["critics"]] == ["gate", "kind", "noise", "[mute]"]
    assert data["gate"]["dialogues"] == SIZE
    assert data["gate"]["standings"][0]["log_loss"] < data["gate"]["standings"][2]["log_loss"]
    assert data["written"] is None


@pytest.mark.parametrize("width", [80, 120])
def test_critics_are_held_against_one_another(screen_of, run: str, width: int) -> None:
    screen = screen_of(width)
    assert agreement(screen.console, run, None, False) == 0
    text = flat(screen)
    assert "demo · 80 dialogues reviewed · " in text
    assert "gate veto 80 8 10.0 % " in text
    assert "kind + noise 80 " in text
    assert "Krippendorff's alpha" in text
    assert "look: tertulia show" in text
    assert max(len(line) for line in screen.lines if "look:" not in line) <= width


def test_another_panel_is_named_by_the_beginning_of_its_fingerprint(screen, run: str, capsys) -> None:
    agreement(screen.console, run, "eeee", True)
    data = json.loads(capsys.readouterr().out)
    assert (data["panel"], data["rule"], data["reviewed"]) == (SECOND, "majority", SIZE)
    assert [critic["critic"] for critic in data["critics"]] == ["gate", "kind"]
    with pytest.raises(Mistake, match=f"no panel begins with 'xx': there are {by.PANEL}, {SECOND}"):
        agreement(screen.console, run, "xx", False)


def test_a_run_that_nobody_judged_is_a_mistake(screen, filled: Callable[..., str]) -> None:
    run = filled(Record(by.a_dialogue(Place(1, 0), "Hello."), Outcome.FAILED))
    with pytest.raises(Mistake, match="no finished review by panel aaaa1111: run `tertulia review` on it"):
        agreement(screen.console, run, None, False)


def test_they_are_commands(run: str, labels: Path, capsys) -> None:
    assert main.typed(["critics", "calibrate", run, str(labels), "--folds", "3", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["gate"]["folds"] == 3
    assert main.typed(["critics", "agreement", run, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["reviewed"] == SIZE
    assert main.typed(["critics", "calibrate", run, "nowhere.csv"]) == 2
    assert "nowhere.csv: no such file" in capsys.readouterr().err


def test_what_people_wrote_is_not_written_over(screen, run: str, labels: Path, tmp_path: Path) -> None:
    other, link = tmp_path / "notes.yaml", tmp_path / "link.csv"
    other.write_text("name: mine\n")
    link.symlink_to(labels)
    before = labels.read_bytes()
    for place, told in ((labels, "is the file of labels"), (link, "file of labels"), (other, "holds no learned vote")):
        with pytest.raises(Mistake, match=told):
            calibrate_critics(screen.console, run, labels, Wanted(), None, place, False)
    with pytest.raises(Mistake, match="holds no learned vote"):
        calibrate_critics(screen.console, run, labels, Wanted(), None, tmp_path, False)
    assert (labels.read_bytes(), other.read_text()) == (before, "name: mine\n")


def test_a_learned_vote_may_be_replaced(screen, run: str, labels: Path, tmp_path: Path) -> None:
    output = tmp_path / "weights.yaml"
    output.touch()
    for _ in range(2):
        assert calibrate_critics(screen.console, run, labels, Wanted(), None, output, False) == 0
    assert "weights" in safe_load(output.read_text())
