"""`tertulia personas stats`: of people, a pool, a run, the published file, and of what is none of these."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import handmade as by
import pytest

from tertulia.agents import Place
from tertulia.console import main
from tertulia.console.counting import category_table, clash_table, report
from tertulia.corpus import Record
from tertulia.corpus.corpus import Corpus
from tertulia.critics import Outcome
from tertulia.personas import Persona, ProfileSentence
from tertulia.personas.census import count_sentences
from tertulia.personas.consistency import blocking
from tertulia.personas.consistency.conflict import Conflict
from tertulia.personas.survey import Clash, Survey
from tertulia.personas.taxonomy import read_taxonomy

TOWNS = ("Oslo", "Rome", "Bern")
SHIPPED = read_taxonomy()
PUBLISHED = Path(__file__).parents[3] / "shared" / "data" / "synthetic_persona_chat_valid.csv"
PEOPLE = """
- id: ann
  name: "[Ann]"
  cleared_by: lexical 0.9
  traits: {openness: -3}
  profile:
    - {text: "I have two cats.", category: Possession | Animal, entity: cats}
    - {text: "I don't have any cats.", category: Possession | Animal, entity: cats}
    - {text: "I was born in Lima.", category: Location | Birthplace, entity: Lima}
- id: bob
  name: Bob
  profile:
    - {text: "I was born in Lima!", category: Location | Birthplace, entity: Lima}
    - {text: "I was born in Oslo.", category: Location | Birthplace, entity: Oslo}
    - {text: "I know the spell of [rain].", category: Magic | Spell, entity: rain}
