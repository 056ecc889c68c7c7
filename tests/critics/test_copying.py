"""Copied profiles and repeated utterances, by token-F1."""

from random import Random

import pytest

from tertulia.critics import Abstention, Sees, Verdict, Why
from tertulia.critics.experts.copy_paste import CopyPaste
from tertulia.critics.experts.repetition import Repetition
from tertulia.critics.overlap import f1, reaches, sizes, token_f1, tokens
from tertulia.critics.panel import Panel

from .conftest import ANN, case_of, members, talk, verdict


def test_tokens_are_words_without_case_punctuation_and_articles() -> None:
    assert tokens("The cat's a FRIEND, isn't it?") == ("cats", "friend", "isnt", "it")
    assert tokens("它是猫。Ça va ?") == ("它", "是", "猫", "ça", "va")


@pytest.mark.parametrize(
    ("one", "other", "f1"),
    [
        ("I have two cats.", "i have TWO cats", 1.0),
        ("I have two cats.", "I have two dogs!", 0.75),
        ("no no no", "no", 0.5),
        ("", "anything", 0.0),
        ("cats", "dogs", 0.0),
    ],
)
def test_token_f1(one: str, other: str, f1: float) -> None:
    assert token_f1(one, other) == pytest.approx(f1)
    assert token_f1(other, one) == pytest.approx(f1)


@pytest.mark.parametrize("threshold", [0.5, 0.8, 0.9, 1.0])
def test_sizes_rule_out_only_what_can_not_reach_the_threshold(threshold: float) -> None:
    for one in range(1, 12):
        least, most = sizes(one, threshold)
        for other in range(1, 25):
            best = 2 * min(one, other) / (one + other)
            assert (least <= other <= most) == (best >= threshold - 1e-9)


async def test_one_copied_sentence_a_side_is_allowed_and_named() -> None:
    answer = await verdict(CopyPaste(), talk("Hello.", "Hi.", "I draw birds for the museum!"))
    assert answer.approve
    assert answer.score == 0.5
    [finding] = answer.findings
    assert (finding.turn, finding.seat, finding.sentence) == (2, "a", ANN[0])


async def test_a_sentence_inside_a_longer_utterance_counts_where_it_is_asked_for() -> None:
    long = "People never believe me, but it is true: I draw birds for a museum. And what is it that you do all day?"
    assert (await verdict(CopyPaste(), talk(long))).score == 1.0
    answer = await verdict(CopyPaste(inside=True, allowed=0), talk(long))
    assert [(finding.turn, finding.sentence) for finding in answer.findings] == [(0, ANN[0])]
    short = talk("Well, I bake, and that is all there is to say about me.", profiles=(("I bake.",), ()))
    assert (await verdict(CopyPaste(inside=True), short)).score == 1.0


async def test_two_copied_sentences_are_rejected_with_advice_for_that_seat_alone() -> None:
    dialogue = talk("I draw birds for a museum.", "I have two grey cats.", "My brother sails a red boat!")
    panel = Panel(members("copy-paste"))
    answer = (await panel.review(dialogue)).ballots[0].answer
    assert isinstance(answer, Verdict)
    assert not answer.approve
    assert answer.score == 0.0
    assert set(answer.advice) == {"a"}
    assert ANN[1] in answer.advice["a"]
    assert [finding.seat for finding in answer.findings] == ["a", "a", "b"]


async def test_saying_what_the_others_profile_says_is_no_copying() -> None:
    dialogue = talk("I have two grey cats.", "I draw birds for a museum.", "I bake rye bread on Sundays.")
    assert (await verdict(CopyPaste(allowed=0), dialogue)).approve


async def test_who_has_no_profile_copies_nothing() -> None:
    case = case_of(talk("I have two grey cats.", "Oh.", profiles=((), ANN)), Sees.OWN_PERSONAS)
    assert await CopyPaste().review(case) == Abstention(Why.NOT_APPLICABLE, "seat 'a' has no profile")


