import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tertulia.agents import Dialogue, Member, SeatRole, Turn
from tertulia.console.reviewing import review
from tertulia.corpus import Record
from tertulia.corpus.formats import opened, read_dialogues
from tertulia.models.errors import Mistake
from tertulia.personas import Persona
from tertulia.scenarios.loading import load
from tertulia.scenarios.scenario import Scenario

FORMATS = {
    "messages": "talk.jsonl",
    "sharegpt": "talk.jsonl",
    "parlai": "talk.txt",
    "spc": "talk.csv",
    "provenance": "talk.jsonl",
    "parquet": "talk.parquet",
    "script": "talk.script",
}
PANEL = (
    "critics={panel: [{use: structure, role: veto}, {use: copy-paste, role: advise, options: {allowed: 0}}, "
    "{use: openers, role: advise}]}"
)
LENIENT = "critics={panel: [{use: copy-paste, options: {allowed: 3}}]}"
SAID = (
    ("Hello! Do you like boats?", "I sail on Sundays.", "So do my cousins."),
    ("Hi, I'm [your name].", "Nice to meet you.", "And you, from wherever."),
    ("What a day for a walk.", "I would rather bake.", "Bread, or cake?"),
    ("Good morning, [name].", "Good morning.", "Did you sleep well?"),
)  # of these, two have a blank that nobody filled in
KEPT = [SAID[0], SAID[2]]


def dialogues() -> list[Dialogue]:
    people = (Persona(name="Ann", profile=("I have two cats.",)), Persona(name="Bob", profile=("I sail on Sundays.",)))
    roles = (SeatRole.USER, SeatRole.ASSISTANT)
    cast = tuple(Member(f"user-{n}", who, role) for n, (who, role) in enumerate(zip(people, roles, strict=True), 1))
    turns = ([Turn(cast[n % 2].seat, text) for n, text in enumerate(texts)] for texts in SAID)
    return [Dialogue(f"id-{number}", cast, tuple(said), source="") for number, said in enumerate(turns)]


def written(format: str, folder: Path, name: str = "") -> Path:
    path = folder / (name or FORMATS[format])
    with path.open("wb") as file:
        opened(format, path).write([Record(dialogue) for dialogue in dialogues()], file)
    return path


def panel(*overrides: str) -> Scenario:
    return load("first-meeting", overrides=(PANEL, *overrides))


def texts(path: Path, format: str) -> list[tuple[str, ...]]:
    return [tuple(turn.text for turn in dialogue.turns) for dialogue in read_dialogues(path, format)]


def lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_is_judged_told_and_filtered(screen, tmp_path: Path, format: str) -> None:
    path, out = written(format, tmp_path), tmp_path / "out"
    assert review(screen.console, path, panel(), out, format, False) == 0
    verdicts = lines(out / "verdicts.jsonl")
    assert [line["outcome"] for line in verdicts] == ["accepted", "rejected", "accepted", "rejected"]
    assert all(line["dialogue"]["source"].startswith(f"{path.name}:") for line in verdicts)
    assert len({line["dialogue"]["source"] for line in verdicts}) == 4
    assert [ballot["critic"] for ballot in verdicts[0]["reviews"][0]["ballots"]] == [
        "structure",
        "copy-paste",
        "openers",
    ]
    assert "what is left, of 4 dialogues" in screen.text
    assert any(line.split() == ["structure", "veto", "2", "2", "50.0", "%", "·", "50.0", "%"] for line in screen.lines)
    assert texts(out / f"accepted{path.suffix}", format) == KEPT
    assert (out / "accepted.card.md").is_file()


@pytest.mark.parametrize("format", ["messages", "sharegpt", "parlai", "spc", "provenance"])
def test_what_is_accepted_stands_in_the_copy_as_it_stood_in_the_file(screen, tmp_path: Path, format: str) -> None:
    path, out = written(format, tmp_path), tmp_path / "out"
    review(screen.console, path, panel(), out, format, False)
    source, copy = path.read_bytes(), (out / f"accepted{path.suffix}").read_bytes()
    assert 0 < len(copy) < len(source)
    assert set(copy.splitlines(keepends=True)) < set(source.splitlines(keepends=True))


