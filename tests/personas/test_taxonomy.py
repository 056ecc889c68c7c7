"""Are the 51 categories whole, and can a user's file add to them?"""

from collections import Counter
from pathlib import Path

import pytest
import yaml

from tertulia.models import rehearsal
from tertulia.models.errors import Mistake
from tertulia.personas import people, shipped
from tertulia.personas.taxonomy import Family, read_taxonomy, select

SHIPPED = read_taxonomy()
BOOKS = ["Preference | Book | Author", "Preference | Book | Genre", "Preference | Book | Title"]


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_it_is_the_taxonomy_that_the_rehearsal_model_knows() -> None:
    rows = yaml.safe_load((Path(rehearsal.__file__).parent / "taxonomy.yaml").read_text(encoding="utf-8"))
    known = [(path, key, family) for family, named in rows.items() for path, key, _ in named]
    assert [(category.path, category.key, category.family) for category in SHIPPED.categories] == known
    assert [len(SHIPPED.of(family)) for family in Family] == [28, 19, 4]


def test_each_category_has_what_prompts_and_embedders_need() -> None:
    for category in SHIPPED.categories:
        assert category.gloss
        assert len(category.examples) == len(set(category.examples)) >= 12, category.path
        assert len(category.sentences) == 5, category.path
        for sentence in category.sentences:
            assert sentence.category == category.path
            assert sentence.entity
            assert sentence.entity in sentence.text
    texts = [sentence.text for category in SHIPPED.categories for sentence in category.sentences]
    assert [text for text, count in Counter(texts).items() if count > 1] == []


def test_every_category_of_the_library_is_in_it_and_all_51_occur() -> None:
    sentences = [sentence for person in people("library/everyday", Path()) for sentence in person.profile]
    assert {sentence.category for sentence in sentences} == {category.path for category in SHIPPED.categories}
    assert not {sentence.text for sentence in sentences} & {
        sentence.text for category in SHIPPED.categories for sentence in category.sentences
    }


def test_every_category_of_the_exemplars_is_in_it() -> None:
    dialogues = yaml.safe_load(shipped("exemplars").read_text(encoding="utf-8"))
    cast = [seat["persona"] for dialogue in dialogues for seat in dialogue["cast"]]
    paths = {sentence.get("category") for person in cast if isinstance(person, dict) for sentence in person["profile"]}
    assert len(paths) > 30
    assert [path for path in paths if path and not SHIPPED.get(path)] == []


def test_the_spacing_and_case_of_a_path_do_not_matter() -> None:
    assert SHIPPED.get("preference|BOOK |author") is SHIPPED.get("Preference | Book | Author") is not None
    assert SHIPPED.get("Preference | Book") is None


@pytest.mark.parametrize(
    ("names", "paths"),
    [
        (["preference|book"], BOOKS),
        (["Preference | Book |"], BOOKS),
        (["book title", "Preference | Book | Author"], [BOOKS[0], BOOKS[2]]),
        (["animal"], ["Possession | Animal", "Preference | Animal"]),
        (["School | Degree"], ["School | Degree"]),
        (["Wellness"], [category.path for category in SHIPPED.of(Family.WELLNESS)]),
        ([], [category.path for category in SHIPPED.categories]),
    ],
)
def test_categories_are_selected_by_path_beginning_key_or_family(names: list[str], paths: list[str]) -> None:
    assert [category.path for category in select(SHIPPED, names)] == paths


def test_an_unknown_name_is_a_mistake_with_a_suggestion() -> None:
    with pytest.raises(Mistake, match=r"'boook author'; did you mean 'book author'\?.*families: demographic"):
        select(SHIPPED, ["age", "boook author"])


def test_the_beginning_of_a_path_may_have_been_meant() -> None:
    with pytest.raises(Mistake, match=r"did you mean 'Preference \| Book'\?") as caught:
        select(SHIPPED, ["Preference | Bok"])
    assert len(str(caught.value)) < 500


def test_a_file_adds_and_replaces(tmp_path: Path) -> None:
    mine = read_taxonomy(
        written(
            tmp_path,
            "families: [fantasy]\n"
            "categories:\n"
            "- {path: Magic|Spell, key: spell, family: Fantasy, sentences: ['I cast [fire balls] at dusk.']}\n"
            "- {path: preference|food, key: dish, family: psychographic}\n",
        )
    )
    assert len(mine.categories) == 52
    assert mine.families == (*Family, "fantasy")
    spell = mine.categories[-1]
    assert (spell.path, spell.family, spell.single) == ("Magic | Spell", "fantasy", False)
    assert [(sentence.text, sentence.entity) for sentence in spell.sentences] == [
        ("I cast fire balls at dusk.", "fire balls")
    ]
    food = mine.get("Preference | Food")
    assert food is not None
    assert (food.key, food.examples) == ("dish", ())
    assert mine.categories.index(food) == 28
    assert SHIPPED.get("Magic | Spell") is None