@pytest.mark.parametrize("threshold", [0.2, 0.5, 0.7, 0.9, 1.0])
async def test_repetitions_are_those_that_comparing_all_pairs_finds(threshold: float) -> None:
    chance = Random(3)
    said = [tuple(chance.choices("bcdefghi", k=chance.randint(1, 9))) for _ in range(60)]
    found = (await verdict(Repetition(threshold=threshold, shortest=3), talk(*map(" ".join, said)))).findings
    alike = {
        n: [m for m in range(n) if min(map(len, (said[m], said[n]))) > 2 and reaches(f1(said[m], said[n]), threshold)]
        for n in range(60)
    }
    own = {n: next((m for m in of if (n - m) % 2 == 0), None) for n, of in alike.items()}
    texts = {n: f"echoes turn {n}" if own[n] is None else f"repeats turn {own[n] + 1}" for n in alike}  # type: ignore[operator]
    expected = [(n, texts[n]) for n, of in alike.items() if own[n] is not None or n - 1 in of]
    assert [(finding.turn, finding.text) for finding in found] == expected


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (["What do you do on Sundays?", "I bake.", "What do you do on Sundays?"], [(2, "repeats turn 1")]),
        (["So what do you do on Sundays then?", "I bake.", "And what do you do on Sundays then?"], []),
        (["I love to sit by the sea.", "I love to sit by the sea!"], [(1, "echoes turn 1")]),
        (["What do you do for work?", "I draw.", "Ah.", "What do you do for work?"], []),
        (["Me too!", "Yes.", "Me too!", "Yes."], []),
    ],
)
async def test_repetition(texts: list[str], found: list[tuple[int, str]]) -> None:
    answer = await verdict(Repetition(), talk(*texts))
    assert [(finding.turn, finding.text) for finding in answer.findings] == found
    assert answer.approve is not found or not found


async def test_repetition_advises_the_one_who_repeats() -> None:
    answer = await verdict(
        Repetition(), talk("Where did you learn to bake?", "At home.", "Where did you learn to bake?")
    )
    assert not answer.approve
    assert set(answer.advice) == {"a"}
    assert "Where did you learn to bake?" in answer.advice["a"]
    assert (await verdict(Repetition(allowed=1), talk(*["Where did you learn to bake?"] * 2))).approve


MINSU = ("나는 회색 고양이를 두 마리 키운다.", "내 동생은 부산에서 배를 탄다.")


@pytest.mark.parametrize(
    ("text", "copied"),
    [
        ("저는 회색 고양이 두 마리를 키워요.", [MINSU[0]]),
        ("나 회색 고양이를 두 마리나 키워!", [MINSU[0]]),
        ("제 동생은 부산에서 배를 탑니다.", [MINSU[1]]),
        ("저는 회색 강아지 한 마리를 키워요.", []),
        ("부산에는 배가 정말 많아요.", []),
        ("아무도 안 믿지만 사실이에요, 저는 회색 고양이를 두 마리 키우는데 매일 저랑 같이 잠을 자요.", []),
    ],
)
async def test_a_korean_sentence_is_copied_in_whatever_register(text: str, copied: list[str]) -> None:
    answer = await verdict(CopyPaste(), talk(text, profiles=(MINSU, ()), language="ko"))
    assert [finding.sentence for finding in answer.findings] == copied


async def test_a_korean_sentence_inside_a_longer_utterance() -> None:
    text = "아무도 안 믿지만 사실이에요, 내 동생은 부산에서 배를 타는데 벌써 십 년째라서 이제는 아주 익숙하대요."
    assert (await verdict(CopyPaste(inside=True), talk(text, profiles=(MINSU, ()), language="ko"))).score == 0.5


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (["주말에는 보통 뭐 하세요?", "책을 읽어요.", "주말에 보통 뭐 해요?"], [(2, "repeats turn 1")]),
        (["비 오는 날을 정말 좋아해요.", "비 오는 날을 정말 좋아합니다!"], [(1, "echoes turn 1")]),
        (["주말에는 보통 뭐 하세요?", "책을 읽어요.", "평일에는 보통 뭐 하세요?"], []),
        (["저도 그렇게 생각해요.", "네.", "저도 그렇게 생각해요."], []),
    ],
)
async def test_korean_repetition(texts: list[str], found: list[tuple[int, str]]) -> None:
    answer = await verdict(Repetition(), talk(*texts, language="ko"))
    assert [(finding.turn, finding.text) for finding in answer.findings] == found
    assert (await verdict(Repetition(shortest=9), talk(*texts, language="ko"))).approve


async def test_without_a_tokenisation_nothing_is_compared() -> None:
    dialogue = talk("Mi havas du katojn.", "Mi havas du katojn.", language="eo")
    answers = [
        await CopyPaste().review(case_of(dialogue, Sees.OWN_PERSONAS)),
        await Repetition().review(case_of(dialogue)),
    ]
    assert [answer.why for answer in answers if isinstance(answer, Abstention)] == [
        "it knows no words of the language 'eo'"
    ] * 2
