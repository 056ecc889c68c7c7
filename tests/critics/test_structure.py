"""What generators leave behind is found, and spoken words are left alone."""

import pytest

from tertulia.critics import Limits
from tertulia.critics.experts.structure import Structure
from tertulia.critics.flaw import Flaw

from .conftest import talk, verdict


async def flaws(*texts: str, language: str = "en", **options: bool) -> list[tuple[str, str | None]]:
    found = (await verdict(Structure(**options), talk("Well.", *texts, language=language))).findings
    return [(finding.text.partition(":")[0], finding.span) for finding in found]


@pytest.mark.parametrize(
    ("text", "flaw", "span"),
    [
        ("Hi, I'm [user 1's name].", Flaw.PLACEHOLDER, "[user 1's name]"),
        ("I live in [city].", Flaw.PLACEHOLDER, "[city]"),
        ("Hi, I'm (name).", Flaw.BLANK, "(name)"),
        ("I come from (insert your hometown).", Flaw.BLANK, "(insert your hometown)"),
        ("My name is <name>.", Flaw.BLANK, "<name>"),
        ("Nice to meet you, {{ name }}!", Flaw.BLANK, "{{ name }}"),
        ("They call me ____.", Flaw.BLANK, "____"),
        ("Nice to meet you, User 2!", Flaw.BLANK, "User 2"),
        ("*smiles* That's sweet.", Flaw.STAGE_DIRECTION, "*smiles*"),
        ("(laughs) Really?", Flaw.STAGE_DIRECTION, "(laughs)"),
        ("Off we go. (Ann hugs Bo.)", Flaw.STAGE_DIRECTION, "(Ann hugs Bo.)"),
        ("*They walk to the pier together.*", Flaw.STAGE_DIRECTION, "*They walk to the pier together.*"),
        ("Bye! (15 minutes later)", Flaw.STAGE_DIRECTION, "(15 minutes later)"),
        ("Bo: I bake bread.", Flaw.LABEL, "Bo:"),
        ("Sure.\nAnn: And you?", Flaw.LABEL, "Ann:"),
        ("Assistant: How can I help?", Flaw.LABEL, "Assistant:"),
        ("- first, the eggs", Flaw.LIST, "- first, the eggs"),
        ("1. Draw.", Flaw.LIST, "1. Draw."),
        ("It is **very** good.", Flaw.MARKUP, "**very**"),
        ("# My day", Flaw.MARKUP, "# My day"),
        ("I <b>love</b> it.", Flaw.MARKUP, "<b>"),
        ("...", Flaw.EMPTY, None),
        ("", Flaw.EMPTY, None),
    ],
)
async def test_each_flaw_is_found_with_its_words(text: str, flaw: Flaw, span: str | None) -> None:
    assert (flaw.value, span) in await flaws(text)


@pytest.mark.parametrize(
    "text",
    [
        "I was there at 5 (it was raining), and I *really* liked it.",
        "It turns out (later I heard why) that they were 10 short.",
        "Here is the plan: we take the 7.30 train, all 4 of us.",
        "I met that person 2 years ago; user 2 of the app was me.",
        "Self-made, I <3 it! :-) -- honestly",
        "(I know, I know.) He said: why not?",
        "It was (at the time) the best. (Looks like rain.)",
        "10 - that was my number. 1.5 litres!",
    ],
)
async def test_spoken_words_are_left_alone(text: str) -> None:
    assert await flaws(text) == []


async def test_each_flaw_can_be_switched_off_by_itself() -> None:
    texts = ["[name] (name)", "*smiles*", "Bo: 1.", "- one", "**no**", ""]
    switches = ["placeholders", "blanks", "stage_directions", "labels", "lists", "markup", "empty"]
    found = {flaw for flaw, _ in await flaws(*texts)}
    assert len(found) == len(switches)
    gone = [found - {flaw for flaw, _ in await flaws(*texts, **{switch: False})} for switch in switches]
    assert [len(flaws) for flaws in gone] == [1] * len(switches)
    assert set().union(*gone) == found


async def test_a_finding_names_turn_and_seat_and_only_that_seat_is_advised() -> None:
    rejected = await verdict(Structure(), talk("Hello.", "I am [name].", "Ah.", "(nods) Yes."))
    assert not rejected.approve
    assert [(f.turn, f.seat) for f in rejected.findings] == [(1, "b"), (3, "b")]
    assert rejected.score == 0.5
    assert set(rejected.advice) == {"b"}
    assert "brackets" in rejected.advice["b"]
    assert "what you do" in rejected.advice["b"]


