"""Every speaker keeps to the register that was asked for."""

import pytest

from tertulia.critics import Abstention, Why
from tertulia.critics.conformance import check_critic
from tertulia.critics.experts.style import ADVICE, Style

from .conftest import case_of, talk, verdict

KOREAN = ("지민", "김서연")
FRIENDS = [
    "안녕! 주말에 뭐 했어?",
    "나 친구랑 한강에 갔다 왔어. 너는?",
    "나는 집에서 고양이랑 놀았지. 비가 너무 많이 왔잖아.",
    "고양이 키워? 이름이 뭐야?",
    "나비야. 다음에 보여줄게, 서연아!",
]
STRANGERS = [
    "안녕하세요! 주말에 뭐 하셨어요?",
    "저는 친구와 한강에 다녀왔습니다. 지민 씨는요?",
    "저는 집에서 고양이랑 놀았어요. 비가 너무 많이 왔잖아요.",
    "고양이를 키우세요? 이름이 뭐예요?",
    "나비예요. 다음에 보여드릴게요, 서연 씨!",
]
MIXED = [FRIENDS[0], STRANGERS[1], STRANGERS[2], STRANGERS[3], FRIENDS[4]]
CASUAL = ["Hey, what's up?", "Not much. I'm baking, you?", "Oh cool, I can't bake at all.", "It's pretty easy."]
FORMAL = [
    "Good evening, madam. May I ask what your occupation is?",
    "I am a baker. It is a pleasure to make your acquaintance.",
    "I do not bake; nevertheless, I would be delighted to learn.",
    "I cannot promise, but I shall teach you.",
]


@pytest.mark.parametrize(
    ("texts", "language", "approved"),
    [
        (FRIENDS, "ko", {"informal", "any"}),
        (STRANGERS, "ko", {"polite", "any"}),
        (MIXED, "ko", set()),
        ([*FRIENDS[:1], *STRANGERS[1:2], *FRIENDS[2:3], *STRANGERS[3:4]], "ko", {"any"}),
        (CASUAL, "en", {"informal", "any"}),
        (FORMAL, "en", {"polite", "any"}),
        (["Two cats.", "The museum opens at ten."], "en", {"informal", "polite", "any"}),
        ([], "en", {"informal", "polite", "any"}),
    ],
)
async def test_the_register_asked_for_is_approved(texts: list[str], language: str, approved: set[str]) -> None:
    dialogue = talk(*texts, names=KOREAN, language=language)
    answers = {register: await verdict(Style(register=register), dialogue) for register in ADVICE}  # type: ignore[arg-type]
    assert {register for register, answer in answers.items() if answer.approve} == approved


async def test_findings_name_turn_speaker_and_sentence_and_only_that_speaker_is_advised() -> None:
    answer = await verdict(Style(), talk(*FRIENDS[:3], *STRANGERS[3:4], names=KOREAN, language="ko"))
    assert [(f.text, f.turn, f.seat, f.span) for f in answer.findings] == [
        ("polite, not informal", 3, "b", "고양이를 키우세요?"),
        ("polite, not informal", 3, "b", "이름이 뭐예요?"),
    ]
    assert answer.advice == {"b": ADVICE["informal"]}
    assert answer.score == answer.figures["b/informal"] == 0.3333
    assert answer.figures["a/informal"] == 1.0


async def test_one_sentence_is_no_habit() -> None:
    slip = talk(*FRIENDS[:3], "그렇군요.", names=KOREAN, language="ko")
    answer = await verdict(Style(), slip)
    assert answer.approve
    assert len(answer.findings) == 1
    assert not (await verdict(Style(least=1), slip)).approve
    assert (await verdict(Style(least=1, threshold=0.5), slip)).approve


async def test_a_mixture_is_told_from_the_more_frequent_register() -> None:
    answer = await verdict(Style(register="any"), talk(*MIXED, names=KOREAN, language="ko"))
    assert answer.advice == {"a": ADVICE["any"]}
    assert {(f.turn, f.text) for f in answer.findings} == {(2, "polite, not informal")}


async def test_it_abstains_without_words_and_conforms() -> None:
    answer = await Style().review(case_of(talk("Saluton!", "Saluton!", language="eo")))
    assert answer == Abstention(Why.NOT_APPLICABLE, "it knows no words of the language 'eo'")
    await check_critic(Style(register="any"))
