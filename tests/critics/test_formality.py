"""Sentences of both languages, labelled by hand, and the register that is read in them."""

import pytest

from tertulia.critics.formality import formality
from tertulia.critics.language import pack
from tertulia.critics.statement import spoken

BANMAL = """
안녕! 나 방금 일어났어.|오늘 뭐 해?|주말에 영화 보러 갈래?|어제 진짜 재밌었어 ㅋㅋ|나도 그거 좋아해.
비가 와서 그냥 집에 있었지.|그 카페 케이크 맛있더라, 또 가자.|너는 무슨 일 해?|우리 고양이 사진 보여줄까?|응, 알겠어.
배고파.|내일 시험이라 공부해야 돼.|저녁은 먹었니?|그 노래 제목이 뭐야?|나는 대학에서 역사를 공부한다.
이번 여름에 부산 갔다 왔거든.|아직 못 정했는데...|부럽다!|다음에 같이 배워볼게.|그건 좀 비싸.|형이 작년에 결혼했어~
몰라, 기억이 안 나네.|와, 멋지다!|내가 먼저 전화할게.|괜찮아, 천천히 와.|운동은 거의 안 하는 편이야.|일이 늦게 끝나.
그래서 더 힘들었구나.|고마워, 지민아!|나중에 또 만나자.
"""
JONDAEMAL = """
안녕하세요! 처음 뵙겠습니다.|오늘 뭐 하세요?|주말에 영화 보러 가실래요?|어제 정말 재미있었어요 ㅎㅎ
저도 그거 좋아해요.|비가 와서 그냥 집에 있었죠.|그 카페 케이크 맛있더라고요.|어떤 일을 하십니까?
저희 고양이 사진 보여드릴까요?|네, 알겠습니다.|배가 고프네요.|내일 시험이라 공부해야 돼요.|저녁은 드셨나요?
그 노래 제목이 뭐예요?|저는 대학에서 역사를 공부합니다.|이번 여름에 부산에 다녀왔거든요.|아직 못 정했는데요...
부럽습니다!|다음에 같이 배워볼게요.|그건 좀 비싸요.|형이 작년에 결혼했어요~|글쎄요, 기억이 안 나요.|정말 멋지네요!
제가 먼저 전화드릴게요.|괜찮으니까 천천히 오십시오.|운동은 거의 안 하는 편이에요.|일이 늦게 끝나요.
그래서 더 힘드셨군요.|고마워요, 지민 씨!|다음에 또 뵙도록 합시다.
"""
CASUAL = """
Hey, what's up?|I'm gonna grab a coffee, wanna come?|Yeah, I don't really like it.|That's so cool!|lol no way
It's pretty good actually.|I've got two kids and they're crazy.|Oh wow, I didn't know that.|Me too! I can’t wait.
My mom's a nurse, what about you?|Thanks dude!|He's kinda shy, isn't he?|Nah, we're good.|I love dogs a lot.
See ya later!|Haha, you guys are funny.|She'll be there, don't worry.|Okay, sounds fun.
"""
FORMAL = """
Good evening, Mr. Hale.|Would you kindly pass me the catalogue?|I do not believe that we have met.
It is a great pleasure to make your acquaintance.|May I ask what your occupation is?
I would be delighted to assist you.|I reside in the north; furthermore, my family does not travel.
I cannot recall his name, madam.|We shall discuss it tomorrow.|I am much obliged to you.
Regarding your letter, I have not yet replied.|To whom did you speak?|Allow me to introduce my colleague.
I apologise for the delay.|Therefore, we will not require a second room.|Could you please inform Dr. Lind?
I beg your pardon, sir.|I am particularly fond of chamber music.
"""
# Written after the lists of words, which were not changed for them: the figures in the docs.
UNSEEN_BANMAL = """
너 혹시 수영할 줄 알아?|나 어릴 때 강원도에서 살았어.|그 영화 봤는데 별로였어.|오늘 날씨 완전 좋지 않냐?
우리 집 강아지가 어제부터 아파서 걱정이야.|퇴근하고 뭐 할 거야?|난 매운 거 잘 못 먹어.|그럼 토요일에 볼까?
아 맞다, 그거 가져왔어?|나도 그렇게 생각해.|주말마다 등산 다니는 게 취미야.|요즘 너무 바빠서 정신이 없어.
그 책 다 읽으면 빌려줘.|엄마가 만든 김치가 제일 맛있어.|혼자 여행 가면 안 심심해?|나 사실 고소공포증 있어.
그래도 한번 도전해 봐!|진짜 대단하다 너.|기타 배운 지 얼마나 됐어?|아직 초보라서 코드만 좀 쳐.
내년에는 유학 가고 싶어.|거기 사람 엄청 많더라고.|걱정하지 마, 잘 될 거야.|다음 주에 시간 돼?|오키, 그때 연락할게.
누가 그러는데 거기 문 닫았대.|일단 밥부터 먹자.|이거 어떻게 하는 건지 알려줄래?|난 커피보다 차가 더 좋더라.
야, 오랜만이다!|그러게, 나도 놀랐어.|회사 옮긴 지 두 달 됐지.|왜 이렇게 늦었니?|그림 그리는 거 좋아한다고 했잖아.
동생이랑 같이 살아.|아이들이랑 놀아주느라 힘들었겠네.|고양이 이름은 나비.|나는 아침형 인간은 아니야.|좋은 하루 보내!
그 말 들으니까 기분 좋네.
"""
UNSEEN_JONDAEMAL = """
혹시 수영할 줄 아세요?|저는 어릴 때 강원도에서 살았습니다.|그 영화 봤는데 별로였어요.|오늘 날씨가 참 좋지 않나요?
저희 집 강아지가 어제부터 아파서 걱정입니다.|퇴근하고 뭐 하실 거예요?|저는 매운 걸 잘 못 먹어요.|그럼 토요일에 뵐까요?
아, 맞다, 그거 가져오셨어요?|저도 그렇게 생각합니다.|주말마다 등산 다니는 게 취미예요.|요즘 너무 바빠서 정신이 없네요.
그 책 다 읽으시면 빌려주세요.|어머니가 만드신 김치가 제일 맛있죠.|혼자 여행 가면 심심하지 않으세요?
사실 고소공포증이 있거든요.|그래도 한번 도전해 보십시오!|정말 대단하시네요.|기타 배우신 지 얼마나 되셨어요?
아직 초보라서 코드만 조금 칩니다.|내년에는 유학을 가고 싶습니다.|거기 사람 엄청 많더라고요.
걱정하지 마세요, 잘 될 거예요.|다음 주에 시간 되시나요?|그때 연락드리겠습니다.|거기 문 닫았다고 하던데요.
일단 식사부터 하시죠.|이거 어떻게 하는 건지 알려주실 수 있나요?|저는 커피보다 차가 더 좋더라고요.|정말 오랜만입니다!
그러게요, 저도 놀랐어요.|회사 옮긴 지 두 달 됐습니다.|왜 이렇게 늦으셨어요?|그림 그리는 걸 좋아한다고 하셨잖아요.
동생이랑 같이 살아요.|아이들과 놀아주시느라 힘드셨겠어요.|제 고양이 이름은 나비예요.|저는 아침형 인간은 아닙니다.
좋은 하루 보내세요!|그 말씀 들으니 기분이 좋네요.
"""
UNSEEN_CASUAL = """
Hey! How's it going?|I dunno, maybe pizza?|We've been here since like nine.|Oh cool, where'd you find that?
That sucks, I'm sorry.|Nope, never tried it.|Let's hang out sometime.|You guys live close by?|I'm a huge fan of jazz.
It's a ton of work but I'm into it.|Yup, that's me.|What do you do for fun?|Wow, that is awesome!|My dad taught me.
Can't complain, you?|I hate mornings.|Just chilling with my dog.|Hi there!|Gotta run, talk soon!|They're super cute.
"""
UNSEEN_FORMAL = """
I should be most grateful for your assistance.|Permit me to ask whether you have children.
My employment does not leave me much leisure.|Good afternoon, Professor Ames.|It would be an honour to accompany you.
We have not been introduced.|I must apologise for my late arrival.|Thank you kindly for the invitation.
I regret that I am unable to attend.|Nevertheless, I hold the position to be sound.|With whom do you reside?
I trust that your journey was pleasant.|Might I trouble you for the time?|I do not wish to impose.
Indeed, sir, it is most remarkable.|I endeavour to read one novel each week.|The gentleman was not at home.
Please convey my regards to your wife.|I shall await your reply.|Your proposal merits further discussion.
"""
PLAIN = "My brother sails.|Where were you born?|Two cats.|The museum opens at ten.|..."
KOREAN_PLAIN = "진짜?|하하|부산!|고양이 두 마리|..."


