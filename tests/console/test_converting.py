import json
from pathlib import Path

import pytest

from tertulia.console import main
from tertulia.console.converting import convert
from tertulia.models.errors import Mistake
from tertulia.personas import BigFive, Persona, ProfileSentence, read_personas, write_personas
from tertulia.personas.pool import read_pool, write_pool

SUFFIXES = ["yaml", "jsonl", "parquet", "dataset", "csv", "txt"]
ANN = Persona(
    id="ann", name="Ann", profile=(ProfileSentence(text="I sail.", category="Hobby"),), traits=BigFive(openness=2)
)
BO = Persona(
    id="bo", name="Bo", profile=(ProfileSentence(text="I row."), ProfileSentence(text="I am\nold.")), goal="Win."
)


def typed(*words: str | Path) -> int:
    return main.typed(["personas", "convert", *map(str, words)])


@pytest.fixture
def people(tmp_path: Path) -> Path:
    write_personas([ANN, BO], tmp_path / "people.yaml")
    return tmp_path / "people.yaml"


def test_any_format_becomes_any_other(screen, people: Path) -> None:
    def written(source: Path, target: Path) -> list[Persona]:
        assert convert(screen.console, str(source), target, None, None, False) == 0
        return list(read_personas(target))

    for one in SUFFIXES:
        source = people.with_name(f"one.{one}")
        given = written(people, source)
        assert given == [ANN, BO] or one in ("csv", "txt")
        for other in SUFFIXES:
            again = written(source, people.with_name(f"two.{other}"))
            if other in ("csv", "txt"):
                assert [each.sentences for each in again] == [("I sail.",), ("I row.", "I am old.")]
            else:
                assert again == given


def test_what_was_dropped_is_the_last_line(screen, people: Path) -> None:
    convert(screen.console, str(people), people.with_suffix(".csv"), None, None, False)
    assert screen.lines[-1] == (
        "spc carries sentences alone; dropped, and of how many personas: id (2), name (2), "
        "traits (1), profile.category (1), goal (1), profile.text (1)"
    )


def test_nothing_is_said_of_what_was_carried(screen, people: Path) -> None:
    first, second = people.with_suffix(".csv"), people.with_suffix(".txt")
    convert(screen.console, str(people), people.with_suffix(".parquet"), None, None, False)
    assert [line for line in screen.lines if line] == [
        f"wrote 2 personas as parquet to {people.with_suffix('.parquet')}"
    ]
    convert(screen.console, str(people), first, None, None, False)
    before = len(screen.lines)
    convert(screen.console, str(first), second, None, None, False)
    assert screen.lines[before:] == [f"wrote 2 personas as parlai to {second}"]


def test_personas_that_will_be_read_as_one_are_counted(screen, people: Path, capsys) -> None:
    twin = ANN.model_copy(update={"id": "twin"})
    write_personas([ANN, twin, BO], people)
    convert(screen.console, str(people), people.with_suffix(".csv"), None, None, True)
    told = json.loads(capsys.readouterr().out)
    assert (told["personas"], told["merged"], told["dropped"]["id"]) == (3, 1, 3)
    assert len(list(read_personas(people.with_suffix(".csv")))) == told["personas"] - told["merged"]


def test_formats_may_be_named(people: Path, capsys) -> None:
    odd, folder = people.with_name("people.odd"), people.with_name("hub")
    assert typed(people, odd, "--format", "jsonl") == 0
    assert typed(odd, folder, "--from-format", "jsonl", "--format", "datasets", "--json") == 0
    assert list(read_personas(folder)) == [ANN, BO]
    assert typed(odd, folder) == 2
    assert "the suffix '.odd' is of no persona file" in capsys.readouterr().err


def test_a_library_is_converted(tmp_path: Path) -> None:
    assert typed("library/everyday", tmp_path / "people.jsonl") == 0
    assert len(list(read_personas(tmp_path / "people.jsonl"))) >= 100


def test_a_pool_stays_a_pool(screen, tmp_path: Path, capsys) -> None:
    pool = [ProfileSentence(text="I sail.", category="Hobby"), ProfileSentence(text="I row.")]
    write_pool(pool, tmp_path / "pool.jsonl")
    for name in ("pool.parquet", "pool.dataset", "again.jsonl"):
        assert typed(tmp_path / "pool.jsonl", tmp_path / name, "--json") == 0
        assert json.loads(capsys.readouterr().out)["sentences"] == 2
        assert list(read_pool(tmp_path / name)) == pool
    with pytest.raises(Mistake, match=r"pool.jsonl is a pool: .*yaml can't hold; write .jsonl"):
        convert(screen.console, str(tmp_path / "pool.jsonl"), tmp_path / "people.yaml", None, None, False)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_mistake_in_the_middle_leaves_nothing_half_written(tmp_path: Path, suffix: str, capsys) -> None:
    lines = [json.dumps({"name": f"N{number}", "profile": [f"I am {number}."]}) for number in range(1500)]
    (tmp_path / "in.jsonl").write_text(
        "\n".join([*lines, '{"name": "X", "profile": ["x"], "traits": {"openness": 7}}'])
    )
    assert typed(tmp_path / "in.jsonl", tmp_path / f"out.{suffix}") == 2
    assert "in.jsonl:1501: traits.openness: 7 is out of range" in capsys.readouterr().err
    assert [file.name for file in tmp_path.iterdir()] == ["in.jsonl"]
