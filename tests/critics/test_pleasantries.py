"""Loops of thanks and goodbyes are found; manners are not."""

import pytest

from tertulia.critics import Abstention, Why
from tertulia.critics.experts.pleasantries import Pleasantries

from .conftest import case_of, talk, verdict

TALK = ["Where do you sail?", "Mostly on the lake, when the wind is good.", "I sail there too, with my brother."]
GOODBYE = ["It was nice talking to you.", "You too.", "Have a nice day!", "You too! Bye!"]
LOOP = [
    "Thank you so much!",
    "You're very welcome!",
    "That's so kind of you.",
    "I'm glad you think so!",
    "Thanks again!",
]


@pytest.mark.parametrize(
    ("texts", "turns"),
    [
        ([*TALK, *TALK, *GOODBYE], []),
        ([*TALK, *LOOP, *TALK, *TALK], [3, 4, 5, 6, 7]),
        ([*TALK, *LOOP[:3], *TALK], []),
        ([*TALK, *GOODBYE, "Bye!", "Bye!", "Take care!", "See you!", "Goodbye!"], [9, 10, 11]),
        ([*TALK, "Bye!", "Goodbye!", "So, do you like boats?", "Yes.", "Which ones?"], [7]),
        (["Hi Bo!", "Hello Ann, nice to meet you!", "Nice to meet you too!", *TALK], []),
    ],
)
async def test_loops(texts: list[str], turns: list[int]) -> None:
    answer = await verdict(Pleasantries(), talk(*texts))
    assert [finding.turn for finding in answer.findings] == turns
    assert answer.approve is (not turns)


async def test_a_talk_that_is_half_courtesies_is_rejected() -> None:
    half = [line for pair in zip(TALK * 2, LOOP, strict=False) for line in pair]
    answer = await verdict(Pleasantries(), talk(*half))
    assert answer.score == 0.5
    assert not answer.approve
    assert set(answer.advice) == {"b"}
    assert (await verdict(Pleasantries(share=0.6), talk(*half))).approve


async def test_nobody_thanks_twice_in_a_row_with_nothing_else() -> None:
    grateful = [*TALK, "Oh, thank you!", "Where do you moor?", "Thanks again, really.", "What is she called?", *TALK]
    answer = await verdict(Pleasantries(), talk(*grateful))
    assert [(finding.turn, finding.text) for finding in answer.findings] == [
        (3, "thanks again and again"),
        (5, "thanks again and again"),
    ]
    assert set(answer.advice) == {"b"}
    assert (await verdict(Pleasantries(thanks=2), talk(*grateful))).approve
    assert (await verdict(Pleasantries(), talk(*TALK, "Thanks!", *TALK, "Thank you."))).approve


async def test_it_says_nothing_of_a_language_it_does_not_know() -> None:
    answer = await Pleasantries().review(case_of(talk("Dankon!", "Dankon!", language="eo")))
    assert answer == Abstention(Why.NOT_APPLICABLE, "it knows no words of the language 'eo'")
    assert (await verdict(Pleasantries(), talk("Cheers!", "Ta!", language="en-GB"))).approve