def lines(block: str) -> list[str]:
    return [line.strip() for line in block.replace("\n", "|").split("|") if line.strip()]


def right(block: str, language: str, meant: str) -> float:
    """Share of the sentences that are read as meant, and none as the contrary."""
    words = pack(language)
    assert words
    found = [formality(sentence, words, frozenset({"지민"})) for sentence in lines(block)]
    wrong = {s: f for s, f in zip(lines(block), found, strict=True) if f not in (meant, None)}
    assert not wrong
    return found.count(meant) / len(found)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("block", "language", "meant", "share"),
    [
        (BANMAL, "ko", "informal", 0.95),
        (JONDAEMAL, "ko", "polite", 0.95),
        (CASUAL, "en", "informal", 0.95),
        (FORMAL, "en", "polite", 0.95),
        (UNSEEN_BANMAL, "ko", "informal", 0.9),
        (UNSEEN_JONDAEMAL, "ko", "polite", 0.95),
        (UNSEEN_CASUAL, "en", "informal", 0.85),
        (UNSEEN_FORMAL, "en", "polite", 0.75),
    ],
)
def test_labelled_sentences_are_read_and_none_the_wrong_way(
    block: str, language: str, meant: str, share: float
) -> None:
    assert right(block, language, meant) >= share


@pytest.mark.parametrize(("block", "language"), [(PLAIN, "en"), (KOREAN_PLAIN, "ko")])
def test_a_sentence_that_shows_no_register_has_none(block: str, language: str) -> None:
    words = pack(language)
    assert words
    assert [formality(sentence, words) for sentence in lines(block)] == [None] * 5


