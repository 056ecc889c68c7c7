"""`tertulia personas expand` end to end, on rehearsal."""

import json
from pathlib import Path

import pytest

from tertulia.console import main
from tertulia.personas.pool import read_pool

SENTENCES = [
    "I have two cats.", "I have a black cat.", "I have an old cat.", "I like to eat soup.", "I like to eat hot soup.",
    "I like to eat bread and soup.", "My sister is a nurse.", "I work as a nurse.", "I was born in Lima.",
]  # fmt: skip


def typed(*words: str | Path) -> int:
    return main.typed(["personas", "expand", *map(str, words), "--embedder", "lexical"])


@pytest.fixture
def given(tmp_path: Path) -> Path:
    path = tmp_path / "pool.jsonl"
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in SENTENCES))
    return path


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "more.jsonl"


def test_a_pool_grows(given: Path, output: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert typed(given, "-o", output, "-n", "12") == 0
    out = capsys.readouterr().out
    lines = {line.split("  ")[0]: line.split()[-4:] for line in out.splitlines()}
    assert lines["sentences"] == ["9", "21", "4,723", "10,371"]
    assert lines["clusters"][2:] == ["323", "553"]
    assert lines["mean distance of clusters"][2:] == ["0.836", "0.863"]
    assert lines["words a sentence (after: new ones)"][2:] == ["7.65", "15.90"]
    assert "12 of 12 new sentences" in out
    assert all(len(line) <= 80 or str(output.parent) in line for line in out.splitlines())
    sentences = list(read_pool(output))
    assert [sentence.text for sentence in sentences[:9]] == SENTENCES
    assert len(sentences) == 21
    assert all(sentence.text.split()[0].startswith(("I", "My")) for sentence in sentences)
    rejected = output.with_suffix(".rejected.jsonl").read_text(encoding="utf-8").splitlines()
    assert all(json.loads(line).keys() == {"text", "question", "why", "detail"} for line in rejected)


def test_the_factor_counts_the_given_ones(given: Path, output: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert typed(given, "-o", output, "--factor", "2", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["given"], told["wanted"], told["added"]) == (9, 9, 9)
    assert told["after"]["sentences"] == 18
    assert told["embedder"] == "lexical"
    assert len(told["queries"]) <= 9


def test_the_same_command_again_asks_for_nothing(given: Path, output: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = (given, "-o", output, "-n", "8", "--json")
    assert typed(*words) == 0
    first, written = json.loads(capsys.readouterr().out), output.read_bytes()
    output.unlink()
    assert typed(*words, "--concurrency", "1") == 0
    again = json.loads(capsys.readouterr().out)
    assert (again["calls"], again["cached"]) == (0, first["calls"])
    assert output.read_bytes() == written


def test_a_spent_budget_can_be_resumed(given: Path, output: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert typed(given, "-o", output, "-n", "8", "--tokens", "2000") == 3
    assert not output.exists()
    assert "the same command goes on from there with a higher --tokens" in capsys.readouterr().err
    assert typed(given, "-o", output, "-n", "8", "--json") == 0
    assert json.loads(capsys.readouterr().out)["cached"] > 0


def test_a_pool_that_was_edited_by_hand_is_replaced_only_when_asked(
    given: Path, output: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = (given, "-o", output, "-n", "4", "--quiet")
    assert typed(*words) == 0
    mine = output.read_text() + '{"text": "I wrote this by hand."}\n'
    output.write_text(mine)
    assert typed(*words) == 2
    assert "was changed since it was written" in capsys.readouterr().err
    assert output.read_text() == mine
    assert typed(*words, "--remake") == 0
    assert typed(*words) == 0
    assert "by hand" not in output.read_text()


def test_another_count_alone_goes_on(given: Path, output: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert typed(given, "-o", output, "-n", "4", "--quiet") == 0
    assert typed(given, "-o", output, "-n", "6", "--quiet") == 0
    assert len(list(read_pool(output))) == 15
    assert typed(given, "-o", output, "-n", "6", "--steps", "3", "--quiet") == 2
    assert "other settings (steps)" in capsys.readouterr().err


def test_a_category_that_the_taxonomy_lacks_is_named(
    given: Path, output: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given.write_text(given.read_text() + '{"text": "I own a hen.", "category": "Posession | Animals"}\n')
    assert typed(given, "-o", output) == 2
    error = capsys.readouterr().err
    assert f"mistake: {given}: " in error
    assert "'Posession | Animals' of 'I own a hen.'; did you mean 'Possession | Animal'" in error
    assert "Disease" not in error
    assert list(given.parent.iterdir()) == [given]


def test_people_of_a_persona_file_are_a_pool(tmp_path: Path, output: Path) -> None:
    people = tmp_path / "people.yaml"
    people.write_text("- name: Ada\n  profile: [I sail., I bake bread., I teach maths., I have a dog.]\n")
    assert typed(people, "-o", output, "-n", "3", "--quiet") == 0
    assert len(list(read_pool(output))) == 7


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["-o", "more.csv"], "a pool is .jsonl, .parquet or .dataset"),
        (["-o", "pool.jsonl"], "is the file that is read"),
        (["--factor", "1"], "--factor 1 adds nothing"),
        (["--merge-above", "1.5"], "merge_above: 1.5"),
        (["--too-close", "0"], "too_close: 0"),
        (["--model", "nobody:x"], "nobody"),
    ],
)
def test_mistakes_are_told_before_anything_is_made(
    given: Path, words: list[str], says: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(given.parent)
    assert typed(given.name, *words) == 2
    assert says in capsys.readouterr().err
    assert [path.name for path in given.parent.iterdir()] == [given.name]


def test_a_file_that_is_too_small(tmp_path: Path, output: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "few.jsonl"
    path.write_text('{"text": "I sail."}\n{"text": "I bake."}\n')
    assert typed(path, "-o", output) == 2
    assert "2 sentences are too few" in capsys.readouterr().err
