"""One opener takes no more than its share of a round."""

from collections.abc import Sequence

import pytest

from tertulia.agents import Dialogue
from tertulia.critics import Abstention, Verdict
from tertulia.critics.experts.openers import Openers, first_word

from .conftest import Nobody, case_of, talk


def opened(text: str, language: str = "en") -> Dialogue:
    return talk(text, "Yes?", id=text, language=language)


async def approvals(critic: Openers, openers: Sequence[str], settled: Sequence[str] = ()) -> str:
    corpus = Nobody()
    corpus.settled = lambda: [opened(text) for text in settled]  # type: ignore[method-assign]
    answers = await critic.review_round([case_of(opened(text)) for text in openers], corpus)
    return "".join("x" if isinstance(a, Abstention) else "y" if a.approve else "n" for a in answers)


TEN = ["Hi!", "Hello.", "Hey you", "So?", "Hi", "What", "Yo", "My", "Well", "Heyyy"]


@pytest.mark.parametrize(
    ("critic", "openers", "expected"),
    [
        (Openers(share=0.5), TEN, "yyyyyyyyyn"),
        (Openers(share=0.3), TEN, "yyyynynyyn"),
        (Openers(share=0.1, family=False), TEN, "yyyynyyyyn"),
        (Openers(), ["Hi"] * 9, "y" * 9),
        (Openers(), ["Hi"] * 10, "yyynnnnnnn"),
        (Openers(least=3), ["Hi"] * 3, "ynn"),
        (Openers(share=0.01), ["Hi", *"bcdefghij", "Hi"], "yyyyyyyyyyn"),
    ],
)
async def test_the_first_ones_up_to_the_share_are_approved(critic: Openers, openers: list[str], expected: str) -> None:
    assert await approvals(critic, openers) == expected


async def test_what_the_round_has_accepted_counts() -> None:
    assert await approvals(Openers(), ["Hi", "Well", "Hi"], settled=["Hey", "Hello"] + ["So"] * 5) == "yyn"


async def test_a_rejection_names_the_opener_and_advises_who_opens() -> None:
    answers = await Openers().review_round([case_of(talk(f"Hello {n}", "Hi")) for n in range(10)], Nobody())
    last = answers[-1]
    assert isinstance(last, Verdict)
    assert last.score == pytest.approx(0.3)
    assert [(f.turn, f.seat, f.span) for f in last.findings] == [(0, "a", "Hello 9")]
    assert set(last.advice) == {"a"}


async def test_nothing_said_has_no_opener() -> None:
    answers = await Openers().review_round([case_of(talk())], Nobody())
    assert isinstance(answers[0], Abstention)


async def test_korean_greetings_are_one_opener_however_polite() -> None:
    texts = [
        "안녕!",
        "안녕하세요.",
        "반가워요!",
        "혹시 커피 좋아하세요?",
        "안녕하십니까?",
        "오늘 뭐 해?",
        "오늘은 비가 오네.",
        "주말에 뭐 했어?",
    ]
    answers = await Openers(least=1, share=0.3).review_round([case_of(opened(text, "ko")) for text in texts], Nobody())
    assert [answer.approve for answer in answers if isinstance(answer, Verdict)] == [True, True] + [False, True] * 2 + [
        True
    ] * 2


async def test_a_language_without_words_has_no_opener() -> None:
    [answer] = await Openers().review_round([case_of(opened("Saluton!", "eo"))], Nobody())
    assert isinstance(answer, Abstention)
    assert "'eo'" in answer.why


@pytest.mark.parametrize(("text", "word"), [("Heyyyy!!", "hey"), ("The Alps", "alps"), ("...", ""), ("Oooh", "oh")])
def test_first_word(text: str, word: str) -> None:
    assert first_word(talk(text).turns) == word