"""
OWN = """\
families: [fantasy]
categories:
- {path: Magic | Spell, key: magic spell, family: fantasy, gloss: a spell that one can cast, examples: [rain, healing]}
"""


def typed(*words: str | Path) -> int:
    return main.typed(["personas", "stats", *map(str, words), "--embedder", "lexical"])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "people.yaml"
    path.write_text(PEOPLE)
    return path


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Callable[..., dict[str, Any]]:
    def tell(*words: str | Path) -> dict[str, Any]:
        assert typed(*words, "--json") == 0
        found = json.loads(capsys.readouterr().out)
        assert isinstance(found, dict)
        return found

    return tell


def test_a_file_of_people(file: Path, told: Callable[..., dict[str, Any]]) -> None:
    found = told(file)
    assert (found["people"], found["sentences"], found["different"]) == (2, 6, 5)
    assert found["categories"] == {"Location | Birthplace": 3, "Possession | Animal": 2, "Magic | Spell": 1}
    assert found["uncategorised"] == found["assigned"] == 0
    assert found["entities"][:2] == [
        {"key": "birthplace", "values": 3, "different": 2, "shared": None, "jaccard": None},
        {"key": "animal", "values": 2, "different": 1, "shared": None, "jaccard": None},
    ]
    assert found["duplicates"] == {"exact": 1, "near": 0}  # a yes and a no are no duplicates
    assert found["redundant"] == 1
    assert (found["pairs"], found["contradictions"], found["exclusive"], found["afflicted"]) == (6, 2, 1, 2)
    assert [clash["who"] for clash in found["clashes"]] == ["ann", "bob"]
    assert {clash["kind"] for clash in found["clashes"]} == {"contradiction"}
    assert (found["uncleared"], found["cleared_by"]) == (1, {"lexical 0.9": 1})
    assert found["traits"]["openness"] == {"-3": 1}
    assert (found["embedder"], found["scorer"], found["profiles"]) == ("lexical", "lexical", {"3": 2})


def test_it_is_told_on_eighty_columns(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert typed(file, "--quiet") == 0
    out = capsys.readouterr().out
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert "2 people · 6 sentences · 5 different" in lines
    assert "demographic 5 83.3 % not in the taxonomy 1 16.7 %" in lines
    assert "Location | Birthplace 3 50.0 % Magic | Spell 1 16.7 %" in lines
    assert "birthplace 3 2" in lines
    assert "cleared by lexical 0.9 (1) · nobody yet (1)" in lines
    assert "contradictions 2 in 6 pairs, by lexical" in lines
    assert "people with one of these 2 (100 %)" in lines
    assert "I have two cats." in out
    assert max(len(line) for line in out.splitlines() if str(file) not in line) <= 80


def test_entities_are_compared_with_another_set(
    file: Path, tmp_path: Path, told: Callable[..., dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    """By hand: {lima, oslo} and {oslo, rome, bern} share 1 of 4."""
    other = tmp_path / "pool.jsonl"
    towns = [
        {"text": f"Born in {t}.", "category": "location|birthplace", "entity": t} for t in ("Oslo", "Rome", "Bern")
    ]
    other.write_text("".join(json.dumps(town) + "\n" for town in towns))
    found = {row["key"]: row for row in told(file, "--against", other)["entities"]}
    assert (found["birthplace"]["shared"], found["birthplace"]["jaccard"]) == (1, 0.25)
    assert (found["animal"]["shared"], found["animal"]["jaccard"]) == (0, 0)
    assert typed(file, "--against", other, "--quiet") == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "birthplace 3 2 1 25.0 %" in out
    assert "of all in either (Jaccard)" in out


def test_a_pool(tmp_path: Path, told: Callable[..., dict[str, Any]], capsys: pytest.CaptureFixture[str]) -> None:
    pool = tmp_path / "pool.jsonl"
    texts = ("I have two cats.", "I don't have any cats.", "I sail.", "I play the violin in an orchestra.")
    pool.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    found = told(pool)
    assert (found["people"], found["sentences"], found["contradictions"]) == (0, 4, 1)
    assert found["exclusive"] is found["afflicted"] is found["redundant"] is None
    assert found["assigned"] + found["uncategorised"] == 4
    assert found["origins"] == {"assigned": found["assigned"]}
    assert typed(pool, "--quiet") == 0
    assert "a pool · 4 sentences · 4 different" in capsys.readouterr().out


@pytest.fixture
def run(filled: Callable[..., str]) -> str:
    """Two jobs; Ann sits in both, the second was made again."""

    def ann(pole: str, level: int, focus: str | None) -> Persona:
        statement = {"text": "So I am.", "trait": "extraversion", "pole": pole}
        more = {"traits": {"extraversion": level}, "statements": [statement], "focus": focus}
        return by.persona("Ann", "I have two cats.", "I bake bread.", id="ann", **more)

    records = []
    for index, attempt, who in (
        (0, 0, ann("high", 4, "I bake bread.")), (1, 0, ann("high", 4, "")), (1, 1, ann("high", 4, "")),
        (2, 0, ann("low", -4, "I bake bread.")), (3, 0, ann("high", 4, "I bake bread.")), (4, 0, ann("low", 0, None)),
    ):  # fmt: skip
        first, second = by.members()
        cast = (replace(first, persona=who), second)
        outcome = Outcome.ACCEPTED if attempt or index != 1 else Outcome.REJECTED
        records.append(Record(by.a_dialogue(Place(1, index, attempt), "Hi.", "Hello.", cast=cast), outcome, ""))
    return filled(*records)


def test_of_a_pool_that_was_looked_at_whole_nothing_is_guessed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "base.jsonl"
    about = ("Preference | Season", "Location | Birthplace", "Disease | Digestive")
    path.write_text("".join(json.dumps({"text": f"I say {n}.", "category": c}) + "\n" for n, c in enumerate(about)))
    assert typed(path) == 0
    out = capsys.readouterr().out
    assert "contradictions" in out
    assert "not looked at" not in out


def test_sentences_without_their_entity_are_told(
    tmp_path: Path, told: Callable[..., dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "base.jsonl"
    path.write_text('{"text": "I row.", "entity": "rowing"}\n{"text": "I love tea.", "entity": "tea"}\n')
    assert told(path)["unsaid"] == 1
    assert typed(path) == 0
    assert "1 sentence without the entity that it is given with" in capsys.readouterr().out
    path.write_text('{"text": "I love tea.", "entity": "tea"}\n')
    assert typed(path) == 0
    assert "without the entity" not in capsys.readouterr().out


def test_a_run_is_counted_by_the_taxonomy_it_was_made_with(
    tmp_path: Path, told: Callable[..., dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "there"
    folder.mkdir()
    (folder / "mine.yaml").write_text(OWN)
    (folder / "people.yaml").write_text(PEOPLE.replace("[rain]", "rain"))
    (folder / "magic.yaml").write_text(
        "name: magic\ncast: {taxonomy: mine.yaml, personas: people.yaml}\nrounds: {dialogues: 1}\n"
    )
    words = ["run", str(folder / "magic.yaml"), "--output", str(tmp_path / "out"), "--quiet"]
    assert main.typed(words) in (0, 1)
    (folder / "mine.yaml").rename(folder / "other.yaml")
    capsys.readouterr()
    assert typed(tmp_path / "out") == 0
    screen = capsys.readouterr().out
    assert "fantasy" in screen
    assert "not in the taxonomy" not in screen
    assert told(tmp_path / "out", "--taxonomy", folder / "other.yaml") == told(tmp_path / "out")
    with Corpus.open(tmp_path / "out") as corpus:
        assert corpus.info.extra["taxonomy"] == OWN
        assert str(tmp_path) not in json.dumps(dict(corpus.info.extra))


def test_a_run_tells_what_was_selected(
    run: str, told: Callable[..., dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    found = told(run)
    assert (found["people"], found["sentences"]) == (2, 3)
    assert found["selected"] == [
        {"trait": "extraversion", "pole": "high", "sentences": {"I bake bread.": 2}, "none": 1},
        {"trait": "extraversion", "pole": "low", "sentences": {"I bake bread.": 1}, "none": 0},
    ]
    assert found["traits"]["extraversion"] == {"-4": 1, "0": 1, "4": 3}
    assert told(f"{run}/ledger.sqlite") == found
    assert typed(run, "--quiet") == 0
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert "extraversion high I bake bread. 2" in lines
    assert "none fitted, of 3 selections 1" in lines


def test_psydial_gives_its_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: Callable[..., dict[str, Any]]
) -> None:
    """Table 3 of PSYDIAL: the profile sentences that were selected most for each pole."""
    monkeypatch.chdir(tmp_path)
    assert main.typed(["run", "psydial", "--set", "rounds.dialogues=4", "--set", "rounds.count=1", "--quiet"]) == 0
    found = told("runs/psydial")
    assert {(one["trait"], one["pole"]) for one in found["selected"]} <= {("extraversion", p) for p in ("high", "low")}
    assert sum(sum(one["sentences"].values()) + one["none"] for one in found["selected"]) == 8
    assert any(one["sentences"] for one in found["selected"])
    assert sum(found["traits"]["extraversion"].values()) == 8


def test_a_library_goes_by_its_name(told: Callable[..., dict[str, Any]]) -> None:
    short, long = told("everyday"), told("library/everyday")
    assert short == long
    assert short["people"] >= 100


def test_the_published_people(told: Callable[..., dict[str, Any]]) -> None:
    if not PUBLISHED.exists():
        pytest.skip("the published file is not there")
    found = told(PUBLISHED)
    assert (found["people"], found["sentences"], found["different"]) == (1905, 8556, 494)
    assert found["profiles"] == {"4": 969, "5": 936}
    assert found["pairs"] == 969 * 6 + 936 * 10
    assert found["exclusive"] == 0
    assert found["assigned"] == sum(found["categories"].values()) == 8556 - found["uncategorised"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("notes.md", "Hi.", "'.md' is of no persona file"),
        ("people.yaml", "- {id: ann}", "people.yaml:1"),
        ("empty.jsonl", "", "no persona in it"),
        ("ledger.sqlite", "Hi.", "is no ledger"),
        ("elsewhere", None, "elsewhere is not there: name a file, a run or a library"),
        ("evryday", None, "did you mean 'everyday'"),
        ("gone.jsonl", None, "gone.jsonl"),
        ("folder", ..., "with neither a ledger (ledger.sqlite) nor a dataset in it"),
    ],
)
def test_what_is_none_of_these_is_told(
    name: str, content: Any, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    monkeypatch.chdir(tmp_path)
    if content is ...:
        (tmp_path / name).mkdir()
    elif content is not None:
        (tmp_path / name).write_text(content)
    assert typed(name) == 2
    assert said in capsys.readouterr().err


def test_a_run_without_dialogues(filled: Callable[..., str], capsys: pytest.CaptureFixture[str]) -> None:
    assert typed(filled()) == 2
    assert "nobody has spoken in this run yet" in capsys.readouterr().err


def test_families_stand_side_by_side_where_there_is_room(screen_of) -> None:
    census = count_sentences(
        [ProfileSentence(text=f"{n}", category=one.path) for n, one in enumerate(SHIPPED.categories)], SHIPPED
    )
    narrow, wide = screen_of(80), screen_of(120)
    for screen in (narrow, wide):
        screen.draw(category_table(census, SHIPPED))
    assert len(narrow.lines) == 54
    assert len(wide.lines) < 32
    first = wide.lines[0].split()
    assert first[:2] == ["demographic", "28"]
    assert "psychographic" in first
    assert [line.split()[0] for line in narrow.lines if not line.startswith(" ")] == list(SHIPPED.families)


def test_nothing_at_all_breaks_nothing(screen) -> None:
    empty = Survey(count_sentences([], SHIPPED), 0, 0, 0, "lexical", "lexical", (), 0)
    assert "a pool · 0 sentences" in screen.draw(*report("nothing", empty, {}, SHIPPED))


def test_names_and_texts_are_shown_as_they_are(screen) -> None:
    clash = Clash("x", by.NASTY, "I am [bold]not[/bold] here.", Conflict.CONTRADICTION, 0.95)
    assert "[bold]not[/bold]" in screen.draw(clash_table([clash]))
    assert "\x1b" not in screen.text


def test_what_is_known_of_pairs_that_are_too_many_is_told(
    file: Path, told: Callable[..., dict[str, Any]], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocking, "MOST_LEXICAL", 10)
    path = file.parent / "base.jsonl"
    lines = [f"I own {n} cats and I feed number {n}." for n in range(9)]
    path.write_text("".join(json.dumps({"text": line, "category": "Possession | Animal"}) + "\n" for line in lines))
    found = told(path)
    farther = found["farther"]
    assert (found["candidates"], found["pairs"]) == (36, 10)
    assert farther["of"] + found["pairs"] - farther["pairs"] == 36
    assert farther["share"] == farther["contradictions"] / farther["pairs"]
    assert typed(path) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert f"nearest of 36 that can conflict; of {farther['pairs']} random farther ones" in shown
