"""Labels as people write them, and the dialogues that they mean."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from calibrated import record, review

from tertulia.corpus.calibration.labels import Label, Labels, read_labels
from tertulia.corpus.calibration.matching import match
from tertulia.models.errors import Mistake


def read(folder: Path, text: str, name: str = "labels.csv", accept_from: float | None = None) -> Labels:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read_labels(path, accept_from)


def said(labels: Labels) -> dict[str, bool]:
    return {label.name: label.accept for label in labels.labels}


def problems(labels: Labels) -> dict[int, str]:
    return {problem.line: problem.text for problem in labels.problems}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("dialogue,label\na,accept\nb,Reject\n", "labels.csv"),
        ("\ufeffDialogue_ID;Accepted\r\na;1\r\nb;0\r\n", "labels.csv"),
        ("id\ttext\tgood\na\t\"Hi,\nyou.\"\tyes\nb\tOh.\tNO\n", "labels.tsv"),
        ('{"source": "a", "verdict": true}\n\n{"verdict": "bad", "source": "b"}\n', "labels.jsonl"),
        ('[{"id": "a", "rating": 4}, {"id": "b", "rating": 1}]', "labels.json"),
    ],
)  # fmt: skip
def test_labels_are_read_as_people_write_them(tmp_path: Path, text: str, name: str) -> None:
    labels = read(tmp_path, text, name)
    assert said(labels) == {"a": True, "b": False}
    assert not labels.problems


def test_scores_accept_from_the_middle_of_their_scale_or_from_a_mark(tmp_path: Path) -> None:
    text = "id,score\na,1\nb,3\nc,2.5\nd,5\n"
    labels = read(tmp_path, text)
    assert (labels.scale, labels.accept_from) == ((1, 5), 3)
    assert said(labels) == {"a": False, "b": True, "c": False, "d": True}
    assert said(read(tmp_path, text, accept_from=4)) == {"a": False, "b": False, "c": False, "d": True}


@pytest.mark.parametrize(
    ("text", "mark", "told"),
    [
        ("id,score\na,1\nb,5\n", 6, "--accept-from 6 rejects all: the scores go from 1 to 5"),
        ("id,score\na,1\nb,5\n", 1, "--accept-from 1 accepts all"),
        ("id,label\na,yes\n", 3, "these labels are words"),
        ("id,label\na,maybe\n", None, r"no label in it \(line 2: no label 'maybe'"),
        ("name,label\na,yes\n", None, r"labels.csv:1: no column of dialogues: found 'name', 'label'; call it one of"),
        ("id,remark\na,yes\n", None, "no column of labels"),
        ("", None, "no column of dialogues: found nothing"),
    ],
)
def test_what_says_nothing_is_refused(tmp_path: Path, text: str, mark: float | None, told: str) -> None:
    with pytest.raises(Mistake, match=told):
        read(tmp_path, text, accept_from=mark)


def test_a_file_that_is_not_there_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(Mistake, match="no such file: a CSV with the columns dialogue,label"):
        read_labels(tmp_path / "labels.csv")


def test_every_bad_row_is_told_with_its_line_and_the_others_count(tmp_path: Path) -> None:
    text = 'id,label\na,yes\n"b\nc",perhaps\n,no\nd,\ne,3\nf,no\n'
    labels = read(tmp_path, text)
    assert said(labels) == {"a": True, "f": False}
    told = problems(labels)
    assert sorted(told) == [3, 5, 7]
    assert told[3].startswith("no label 'perhaps'")
    assert told[5] == "a label without a dialogue"
    assert told[7].startswith("a score (3) among accept and reject")
    assert labels.empty == 1


def test_of_several_annotators_the_majority_counts_and_their_agreement_is_told(tmp_path: Path) -> None:
    rows = ["a,yes,Ann", "a,yes,Bo", "a,no,Cy", "b,no,Ann", "b,no,Bo", "c,yes,Ann", "c,no,Bo", "d,yes,Ann", "d,no,Ann"]
    labels = read(tmp_path, "dialogue,label,rater\n" + "\n".join(rows))
    assert said(labels) == {"a": True, "b": False, "d": True}
    assert labels.tied == ("c",)
    assert labels.annotators == ("Ann", "Bo", "Cy")
    assert problems(labels) == {10: "'Ann' labels 'd' a second time; the first label counts"}
    # coincidences: a has 2 of 6 pairs alike, b 2 of 2, c none; n = 7, of these 3 yes and 4 no
    assert labels.several == 3
    assert labels.alpha == pytest.approx(1 - 6 * (4 / 2 + 2) / (7 * 7 - 3 * 3 - 4 * 4))


def test_scores_of_several_annotators_are_averaged(tmp_path: Path) -> None:
    labels = read(tmp_path, "id,score,who\na,5,x\na,2,y\nb,1,x\nb,3,y\n")
    assert said(labels) == {"a": True, "b": False}


def label(name: str, by_line: bool = False) -> Label:
    return Label(name, 2, True, by_line)


def test_a_dialogue_is_meant_by_id_by_its_beginning_by_place_and_by_source() -> None:
    records = [record(review(f"{n}bcd000000000{n}", a=1.0), n, source=f"talk.csv:{10 * n + 2}") for n in range(6)]
    names = ["0bcd0000000000", "1bcd0", "1/2", "1/3/0", "talk.csv:42", "52"]
    found = match(records, [label(name) for name in names])
    assert [one.id[0] for one in found.labelled] == list("012345")
    assert not found.unknown


def test_a_number_is_a_line_before_it_is_the_beginning_of_an_id() -> None:
    records = [record(review("1234aa", a=1.0), 0), record(review("ffff00", a=1.0), 1, source="x.csv:1234")]
    assert [one.id for one in match(records, [label("1234")]).labelled] == ["ffff00"]
    assert [one.id for one in match(records[:1], [label("1234")]).labelled] == ["1234aa"]
    assert match(records[:1], [label("1234", by_line=True)]).unknown == ("1234",)


def test_a_job_means_its_accepted_try_or_its_last() -> None:
    tries = [record(review(f"t{n}", a=score), 3, attempt=n) for n, score in enumerate((0.0, 1.0, 0.0))]
    assert [one.id for one in match(tries, [label("1/3")]).labelled] == ["t1"]
    assert [one.id for one in match(tries[::2], [label("1/3")]).labelled] == ["t2"]
    assert [one.id for one in match(tries, [label("1/3/0")]).labelled] == ["t0"]


def test_what_can_not_be_matched_is_told() -> None:
    waiting = review("wait0", complete=False, a=1.0)
    fell = review("fell0", complete=False, a=0.0)
    records = [record(review("same0", a=1.0), 0), record(review("same1", a=1.0), 1), record(None, 2, "failed0")]
    records += [record(waiting, 3), record(fell, 4)]
    found = match(records, [label(n) for n in ("same", "same0", "1/0", "nobody", "failed0", "wait0", "fell0")])
    assert [one.id for one in found.labelled] == ["same0", "fell0"]
    assert found.unknown == ("nobody",)
    assert found.unjudged == ("failed0", "wait0")
    assert [problem.text for problem in found.problems] == [
        "'same' may be same0 or same1: give more of the id",
        "'1/0' is the dialogue of line 2 again",
    ]


@pytest.mark.parametrize("scores", [(0.1, 0.1, 0.4), (0.4, 0.1, 0.1), (0.1, 0.4, 0.1)])
def test_a_mean_reaches_its_mark_in_any_order(tmp_path: Path, scores: tuple[float, ...]) -> None:
    rows = "".join(f"a,{score},{who}\n" for score, who in zip(scores, "xyz", strict=True))
    assert said(read(tmp_path, f"id,score,by\n{rows}", accept_from=0.2)) == {"a": True}


def test_a_middle_that_no_fraction_of_two_hits_is_reached(tmp_path: Path) -> None:
    assert said(read(tmp_path, "id,score\na,0.1\nb,0.2\nc,0.15\n"))["c"]


def test_a_score_that_is_too_large_is_told_with_its_line(tmp_path: Path) -> None:
    labels = read(tmp_path, f"id,score\na,1e200\nb,1\nc,5\na,-1e300\nd,inf\ne,{'9' * 5000}\n")
    assert said(labels) == {"b": False, "c": True}
    assert sorted(problems(labels)) == [2, 5, 6, 7]
    assert problems(labels)[2] == "no label '1e200': write accept or reject, 1 or 0, or a score (at most 1,000,000)"
    assert len(problems(labels)[7]) < 200


@pytest.mark.parametrize(("before", "after"), [("", "\n"), ("[", "]")])
def test_a_number_that_python_will_not_read_is_a_mistake(tmp_path: Path, before: str, after: str) -> None:
    text = f'{before}{{"id": "a", "score": {"9" * 5000}}}{after}'
    with pytest.raises(Mistake, match=r"labels.json:1: a number that can't be read: .*4300 digits"):
        read(tmp_path, text, "labels.json")
