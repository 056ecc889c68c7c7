"""Do Parquet and Hugging Face datasets carry whole personas, are published ones read, and mistakes named by row?"""

import json
import os
import subprocess
import sys
import weakref
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import datasets
import pyarrow as arrow
import pyarrow.parquet as parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tertulia.models.errors import Mistake
from tertulia.personas import BigFive, Persona, ProfileSentence, read_personas, write_personas
from tertulia.personas.formats import FORMATS
from tertulia.personas.persona import Statement

TABLES = [".parquet", ".dataset"]
words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20).filter(lambda text: text.strip())
levels = st.integers(-5, 5)
personas = st.builds(
    Persona,
    id=words,
    name=words,
    introduction=st.just("") | words,
    profile=st.lists(st.builds(ProfileSentence, text=words, category=st.none() | words), max_size=3).map(tuple),
    traits=st.none() | st.builds(BigFive, openness=levels, neuroticism=levels),
    statements=st.lists(st.builds(Statement, text=words), max_size=2).map(tuple),
    focus=st.none() | st.just("") | words,
    style=st.lists(words, max_size=2).map(tuple),
    language=st.sampled_from(["en", "ko"]),
)
BOB = Persona(
    id="bob",
    name="Bob",
    relation="Ann's brother",
    profile=(
        ProfileSentence(text="I row.", category="Hobby", entity="row", origin="generated"),
        ProfileSentence(text="Я"),
    ),
    traits=BigFive(openness=-5, extraversion=5),
    statements=(Statement(text="I plan ahead.", trait="conscientiousness", pole="high"),),
    focus="I row.",
    style=("informal",),
    goal="To win.",
    language="ru",
    cleared_by="lexical 0.9",
)


def saved(path: Path, rows: list[dict[str, Any]]) -> Path:
    """As other people save a table."""
    table = arrow.Table.from_pylist(rows)
    if path.suffix == ".parquet":
        parquet.write_table(table, path)
    else:
        datasets.disable_progress_bars()
        datasets.Dataset(table).save_to_disk(path)
    return path


def mistakes(path: Path) -> list[str]:
    with pytest.raises(Mistake) as caught:
        list(read_personas(path))
    return [line.removeprefix(f"{path}:") for line in str(caught.value).splitlines()]


def many(count: int) -> Iterator[Persona]:
    return (
        Persona(id=f"p{number}", name="Bob", profile=(ProfileSentence(text=f"I am {number}."),))
        for number in range(count)
    )