def test_ids_and_keys_that_nobody_reads_are_kept(screen, tmp_path: Path) -> None:
    path, out = written("sharegpt", tmp_path), tmp_path / "out"
    rows = [{**row, "extra": {"n": n, "e": 1e-7}} for n, row in enumerate(lines(path))]
    path.write_text("\n".join(map(json.dumps, rows)))
    review(screen.console, path, panel(), out, None, False)
    assert lines(out / "accepted.jsonl") == [rows[0], rows[2]]
    assert [line["dialogue"]["inputs"] for line in lines(out / "verdicts.jsonl")] == [row["id"] for row in rows]


@pytest.mark.parametrize("format", ["messages", "sharegpt"])
def test_an_array_on_one_line_is_filtered(screen, tmp_path: Path, format: str) -> None:
    rows = lines(written(format, tmp_path))
    path, out = tmp_path / "talk.json", tmp_path / "out"
    path.write_text(json.dumps(rows))
    review(screen.console, path, panel(), out, None, False)
    kept = json.loads((out / "accepted.json").read_text())
    assert kept == [row for row in rows if row["id"] in ("id-0", "id-2")]


def test_columns_of_a_table_are_kept(screen, tmp_path: Path) -> None:
    path, out = written("spc", tmp_path), tmp_path / "out"
    with path.open(newline="") as file:
        header, *rows = csv.reader(file)
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([[*header, "split"], *([*row, f"s{n}"] for n, row in enumerate(rows))])
    review(screen.console, path, panel(), out, None, False)
    with (out / "accepted.csv").open(newline="") as file:
        assert [row[-1] for row in csv.reader(file)] == ["split", "s0", "s2"]


