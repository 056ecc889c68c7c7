"""Do persona files keep what they can carry, and tell all that is wrong with them?"""

import stat
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tertulia.models.errors import Mistake
from tertulia.personas import BigFive, Persona, ProfileSentence, read_personas, write_personas

REAL = Path(__file__).parents[2] / "../shared/data/synthetic_persona_chat_valid.csv"

words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30).filter(
    lambda text: bool(text.strip())
)
levels = st.integers(-5, 5)
sentences = st.builds(ProfileSentence, text=words, category=st.none() | words, entity=st.none() | words)
personas = st.builds(
    Persona,
    id=words,
    name=words,
    introduction=st.just("") | words,
    relation=st.just("") | words,
    profile=st.lists(sentences, max_size=3).map(tuple),
    traits=st.none() | st.builds(BigFive, openness=levels, neuroticism=levels),
    style=st.lists(words, max_size=2).map(tuple),
    goal=st.just("") | words,
    language=st.sampled_from(["en", "ko"]),
)


def saved(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def mistakes(path: Path, format: str | None = None) -> list[str]:
    with pytest.raises(Mistake) as caught:
        list(read_personas(path, format))
    return [line.removeprefix(f"{path}:") for line in str(caught.value).splitlines()]


@given(
    st.lists(personas, min_size=1, max_size=4, unique_by=lambda persona: persona.id), st.sampled_from(["yaml", "jsonl"])
)
def test_yaml_and_jsonl_carry_everything(people: list[Persona], suffix: str) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"people.{suffix}"
        assert write_personas(people, path) == len(people)
        assert list(read_personas(path)) == people


@given(
    st.lists(personas.filter(lambda persona: bool(persona.profile)), min_size=1, max_size=5),
    st.sampled_from(["txt", "csv"]),
)
def test_text_and_csv_carry_the_sentences(people: list[Persona], suffix: str) -> None:
    spoken = dict.fromkeys(tuple(" ".join(text.split()) for text in persona.sentences) for persona in people)
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"people.{suffix}"
        assert write_personas(people, path) == len(people)
        back = list(read_personas(path))
        assert [persona.sentences for persona in back] == list(spoken)
        assert write_personas(back, path) == len(back)
        assert list(read_personas(path)) == back


def test_yaml_is_a_list_or_stands_under_personas(tmp_path: Path) -> None:
    listed = "- name: Ann\n  profile: [I sail., {text: I knit., entity: knit}]\n"
    bare = list(read_personas(saved(tmp_path, "a.yaml", listed)))
    assert bare == list(read_personas(saved(tmp_path, "b.yml", "personas:\n" + listed)))
    assert bare[0].profile[1].entity == "knit"


def test_parlai_episodes_begin_where_the_numbers_do(tmp_path: Path) -> None:
    text = (
        "1 your persona: I sail.\n2 partner's persona: I knit.\n3 your persona: I row.\n4 hello\thi\t\tone|two\n"
        "1 your persona: I knit.\n2 hello\thi\n1 your persona: I bake.\n"
        "1 your persona: I sail.\n2 your persona: I row.\n"
    )
    people = list(read_personas(saved(tmp_path, "chat.txt", text)))
    assert [persona.sentences for persona in people] == [("I sail.", "I row."), ("I knit.",), ("I bake.",)]
    assert len({persona.id for persona in people}) == 3


def test_the_nameless_get_the_name_they_say_or_one_that_their_words_decide(tmp_path: Path) -> None:
    text = (
        'user 1 personas,user 2 personas,talk\n"My name is george.\nI sail.","My name is not common.\nI row.","a,\nb"\n'
    )
    path = saved(tmp_path, "chat.csv", "\ufeff" + text)
    first, second = read_personas(path)
    assert first.name == "George"
    assert second.name not in ("Not", "")
    assert [first, second] == list(read_personas(path))
    given = saved(tmp_path, "a.jsonl", '{"profile": ["I row.", "My name is not common."]}\n')
    assert next(read_personas(given)).name == second.name


def test_all_mistakes_of_a_yaml_are_told_with_their_lines(tmp_path: Path) -> None:
    path = saved(
        tmp_path,
        "bad.yaml",
        "- id: ann\n  name: Ann\n  traits:\n    openness: 7\n    humour: 1\n"
        "- id: ann\n  name: Ann\n"
        "- name: 12\n  profil: [I sail.]\n"
        "- name: Bob\n  profile:\n    - I row.\n    - {text: I knit.}\n    - text: ''\n"
        "- just a text\n"
        "- profile: 5\n",
    )
    told = mistakes(path)
    assert told[0] == "4: traits.openness: 7 is out of range; choose a whole number from -5 to 5"
    assert told[1].startswith("5: traits.humour: no such key; known: agreeableness,")
    assert told[2].startswith("8: name: 12 is no text; write text")
    assert told[3].startswith("9: profil: no such key; did you mean 'profile'?")
    assert told[4].startswith("14: profile[2].text: is empty; write some text")
    assert told[5].startswith("15: 'just a text' is no persona; write a mapping")
    assert told[6] == "16: name: is missing; add it"
    assert told[7].startswith("16: profile: 5 is no list")
    assert len(told) == 8


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.yaml", "", "1: no persona in it; write at least one"),
        ("a.jsonl", "\n\n", "1: no persona in it"),
        ("a.csv", "", "1: no persona in it"),
        ("a.txt", "1 hello\thi\n", "1: no persona in it"),
        ("a.yaml", "- id: a\n  name: Ann\n- {id: a, name: Bob}\n", "3: id: 'a' is taken by line 1; give each"),
        ("a.jsonl", '{"name": "Ann"}\n\n{"name": "Ann"}\n', "3: id: the same name and profile as line 1"),
        ("a.yaml", "[{id: a, name: Ann}, {id: a, name: Bob}]", "1: id: 'a' is taken"),
        ("a.yaml", "- name: Ann\n  goal: x\n  goal: y\n", "3: broken YAML: the key 'goal' twice; keep one"),
        ("a.yaml", "- name: Ann\n  goal: I want: this\n", "2: broken YAML: mapping values are not allowed"),
        ("a.yaml", "- name: Ann\n  goal: a\x07b\n", "2: broken YAML: "),
        ("a.yaml", "name: Ann\n", "1: 'name' is no key of a persona file; write a list"),
        ("a.yaml", "personas: 3\n", "1: no list of personas"),
        ("a.jsonl", '{"name": "Ann"}\n{"name": "Bo\n', "2: broken JSON at column 10"),
        ("a.jsonl", '["Ann"]\n', "1: ['Ann'] is no persona; write a mapping"),
        ("a.jsonl", '{"name": "\\ud800"}\n', "1: name: '\\ud800'"),
        ("a.csv", b"user 1 personas,user 2 personas\na,b\nc,caf\xe9\n", "3: not UTF-8 (byte 0xe9 at column 6); save"),
        (
            "a.csv",
            "persona,text\na,b\n",
            "1: no column 'user 1 personas' or 'user 2 personas'; the columns are 'persona'",
        ),
        ("a.csv", 'user 1 personas,user 2 personas\n"a\nb",c\nx,y,z\n', "4: 3 cells under 2 columns"),
        ("a.csv", 'user 1 personas,user 2 personas\n"a\nb,c\n', "3: broken CSV: unexpected end of data"),
        ("a.txt", "your persona: I sail.\n", "1: the line starts with no number"),
        ("a.yaml", "x".encode("utf-16"), "1: not UTF-8"),
    ],
)
def test_bad_files_are_told_in_one_line(tmp_path: Path, name: str, content: str | bytes, told: str) -> None:
    lines = mistakes(saved(tmp_path, name, content))
    assert lines[0].startswith(told)
    assert len(lines) == 1