def test_the_file_of_the_docs_can_be_read(tmp_path: Path) -> None:
    text = (Path(rehearsal.__file__).parents[2] / "docs" / "taxonomy.md").read_text(encoding="utf-8")
    mine = read_taxonomy(written(tmp_path, text.partition("```yaml\n")[2].partition("```")[0]))
    assert [(category.path, len(category.sentences)) for category in mine.of("fantasy")] == [("Magic | Spell", 5)]


def test_a_file_may_begin_with_nothing(tmp_path: Path) -> None:
    path = written(tmp_path, "base: none\ncategories: [{path: Age, key: age, family: demographic, single: true}]\n")
    assert [category.path for category in read_taxonomy(path).categories] == ["Age"]
    assert read_taxonomy(path) is read_taxonomy(path)
    with pytest.raises(Mistake, match=r"mine.yaml:1: no categories in it"):
        read_taxonomy(written(tmp_path, "base: none\n"))


def test_all_mistakes_of_a_file_are_told_with_their_lines(tmp_path: Path) -> None:
    text = """\
categories:
- path: Magic | Spell
  key: 'spell: x'
  family: demographic
  sentences:
  - I cast fire.
- path: Preference |
  key: a
  family: demographic
  singel: true
- {path: Ship, key: ship, family: welness}
- {path: Age, key: age, family: demographic}
- {path: AGE, key: age, family: demographic}
- Gender
"""
    with pytest.raises(Mistake) as told:
        read_taxonomy(written(tmp_path, text))
    lines = [line.partition("mine.yaml:")[2] for line in str(told.value).splitlines()]
    starts = [
        "3: key",
        "6: sentences[0]",
        "7: path",
        "10: singel: no such key; did you mean 'single'?",
        "11: family: 'welness' is unknown; did you mean 'wellness'?",
        "13: path: 'AGE' is taken by line 12",
        "14: 'Gender' is no category",
    ]
    assert len(lines) == len(starts)
    assert [line for line, start in zip(lines, starts, strict=True) if not line.startswith(start)] == []


def test_no_mistake_hides_an_unknown_family(tmp_path: Path) -> None:
    text = """\
bse: none
families: [fantasy]
categories:
- {path: Magic | Spell, key: 'spell: x', family: fantasies}
- {path: Ship, key: ship, family: welness}
- {path: Sail, key: sail, family: fantasy}
"""
    with pytest.raises(Mistake) as told:
        read_taxonomy(written(tmp_path, text))
    lines = [line.partition("mine.yaml:")[2] for line in str(told.value).splitlines()]
    assert [line.split("; ")[0].split(" is unknown")[0] for line in lines] == [
        "1: bse: no such key",
        "4: key: 'spell: x': stands before a colon in prompts",
        "4: family: 'fantasies'",
        "5: family: 'welness'",
    ]


def test_where_the_families_are_wrong_no_family_is_unknown(tmp_path: Path) -> None:
    with pytest.raises(Mistake) as told:
        read_taxonomy(written(tmp_path, "families: fantasy\ncategories: [{path: Ship, key: ship, family: fantasy}]\n"))
    assert len(str(told.value).splitlines()) == 1
    assert "mine.yaml:1: families: 'fantasy' is no list" in str(told.value)


@pytest.mark.parametrize(
    "text", ["", "# nothing yet\n", "categories: []\n", "families: [fantasy]\n", "base: shipped\n"]
)
def test_a_file_without_categories_is_a_mistake(tmp_path: Path, text: str) -> None:
    with pytest.raises(Mistake, match=r"mine\.yaml:1: no categories in it; write at least one under `categories:`"):
        read_taxonomy(written(tmp_path, text))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("base: shippd\n", "mine.yaml:1: base: 'shippd'"),
        ("category: []\n", "did you mean 'categories'"),
        ("- path: Age\n", "mine.yaml:1: .* is no taxonomy"),
        ("categories: [\n", "broken YAML"),
    ],
)
def test_what_is_no_taxonomy_is_a_mistake(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(Mistake, match=why):
        read_taxonomy(written(tmp_path, text))


def test_a_file_that_is_not_there_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(Mistake, match="can't be read"):
        read_taxonomy(tmp_path / "none.yaml")