@pytest.mark.parametrize(("turns", "approves"), [(3, False), (4, True), (6, True), (7, False)])
async def test_the_number_of_turns_is_held_to_the_limits(turns: int, approves: bool) -> None:
    answer = await verdict(Structure(), talk(*["Yes."] * turns), Limits(4, 6))
    assert answer.approve is approves
    assert answer.approve or answer.score == 0.0
    assert (await verdict(Structure(turns=False), talk(*["Yes."] * turns), Limits(4, 6))).approve


async def test_nobody_speaks_twice_in_a_row_where_turns_alternate() -> None:
    dialogue = talk("One.", "Two.", "Three.", order=[0, 0, 1])
    answer = await verdict(Structure(), dialogue)
    assert [(f.text, f.turn, f.seat) for f in answer.findings] == [("alternation: speaks twice in a row", 1, "a")]
    assert (await verdict(Structure(), dialogue, Limits(alternating=False))).approve
    assert (await verdict(Structure(alternation=False), dialogue)).approve


async def test_nothing_said_is_no_conversation() -> None:
    assert not (await verdict(Structure(), talk())).approve


async def test_signs_that_need_words_are_left_out_in_other_languages() -> None:
    assert await flaws("Ik heb (name) [naam]. Bo: ja", language="nl") == [("placeholder", "[naam]")]


KOREAN = ("지민", "서연")


async def korean_flaws(text: str) -> list[tuple[str, str | None]]:
    found = (await verdict(Structure(), talk("글쎄요.", text, names=KOREAN, language="ko"))).findings
    return [(finding.text.partition(":")[0], finding.span) for finding in found]


@pytest.mark.parametrize(
    ("text", "flaw", "span"),
    [
        ("안녕하세요, 저는 [이름]이에요.", Flaw.PLACEHOLDER, "[이름]"),
        ("저는 (이름)이라고 해요.", Flaw.BLANK, "(이름)"),
        ("저는 (도시 이름)에 살아요.", Flaw.BLANK, "(도시 이름)"),
        ("저는 <이름>입니다.", Flaw.BLANK, "<이름>"),
        ("저는 ○○○입니다.", Flaw.BLANK, "○○○"),
        ("저는 김OO입니다.", Flaw.BLANK, "OO"),
        ("OO 대학교에 다녀요.", Flaw.BLANK, "OO"),
        ("반가워요, 사용자 2님!", Flaw.BLANK, "사용자 2"),
        ("화자1은 뭐 해요?", Flaw.BLANK, "화자1"),
        ("(웃음) 정말요?", Flaw.STAGE_DIRECTION, "(웃음)"),
        ("(고개를 끄덕이며) 그렇군요.", Flaw.STAGE_DIRECTION, "(고개를 끄덕이며)"),
        ("*미소를 지으며* 좋아요.", Flaw.STAGE_DIRECTION, "*미소를 지으며*"),
        ("잠깐만요. (잠시 후) 됐어요.", Flaw.STAGE_DIRECTION, "(잠시 후)"),
        ("가자! (10분 후)", Flaw.STAGE_DIRECTION, "(10분 후)"),
        ("안녕! (지민이 손을 흔든다)", Flaw.STAGE_DIRECTION, "(지민이 손을 흔든다)"),
        ("서연: 빵을 구워요.", Flaw.LABEL, "서연:"),
        ("그래.\n지민: 너는?", Flaw.LABEL, "지민:"),
        ("사용자 1: 안녕하세요.", Flaw.LABEL, "사용자 1:"),
        ("화자 A: 안녕하세요.", Flaw.LABEL, "화자 A:"),
        ("챗봇: 무엇을 도와드릴까요?", Flaw.LABEL, "챗봇:"),
        ("1. 먼저 계란을 풀어요", Flaw.LIST, "1. 먼저 계란을 풀어요"),
    ],
)
async def test_each_korean_flaw_is_found_with_its_words(text: str, flaw: Flaw, span: str | None) -> None:
    assert (flaw.value, span) in await korean_flaws(text)


@pytest.mark.parametrize(
    "text",
    [
        "5시에 갔는데 (비가 왔어요) *정말* 좋았어요 ㅋㅋ ^^",
        "(웃긴 얘기지만) 저는 겁이 많아요.",
        "이 앱은 사용자 1명이 하루에 2시간 써요.",
        "제 계획은 이래요: 7시 30분 기차를 타요.",
        "이름은 나비예요 (나이는 세 살). 엄마가 그러셨죠: 왜 안 와?",
        "동생 (부산에 사는)이 왔어요. 지민 씨도 오세요!",
        "(5분 뒤에 다시 전화할게) 알겠지? ㅎㅎ",
        "OX 퀴즈 좋아해? 10 - 그게 내 번호야. O형이야.",
    ],
)
async def test_spoken_korean_is_left_alone(text: str) -> None:
    assert await korean_flaws(text) == []
