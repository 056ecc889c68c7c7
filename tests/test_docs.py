"""Do the docs tell today's truth: do their blocks run, their scenarios load, their links and commands exist?"""

import csv
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tertulia.console.main import typed
from tertulia.corpus.formats import read_dialogues
from tertulia.scenarios import load, shipped

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
GROUPS = ("critics", "personas", "train")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: Path, language: str) -> list[str]:
    return [body for kind, body in FENCE.findall(page.read_text(encoding="utf-8")) if kind == language]


def whole_scenarios() -> list[str]:
    return [body for page in PAGES for body in blocks(page, "yaml") if re.search(r"^name:", body, re.MULTILINE)]


def commands() -> list[str]:
    lines = [line for page in PAGES for body in blocks(page, "") for line in body.splitlines()]
    return [line.partition("#")[0].strip() for line in lines if line.startswith("tertulia ")]


def test_the_python_block_of_the_readme_runs(tmp_path: Path) -> None:
    (block,) = blocks(ROOT / "README.md", "python")
    done = subprocess.run([sys.executable, "-c", block], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) > 20


@pytest.mark.parametrize("text", whole_scenarios())
def test_a_scenario_of_the_docs_loads(text: str, tmp_path: Path) -> None:
    path = tmp_path / "scenario.yaml"
    path.write_text(text, encoding="utf-8")
    assert load(path).name


@pytest.mark.parametrize("name", shipped())
def test_a_shipped_scenario_is_named_in_the_readme_and_loads(name: str) -> None:
    assert load(name).description
    assert f"`{name}`" in (ROOT / "README.md").read_text(encoding="utf-8")


def called(line: str) -> list[str]:
    """The words that name the command of a line: `run`, or `personas generate`."""
    words = shlex.split(line)[1:]
    return words[: 2 if words[0] in GROUPS and len(words) > 1 else 1]


@pytest.mark.parametrize("command", sorted({" ".join(called(line)) for line in commands()}))
def test_a_command_of_the_docs_is_there(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert typed([*command.split(), "--help"]) == 0
    assert "Example" in capsys.readouterr().out or command in GROUPS


def test_options_of_the_docs_are_there(capsys: pytest.CaptureFixture[str]) -> None:
    wrong = []
    for line in commands():
        words = shlex.split(line)[1:]
        typed([*called(line), "--help"])
        told = capsys.readouterr().out
        wrong += [f"{line}: {word}" for word in words if word.startswith("--") and word.split("=")[0] not in told]
    assert wrong == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_the_personas_section_of_the_readme_works_line_by_line_from_an_empty_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    section = text[text.index("\n## Personas\n") : text.index("\n## Critics\n")]
    lines = [line for body in FENCE.findall(section) for line in body[1].splitlines()]
    monkeypatch.chdir(tmp_path)
    assert [called(line) for line in lines] == [
        ["personas", "generate"], ["personas", "expand"], ["personas", "assemble"], ["personas", "stats"], ["run"],
    ]  # fmt: skip
    for line in lines:
        assert typed(shlex.split(line, comments=True)[1:]) == 0, capsys.readouterr().err
    assert "by lexical" in capsys.readouterr().out
    assert {path.name for path in tmp_path.iterdir()} >= {"pool.jsonl", "grown.jsonl", "people.yaml", "runs"}


def test_the_critics_section_of_the_readme_works_line_by_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    section = text[text.index("\n## Critics\n") : text.index("\n## Training\n")]
    lines = [line.partition("#")[0] for body in FENCE.findall(section) for line in body[1].splitlines()]
    monkeypatch.chdir(tmp_path)
    said = [
        "I draw birds.",
        "I have two cats.",
        "We should draw the cats!",
        "They never sit still.",
        "Good, then I am fast.",
    ]
    ends = ["See you soon.", "See you, [name]."]
    rows = [[f"Hello number {n}, how is it going?", *said[n % 3 :], ends[n % 2]] for n in range(40)]
    turns = [[f"User {at % 2 + 1}: {line}" for at, line in enumerate(row)] for row in rows]
    with (tmp_path / "dialogues.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["user 1 personas", "user 2 personas", "Best Generated Conversation"])
        table.writerows(["I draw birds.", "I have two cats.", "\n".join(row)] for row in turns)
    sources = [dialogue.source for dialogue in read_dialogues(tmp_path / "dialogues.csv")]
    labels = [f"{source},{'reject' if n % 2 else 'accept'}" for n, source in enumerate(sources)]
    (tmp_path / "labels.csv").write_text("\n".join(["source,label", *labels]))
    for line in lines:
        assert typed(shlex.split(line)[1:]) in (0, 1), (line, capsys.readouterr())
    assert (tmp_path / "vote.yaml").is_file()
    assert (tmp_path / "tertulia-politeness" / "pyproject.toml").is_file()


def test_the_training_section_of_the_readme_works_line_by_line_on_a_small_demo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    section = text[text.index("\n## Training\n") : text.index("\n## Six nouns\n")]
    lines = [line.partition("#")[0].strip() for body in FENCE.findall(section) for line in body[1].splitlines()]
    assert lines == [
        "tertulia train sft runs/first-meeting --base scratch:tiny",
        "tertulia evaluate runs/first-meeting/models/sft",
    ]
    monkeypatch.chdir(tmp_path)
    assert typed(["run", "first-meeting", "--set", "rounds.count=1", "--set", "rounds.dialogues=8", "--quiet"]) == 0
    for line in lines:
        assert typed(shlex.split(line)[1:]) == 0, capsys.readouterr().err
    printed = capsys.readouterr().out
    assert "next:   tertulia evaluate runs/first-meeting/models/sft" in printed
    assert re.search(r"^ppl ↓ .*\d+\.\d", printed, re.MULTILINE)
    assert (tmp_path / "runs/first-meeting/models/sft/evaluation/evaluation.md").is_file()