def test_a_file_of_mistakes_stops_at_twenty(tmp_path: Path) -> None:
    told = mistakes(saved(tmp_path, "a.jsonl", "{}\n" * 500))
    assert told[19].startswith("20: name: is missing")
    assert told[20:] == [" and more; mend these first"]


def test_files_that_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(Mistake, match=r"can't be read \(No such file"):
        list(read_personas(tmp_path / "none.yaml"))
    (tmp_path / "folder.yaml").mkdir()
    with pytest.raises(Mistake, match=r"can't be read \(Is a directory"):
        list(read_personas(tmp_path / "folder.yaml"))
    with pytest.raises(Mistake, match=r"suffix '.odt' is of no persona file; known: .yaml, .yml, .jsonl, .txt, .csv"):
        read_personas(tmp_path / "a.odt")
    with pytest.raises(
        Mistake, match=r"'yml'; did you mean 'yaml'\? known: datasets, jsonl, parlai, parquet, spc, yaml"
    ):
        read_personas(tmp_path / "a.odt", "yml")


def test_reading_goes_line_by_line(tmp_path: Path) -> None:
    path = saved(tmp_path, "a.jsonl", '{"name": "Ann"}\n{"name": "Bob"}\nbroken\n{"name": "Cleo"}\n')
    people = read_personas(path)
    assert [next(people).name, next(people).name] == ["Ann", "Bob"]
    with pytest.raises(Mistake, match="3: broken JSON"):
        next(people)


@pytest.mark.parametrize("suffix", ["yaml", "jsonl", "txt", "csv"])
def test_a_failed_writing_leaves_what_was_there(tmp_path: Path, suffix: str) -> None:
    def failing() -> Iterator[Persona]:
        yield from [Persona(name="Bob", profile=(ProfileSentence(text="I row."),))] * 3000
        raise RuntimeError("no more")

    path = saved(tmp_path, f"people.{suffix}", "as it was")
    path.chmod(0o640)
    with pytest.raises(RuntimeError, match="no more"):
        write_personas(failing(), path)
    assert path.read_text() == "as it was"
    write_personas([Persona(name="Bob", profile=(ProfileSentence(text="I row."),))], path)
    assert [each.sentences for each in read_personas(path)] == [("I row.",)]
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert list(tmp_path.iterdir()) == [path]


def test_what_a_format_cannot_carry_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Mistake, match=r"'Ann' \(a\) has no profile sentence.*write .yaml or .jsonl"):
        write_personas([Persona(id="a", name="Ann")], tmp_path / "a.txt")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(Mistake, match=r"can't be written \(No such file or directory\); check the folder"):
        write_personas([], tmp_path / "none" / "a.yaml")


@pytest.mark.skipif(not REAL.exists(), reason="the real dialogues lie in ../shared/data, which is absent here")
def test_the_personas_of_real_dialogues(tmp_path: Path) -> None:
    people = list(read_personas(REAL))
    assert len(people) == len({persona.id for persona in people}) == 1905
    assert {len(persona.profile) for persona in people} == {4, 5}
    for name in ("all.yaml", "all.jsonl"):
        write_personas(people, tmp_path / name)
        assert list(read_personas(tmp_path / name)) == people
    for name in ("all.txt", "all.csv"):
        write_personas(people, tmp_path / name)
        assert {persona.id for persona in read_personas(tmp_path / name)} == {persona.id for persona in people}