def test_columns_of_parquet_are_kept(screen, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    path, out = written("parquet", tmp_path), tmp_path / "out"
    table = parquet.read_table(path)
    parquet.write_table(table.append_column("mine", [[3, 4, 5, 6]]), path)
    review(screen.console, path, panel(), out, None, False)
    assert parquet.read_table(out / "accepted.parquet").to_pylist() == [
        row for row in parquet.read_table(path).to_pylist() if row["mine"] in (3, 5)
    ]


def test_a_play_is_written_anew_and_that_is_said(screen, tmp_path: Path) -> None:
    path, out = written("script", tmp_path, "talk.txt"), tmp_path / "out"
    review(screen.console, path, panel(), out, None, False)
    assert texts(out / "accepted.script", "script") == KEPT
    assert "a script is written anew" in screen.text


def test_each_critic_has_its_rate_and_examples_with_turn_and_sentence(screen, tmp_path: Path) -> None:
    review(screen.console, written("spc", tmp_path), panel(), tmp_path / "out", None, False)
    told = " ".join(screen.text.split())
    assert "structure veto · rejects 2 of 4 (50.0 %)" in told
    assert (
        "copy-paste advise · would reject 1 of 4 (25.0 %) finds something in 1 dialogue (25.0 %), on 1 side (12.5 %)"
        in told
    )
    assert "line 5 placeholder: '[your name]' turn 1 · 1/1 User 1: Hi, I'm [your name]." in told
    assert "turn 2 · 1/0" in told
    assert "User 2: I sail on Sundays." in told
    assert "nothing was found by openers (2 judged)" in told
    assert max(len(line) for line in screen.lines if "/out" not in line) <= 80


def test_a_critic_that_rejects_nothing_shows_what_it_found(screen, tmp_path: Path) -> None:
    path, lenient = written("spc", tmp_path), load("first-meeting", overrides=(LENIENT,))
    review(screen.console, path, lenient, tmp_path / "out", None, False)
    assert "rejects 0 of 4" in screen.text
    assert "I sail on Sundays." in screen.text


def test_programs_get_the_examples(screen, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    review(screen.console, written("spc", tmp_path), panel(), tmp_path / "out", None, True)
    told = json.loads(capsys.readouterr().out)
    assert told["outcomes"] == {"accepted": 2, "rejected": 2}
    first = told["examples"]["copy-paste"][0]
    assert (first["turn"], first["sentence"], first["source"]) == (1, "I sail on Sundays.", "talk.csv:2")


def test_the_same_command_again_tells_the_same(screen_of: Callable[[], Any], tmp_path: Path) -> None:
    path, out = written("messages", tmp_path), tmp_path / "out"
    first, second = screen_of(), screen_of()
    review(first.console, path, panel(), out, None, False)
    kept = (out / "accepted.jsonl").read_bytes(), (out / "verdicts.jsonl").read_bytes()
    review(second.console, path, panel(), out, None, False)
    assert "4 dialogues, 4 of them before" in second.text
    assert ((out / "accepted.jsonl").read_bytes(), (out / "verdicts.jsonl").read_bytes()) == kept


def test_another_panel_judges_again_in_the_same_folder(screen, tmp_path: Path) -> None:
    path, out = written("spc", tmp_path), tmp_path / "out"
    review(screen.console, path, panel(), out, None, False)
    review(screen.console, path, panel(LENIENT), out, None, False)
    ballots = lines(out / "verdicts.jsonl")[0]["reviews"][0]["ballots"]
    assert [ballot["critic"] for ballot in ballots] == ["copy-paste"]
    assert texts(out / "accepted.csv", "spc") != KEPT


def test_a_file_that_changed_is_an_error(screen, tmp_path: Path) -> None:
    path, out = written("spc", tmp_path), tmp_path / "out"
    review(screen.console, path, panel(), out, None, False)
    before = (out / "verdicts.jsonl").read_bytes()
    path.write_text(path.read_text() + '"","","User 1: One more."\n')
    with pytest.raises(Mistake, match=r"talk\.csv has changed since its review in .* began.*another `--output`"):
        review(screen.console, path, panel(), out, None, False)
    assert (out / "verdicts.jsonl").read_bytes() == before


def test_another_files_output_is_an_error(screen, filled: Callable[..., str], tmp_path: Path) -> None:
    path, out = written("spc", tmp_path), tmp_path / "out"
    review(screen.console, path, panel(), out, None, False)
    other = path.rename(tmp_path / "other.csv")
    review(screen.console, other, panel(), out, None, False)  # the same content, whatever it is called
    other.write_text(other.read_text() + '"","","User 1: One more."\n')
    with pytest.raises(Mistake, match=r"holds the review of 'talk\.csv', not of 'other\.csv'"):
        review(screen.console, other, panel(), out, None, False)
    with pytest.raises(Mistake, match="holds the run 'demo', no review of a file"):
        review(screen.console, other, panel(), Path(filled()), None, False)


def test_a_file_that_is_read_otherwise_is_another(screen, tmp_path: Path) -> None:
    path, out = written("sharegpt", tmp_path), tmp_path / "out"
    said = [{"role": "user", "content": "Hi!"}, {"role": "assistant", "content": "Well, hello."}]
    path.write_text("\n".join(json.dumps({**row, "messages": said}) for row in lines(path)))
    review(screen.console, path, panel(), out, "sharegpt", False)
    with pytest.raises(Mistake, match="was read as 'sharegpt' before, not as 'messages'"):
        review(screen.console, path, panel(), out, None, False)


def test_a_broken_line_is_told_before_anybody_is_asked(screen, tmp_path: Path) -> None:
    path, out = written("messages", tmp_path), tmp_path / "out"
    path.write_text(path.read_text() + "{broken\n")
    with pytest.raises(Mistake, match=r"talk\.jsonl:9: not JSON"):
        review(screen.console, path, panel(), out, None, False)
    assert not out.exists()


def test_a_run_keeps_its_reviews_itself(screen, filled: Callable[..., str], tmp_path: Path) -> None:
    with pytest.raises(Mistake, match="leave out `--output`"):
        review(screen.console, Path(filled()), panel(), tmp_path / "out", None, False)
