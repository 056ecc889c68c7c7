"""Do sentences get the category that they are about?"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tertulia.models.errors import Mistake
from tertulia.models.local import connect_embedder
from tertulia.models.scorer import Inference, Pair
from tertulia.personas import ProfileSentence, people
from tertulia.personas.categorising import (
    ABOUT_BY_EMBEDDER,
    ABOUT_BY_NLI,
    about,
    about_above,
    categorise,
)
from tertulia.personas.consistency.lexical import LexicalNli
from tertulia.personas.event import Progressed
from tertulia.personas.judging import category_judge, check_judge
from tertulia.personas.prototypes import main_clause, prototypes
from tertulia.personas.taxonomy import Category, Taxonomy, read_taxonomy, select

SHIPPED = read_taxonomy()
LEXICAL = connect_embedder("lexical")
LIBRARY = [sentence for person in people("library/everyday", Path()) for sentence in person.profile]


class KeyWords:
    """An NLI model that finds a sentence to be about a key where it has heard so."""

    name = "key words"

    def __init__(self, **heard: str) -> None:
        self.heard = heard
        self.asked: list[Pair] = []

    async def infer(self, pairs: Sequence[Pair]) -> list[Inference]:
        self.asked += pairs
        return [self._of(*pair) for pair in pairs]

    def _of(self, premise: str, hypothesis: str) -> Inference:
        keys = [key for word, key in self.heard.items() if word in premise.lower()]
        if any(hypothesis == f"This sentence is about {key}." for key in keys):
            return Inference(0.6, 0.37, 0.03)
        return Inference(0.1, 0.0, 0.9) if keys else Inference(0.0, 1.0, 0.0)


def sentence(text: str, category: str | None = None, entity: str | None = None) -> ProfileSentence:
    return ProfileSentence(text=text, category=category, entity=entity)


def correct(found: Sequence[ProfileSentence], of: Sequence[ProfileSentence]) -> float:
    return sum(one.category == other.category for one, other in zip(found, of, strict=True)) / len(of)


def stripped(sentences: Sequence[ProfileSentence]) -> list[ProfileSentence]:
    return [sentence.model_copy(update={"category": None}) for sentence in sentences]


async def test_a_known_category_stays_and_the_others_are_found() -> None:
    given = [
        sentence("I have two cats.", "Preference | Food", "cats"),
        sentence("My favourite colour is a bright blue."),
        sentence("I play the violin in an orchestra.", "My own | Category"),
        sentence("I suffer from asthma.", "disease|respiratory"),
    ]
    found = await categorise(given, SHIPPED, embedder=LEXICAL)
    assert [one.category for one in found] == [
        "Preference | Food",
        "Preference | Color",
        "Preference | Music | Instrument",
        "Disease | Respiratory",
    ]
    assert [(one.text, one.entity) for one in found] == [(one.text, one.entity) for one in given]


async def test_what_fits_nowhere_has_no_category_and_is_counted() -> None:
    told: list[object] = []
    given = [sentence("Xyzzy plugh."), sentence("I am thirty-four years old.")] * 40
    found = await categorise(given, SHIPPED, embedder=LEXICAL, events=told.append)
    assert [one.category for one in found] == [None, "Age"] * 40
    assert told == [
        Progressed("categorise", 64, 80, "32 without a category"),
        Progressed("categorise", 80, 80, "40 without a category"),
    ]


async def test_words_alone_find_much_more_than_chance_would() -> None:
    found = await categorise(stripped(LIBRARY), SHIPPED, embedder=LEXICAL)
    assert correct(found, LIBRARY) > 0.25
    surely = [(one, other) for one, other in zip(found, LIBRARY, strict=True) if one.category]
    assert correct([one for one, _ in surely], [other for _, other in surely]) > 0.6


async def test_minilm_finds_most_and_knows_what_a_sentence_is_not_about() -> None:
    minilm = connect_embedder("auto")
    if minilm.name == "lexical":
        pytest.skip("the weights are not installed")
    few = Taxonomy(select(SHIPPED, ["School", "Preference | Music", "wellness"]))
    place = {category.path: index for index, category in enumerate(few.categories)}
    some = [one for one in LIBRARY if one.category in place][::2]
    seen = await prototypes(few, minilm)
    scores = await seen.scores(some)
    right = [place[str(one.category)] for one in some]
    assert sum(row.argmax() == index for row, index in zip(scores, right, strict=True)) / len(some) > 0.75
    rows = list(zip(seen.shares(scores), right, strict=True))
    assert sum(row[index] >= ABOUT_BY_EMBEDDER for row, index in rows) / len(some) > 0.85
    assert sum(row[(index + 5) % len(place)] >= ABOUT_BY_EMBEDDER for row, index in rows) / len(some) < 0.05


async def test_an_nli_model_chooses_among_all_or_among_the_nearest() -> None:
    given = [sentence("I have two cats."), sentence("The bus was late.")]
    for embedder, asked in ((None, 51), (LEXICAL, 5)):
        nli = KeyWords(cats="animal")
        found = await categorise(given, SHIPPED, nli=nli, embedder=embedder)
        assert [one.category for one in found] == ["Possession | Animal", None]
        assert len(nli.asked) == 2 * asked


async def test_about_is_entailment_against_contradiction() -> None:
    given = [
        sentence("I have two cats.", "Preference | Animal"),
        sentence("I have two cats.", "Age"),
        sentence("It rains.", "Age"),
        sentence("I have two cats.", "No | Such"),
        sentence("I have two cats."),
    ]
    shares = await about(given, SHIPPED, nli=KeyWords(cats="animal"))
    assert shares == [0.9524, 0.1, 0.0, 0.0, 0.0]
    assert about_above(KeyWords()) == ABOUT_BY_NLI == 0.9
    assert about_above(KeyWords(), LEXICAL) == ABOUT_BY_NLI
    assert about_above(None) == ABOUT_BY_EMBEDDER


async def test_words_alone_let_most_lines_of_a_category_pass_and_most_others_fall() -> None:
    place = {category.path: index for index, category in enumerate(SHIPPED.categories)}
    far = [category.path for category in SHIPPED.categories]
    others = [one.model_copy(update={"category": far[(place[str(one.category)] + 20) % 51]}) for one in LIBRARY]
    least = about_above(None, LEXICAL)
    right, wrong = [await about(some, SHIPPED, embedder=LEXICAL) for some in (LIBRARY, others)]
    assert sum(share >= least for share in right) / len(right) >= 0.8
    assert sum(share >= least for share in wrong) / len(wrong) < 0.35


async def test_about_by_an_embedder_is_a_share_among_all_categories() -> None:
    text = "I play the violin in an orchestra."
    given = [sentence(text, category.path) for category in SHIPPED.categories]
    shares = await about(given, SHIPPED, embedder=LEXICAL)
    assert sum(shares) == pytest.approx(1, abs=1e-4)
    assert SHIPPED.categories[shares.index(max(shares))].path == "Preference | Music | Instrument"
    assert max(shares) > ABOUT_BY_EMBEDDER


async def test_the_entity_helps() -> None:
    text = "Nobody believes how much I adore Quizzaciously."
    few = Taxonomy(select(SHIPPED, ["music genre", "book title", "music artist"]))
    without, having = await about(
        [
            sentence(text, "Preference | Music | Artist"),
            sentence(text, "Preference | Music | Artist", "the Rolling Stones"),
        ],
        few,
        embedder=LEXICAL,
    )
    assert having > without


async def test_categories_without_sentences_or_examples_can_be_found_too() -> None:
    bare = Taxonomy(
        (
            Category("Magic | Spell", "magic spell", "fantasy", single=False),
            Category("Sea | Ship", "ship", "fantasy", single=False, examples=("a frigate", "a galleon")),
            Category("Sky", "sky", "fantasy", single=False, gloss="the clouds, the stars and the moon"),
        )
    )
    seen = await prototypes(bare, LEXICAL)
    scores = await seen.scores([sentence("A magic spell!"), sentence("My galleon sank."), sentence("Moon and stars.")])
    assert scores.argmax(axis=1).tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("text", "clause"),
    [
        ("I am a baker, so my working day ends when yours begins.", "I am a baker"),
        ("I have lived in Rome since I was nine.", "I have lived in Rome"),
        ("Running, swimming.", "Running, swimming."),
        ("I like tea.", "I like tea."),
    ],
)
def test_asides_are_cut_off(text: str, clause: str) -> None:
    assert main_clause(text) == clause


class Detector(KeyWords):
    entails = False


async def test_a_model_without_entailment_judges_nothing_and_is_told() -> None:
    given, detector = [sentence("I have two cats.", "Possession | Animal")], Detector(cats="animal")
    for judge in (categorise, about):
        with pytest.raises(Mistake, match=r"three-way NLI model .* or leave it out"):
            await judge(given, SHIPPED, nli=detector)
    with pytest.raises(Mistake, match="it compares words"):
        check_judge(LexicalNli())
    assert [category_judge(nli) for nli in (None, detector, LexicalNli())] == [None] * 3
    three = KeyWords()
    assert category_judge(three) is three


async def test_two_embedders_of_one_name_are_two() -> None:
    """What one of them knows of the taxonomy is nothing to the other, whose vectors are shorter."""

    class Short:
        name, merge_above = LEXICAL.name, 0.3

        async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
            return (await LEXICAL.embed(texts))[:, :512]

    few = Taxonomy(select(SHIPPED, ["animal", "music genre"]))
    for embedder in (LEXICAL, Short()):
        (found,) = await categorise([sentence("I have two cats.")], few, embedder=embedder)
        assert found.category == "Possession | Animal"
