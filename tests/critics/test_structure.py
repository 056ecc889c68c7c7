"""What generators leave behind is found, and spoken words are left alone."""

import pytest

from tertulia.critics import Limits
from tertulia.critics.flaw import Flaw
from tertulia.critics.experts.structure import Structure

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