@pytest.mark.parametrize("suffix", TABLES)
@settings(max_examples=25)
@given(people=st.lists(personas, min_size=1, max_size=4, unique_by=lambda persona: persona.id))
def test_tables_carry_everything(suffix: str, people: list[Persona]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"people{suffix}"
        for kept in ([BOB, *people], people):
            assert write_personas(kept, path) == len(kept)
            assert list(read_personas(path)) == kept
        assert list(Path(folder).iterdir()) == [path]


def test_others_find_a_column_for_each_field(tmp_path: Path) -> None:
    for suffix in TABLES:
        write_personas([BOB], tmp_path / f"people{suffix}")
    loaded = datasets.load_from_disk(str(tmp_path / "people.dataset"))
    assert loaded.column_names == list(Persona.model_fields)
    assert loaded[0] == BOB.model_dump(mode="json")
    assert loaded.map(lambda row: {"id": row["id"] * 2}, keep_in_memory=True)[0]["id"] == "bobbob"
    assert parquet.read_table(tmp_path / "people.parquet").to_pylist() == [BOB.model_dump(mode="json")]


def test_equal_personas_make_equal_folders(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_personas([BOB], tmp_path / f"{name}.dataset")
    assert sorted(file.name for file in (tmp_path / "a.dataset").iterdir()) == [
        "data-00000-of-00001.arrow", "dataset_info.json", "state.json",
    ]  # fmt: skip
    for file in (tmp_path / "a.dataset").iterdir():
        assert file.read_bytes() == (tmp_path / "b.dataset" / file.name).read_bytes()


@pytest.mark.parametrize("suffix", TABLES)
@pytest.mark.parametrize(
    "rows",
    [
        [{"persona": ["I sail.", "I knit."]}, {"persona": ["I row."]}, {"persona": ["I sail.", "I knit."]}],
        [{"Personas": "I sail.\n I knit. \n\n", "score": 0.5}, {"Personas": "I row.", "score": 1.0}],
        [{"profile": [{"text": "I sail."}, {"text": "I knit."}]}, {"profile": [{"text": "I row."}]}],
        [
            {"user 1 personas": "I sail.\nI knit.", "user 2 personas": "I row.", "talk": "Hi!", "id": 7},
            {"user 1 personas": "I row.", "user 2 personas": None, "talk": "Ho!", "id": 8},
        ],
    ],
    ids=["list", "text", "structs", "pairs"],
)
def test_published_tables_are_read(tmp_path: Path, rows: list[dict[str, Any]], suffix: str) -> None:
    people = list(read_personas(saved(tmp_path / f"set{suffix}", rows)))
    assert [persona.sentences for persona in people] == [("I sail.", "I knit."), ("I row.",)]
    assert all(persona.name for persona in people)


def test_a_number_is_an_id_and_nulls_say_nothing(tmp_path: Path) -> None:
    rows = [
        {"id": 7, "name": "Ann", "persona": None, "traits": {"openness": None}, "goal": None},
        {"id": 8, "name": None, "persona": "I sail.", "traits": {"openness": 3}, "goal": "To win."},
    ]
    ann, other = read_personas(saved(tmp_path / "a.parquet", rows))
    assert ann == Persona(id="7", name="Ann")
    assert (other.id, other.traits, other.goal) == ("8", BigFive(openness=3), "To win.")


def test_datasets_in_several_files_are_one(tmp_path: Path) -> None:
    datasets.disable_progress_bars()
    rows = [{"persona": f"I am {number}."} for number in range(10)]
    datasets.Dataset.from_list(rows).save_to_disk(tmp_path / "set", num_shards=3)
    assert [persona.sentences[0] for persona in read_personas(tmp_path / "set")] == [row["persona"] for row in rows]


@pytest.mark.parametrize("suffix", TABLES)
@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([{"said": "I sail.", "label": 1}], "1: no column of profile sentences: found 'said', 'label'; needed: 'p"),
        ([{"name": "A", "profile": ["x"]}, {"name": "B", "profile": ["y" * 9999]}], "2: profile[0].text: is too long"),
        ([{"id": "a", "persona": "I"}, {"id": "b", "persona": "I"}, {"id": "a", "persona": "I row."}],
         "3: id: 'a' is taken by row 1; give each"),
        ([{"name": "A", "profile": ["x"]}] * 2, "2: id: the same name and profile as row 1"),
        ([{"name": "A", "profile": ["x"], "traits": {"openness": 7}}], "1: traits.openness: 7 is out of range"),
        ([{"name": "A", "profile": ["x"], "traits": {"humour": 1}}], "1: traits.humour: no such key; known: agree"),
        ([{"persona": 5}], "1: persona: 5 is no list of sentences, and no text"),
        ([{"persona": "I sail."}, {"persona": None}], "2: persona: is empty; write at least one sentence"),
        ([{"name": 3, "profile": ["x"]}], "1: name: 3 is no text"),
    ],
)  # fmt: skip
def test_mistakes_are_told_with_their_row(tmp_path: Path, rows: list[dict[str, Any]], told: str, suffix: str) -> None:
    lines = mistakes(saved(tmp_path / f"bad{suffix}", rows))
    assert lines[0].startswith(told)
    assert len(lines) == 1


def test_a_dataset_without_rows_has_no_file(tmp_path: Path) -> None:
    assert mistakes(saved(tmp_path / "a.dataset", [])) == ["1: the dataset has no row; save it with at least one"]


