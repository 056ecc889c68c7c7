"""Which lines are profile sentences, hold their value, and were not said before?"""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from tertulia.models.local.lexical import LexicalEmbedder
from tertulia.personas.difference import claim
from tertulia.personas.expansion.nearness import Near, Neighbourhood
from tertulia.personas.generation import PAPER, Filter, Survival, Yield
from tertulia.personas.generation.duplicates import Said
from tertulia.personas.generation.filters import absent, stands, unfit
from tertulia.personas.generation.parsing import Line
from tertulia.personas.generation.planning import DRY, asked, even, shares, wave
from tertulia.personas.persona import ProfileSentence
from tertulia.personas.taxonomy import Category


def category(path: str, *sentences: str) -> Category:
    return Category(path, "thing", "demographic", False, sentences=tuple(ProfileSentence(text=t) for t in sentences))


ENGLISH, KOREAN = category("A", "I have a dog.", "My cat sings."), category("B", "저는 개를 키워요.")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("C++ (advanced)", "I write C++ (advanced) for a living."),
        (".*", "I collect .* and other patterns."),
        ("[a-z]", "My favourite class is [a-z]."),
        ("TWO cats", "I have two  Cats."),
        ("Tromsø", "I was born in TROMSØ."),
        ("café", "I own a cafe\u0301."),
        ("Straße", "My STRASSE is long."),
        ("고양이", "저는 고양이를 키워요."),
        ("猫", "我有两只猫。"),
        ("art", "I start with art."),
        ("34", "I am 34."),
    ],
)
def test_a_value_is_found_as_it_is_written(value: str, text: str) -> None:
    assert stands(value, text)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("cat", "I love my cats."),
        ("art", "I start."),
        (".*", "I have a dog."),
        ("34", "I am 340."),
        ("", "I have a dog."),
        ("a+", "I say aaa."),
    ],
)
def test_a_part_of_a_word_is_no_value(value: str, text: str) -> None:
    assert not stands(value, text)


def test_a_value_that_the_reply_ends_in_has_to_end_where_a_clause_does() -> None:
    assert not absent(Line("", "I have two cats.", "cats", cut=True))
    assert not absent(Line("", "I was born in New York.", "New"))
    assert "may not be all of it" in absent(Line("", "I was born in New York.", "New", cut=True))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("word " * 2_000, "characters, more than 300"),
        ("I " + "do " * 45, "46 words"),
        ("I work.", "2 words"),
        ("I live in [city name].", "a blank, '[city name]'"),
        ("I live in ____ now.", "a blank"),
        ("My name is XXX here.", "a blank"),
        ("I like a <thing> here.", "a blank"),
        ("Dogs are the best friends.", "not in the first person"),
        ("Iris has a dog.", "not in the first person"),
    ],
)
def test_what_is_no_profile_sentence(text: str, why: str) -> None:
    assert why in unfit(Line(text, text, "dog"), ENGLISH)


@pytest.mark.parametrize(
    "text", ["I have two cats.", "Cats are what I like.", "We own a boat.", "Ours is a loud house.", "I'm a vegan now."]
)
def test_what_is_one(text: str) -> None:
    assert unfit(Line(text, text, "x"), ENGLISH) == ""


def test_the_first_person_is_asked_of_english_alone() -> None:
    assert unfit(Line("", "저는 고양이를 키워요.", "고양이"), KOREAN) == ""
    assert unfit(Line("", "我有猫。", "猫"), KOREAN) == ""


async def test_the_same_in_other_letters_is_a_duplicate() -> None:
    said = Said(LexicalEmbedder())
    reasons = await said.repeats(["I'm fond of tea.", "im fond of TEA", "I’m fond of tea!", "I sail on Sundays."])
    assert [reason[:15] for reason in reasons] == ["", "it was said bef", "it was said bef", ""]
    assert await said.repeats(["I sail on sundays"]) == ["it was said before: 'I sail on Sundays.'"]


async def test_what_is_near_is_a_duplicate_and_other_numbers_are_another_fact() -> None:
    said = Said(LexicalEmbedder())
    await said.remember(["I collect old stamps.", "I am 34 years old."])
    reasons = await said.repeats(
        ["I really collect old stamps.", "I am 35 years old.", "I also am 35 years old.", "Whales scare me."]
    )
    assert "too near" in reasons[0]
    assert "'I collect old stamps.'" in reasons[0]
    assert reasons[1] == ""
    assert "'I am 35 years old.'" in reasons[2]
    assert reasons[3] == ""


ANGLES = {"north": 0, "north by east": 20, "north east": 40, "east": 60, "near north east": 41, "south": 180}


