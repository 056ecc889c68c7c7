"""Are the sentences of a pool read as they were written, and mistakes named with file and line?"""

from pathlib import Path

import pyarrow as arrow
import pyarrow.parquet as parquet
import pytest

from tertulia.models.errors import Mistake
from tertulia.personas import Persona, ProfileSentence, people, read_personas, write_personas
from tertulia.personas.pool import is_pool, read_pool, write_pool

CATS = ProfileSentence(text="I have two cats.", category="Possession | Animal", entity="two cats", origin="generated")
TEA = ProfileSentence(text="Tea keeps me awake: “always”.")


def test_a_pool_comes_back_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "pool.jsonl"
    assert write_pool([CATS, TEA], path) == 2
    assert list(read_pool(path)) == [CATS, TEA]
    assert path.read_text(encoding="utf-8").splitlines()[1] == '{"text": "Tea keeps me awake: “always”."}'


def test_a_text_counts_once(tmp_path: Path) -> None:
    path = tmp_path / "pool.jsonl"
    write_pool([CATS, TEA, CATS], path)
    assert [sentence.text for sentence in read_pool(path)] == [CATS.text, TEA.text]


@pytest.mark.parametrize("name", ["pool.parquet", "pool.dataset"])
def test_a_pool_may_be_a_table(tmp_path: Path, name: str) -> None:
    assert write_pool([CATS, TEA], tmp_path / name) == 2
    assert list(read_pool(tmp_path / name)) == [CATS, TEA]
    assert write_pool(read_pool(tmp_path / name), tmp_path / name) == 2
    assert is_pool(tmp_path / name)
    assert [file.name for file in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", ["pool.jsonl", "pool.parquet", "pool.dataset"])
def test_a_pool_where_people_belong_is_told_once_with_what_to_do(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    write_pool([CATS, TEA, CATS], path)
    told = f"{path} is a pool of sentences, not people: `tertulia personas assemble {path} --output people.yaml` makes"
    for read in (lambda: list(read_personas(path)), lambda: people(name, tmp_path)):
        with pytest.raises(Mistake) as caught:
            read()
        assert str(caught.value).startswith(told)
        assert "\n" not in str(caught.value)


def test_a_file_of_people_with_a_sentence_in_it_is_told_by_its_line(tmp_path: Path) -> None:
    path = tmp_path / "people.jsonl"
    path.write_text('{"name": "Ann", "profile": ["I sail."]}\n{"text": "I row."}\n')
    with pytest.raises(Mistake, match=r"people\.jsonl:2: "):
        list(read_personas(path))


def test_a_published_table_of_texts_is_a_pool(tmp_path: Path) -> None:
    rows = {"text": ["I sail.", "I row.", "I sail."], "category": ["Hobby", None, None], "votes": [1, 2, 3]}
    parquet.write_table(arrow.table(rows), tmp_path / "a.parquet")
    assert [(each.text, each.category) for each in read_pool(tmp_path / "a.parquet")] == [
        ("I sail.", "Hobby"), ("I row.", None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"text": ["I sail.", "x" * 10_000]}, ":2: text: is too long"),
        ({"text": ["I sail.", None]}, ":2: text: is missing"),
        ({"text": ["I sail."], "category": [3]}, ":1: category: 3 is no text"),
        ({"text": arrow.array([], arrow.string())}, ":1: no sentence in it"),
        ({"sentence": ["I sail."]}, ":1: no column of profile sentences: found 'sentence'; needed: 'profile', "),
    ],
)
def test_a_mistake_is_named_with_file_and_row(tmp_path: Path, columns: dict[str, list[object]], told: str) -> None:
    path = tmp_path / "pool.parquet"
    parquet.write_table(arrow.table(columns), path)
    with pytest.raises(Mistake) as caught:
        list(read_pool(path))
    assert str(caught.value).startswith(f"{path}{told}")


@pytest.mark.parametrize(
    ("line", "sure", "in_doubt"),
    [('{"text": "I sail."}', True, True), ('{"name": "Ann"}', False, False), ("[1]", False, True), ("", False, True)],
)
def test_the_first_line_tells_sentences_from_people(tmp_path: Path, line: str, sure: bool, in_doubt: bool) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(line, encoding="utf-8")
    assert (is_pool(path), is_pool(path, in_doubt=True)) == (sure, in_doubt)


@pytest.mark.parametrize(
    "name", ["people.yaml", "people.jsonl", "people.csv", "people.txt", "people.parquet", "people.dataset"]
)
def test_any_persona_file_is_a_pool(tmp_path: Path, name: str) -> None:
    people = [Persona(name="Ann", profile=(CATS, TEA)), Persona(name="Bo", profile=(TEA,))]
    write_personas(people, tmp_path / name)
    assert [sentence.text for sentence in read_pool(tmp_path / name)] == [CATS.text, TEA.text]


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ('{"sentence": "I sing."}', ":1: text: is missing"),
        ('{"text": "I sing."}\n{"text": "I sing.", "categroy": "Hobby"}', ":2: categroy: no such key; did you mean"),
        ('{"text": "I sing."}\n\n{"text": "' + "x" * 10_000 + '"}', ":3: text: is too long"),
        (
            '{"text": "I sing.", "origin": "made"}',
            ":1: origin: 'made' is none of its values; write 'given', 'generated' or",
        ),
        ('{"text": "I sing."}\n[1]', ":2: [1] is no sentence"),
        ('{"text": "I sing."}\n{"text"', ":2: broken JSON"),
        ("", ":1: no sentence in it"),
    ],
)
def test_a_mistake_is_named_with_file_and_line(tmp_path: Path, lines: str, told: str) -> None:
    path = tmp_path / "pool.jsonl"
    path.write_text(lines, encoding="utf-8")
    with pytest.raises(Mistake) as caught:
        list(read_pool(path))
    assert f"{path}{told}" in str(caught.value)


@pytest.mark.parametrize("name", ["pool.jsonl", "pool.parquet", "pool.dataset"])
def test_a_pool_that_fails_half_way_leaves_the_old_file(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    write_pool([CATS], path)

    def failing():  # type: ignore[no-untyped-def]
        yield TEA
        raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        write_pool(failing(), path)
    assert list(read_pool(path)) == [CATS]
    assert [file.name for file in tmp_path.iterdir()] == [name]
