"""The profile that a model tells is read, and matched to the true one."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from tertulia.agents import Turn
from tertulia.personas import Persona
from tertulia.personas.persona import ProfileSentence
from tertulia.training.evaluation.extraction import (
    Matched,
    drawn,
    f_score,
    matched,
    matched_by_meaning,
    precision,
    profile_f,
    recall,
    told_in,
)
from tertulia.training.evaluation.sample import Lacking

from .people import bench, dialogue, dialogues, subject

TWO = ["I have a dog.", "I love jazz."]


@pytest.mark.parametrize(
    "reply",
    [
        "I have a dog.\nI love jazz.",
        "- I have a dog.\n- I love jazz.",
        "1. I have a dog.\n2) I love jazz.\n",
        "(1) **I have a dog.**\n\n(2) *I love jazz.*",
        'Here is the profile:\n\n* "I have a dog."\n* “I love jazz.”',
        "Sure! Here are the sentences: I have a dog. I love jazz.",
        "Profile: I have a dog.\nI love jazz.",
        "I have a dog. I love jazz.",
        '["I have a dog.", "I love jazz."]',
        '```json\n{"profile": ["I have a dog.", "I love jazz."]}\n```',
        '{"sentences": [{"text": "I have a dog.", "about": "pets"}, {"text": "I love jazz.", "about": "music"}]}',
        "I have a dog.\nI love jazz.\nI have a dog.\n---\n",
        "<|x|> [broken\nI have a dog.\nI love jazz.",
    ],
)
def test_sentences_are_found_in_whatever_form(reply: str) -> None:
    assert [sentence for sentence in told_in(reply) if "broken" not in sentence] == TWO


def test_what_begins_like_a_number_or_a_list_stays_whole() -> None:
    assert told_in("3 cats live with me\n- 2.5 years ago I moved") == ["3 cats live with me", "2.5 years ago I moved"]
    assert told_in("I. am. odd\nA band plays") == ["I. am. odd", "A band plays"]
    assert told_in("") == told_in("...\n---") == told_in("Here is the profile:") == []


def profile(*texts: str, entity: str | None = None) -> list[ProfileSentence]:
    return [ProfileSentence(text=text, entity=entity) for text in texts]


@pytest.mark.parametrize(
    ("told", "true", "right"),
    [
        (TWO, profile("I love jazz music.", "I have a dog."), 2),
        (["I have a cat."], profile("I have a dog."), 0),  # function words alone are no fact
        (["I own a small dog."], profile("I own a small cat."), 1),
        (["I own a small dog."], profile("I own a small cat.", entity="cat"), 0),
        (["I love jazz.", "I love jazz music.", "I adore jazz."], profile("I love jazz."), 1),  # one to one
        (["green apples pears", "green apples"], profile("green apples", "apples pears plums"), 2),  # not greedily
        ([], profile("I have a dog."), 0),
        (TWO, [], 0),
    ],
)
def test_sentences_are_matched_one_to_one(told: list[str], true: list[ProfileSentence], right: int) -> None:
    assert matched(told, true) == Matched(right, len(told), len(true))


def test_korean_is_matched_by_its_words() -> None:
    assert matched(["나는 고양이를 키워요"], profile("저는 고양이를 키웁니다"), "ko").right == 1
    assert matched(["나는 강아지를 키워요"], profile("저는 피아노를 칩니다"), "ko").right == 0


def test_precision_recall_and_f_are_of_all_sentences_together() -> None:
    found = [Matched(1, 2, 5), Matched(2, 2, 3)]
    assert precision(found) == pytest.approx(75)
    assert recall(found) == pytest.approx(37.5)
    assert f_score(found) == pytest.approx(2 * 75 * 37.5 / (75 + 37.5))
    assert precision([tuple(map(sum, zip(*found, strict=True)))]) == pytest.approx(75)  # as the bootstrap draws
    assert f_score([]) == f_score([Matched(0, 0, 0)]) == precision([Matched(0, 0, 4)]) == 0


class Angles:
    """An embedder that was told where sentences lie: degrees on a circle, as in `40: I heal people.`"""

    name = "angles"
    merge_above = 0.5

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        angles = np.radians([float(text.partition(":")[0]) for text in texts])
        return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def test_with_an_embedder_cosines_count() -> None:
    told = ["0: I heal people.", "36: I am a doctor.", "180: I fish."]
    assert matched_by_meaning(told, ["20: I cure the sick.", "140: I swim."], Angles()) == Matched(1, 3, 2)
    assert matched_by_meaning(told, ["37: I cure the sick.", "143: I swim."], Angles()) == Matched(1, 3, 2)
    assert matched_by_meaning(told, ["37: I cure the sick.", "35: Medicine.", "144: I swim."], Angles()).right == 3
    assert matched_by_meaning([], ["20: I cure the sick."], Angles()) == Matched(0, 0, 1)


def test_a_model_is_asked_without_its_persona_and_its_words_are_matched() -> None:
    tested, model = bench(*dialogues(3), embedder=None), subject("I own a small cat.")
    asked = drawn(tested)
    assert len(asked) == 6
    assert not any("small" in message["content"] for example in asked for message in example.messages[:-1])
    columns = {samples.measure: samples for samples in profile_f(model, tested)}
    assert list(columns) == ["profile F", "profile F precision", "profile F recall"]
    assert columns["profile F"].by_dialogue == {"d0": (1, 2, 4), "d1": (0, 2, 4), "d2": (0, 2, 4)}  # Person 1 has a cat
    assert [round(columns[name].value or 0, 2) for name in columns] == [11.11, 16.67, 8.33]
    assert columns["profile F"].detail == {"speakers": 6, "right": 1, "told": 6, "true": 12}
    assert len(drawn(bench(*dialogues(3), replies=4))) == 2


def test_who_says_more_than_the_model_reads_is_left_out() -> None:
    talks = dialogues(2)
    long = replace(talks[0], turns=(Turn("a", "So it goes. " * 200), *talks[0].turns[1:]))
    columns = profile_f(subject(), bench(long, talks[1]))
    assert columns[0].detail["speakers"] == 3
    assert columns[0].note == "1 speakers are left out, who say more than it reads"
    with pytest.raises(Lacking, match="more than the 512 tokens that it reads"):
        profile_f(subject(), bench(replace(long, turns=(long.turns[0],))))


def test_it_says_that_nobody_has_a_profile() -> None:
    talk = dialogue(0)
    bare = replace(talk, cast=tuple(replace(member, persona=Persona(name=member.name)) for member in talk.cast))
    with pytest.raises(Lacking, match="profile"):
        profile_f(subject(), bench(bare))
