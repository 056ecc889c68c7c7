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


KOREAN = ["주말에 보통 뭐 하세요?", "한강에서 자전거를 타요. 바람이 시원해서요.", "저도 동생이랑 자전거를 자주 타요."]
PARTING = ["이야기 나눠서 정말 즐거웠어요.", "저도요!", "좋은 하루 보내세요!", "네, 안녕히 계세요!"]
ROUND = [
    "정말 감사합니다!",
    "별말씀을요!",
    "정말 친절하시네요.",
    "그렇게 말씀해 주셔서 감사해요!",
    "네, 좋은 하루 되세요, 지민 씨!",
]


@pytest.mark.parametrize(
    ("texts", "turns"),
    [
        ([*KOREAN, *KOREAN, *PARTING], []),
        ([*KOREAN, *ROUND[:4], *KOREAN, *KOREAN], [3, 4, 5, 6]),
        ([*KOREAN, *ROUND[:3], *KOREAN], []),
        ([*KOREAN, *PARTING, "안녕히 가세요!", "다음에 또 봐요!", "조심히 들어가세요!", "네, 잘 자요!"], [9, 10]),
        (["안녕하세요, 반갑습니다!", "안녕하세요, 저도 반가워요!", "만나서 반가워요!", *KOREAN], []),
        ([*KOREAN, "잘 가!", "그래, 잘 가!", "나 사실 부산에 살아.", "진짜?", "응, 바다가 보여."], [7]),
    ],
)
async def test_korean_loops(texts: list[str], turns: list[int]) -> None:
    answer = await verdict(Pleasantries(), talk(*texts, names=("지민", "서연"), language="ko"))
    assert [finding.turn for finding in answer.findings] == turns


async def test_nobody_thanks_twice_in_a_row_in_korean() -> None:
    grateful = [*KOREAN, "고마워요!", "어디서 타세요?", "정말 감사해요.", "자전거는 무슨 색이에요?", *KOREAN]
    answer = await verdict(Pleasantries(), talk(*grateful, language="ko"))
    assert [finding.turn for finding in answer.findings] == [3, 5]


@pytest.mark.parametrize(
    "text",
    ["감사 편지를 썼어요.", "고양이 덕분에 웃어요.", "오늘은 날씨가 좋아서 산책했어요.", "제 동생은 부산에 있어요."],
)
async def test_what_tells_something_is_no_pleasantry(text: str) -> None:
    assert (await verdict(Pleasantries(), talk(text, language="ko"))).score == 1.0
