"""`tertulia personas assemble` end to end, without a model."""

import json
from itertools import combinations
from pathlib import Path

import pytest

from tertulia.console import main
from tertulia.personas import read_personas
from tertulia.personas.taxonomy import read_taxonomy


def typed(*words: str | Path) -> int:
    return main.typed(["personas", "assemble", *map(str, words), "--embedder", "lexical"])


@pytest.fixture
def given(tmp_path: Path) -> Path:
    """Two sentences of each category, and a pair that words alone can tell apart."""
    path = tmp_path / "pool.jsonl"
    rows = [
        {"text": f"{example.text} ({number})", "category": category.path, "entity": example.entity}
        for category in read_taxonomy().categories
        for number, example in enumerate(category.sentences[:2])
    ]
    rows += [
        {"text": "I love spinach.", "category": "Preference | Food", "entity": "spinach"},
        {"text": "I hate spinach.", "category": "Eating Habit", "entity": "spinach"},
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "people.yaml"


def test_people_are_built_and_say_who_cleared_them(
    given: Path, output: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert typed(given, "-n", "12", "-o", output) == 0
    people = list(read_personas(output))
    assert len(people) == 12
    assert {persona.cleared_by for persona in people} == {"lexical, threshold 0.9"}
    out = capsys.readouterr().out
    assert "12 of 12 personas" in out
    assert "--nli ynie/roberta-large" in out
    assert f"cast.personas={output}" in "".join(out.split())
    assert people[0].sentences[0].split()[0] in out
    assert all(len(line) <= 80 or str(output.parent) in line for line in out.splitlines())


def test_a_conflict_is_shown_with_its_sentences(given: Path, output: Path, capsys: pytest.CaptureFixture[str]) -> None:
    few = ["Preference | Food", "Eating Habit", "Age", "Preference | Color"]
    rows = [line for line in given.read_text().splitlines() if json.loads(line)["category"] in few]
    given.write_text("\n".join(rows) + "\n")
    assert typed(given, "-n", "40", "-o", output, "--quota", "demographic=2,psychographic=2") == 0
    out = capsys.readouterr().out
    assert "conflicts that were turned away while drawing; left in the personas: 0\n" in out
    assert "I love spinach." in out
    assert "I hate spinach." in out
    both = {"I love spinach.", "I hate spinach."}
    assert not any(both <= set(persona.sentences) for persona in read_personas(output))


def test_json_tells_the_report(given: Path, output: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert typed(given, "-n", "5", "-o", output, "--builder", "profile", "--size", "3", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["wanted"], told["built"], told["scorer"], told["builder"]) == (5, 5, "lexical", "profile")
    assert told["scored"] >= 5 * 3
    assert told["calls"] >= 15  # a negation for each sentence that was drawn


def test_the_same_command_again_writes_the_same(given: Path, output: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert typed(given, "-n", "5", "-o", output, "--quiet") == 0
    before = output.read_bytes()
    assert typed(given, "-n", "5", "-o", output, "--quiet") == 0
    assert output.read_bytes() == before
    assert typed(given, "-n", "6", "-o", output, "--quiet") == 0
    assert len(list(read_personas(output))) == 6
    other = ("--seed", "4", "--quota", "demographic=3", "--threshold", "0.8")
    assert typed(given, "-n", "6", "-o", output, "--quiet", *other) == 2
    assert "other settings (seed, quota, threshold)" in capsys.readouterr().err
    assert typed(given, "-n", "6", "-o", output, "--quiet", *other, "--remake") == 0


def test_what_the_format_drops_is_told(given: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert typed(given, "-n", "3", "-o", tmp_path / "people.csv") == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "spc carries sentences alone; dropped, and of how many personas: " in out
    assert "profile.category (3)" in out
    assert typed(given, "-n", "3", "-o", tmp_path / "people.yaml") == 0
    assert "sentences alone" not in capsys.readouterr().out


def test_a_category_that_the_taxonomy_lacks_is_named(
    given: Path, output: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given.write_text(given.read_text() + '{"text": "I own a hen.", "category": "Posession | Animals"}\n')
    assert typed(given, "-o", output) == 2
    error = capsys.readouterr().err
    assert f"{given}: the taxonomy lacks" in error
    assert "'Posession | Animals' of 'I own a hen.'; did you mean 'Possession | Animal'" in error


def test_sentences_without_a_category_get_one(given: Path, output: Path) -> None:
    rows = [{"text": json.loads(line)["text"]} for line in given.read_text().splitlines()]
    given.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert typed(given, "-n", "5", "-o", output, "--quiet") == 0
    for persona in read_personas(output):
        assert all(a.category != b.category for a, b in combinations(persona.profile, 2))
        assert all(sentence.category for sentence in persona.profile)


def test_too_few_are_told_with_the_reason(given: Path, output: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [line for line in given.read_text().splitlines() if json.loads(line)["category"] in ("Age", "Gender")]
    given.write_text("\n".join(rows[:2]) + "\n")
    assert typed(given, "-n", "5", "-o", output, "--quota", "demographic=1") == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "2 of 5 personas" in out
    assert "no more, because only personas that exist already could be drawn" in out


def test_nobody_is_exit_code_1_and_no_file(given: Path, output: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [{"text": f"I love {what} spinach.", "category": "Preference | Food"} for what in ("all", "any")]
    rows += [{"text": f"I hate {what} spinach.", "category": "Eating Habit"} for what in ("all", "any")]
    given.write_text("".join(json.dumps(row) + "\n" for row in rows))
    quota = ("--quota", "demographic=1,psychographic=1")
    assert typed(given, "-n", "5", "-o", output, *quota, "--threshold", "0") == 1
    assert not output.exists()
    assert "0 of 5 personas: nothing is written" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["-o", "people.docx"], "'.docx' is of no persona file"),
        (["-o", "pool.jsonl"], "is the pool itself"),
        (["--quota", "welness=1"], "did you mean 'wellness'"),
        (["--builder", "connl"], "did you mean 'conl'"),
        (["--threshold", "7"], "threshold: 7"),
        (["--nli", "no-such-folder/nli"], "no-such-folder"),
        (["--quota", "demographic=40"], "set a smaller quota"),
        (["--model", "openai:foo", "--usd", "1"], "--usd: the price of"),
    ],
)
def test_mistakes_are_told_before_anything_is_made(
    given: Path, words: list[str], told: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(given.parent)
    before = sorted(given.parent.iterdir())
    assert typed("pool.jsonl", *words) == 2
    assert told in capsys.readouterr().err
    assert sorted(given.parent.iterdir()) == before


def test_an_empty_pool_and_a_missing_family_are_named(
    given: Path, output: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [line for line in given.read_text().splitlines() if "Disease" not in line and "Symptom" not in line]
    given.write_text("\n".join(rows) + "\n")
    assert typed(given, "-o", output) == 2
    assert "wellness=1, and the pool has no sentence of that family" in capsys.readouterr().err
    given.write_text("")
    assert typed(given, "-o", output) == 2
    assert str(given) in capsys.readouterr().err
