"""Claims that only another's persona makes are found, agreement is not."""

import pytest

from tertulia.critics import Abstention
from tertulia.critics.experts.persona_bleed import ADVICE, PersonaBleed

from .conftest import BO, case_of, talk, verdict

BREAD = "I bake rye bread every Sunday."


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (["Hello. I bake rye bread every Sunday.", "Oh!"], [(0, BO[1])]),
        (["I've got two grey cats at home.", "Oh!"], [(0, BO[0])]),
        (["Me? I spend my Sundays baking rye bread.", "Oh!", "I draw birds, for a museum, too."], [(0, BO[1])]),
        (["I draw birds.", "I draw birds for a museum."], []),
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


async def test_it_needs_the_words_of_the_language() -> None:
    case = case_of(talk(BREAD, language="fi"), PersonaBleed.sees)
    assert isinstance(await PersonaBleed().review(case), Abstention)