def test_sentences_end_with_their_marks_and_not_with_a_pause() -> None:
    assert list(spoken("그게... 좀 어려워. 왜?\n음")) == ["그게... 좀 어려워.", "왜?", "음"]
    assert list(spoken("It was 7.30, I think… maybe. Well...")) == ["It was 7.30, I think… maybe.", "Well..."]
    assert list(spoken("I ate meat... I am a vegan now; really...?")) == [
        "I ate meat...", "I am a vegan now;", "really...?"
    ]  # fmt: skip
    assert list(spoken("음...\n그래")) == ["음...", "그래"]
    assert list(spoken(" ... ")) == []


@pytest.mark.parametrize(
    ("sentence", "meant"),
    [
        ("제 이름은 지민입니다.", "polite"),
        ("저는 지민이에요.", "polite"),
        ("제가 지민 입니다.", "polite"),
        ("고마워, 지민아!", "informal"),
        ("고마워요, 지민 씨!", "polite"),
        ("고마워요, 지민씨!", "polite"),
        ("알겠어, 지민!", "informal"),
        ("지민 씨!", None),
        ("너무 지민스러워.", "informal"),
    ],
)
def test_a_name_is_passed_over_and_what_says_a_name_is_not(sentence: str, meant: str | None) -> None:
    words = pack("ko")
    assert words
    assert formality(sentence, words, frozenset({"지민"})) == meant