class Angles:
    """An embedder of directions."""

    name, merge_above = "angles", 0.3

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        angles = np.radians([ANGLES[text] for text in texts])
        return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


async def test_what_was_rejected_repeats_nothing() -> None:
    """Each direction is near to its neighbour; those two apart are not near."""
    said = Said(Angles())
    first = await said.repeats(["north", "north by east", "north east", "east"])
    assert [bool(reason) for reason in first] == [False, True, False, True]
    assert [bool(reason) for reason in await said.repeats(["near north east", "south"])] == [True, False]


def test_survival_is_cumulative() -> None:
    table = Survival.of(10, [Filter.PARSE, Filter.ENTITY, Filter.ENTITY, Filter.DUPLICATE])
    assert [(row.lost, row.left, row.share) for row in table.rows] == [
        (1, 9, 0.9),
        (2, 7, 0.7),
        (0, 7, 0.7),
        (1, 6, 0.6),
    ]
    assert [row.paper for row in table.rows] == list(PAPER.values()) == [0.9376, 0.592, 0.4793, 0.2178]
    assert [row.share for row in Survival.of(0, []).rows] == [None] * 4


def test_a_pool_is_shared_evenly_and_what_the_spent_lack_goes_to_the_others() -> None:
    one, two, three = even([category(path) for path in "abc"], 10)
    assert [one.wanted, two.wanted, three.wanted] == [4, 3, 3]
    spent = Yield(two.category, 3, kept=1, calls=9, dry=DRY)
    assert shares([one, spent, three], 10) == [5, 1, 4]
    assert shares([spent, spent], 10) == [1, 1]
    assert wave([spent], 10) == []


def test_a_wave_asks_all_in_turn_and_goes_by_what_they_gave() -> None:
    first = wave(even([category("a"), category("b")], 14), 14)
    assert [(call.category.path, call.number) for call in first] == [("a", 0), ("b", 0), ("a", 1), ("b", 1)]
    slow = Yield(category("a"), 20, kept=2, calls=4)
    assert [call.number for call in wave([slow], 20)] == list(range(4, 12))


def test_a_category_is_spent_after_calls_in_a_row_that_gave_nothing() -> None:
    one = asked(Yield(category("a"), 9), [2, 0, None, 0])
    assert (one.kept, one.calls, one.dry, one.refused, one.spent) == (2, 4, 3, 1, False)
    assert asked(one, [0, 0]).spent
    assert not asked(one, [0, 0, 1]).spent
    assert str(asked(one, [0, 0])) == "a: gave 2 of 9 in 6 calls, 1 of them refused, the last 5 gave nothing new"


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("I have two cats.", "I have no cats.", False),
        ("I have two cats.", "I don't have two cats.", False),
        ("I have two cats.", "I never have two cats.", False),
        ("I don’t have two cats.", "I do not have two cats.", True),
        ("I have 2 cats.", "I have 3 cats.", False),
        ("I have two cats.", "I want to have two cats.", True),
        ("I know now that I have two cats.", "I have two cats.", True),
    ],
)
def test_a_yes_and_a_no_and_other_numbers_are_different_claims(first: str, second: str, same: bool) -> None:
    assert (claim(first) == claim(second)) is same


async def test_what_is_denied_is_no_duplicate() -> None:
    said = Said(LexicalEmbedder())
    await said.remember(["I have two cats."])
    assert await said.repeats(["I have no cats."]) == [""]
    assert "'I have no cats.'" in (await said.repeats(["I don't have two cats."]))[0]
    assert "too near" in (await said.repeats(["I really have two cats."]))[0]


class Edge:
    """Two texts at a cosine of 0.90003: 0.9 to the fourth decimal."""

    name, merge_above = "edge", 0.3

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        cosines = np.array([{"one": 1.0, "other": 0.90003, "third": 0.9002}[text] for text in texts])
        return np.stack([cosines, np.sqrt(1 - cosines**2)], axis=1).astype(np.float32)


async def test_cosines_are_rounded_before_they_are_compared() -> None:
    assert await Said(Edge()).repeats(["one", "other"]) == ["", ""]
    assert (await Said(Edge()).repeats(["one", "third"]))[1]
    grown = await Neighbourhood.of(["one"], Edge())
    other, third = await Edge().embed(["other", "third"])
    assert grown.repeated("other", other, 0.9) is None
    assert grown.repeated("third", third, 0.9) == Near(0.9002, "one")
    assert grown.repeated("third 3", third, 0.9) is None
    assert grown.repeated("not third", third, 0.9) is None
