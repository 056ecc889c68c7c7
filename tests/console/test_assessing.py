"""`tertulia critics assess` end to end, against a model that is a function of what it is asked."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import handmade as by
import pytest

from tertulia.agents import Place
from tertulia.console import main
from tertulia.console.desk import replies_of
from tertulia.console.statistics import stats
from tertulia.corpus import Record
from tertulia.critics import Ballot, Outcome, Verdict
from tertulia.models import Request
from tertulia.personas import Trait

MODEL = f"scripted:m?function={__name__}:reader"
PLAY = "ANN: Rain.\nBO: Yes!\n\n---\n\nBO: No.\nANN (low): Perhaps it will stop.\nCY: hm\n"
ASKED: list[Request] = []
BO = {trait.value: None for trait in Trait} | {"extraversion": -4, "openness": 2}


def reader(request: Request) -> str:
    """Bo reads as withdrawn; of Cy nothing can be said in the form that is asked for; Ann is average."""
    ASKED.append(request)
    found = re.search(r"personality of (\S+?),? (?:and|again)", request.messages[-1]["content"])
    assert found
    if found[1] == "CY":
        return "Who knows?"
    read = BO if found[1] in ("BO", "Bob") else dict.fromkeys(BO, 0)
    return json.dumps({trait: {"turns": [2], "evidence": "Seen.", "level": level} for trait, level in read.items()})


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ASKED.clear()
    monkeypatch.chdir(tmp_path)
    Path("play.txt").write_text(PLAY, encoding="utf-8")


def typed(*words: str | Path) -> int:
    return main.typed(["critics", "assess", *map(str, words)])


def rows(path: str | Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines()]


def lines(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines()]


def test_the_speakers_of_a_script_are_scored(capsys: pytest.CaptureFixture[str]) -> None:
    assert typed("play.txt", "--model", MODEL) == 0
    out = lines(capsys.readouterr().out)
    assert out[0] == "speaker dialogues open. consc. extra. agree. neuro."
    assert "ANN 2 0 0 0 0 0" in out
    assert "BO 2 +2 ? -4 ? ?" in out
    assert "mean of all +1.0 +0.0 -2.0 +0.0 +0.0" in out
    assert "2 speakers with levels and evidence in play.personality.jsonl" in out
    assert any(line.startswith("1 speaker could not be read, such as CY: no verdict could be read") for line in out)
    ann, bo = rows("play.personality.jsonl")
    assert (ann["speaker"], bo["levels"], bo["file"], bo["model"]) == ("ANN", BO, "play.txt", "scripted:m")
    assert bo["evidence"]["openness"] == [{"level": 2, "text": "Seen.", "turns": [[0, 1]]}]  # type: ignore[index]
    assert [row["speaker"] for row in rows("play.personality.rejected.jsonl")] == ["CY"]
    assert len(ASKED) == 4  # Cy was asked about twice


def test_each_dialogue_by_itself_and_only_so_many(capsys: pytest.CaptureFixture[str]) -> None:
    assert typed("play.txt", "--model", MODEL, "--by", "dialogue", "-n", "3", "-o", "set.jsonl", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["output"], told["by"], told["speakers"], told["calls"]) == ("set.jsonl", "dialogue", 3, 3)
    found = [(row["speaker"], len(row["dialogues"])) for row in rows("set.jsonl")]  # type: ignore[arg-type]
    assert found == [("ANN", 1), ("BO", 1), ("BO", 1)]


def test_again_costs_nothing_and_gives_the_same_bytes() -> None:
    assert typed("play.txt", "--model", MODEL, "--quiet") == 0
    before, asked = Path("play.personality.jsonl").read_bytes(), len(ASKED)
    for more in ((), ("--concurrency", "1")):
        assert typed("play.txt", "--model", MODEL, "--quiet", *more) == 0
    assert Path("play.personality.jsonl").read_bytes() == before
    assert len(ASKED) == asked


def test_a_budget_stops_it_and_the_same_command_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("play.txt", "--model", MODEL, "--quiet", "-c", "1")
    assert typed(*words, "--tokens", "5000") == 3
    assert "play.personality.jsonl.replies.sqlite" in capsys.readouterr().err
    assert not Path("play.personality.jsonl").exists()
    asked = len(ASKED)
    assert 0 < asked < 4
    assert typed(*words) == 0
    assert len(ASKED) == 4
    assert len({request.key for request in ASKED}) == 4


def test_nobody_to_be_read_is_exit_code_1(capsys: pytest.CaptureFixture[str]) -> None:
    Path("hm.script").write_text("CY: hm")
    assert typed("hm.script", "--model", MODEL) == 1
    assert rows("hm.personality.jsonl") == []


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("play.txt",), "--model is missing: name a language model"),
        (("play.txt", "--model", "rehearsal"), "rehearsal can't judge, it is no language model; name a language model"),
        (("play.txt", "--model", "rehearsal?flaws=0"), "rehearsal can't judge"),
        (("play.txt", "--model", MODEL, "-o", "set.csv"), "name it set.jsonl"),
        (("none.txt", "--model", MODEL), "none.txt: no such file"),
        (("play.txt", "--model", MODEL, "-f", "spc"), "no column"),
        (("empty.script", "--model", MODEL), "empty.script: no dialogue in it"),
        (("set.jsonl", "--model", MODEL, "-o", "set.jsonl"), "is the file that is read"),
        (("play.txt", "--model", "openai:nobody-knows", "--usd", "1"), "the price of"),
        (("play.txt", "--model", MODEL, "-o", "mine.jsonl"), "mine.jsonl is there already"),
    ],
)
def test_mistakes_are_told_before_anything_is_paid_for(
    words: tuple[str, ...], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("empty.script").touch()
    Path("mine.jsonl").write_text("{}\n")
    assert typed(*words) == 2
    assert why in capsys.readouterr().err
    assert ASKED == []
    assert not list(Path().glob("*.sqlite"))


def test_another_file_of_the_same_name_is_no_resume(capsys: pytest.CaptureFixture[str]) -> None:
    assert typed("play.txt", "--model", MODEL, "--quiet") == 0
    Path("play.txt").write_text("BO: Other words.")
    assert typed("play.txt", "--model", MODEL, "--quiet") == 2
    assert "was made with other settings (content)" in capsys.readouterr().err
    assert typed("play.txt", "--model", MODEL, "--quiet", "--remake") == 0
    assert len(rows("play.personality.jsonl")) == 1


def people(extraversion: int) -> dict[str, int]:
    return {**dict.fromkeys(Trait, 0), "extraversion": extraversion}


def records() -> list[Record]:
    cast = by.members()
    persona = by.persona("Bob", "I sail on Sundays.", traits=people(-4))
    given = (cast[0], cast[1].__class__("seat-1", persona, cast[1].role, cast[1].model))
    dialogue = by.a_dialogue(Place(1, 0), "Hello there, Bob.", "No.", cast=given)
    figures = {"seat-1/extraversion": -2.0, "seat-1/neuroticism/unseen": 1.0}
    review = by.a_review(dialogue, Ballot("personality", Verdict(True, 0.8, figures=figures)))
    return [Record(dialogue, Outcome.ACCEPTED, "", (review,))]


def test_of_a_run_what_was_assigned_stands_beside_it(filled: Callable[..., str], capsys) -> None:
    run = filled(*records())
    assert typed(run, "--model", MODEL, "--json") == 0
    (table,) = json.loads(capsys.readouterr().out)["personality"]
    assert (table["trait"], table["assigned"], table["pole_accuracy"]) == ("extraversion", {"-4": {"-4": 1}}, 1.0)
    bob = next(row for row in rows("run.personality.jsonl") if row["speaker"] == "Bob")
    assert bob["assigned"]["extraversion"] == -4  # type: ignore[index]
    assert "sail" not in "".join(message["content"] for request in ASKED for message in request.messages)
    assert replies_of(Path("run.personality.jsonl")).exists()


def test_stats_shows_assigned_levels_against_assessed_ones(screen, filled: Callable[..., str], capsys) -> None:
    run = filled(*records())
    assert stats(screen.console, run, False, False) == 0
    out = lines(screen.text)
    assert "personality, assigned against assessed" in out
    assert "extraversion 1 · 2.00 100.0 % 100.0 %" in out
    assert "neuroticism 1 1 – – –" in out
    assert "-4 · · · 1 · · · · · · · · -2.0" in out
    assert "0 · · · · · · · · · · · 1 –" in out
    assert max(map(len, screen.lines)) <= 80
    assert stats(screen.console, run, False, True) == 0
    tables = json.loads(capsys.readouterr().out)["personality"]
    assert [table["trait"] for table in tables] == ["extraversion", "neuroticism"]
