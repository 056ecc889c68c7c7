"""Do `plan`, `preview` and `review` say what a run would be, is at first, and what becomes of data that is there?"""

import csv
import json
from pathlib import Path

import pytest

from tertulia.console.main import typed
from tertulia.corpus.corpus import Corpus

HOME = Path(__file__).parents[2]
REAL = HOME.parent / "shared" / "data" / "synthetic_persona_chat_valid.csv"
SMALL = ("--set", "rounds.count=2", "--set", "rounds.dialogues=5")


def told(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    return dict(json.loads(capsys.readouterr().out))


def test_a_plan_counts_calls_and_money(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    words = ["plan", "first-meeting", "--model", "openai:gpt-4o-mini", "-o", str(tmp_path), *SMALL, "--json"]
    assert typed(words) == 0
    plan = told(capsys)
    calls = plan["calls"]
    assert isinstance(calls, list)
    tasks = {row["task"]: row for row in calls}
    assert set(tasks) == {"speak", "judge"}
    assert tasks["speak"]["least"] == 2 * 5 * 12  # dialogues x mean turns
    assert tasks["speak"]["most"] == 4 * tasks["speak"]["least"]
    usd = plan["usd"]
    assert isinstance(usd, list)
    assert 0 < usd[0] < usd[1]


def test_a_plan_knows_what_is_done_and_what_is_missing(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    assert typed(["run", "first-meeting", "-o", str(tmp_path), *SMALL, "--set", "rounds.count=1", "--quiet"]) == 0
    assert typed(["plan", "first-meeting", "-o", str(tmp_path), *SMALL]) == 0
    screen = capsys.readouterr().out
    assert "5 done already" in screen
    assert "critic judge: no language model to judge with" in screen
    assert typed(["plan", "first-meeting", "--model", "openai:gpt-4o-mini", *SMALL]) == 0
    assert "OPENAI_API_KEY is not set" in capsys.readouterr().out


def test_a_plan_tells_how_many_pairs_qualify_or_why_none_can_be_made(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    words = ["plan", "first-meeting", "-o", str(tmp_path / "run")]
    pairing = "cast.pairing={kind: shared-interest, embedder: lexical, more_than: %d}"
    assert typed([*words, "--set", pairing % 1]) == 0
    assert "pairing shared-interest: 110 people, 6.1 % of 5,995 pairs qualify, by lexical" in capsys.readouterr().out
    assert typed([*words, "--set", pairing % 9]) == 0
    screen = " ".join(capsys.readouterr().out.split())
    assert "wrong: pairing 'shared-interest': 0 of 5995 pairs (0.0%)" in screen
    assert "`more_than: 1` (6.1%) would do" in screen
    assert typed([*words, "--set", pairing % 9, "--json"]) == 0
    plan = told(capsys)
    assert (plan["paired"], len(plan["wrong"])) == (None, 1)  # type: ignore[arg-type]
    made = "cast.personas={generate: {count: 4, sentences: 30, embedder: lexical}}"
    assert typed([*words, "--set", pairing % 9, "--set", made]) == 0
    screen = " ".join(capsys.readouterr().out.split())
    assert "missing: pairing: how many pairs qualify is seen when the people are made" in screen
    assert typed(words) == 0
    assert "qualify" not in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


def test_a_plan_leaves_no_trace(tmp_path: Path) -> None:
    assert typed(["plan", "first-meeting", "-o", str(tmp_path / "run")]) == 0
    assert list(tmp_path.iterdir()) == []


def test_a_preview_shows_prompts_and_is_the_beginning_of_the_run(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert typed(["preview", "first-meeting", "-n", "2", "-o", str(tmp_path)]) == 0
    screen = capsys.readouterr().out
    assert "You play one person in a conversation." in screen
    assert "What is true of you" in screen
    with Corpus.open(tmp_path) as corpus:
        first = [record.dialogue.id for record in corpus.records(None)]
        calls = corpus.ledger.spent().calls
    assert typed(["run", "first-meeting", "-o", str(tmp_path), *SMALL, "--set", "rounds.count=1", "--json"]) == 0
    assert told(capsys)["cached"] == 0
    with Corpus.open(tmp_path) as corpus:
        assert [record.dialogue.id for record in corpus.records(None)][: len(first)] == first
        assert corpus.ledger.spent().calls > calls


def test_a_review_of_a_file_judges_resumes_and_writes_beside(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    data = tmp_path / "data.csv"
    rows = [
        ("User 1: Morning!\nUser 2: Cold, isn't it?\nUser 1: A little, yes.\nUser 2: Let us go in."),
        ("User 1: I am [your name].\nUser 2: Good to know.\nUser 1: And who are you?\nUser 2: Somebody else."),
    ]
    with data.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["user 1 personas", "user 2 personas", "Best Generated Conversation"])
        writer.writerows([("I skate.\nI bake.", "I whittle owls.", talk) for talk in rows])
    output = str(tmp_path / "out")
    assert typed(["review", str(data), "-o", output]) == 0
    screen = capsys.readouterr().out
    assert "line 7             placeholder: '[your name]'" in screen
    assert "turn 1 · 1/1       User 1: I am [your name]." in screen
    assert "1 of 2 dialogues accepted" in screen
    with (tmp_path / "out" / "accepted.csv").open(newline="") as file:
        assert [row["Best Generated Conversation"] for row in csv.DictReader(file)] == rows[:1]
    verdicts = [json.loads(line) for line in (tmp_path / "out" / "verdicts.jsonl").read_text().splitlines()]
    assert [verdict["outcome"] for verdict in verdicts] == ["accepted", "rejected"]
    assert typed(["review", str(data), "-o", output]) == 0
    assert "2 dialogues, 2 of them before" in capsys.readouterr().out
    data.write_text(data.read_text() + "x,y,User 1: Hi\n")
    assert typed(["review", str(data), "-o", output]) == 2
    assert "give another `--output`" in capsys.readouterr().err


def test_a_run_is_judged_again_without_a_speakers_call(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    run = str(tmp_path)
    typed(["run", "first-meeting", "-o", run, *SMALL, "--quiet"])
    with Corpus.open(run) as corpus:
        calls, accepted = corpus.ledger.spent().calls, len(corpus)
    assert typed(["review", run, "--panel", "personachatgen"]) in (0, 1)
    capsys.readouterr()
    with Corpus.open(run) as corpus:
        assert corpus.ledger.spent().calls == calls
        assert len(corpus) == accepted
        record = next(corpus.records())
        both = corpus.ledger.record(record.dialogue.id)
        assert len(both.reviews) == 2
    assert typed(["show", run, record.dialogue.id]) == 0
    assert "toxicity" in capsys.readouterr().out


@pytest.mark.skipif(not REAL.exists(), reason="the shared real dialogues are not there")
def test_the_real_dialogues_have_the_rates_that_the_paper_s_data_has(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """METHODS B: 33-34 % placeholders, 82 % hi, hello or hey, 17-20 % of sides with a copied sentence; 2 points off."""
    assert typed(["review", str(REAL), "-o", str(tmp_path), "--json"]) == 0
    numbers = json.loads(capsys.readouterr().out)
    assert numbers["said"]["placeholders"] == pytest.approx(0.335, abs=0.025)
    assert numbers["said"]["greeting"] == pytest.approx(0.82, abs=0.02)
    copying = next(row for row in numbers["survival"]["critics"] if row["critic"] == "copy-paste")
    assert copying["sides"] / numbers["survival"]["sides"] == pytest.approx(0.185, abs=0.035)
