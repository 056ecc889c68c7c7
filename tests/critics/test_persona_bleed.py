"""Claims that only another's persona makes are found, agreement is not."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tertulia.agents import Dialogue
from tertulia.critics import Abstention, Why
from tertulia.critics.conformance import check_critic
from tertulia.critics.experts.persona_bleed import ADVICE, PersonaBleed
from tertulia.critics.member import PanelMember
from tertulia.critics.seating import seat
from tertulia.models.errors import Mistake
from tertulia.models.local import connect_embedder
from tertulia.models.scorer import Inference, Pair
from tertulia.personas.consistency.lexical import LexicalNli

from .conftest import ANN, BO, case_of, talk, verdict

LABELS = Path(__file__).parents[2] / "benchmarks" / "bleeds.jsonl"
BREAD = "I bake rye bread every Sunday."
SUE = ("I volunteer at the food bank.", "My favorite band is the Velvet Foxes.", "I am no good skater at all.")
JIM = ("I drive a truck.", "My favorite food is waffles.")


def chat(*texts: str) -> Dialogue:
    """Sue and Jim in turn."""
    return talk(*texts, profiles=(SUE, JIM), names=("Sue", "Jim"))


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (["Hello. I bake rye bread every Sunday.", "Oh!"], [(0, BO[1])]),
        (["I've got two grey cats at home.", "Oh!"], [(0, BO[0])]),
        (["Me? I spend my Sundays baking rye bread.", "Oh!", "I draw birds, for a museum, too."], [(0, BO[1])]),
        (["I draw birds for a museum.", "I draw birds for a museum, too!"], []),
        (["I draw birds.", "I draw birds for a museum."], [(1, ANN[0])]),
        (["Well, I also have two old cats.", "I have a brother."], []),
        (["What do you do?", BREAD, "I bake rye bread too, on Sundays!"], []),
        (["Do you bake rye bread on Sundays?", "I do.", "I bake rye bread as well."], []),
        (["Do I bake rye bread on Sundays?", "No."], []),
        (["I don't bake rye bread.", "I do."], []),
        (["I wish I could bake rye bread.", "I do."], []),
        (["You bake rye bread on Sundays.", "I do."], []),
        (["My cat is asleep. I like bread.", "Oh!"], []),
        (["She bakes rye bread on Sundays.", "Who?"], []),
    ],
)
async def test_claims(texts: list[str], found: list[tuple[int, str]]) -> None:
    answer = await verdict(PersonaBleed(), talk(*texts))
    assert [(finding.turn, finding.sentence) for finding in answer.findings] == found
    assert answer.approve is (not found)


async def test_what_both_profiles_say_is_nobodys_secret() -> None:
    dialogue = talk(BREAD, "Oh!", profiles=((*BO,), BO))
    assert (await verdict(PersonaBleed(), dialogue)).approve


async def test_its_advice_is_one_fixed_sentence_that_tells_nothing() -> None:
    answer = await verdict(PersonaBleed(), talk(BREAD, "Oh!"))
    assert answer.advice == {"a": ADVICE}
    assert frozenset({ADVICE}) == PersonaBleed.fixed_advice
    assert (answer.score, answer.findings[0].span) == (0.5, BREAD)


async def test_it_is_allowed_as_often_as_the_options_say() -> None:
    assert (await verdict(PersonaBleed(allowed=1), talk(BREAD, "Oh!"))).approve
    assert (await verdict(PersonaBleed(words=5), talk(BREAD, "Oh!"))).approve


async def test_without_any_profile_there_is_nothing_to_bleed() -> None:
    nobody = case_of(talk(BREAD, "Oh!", profiles=((), ())), PersonaBleed.sees)
    assert await PersonaBleed().review(nobody) == Abstention(Why.NOT_APPLICABLE, "no seat has a profile")
    assert not (await verdict(PersonaBleed(), talk(BREAD, "Oh!", profiles=((), BO)))).approve


async def test_it_needs_the_words_of_the_language() -> None:
    case = case_of(talk(BREAD, language="fi"), PersonaBleed.sees)
    assert isinstance(await PersonaBleed().review(case), Abstention)


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (["Hello!", "I love Velvet Foxes."], [(1, SUE[1])]),
        (["I love to read.", "I like to fish, read, and help out at the food bank."], [(1, SUE[0])]),
        (["What do you eat?", "I'm hungry.", "I love waffles!"], [(2, JIM[1])]),
        (["I skate a lot.", "I'm not very good at skating, but I love the sun."], []),
        (["It's hot.", "I'm not very good at skating, but I love the sun."], [(1, SUE[2])]),
        (["It's hot.", "I skate every day, I'm good at skating."], []),
        (["I like waffles, too."], [(0, JIM[1])]),
        (["Do you like waffles?", "Yes.", "I love waffles!"], []),
        (["I love Velvet Foxes.", "Me too! I love Velvet Foxes."], []),
    ],
)
@pytest.mark.parametrize("method", ["lexical", "embedding"])
async def test_one_new_word_is_enough_where_the_sentence_supports_it(
    method: str, texts: list[str], found: list[tuple[int, str]]
) -> None:
    answer = await verdict(bound(method), chat(*texts))
    assert [(finding.turn, finding.sentence) for finding in answer.findings] == found


async def test_similarity_goes_beyond_words() -> None:
    dialogue = chat("Hello!", "I'm a volunteer at a soup kitchen.")
    assert (await verdict(bound("lexical"), dialogue)).approve
    answer = await verdict(bound("embedding"), dialogue)
    assert [(finding.turn, finding.sentence) for finding in answer.findings] == [(1, SUE[0])]
    assert "cosine 0." in answer.findings[0].text


async def test_with_words_0_nothing_has_to_be_shared() -> None:
    dialogue = talk("I'm a physician.", "Oh!", profiles=(JIM, ("I am a doctor.",)), names=("Jim", "Sue"))
    assert (await verdict(bound("embedding"), dialogue)).approve
    assert not (await verdict(bound("embedding", words=0), dialogue)).approve


async def test_what_was_said_before_comes_near_enough_with_a_wider_margin() -> None:
    dialogue = chat("I love country music and its bands.", "I love Velvet Foxes.")
    assert not (await verdict(bound("embedding"), dialogue)).approve
    assert (await verdict(bound("embedding", margin=0.8), dialogue)).approve


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (["Hello!", "I volunteer at the food bank."], [(1, SUE[0])]),
        (["I volunteer at the food bank.", "I volunteer at the food bank, like you."], []),
        (["Hello!", "I have never seen a food bank."], []),
        (["Hello!", "I drive a truck to the food bank."], []),
    ],
)
async def test_entailment_decides(texts: list[str], found: list[tuple[int, str]]) -> None:
    answer = await verdict(bound("nli"), chat(*texts))
    assert [(finding.turn, finding.sentence) for finding in answer.findings] == found


async def test_what_was_said_before_excuses_what_follows_from_it() -> None:
    """The second time it is no news, the first time it is one."""
    nli = Following({("I volunteer at the food bank.", "I help at the bank.")})
    critic = PersonaBleed(method="nli", nli=nli)
    twice = chat("Hello!", "I help at the bank.", "Oh?", "I help at the bank.")
    assert [finding.turn for finding in (await verdict(critic, twice)).findings] == [1]
    before = Following({*nli.pairs, ("We hand out meals.", "I help at the bank.")})
    said = chat("We hand out meals.", "I help at the bank.")
    assert (await verdict(PersonaBleed(method="nli", nli=before), said)).approve
    assert not (await verdict(critic, said)).approve


class Following:
    """Knows which sentences follow from which."""

    name = "by table"

    def __init__(self, pairs: set[Pair], entails: bool = True) -> None:
        self.pairs, self.entails = pairs, entails

    async def infer(self, pairs: Sequence[Pair]) -> Sequence[Inference]:
        return [Inference(0.97, 0.02, 0.01) if pair in self.pairs else Inference(0.02, 0.97, 0.01) for pair in pairs]


def bound(method: str, **options: Any) -> PersonaBleed:
    """The critic with the services that its method asks."""
    critic = PersonaBleed(method=method, **options)  # type: ignore[arg-type]
    services = {"embedder": connect_embedder("lexical" if method == "lexical" else "auto"), "nli": LexicalNli()}
    return PersonaBleed(method=method, **options, **{need: services[need] for need in critic.needed()})  # type: ignore[arg-type]


@pytest.mark.parametrize("method", ["lexical", "embedding", "nli"])
async def test_each_method_conforms(method: str) -> None:
    await check_critic(bound(method))


def test_only_what_the_method_asks_has_to_be_there() -> None:
    assert PersonaBleed().needed() == ()
    member = PanelMember.model_validate({"use": "persona-bleed", "options": {"method": "embedding"}})
    with pytest.raises(Mistake, match="needs 'embedder'"):
        seat(member, {})
    assert seat(member, {"embedder": connect_embedder("lexical")}).critic is not None


def test_a_model_that_knows_contradiction_alone_is_refused_at_once() -> None:
    with pytest.raises(Mistake, match=r"entailment.*method: embedding"):
        PersonaBleed(method="nli", nli=Following(set(), entails=False))


async def test_word_lists_of_inference_are_english() -> None:
    case = case_of(talk("나는 새를 그려요.", language="ko"), PersonaBleed.sees)
    assert isinstance(await bound("nli").review(case), Abstention)
    assert not isinstance(await bound("lexical").review(case), Abstention)


async def test_in_korean() -> None:
    mia, jun = ("나는 박물관에서 새를 그린다.", "나는 고양이를 키운다."), ("나는 일요일마다 호밀빵을 굽는다.",)
    dialogue = talk(
        "나는 일요일마다 호밀빵을 구워요.", "정말요?", profiles=(mia, jun), names=("미아", "준"), language="ko"
    )
    answer = await verdict(PersonaBleed(), dialogue)
    assert [(finding.turn, finding.sentence) for finding in answer.findings] == [(0, jun[0])]


def test_the_labelled_bleeds_are_in_halves_and_hold_no_text() -> None:
    rows = [json.loads(line) for line in LABELS.read_text(encoding="utf-8").splitlines()]
    assert {tuple(row) for row in rows} == {("line", "turn", "seat", "sentence", "bleed", "half")}
    lines = {half: {row["line"] for row in rows if row["half"] == half} for half in ("dev", "test")}
    assert lines["dev"].isdisjoint(lines["test"])
    for half in lines:
        bleeds = [row["bleed"] for row in rows if row["half"] == half]
        assert (bleeds.count(True) >= 30, bleeds.count(False) >= 30) == (True, True)
