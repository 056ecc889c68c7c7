"""A language is a file: what it says becomes tokens and stems, and what is wrong in it is named."""

from pathlib import Path

import pytest
import yaml

from tertulia.critics import Abstention, Verdict
from tertulia.critics.experts.pleasantries import Pleasantries
from tertulia.critics.experts.repetition import Repetition
from tertulia.critics.experts.structure import Structure
from tertulia.critics.language import FOLDER, Pack, fingerprint, languages, pack, read_pack
from tertulia.critics.overlap import tokens
from tertulia.models.errors import Mistake

from .conftest import case_of, talk, verdict

SHIPPED = Path(__file__).parents[2] / "critics" / "words"


def words_of(code: str) -> Pack:
    found = pack(code)
    assert found
    return found


@pytest.mark.parametrize(
    "forms",
    [
        "고양이 고양이를 고양이는 고양이가 고양이도 고양이한테 고양이입니다",
        "먹어요 먹었어요 먹습니다 먹는다 먹어 먹고 먹는데 먹었다 먹겠습니다 먹으면",
        "좋아해요 좋아합니다 좋아해 좋아한다 좋아했어요 좋아하는데",
        "키워요 키운다 키웁니다 키워 키웠어요",
        "마셔요 마신다 마십니다 마셔 마셨어",
        "봐요 봅니다 본다 봤어요",
        "학생 학생이에요 학생입니다 학생이다 학생이야 학생인데",
        "의사 의사예요 의사입니다 의사야 의사였어요",
        "저는 나는 제가 내가",
        "안녕 안녕하세요 안녕하십니까",
        "책 책을 책이 책은 책도 책으로",
    ],
)
def test_korean_words_meet_whatever_their_endings(forms: str) -> None:
    assert len({words_of("ko").tokens(form) for form in forms.split()}) == 1


def test_korean_words_that_differ_stay_apart() -> None:
    words = "고양이를 강아지를 학교에 회사에 먹어요 마셔요 봐요 가요 나는 너는 나이 사과 책"
    assert len({words_of("ko").tokens(word) for word in words.split()}) == len(words.split())


def test_a_korean_text_has_words_without_laughter_and_punctuation() -> None:
    informal, polite = "나는 고양이를 두 마리 키워ㅋㅋㅋ!", "저는 고양이 두 마리를 키웁니다."
    assert words_of("ko").tokens(informal) == words_of("ko").tokens(polite) == ("나", "고양", "두", "마리", "키우")


def test_english_words_lose_articles_and_nothing_else() -> None:
    text = "The cat's a FRIEND, isn't it? Gardens!"
    assert words_of("en").tokens(text) == tokens(text) == ("cats", "friend", "isnt", "it", "gardens")
    assert "a" in words_of("en").stop_words
    with pytest.raises(ValueError, match="no words of the language 'eo'"):
        tokens("Saluton!", "eo")


@pytest.mark.parametrize(
    ("words", "stem"),
    [
        ("gardens gardening gardened gardener", "garden"),
        ("studies studied", "study"),
        ("bake baked bakes baking bakers", "bak"),
        ("swimming swims", "swim"),
        ("sing sings", "sing"),
        ("1000", "1000"),
    ],
)
def test_the_forms_of_an_english_word_have_one_stem(words: str, stem: str) -> None:
    assert {words_of("en").stem(word) for word in words.split()} == {stem}


@pytest.mark.parametrize("code", sorted(path.stem for path in SHIPPED.glob("*.yaml")))
def test_every_shipped_file_is_sound_and_its_thanks_are_courtesies(code: str) -> None:
    words = words_of(code.upper() + "_XX")
    assert words.thanks <= words.courtesies
    assert words.greetings
    assert len(words.stop_words) > 100


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"greetngs": "hi"}, "no key 'greetngs'; did you mean 'greetings'"),
        ({"hedges": ...}, "the key 'hedges' is missing; leave it empty where"),
        ({"greetings": ["hi"]}, "'greetings' should be words in one text"),
        ({"farewells": "bye"}, "'farewells' should be a list of regular expressions"),
        ({"farewells": ["(bye"]}, "'farewells' holds no regular expression: missing \\)"),
        ({"phrase": 0}, "'phrase' should be greater than or equal to 1"),
        (
            {"tokenisation": {"dropped": "a", "same": "", "endings": [{"anywere": "s"}]}},
            "no key 'tokenisation.endings.0.anywere'",
        ),
        ({"registers": {"informal": None}}, "'registers.informal' .*; the key 'registers.polite' is missing"),
    ],
)
def test_what_is_wrong_in_a_file_is_named(tmp_path: Path, change: dict[str, object], text: str) -> None:
    content = yaml.safe_load((SHIPPED / "en.yaml").read_text(encoding="utf-8")) | change
    path = tmp_path / "en.yaml"
    path.write_text(yaml.safe_dump({key: value for key, value in content.items() if value is not ...}))
    with pytest.raises(Mistake, match=text) as caught:
        read_pack(path)
    assert str(path) in str(caught.value)


def test_what_is_no_yaml_at_all_is_named(tmp_path: Path) -> None:
    (tmp_path / "en.yaml").write_text("greetings: [")
    with pytest.raises(Mistake, match="can't read the words of a language from"):
        read_pack(tmp_path / "en.yaml")
    (tmp_path / "en.yaml").write_text("hello")
    with pytest.raises(Mistake, match=r"the words of a language in .*: it "):
        read_pack(tmp_path / "en.yaml")


EMPTY = """
tokenisation: {dropped: la, same:, endings: [{anywhere: j n jn, least: 3}]}
stemming: []
phrase: 3
greetings: saluton
courtesies:
thanks:
farewells:
stage_cues:
blanks:
around_blanks:
generic_labels:
labels:
attached:
stop_words:
topics:
fillers:
first_person:
hedges:
registers: {informal: {words:, alone:, endings:}, polite: {words:, alone:, endings:}}
"""


async def test_a_folder_adds_languages_and_a_file_may_hold_next_to_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = fingerprint()
    (tmp_path / "eo.yaml").write_text(EMPTY)
    monkeypatch.setenv(FOLDER, str(tmp_path))
    assert fingerprint() != before
    assert set(languages()) == {"en", "ko", "eo"}
    assert words_of("eo").tokens("La hundojn kaj katon") == ("hundo", "kaj", "kato")

    twice = talk("Mi tre amas la hundojn.", "Ĉu?", "Mi tre amas la hundo!", language="eo")
    assert [f.turn for f in (await verdict(Repetition(), twice)).findings] == [2]
    odd = talk("Mi (a) () 1 estas [nomo].", language="eo")
    assert [f.span for f in (await verdict(Structure(), odd)).findings] == ["[nomo]"]
    assert isinstance(await Pleasantries().review(case_of(twice)), Abstention)

    monkeypatch.delenv(FOLDER)
    assert isinstance(await Repetition().review(case_of(twice)), Abstention)
    assert isinstance(await Structure().review(case_of(twice)), Verdict)


def test_a_file_of_ones_own_goes_before_the_shipped_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ko.yaml").write_text(EMPTY)
    monkeypatch.setenv(FOLDER, str(tmp_path))
    assert words_of("ko").greetings == {"saluto"}
    assert words_of("en").greetings > {"hello"}


def test_a_folder_that_is_none_is_a_mistake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FOLDER, str(tmp_path / "nowhere"))
    with pytest.raises(Mistake, match=r"TERTULIA_LANGUAGES names .*nowhere', which is no folder"):
        pack("en")