@pytest.mark.parametrize("suffix", TABLES)
def test_a_table_of_nobody(tmp_path: Path, suffix: str) -> None:
    assert write_personas([], tmp_path / f"none{suffix}") == 0
    assert mistakes(tmp_path / f"none{suffix}")[0].startswith("1: no persona in it")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "1: no Parquet file that can be read: "),
        (b"name,profile\nAnn,I sail.\n" * 9, "1: no Parquet file that can"),
    ],
)
def test_a_file_that_is_no_parquet(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(content)
    assert mistakes(path)[0].startswith(told)


@pytest.mark.parametrize("suffix", TABLES)
def test_what_comes_before_a_broken_place_is_read(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"people{suffix}"
    write_personas(many(3000), path)
    file = path if path.is_file() else path / "data-00000-of-00001.arrow"
    content = bytearray(file.read_bytes())
    if suffix == ".parquet":
        start = parquet.ParquetFile(file).metadata.row_group(2).column(0).data_page_offset
        content[start + 40 : start + 80] = bytes(40)
    else:
        del content[-len(content) // 4 :]
    file.write_bytes(content)
    read: list[str] = []
    with pytest.raises(Mistake, match=r":2001: broken from here on: .*; get or write the file again"):
        read.extend(persona.id for persona in read_personas(path))
    assert read == [f"p{number}" for number in range(2000)]


def test_folders_that_are_no_dataset(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert mistakes(tmp_path / "empty") == [
        "1: is no dataset: no 'state.json' in the folder; give one that `save_to_disk` has written"
    ]
    datasets.disable_progress_bars()
    part = datasets.Dataset.from_list([{"persona": "I sail."}])
    datasets.DatasetDict({"train": part, "test": part}).save_to_disk(tmp_path / "two")
    assert mistakes(tmp_path / "two") == [
        f"1: holds several datasets; name one of them, such as {tmp_path / 'two/test'}"
    ]
    assert len(list(read_personas(tmp_path / "two" / "train"))) == 1
    for state, told in (("{", "JSONDecodeError"), ('{"_data_files": 3}', "TypeError"), ("{}", "KeyError")):
        (tmp_path / "empty" / "state.json").write_text(state)
        assert mistakes(tmp_path / "empty")[0].startswith(f"1: no dataset that can be read: state.json: {told}")
    (tmp_path / "two" / "train" / "data-00000-of-00001.arrow").write_bytes(b"x")
    assert mistakes(tmp_path / "two" / "train")[0].startswith(
        "1: no dataset that can be read: data-00000-of-00001.arrow: "
    )
    (tmp_path / "a.dataset").write_text("x")
    assert mistakes(tmp_path / "a.dataset") == ["1: is a file; a dataset is a folder, as `save_to_disk` writes it"]
    with pytest.raises(Mistake, match=r"none.dataset: can't be read \(No such file"):
        list(read_personas(tmp_path / "none.dataset"))


@pytest.mark.parametrize("suffix", TABLES)
def test_a_failed_writing_leaves_what_was_there(tmp_path: Path, suffix: str) -> None:
    def failing() -> Iterator[Persona]:
        yield from many(2500)
        raise ConnectionError("no more")

    path = tmp_path / f"people{suffix}"
    with pytest.raises(ConnectionError, match="no more"):
        write_personas(failing(), path)
    assert list(tmp_path.iterdir()) == []
    write_personas([BOB], path)
    with pytest.raises(ConnectionError, match="no more"):
        write_personas(failing(), path)
    assert list(read_personas(path)) == [BOB]
    assert write_personas(read_personas(path), path) == 1
    assert list(tmp_path.iterdir()) == [path]


def test_no_folder_of_somebody_is_replaced(tmp_path: Path) -> None:
    people = many(3)
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "mine.md").write_text("mine")
    (tmp_path / "a.dataset").write_text("mine")
    (tmp_path / "b.parquet").mkdir()
    for name, why in (
        ("notes", "'mine.md', which is of no dataset"),
        ("a.dataset", "a file is there"),
        ("b.parquet", "a folder is there"),
    ):
        with pytest.raises(Mistake, match=why):
            write_personas(people, tmp_path / name)
    assert (tmp_path / "notes" / "mine.md").read_text() == (tmp_path / "a.dataset").read_text() == "mine"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.dataset", "b.parquet", "notes"]
    assert len(list(people)) == 3, "they were taken before the place was looked at"


@pytest.mark.parametrize(
    ("module", "suffix", "extra"),
    [("pyarrow", ".parquet", "parquet"), ("pyarrow", ".dataset", "datasets"), ("datasets", ".dataset", "datasets")],
)
def test_a_missing_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str, suffix: str, extra: str
) -> None:
    write_personas([BOB], tmp_path / f"there{suffix}")
    monkeypatch.setitem(sys.modules, module, None)
    told = (
        rf"format '{extra}' needs {module if suffix == '.parquet' else 'datasets'}; .*pip install 'tertulia\[{extra}\]'"
    )
    with pytest.raises(Mistake, match=told):
        write_personas([BOB], tmp_path / f"new{suffix}")
    if module == "pyarrow":
        with pytest.raises(Mistake, match=told):
            list(read_personas(tmp_path / f"there{suffix}"))
    assert [file.name for file in tmp_path.iterdir()] == [f"there{suffix}"]


@pytest.mark.parametrize("suffix", [suffixes[0] for suffixes in FORMATS.values()])
def test_personas_are_taken_as_they_are_written(tmp_path: Path, suffix: str) -> None:
    alive, most = 0, 0

    def gone() -> None:
        nonlocal alive
        alive -= 1

    def watched(people: Iterable[Persona]) -> Iterator[Persona]:
        nonlocal alive, most
        for persona in people:
            alive, most = alive + 1, max(most, alive + 1)
            weakref.finalize(persona, gone)
            yield persona

    bound = 1100 if suffix in TABLES else 4
    write_personas(watched(many(3000)), tmp_path / f"a{suffix}")
    assert 0 < most <= bound
    most = 0
    assert write_personas(watched(read_personas(tmp_path / f"a{suffix}")), tmp_path / f"b{suffix}") == 3000
    assert 0 < most <= bound


def test_nothing_is_imported_before_it_is_needed_nor_written_elsewhere(tmp_path: Path) -> None:
    home, people = tmp_path / "home", tmp_path / "people.dataset"
    home.mkdir()
    code = (
        "import sys, pathlib; from tertulia.personas import *; import tertulia.personas.pool\n"
        "print([name for name in ('pyarrow', 'datasets') if name in sys.modules])\n"
        f"path = pathlib.Path({str(people)!r}); write_personas([Persona(name='Ann', profile=('I row.',))], path)\n"
        "print([each.name for each in read_personas(path)])"
    )
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "XDG_", "HOME"))}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env={**kept, "HOME": str(home)},
    )
    assert (done.stdout.splitlines(), done.stderr) == (["[]", "['Ann']"], "")
    assert list(home.iterdir()) == []
    assert json.loads((people / "state.json").read_text())["_data_files"]
