"""Turns in another script or language are found; names, brands and short answers are left alone."""

from pathlib import Path

import pytest

from tertulia.critics import Abstention, Why
from tertulia.critics.conformance import check_critic
from tertulia.critics.experts.language import Language
from tertulia.critics.script import letters_by_script, scripts_of

from .conftest import case_of, talk, verdict

LANGUAGE = Language()


async def strays(*texts: str, language: str = "en", critic: Language = LANGUAGE) -> list[tuple[int | None, str]]:
    found = (await verdict(critic, talk(*texts, language=language))).findings
    return [(finding.turn, finding.text) for finding in found]


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ("That sounds 很好, I would love to.", "en", "holds Chinese characters"),
        ("I was in Москва once.", "en", "holds Cyrillic letters"),
        ("저는 电影을 자주 봐요.", "ko", "holds Chinese characters"),
        ("주말에는 보통 книги를 읽어요.", "ko", "holds Cyrillic letters"),
        ("Sure, I would love to go there with you!", "ko", "holds Latin letters"),
        ("Sure, I would love to go there with you!", "ru", "holds Latin letters"),
        ("今日はとても楽しかったです。", "ja", None),
        ("오늘 정말 즐거웠어요.", "ja", "holds Hangul letters"),
        ("今天天气很好。", "zh-TW", None),
        ("저는 BTS 노래를 좋아하고 iPhone을 써요.", "ko", None),
        ("OK!", "ko", None),
        ("매일 새벽 한강공원 자전거도로 근처 편의점 앞 벤치", "ko", None),
        ("Mi segunda favorita es familia porque es muy importante para mí, no?", "en", "holds hardly any"),
        ("It was a naïve café — 100 % 🙂 ½ µm ª", "en", None),
        ("...", "ko", None),
        ("La familia es lo que nos mantiene unidos.", "en", "holds hardly any function word of its language"),
        ("Happy birthday, dear Anna, happy birthday to you!", "en", None),
        ("Hola, amiga!", "en", None),
        ("I have been there, and it was not what you would think it is.", "de", "reads like English: "),
        ("Ich will also am Abend in die Bar, so hat er es mir gesagt.", "de", None),
        ("Mi iris al la kinejo kun miaj amikoj.", "eo", None),
    ],
)
async def test_a_turn_is_in_its_language(text: str, language: str, found: str | None) -> None:
    answer = await strays(text, language=language)
    assert [said[: len(found or said)] for _, said in answer] == ([found] if found else [])


async def test_findings_name_turn_and_span_and_who_slipped_is_advised() -> None:
    answer = await verdict(Language(), talk("요즘 뭐 해요?", "저는 매일 学习을 해요.", "와, 멋져요!", language="ko"))
    assert [(f.turn, f.seat, f.span) for f in answer.findings] == [(1, "b", "学习")]
    assert answer.advice == {"b": "Speak Korean, and nothing else."}
    assert answer.score == pytest.approx(2 / 3)


async def test_how_much_may_be_foreign_is_an_option() -> None:
    text = "We said 你好 to each other, and I was glad of it."
    assert await strays(text)
    assert not await strays(text, critic=Language(foreign=0.1))
    assert (await verdict(Language(allowed=1), talk(text))).approve
    share = "o" * 71 + "ж" * 29
    assert not await strays(share, critic=Language(foreign=0.29))
    assert await strays(share + "ж", critic=Language(foreign=0.29))
    english = "저는 Harry Potter and the Goblet 봤어요."
    assert await strays(english, language="ko")
    assert not await strays(english, language="ko", critic=Language(latin=0.9))
    assert not await strays("La familia es lo que nos mantiene unidos.", critic=Language(words=9))


async def test_a_corpus_that_was_read_with_the_wrong_language_has_score_zero() -> None:
    answer = await verdict(Language(), talk("오늘 뭐 했어?", "나는 그냥 집에 있었어."))
    assert answer.score == 0.0


async def test_own_words_decide_between_languages_of_one_script(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = (Path(__file__).parents[2] / "critics" / "words" / "en.yaml").read_text(encoding="utf-8")
    start, end = words.index("stop_words:"), words.index("topics:")
    (tmp_path / "nl.yaml").write_text(
        f"{words[:start]}stop_words: ik was in de en heb over het of niet dat een is van op met\n{words[end:]}"
    )
    dutch = "Ik was in de winkel en heb met een vriend over het weer gepraat."
    english = "I was in the shop and I have been talking about the weather."
    monkeypatch.setenv("TERTULIA_LANGUAGES", str(tmp_path))
    assert await strays(dutch, english, language="nl") == [
        (1, "reads like English: 73% of its words are function words there")
    ]
    assert [turn for turn, _ in await strays(dutch, english)] == [0]


async def test_it_abstains_where_it_does_not_know_the_script_and_conforms() -> None:
    answer = await Language().review(case_of(talk("nuqneH", language="tlh")))
    assert answer == Abstention(Why.NOT_APPLICABLE, "it does not know how the language 'tlh' is written")
    await check_critic(Language())


def test_letters_are_counted_by_script_and_symbols_are_none() -> None:
    assert dict(letters_by_script("아이 ab Я 1 漢 ½ ª 𝐀 🙂")) == {"HANGUL": 2, "LATIN": 2, "CYRILLIC": 1, "CJK": 1}
    assert letters_by_script("abc, d!") == {"LATIN": 4}
    assert scripts_of("ja-JP") == {"CJK", "HIRAGANA", "KATAKANA"}
    assert scripts_of("xx") == frozenset()
