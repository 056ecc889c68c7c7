"""Is a set of people counted as one would count it by hand?"""

import sys
from pathlib import Path

from tertulia.personas import BigFive, Persona, ProfileSentence, Trait
from tertulia.personas.census import UNKNOWN, Census, Diversity, count_sentences, diversity
from tertulia.personas.taxonomy import read_taxonomy

sys.path.insert(0, str(Path(__file__).parent))

import pools as by


def sentence(text: str, category: str | None = None, entity: str | None = None, **more: str) -> ProfileSentence:
    return ProfileSentence.model_validate({"text": text, "category": category, "entity": entity, **more})


def person(name: str, *profile: ProfileSentence | str, **more: object) -> Persona:
    return Persona.model_validate({"name": name, "profile": profile, **more})


def test_people_are_counted_with_their_sentences() -> None:
    people = [
        person("Ann", sentence("I eat soup.", "food", "soup"), "I sail.", traits=BigFive(openness=3), cleared_by="x"),
        person("Bob", sentence("I eat  SOUP!", "Food", "Soup ", origin="generated"), cleared_by="x"),
        person("Cid"),
    ]
    found = Census()
    for one in people:
        found.add_person(one, by.TAXONOMY)
    assert (found.people, found.sentences, found.repeated) == (3, 3, 1)
    assert found.by_category == {"Food": 2, UNKNOWN: 1}
    assert found.by_origin == {"given": 1, "generated": 1, UNKNOWN: 1}
    assert found.entities == {"food": {"soup": 2}}
    assert list(found.texts.values()) == ["I eat soup.", "I sail."]
    assert found.profiles == {0: 1, 1: 1, 2: 1}
    assert found.cleared == {"x": 2, "": 1}
    assert found.levels[Trait.OPENNESS] == {3: 1}
    assert found.levels[Trait.NEUROTICISM] == {0: 1}


def test_sentences_without_their_entity_are_counted() -> None:
    said = (("I love Crohn\u2019s town.", "Crohn's Town"), ("I have two cats.", "cat"), ("I row.", None))
    unsaid = (("I row.", "rowing"), ("I love tea.", "coffee"))
    found = count_sentences([sentence(text, "Food", entity) for text, entity in (*said, *unsaid)], by.TAXONOMY)
    assert (found.sentences, found.unsaid) == (5, 2)


def test_lengths_are_in_words() -> None:
    found = count_sentences([sentence("I sail."), sentence("I have two cats.")], by.TAXONOMY)
    assert found.words == {2: 1, 4: 1}
    assert (found.mean_words, found.words_deviation) == (3, 1)
    assert count_sentences([], by.TAXONOMY).mean_words == 0


def test_sentences_are_the_same_whatever_their_case_and_punctuation_and_others_are_not() -> None:
    texts = ["I don't sail.", "i dont sail", "I don't, sail!", "I do sail.", "!!!", "???"]
    found = count_sentences(map(sentence, texts), by.TAXONOMY)
    assert list(found.texts.values()) == ["I don't sail.", "I do sail.", "!!!", "???"]
    assert found.repeated == 2


def test_a_category_that_is_not_in_the_taxonomy_is_a_key_of_its_own() -> None:
    some = [
        sentence("I eat soup.", "Food", "soup"),
        sentence("I cast rain.", "Spell", "rain"),
        sentence("I.", None, "I"),
    ]
    assert count_sentences(some, by.TAXONOMY).entities == {"food": {"soup": 1}, "Spell": {"rain": 1}, UNKNOWN: {"i": 1}}


def test_overlap_is_what_is_shared_of_all_different_ones() -> None:
    """By hand: {soup, rice, bread} and {rice, Bread, figs, nuts} share 2 of 5; a town and a town, 0 of 2."""
    mine = [sentence(f"I eat {what}.", "Food", what) for what in ("soup", "rice", "bread", "soup")]
    theirs = [sentence(f"I ate {what}.", "Food", what) for what in ("rice", "Bread", "figs", "nuts")]
    one = count_sentences([*mine, sentence("Lima.", "Town", "Lima"), sentence("A book.", "Book", "x")], by.TAXONOMY)
    other = count_sentences([*theirs, sentence("Oslo.", "Town", "Oslo")], by.TAXONOMY)
    assert diversity(one, other) == [
        Diversity("food", 4, 3, 2, 0.4),
        Diversity("book", 1, 1, 0, 0.0),
        Diversity("town", 1, 1, 0, 0.0),
    ]
    assert diversity(one)[0] == Diversity("food", 4, 3)


def test_categories_that_share_a_key_share_its_entities() -> None:
    shipped = read_taxonomy()
    owned, liked = ("I have a cat.", "Possession | Animal", "cat"), ("I like cats.", "Preference | Animal", "cats")
    assert count_sentences([sentence(*owned), sentence(*liked)], shipped).entities == {"animal": {"cat": 1, "cats": 1}}
