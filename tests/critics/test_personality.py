"""The personality critic compares what was read blind with what was assigned."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from tertulia.agents import Dialogue
from tertulia.critics import Abstention, Finding, Outcome, Panel, Verdict, Why, create
from tertulia.critics.conformance import check_critic, sample_dialogues
from tertulia.critics.experts.personality import Personality
from tertulia.models import ChatClient, ModelSpec, Request, Scripted, connect
from tertulia.models.errors import Mistake
from tertulia.personas import BigFive, Trait

from .conftest import case_of, members, talk

HELLO = talk("Do you sail?", "No.")


def judge(read: Mapping[str, Mapping[str, int | None]]) -> ChatClient:
    """A model that reads these levels of a speaker by name; of the other traits nothing."""

    def answer(request: Request) -> str:
        name = next(name for name in read if f"personality of {name}," in request.messages[-1]["content"])
        levels = {trait.value: read[name].get(trait.value) for trait in Trait}
        return json.dumps({t: {"turns": [1], "evidence": "Seen.", "level": level} for t, level in levels.items()})

    return ChatClient(Scripted(answer), ModelSpec.parse("vllm:m"))  # type: ignore[arg-type]


def given(**levels: Mapping[str, int]) -> Dialogue:
    """The dialogue with these traits by name."""
    cast = tuple(
        replace(m, persona=m.persona.model_copy(update={"traits": BigFive(**levels[m.name])}))
        if m.name in levels
        else m
        for m in HELLO.cast
    )
    return replace(HELLO, cast=cast)


async def about_ann(assigned: Mapping[str, int], read: Mapping[str, int | None], **options: Any) -> Any:
    critic = replace(create("personality", options), chat=judge({"Ann": read}))  # type: ignore[type-var]
    return await critic.review(case_of(given(Ann=assigned), critic.sees))  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("assigned", "read", "options", "approve", "score"),
    [
        ({"extraversion": 4}, {"extraversion": 2}, {}, True, 0.8),
        ({"extraversion": 4}, {"extraversion": 1}, {}, False, 0.7),
        ({"extraversion": 4}, {"extraversion": 1}, {"tolerance": 3}, True, 0.7),
        ({"extraversion": 4}, {"extraversion": None}, {}, False, 0.6),
        ({"extraversion": 2}, {"extraversion": None}, {}, True, 0.8),
        ({"extraversion": 4, "openness": 1}, {"extraversion": 1, "openness": 1}, {}, False, 0.85),
        ({"extraversion": 4, "openness": 1}, {"extraversion": 1, "openness": 1}, {"allowed": 1}, True, 0.85),
        ({"extraversion": 4, "openness": 1}, {"extraversion": 1, "openness": 1}, {"traits": "openness"}, True, 1.0),
        ({"extraversion": 4}, {"extraversion": 4, "openness": 5}, {}, True, 1.0),
        (
            {"extraversion": 4},
            {"extraversion": 4, "openness": 5},
            {"traits": ["extraversion", "openness"]},
            False,
            0.75,
        ),
        ({"extraversion": 4}, {"extraversion": 1}, {"compare": "pole"}, True, 1.0),
        ({"extraversion": -4}, {"extraversion": 0}, {"compare": "pole"}, False, 0.0),
        ({"extraversion": 1, "openness": -1}, {"extraversion": 5, "openness": 1}, {"compare": "pole"}, False, 0.5),
        ({"extraversion": 4}, {"extraversion": 3}, {"compare": "pole", "traits": "all"}, True, 1.0),
        ({"extraversion": 4, "openness": 1}, {"openness": 1}, {"must_show": False}, True, 1.0),
    ],
)
async def test_levels_are_compared(
    assigned: dict[str, int], read: dict[str, int | None], options: dict[str, Any], approve: bool, score: float
) -> None:
    verdict = await about_ann(assigned, read, **options)
    assert (verdict.approve, verdict.score) == (approve, score)


async def test_what_is_off_is_named_with_its_turn_and_its_evidence() -> None:
    verdict = await about_ann({"extraversion": 4, "neuroticism": -3}, {"extraversion": 0})
    assert verdict.findings == (
        Finding("extraversion reads as 0, assigned +4 (Seen)", 0, "a"),
        Finding("nothing shows neuroticism, assigned -3 (Seen)", 0, "a"),
    )
    assert verdict.figures == {"a/extraversion": 0.0, "a/neuroticism/unseen": 1.0}


async def test_advice_is_in_words_and_for_its_own_seat() -> None:
    verdict = await about_ann({"extraversion": 4, "agreeableness": 1}, {"extraversion": 0, "agreeableness": 5})
    assert set(verdict.advice) == {"a"}
    assert verdict.advice["a"].startswith("Let it show more that you are outgoing and lively: talking a lot")
    assert "you come across as more kind and cooperative than you are" in verdict.advice["a"]
    assert not any(character.isdigit() for character in verdict.advice["a"])
    quiet = await about_ann({"extraversion": -4}, {"extraversion": 3})
    assert quiet.advice["a"].startswith("Let it show more that you are quiet and withdrawn")


@pytest.mark.parametrize(
    ("dialogue", "options", "why"),
    [
        (HELLO, {}, "Ann has no trait to compare"),
        (given(Ann={}), {}, "Ann has no trait to compare"),
        (given(Ann={"openness": 3}), {"traits": "neuroticism", "compare": "pole"}, "Ann has no trait to compare"),
    ],
)
async def test_without_traits_nobody_is_asked(dialogue: Dialogue, options: dict[str, Any], why: str) -> None:
    critic = replace(create("personality", options), chat=judge({}))  # type: ignore[type-var]
    answer = await critic.review(case_of(dialogue, critic.sees))  # type: ignore[union-attr]
    assert answer == Abstention(Why.NOT_APPLICABLE, why)


async def test_what_nothing_shows_can_be_left_out() -> None:
    answer = await about_ann({"openness": 3, "neuroticism": 1}, {}, must_show=False)
    assert answer == Abstention(Why.NOT_APPLICABLE, "nothing shows its openness, neuroticism")


async def test_on_a_panel_each_speaker_is_read_by_itself() -> None:
    said = given(Ann={"extraversion": 4}, Bo={"extraversion": 4})
    chat = judge({"Ann": {"extraversion": 4}, "Bo": {"extraversion": -2}})
    panel = Panel(members({"use": "personality", "role": "veto"}), services={"chat": chat})
    review = await panel.review(said)
    answer = review.ballots[0].answer
    assert isinstance(answer, Verdict)
    assert review.decision.outcome is Outcome.REJECTED
    assert answer.figures == {"a/extraversion": 4.0, "b/extraversion": -2.0}
    assert set(answer.advice) == {"b"}
    assert answer.score == 0.4


async def test_rehearsal_reads_nobody() -> None:
    panel = Panel(members("personality"), services={"chat": connect(ModelSpec.parse("rehearsal"))})
    answer = (await panel.review(given(Ann={"openness": 3}))).ballots[0].answer
    assert isinstance(answer, Abstention)
    assert answer.kind is Why.SKIPPED


def test_a_trait_that_nobody_knows_is_a_mistake() -> None:
    with pytest.raises(Mistake, match="option 'traits'"):
        create("personality", {"traits": ["humour"]})


async def test_it_keeps_the_rules_of_critics() -> None:
    read = {trait.value: 0 for trait in Trait}
    await check_critic(Personality(traits=tuple(Trait), chat=judge(dict.fromkeys(["Ann", "Bo", "Cy", "Di"], read))))


async def test_odd_dialogues_of_people_with_traits_are_read() -> None:
    people = ("Ann", "Ann (1)", "Ann (5)", "Bo", "Cy", "Di")
    panel = Panel(members("personality"), services={"chat": judge({name: {"openness": 3} for name in people})})
    kinds = []
    for said in sample_dialogues():
        cast = [m.persona.model_copy(update={"traits": BigFive(openness=3)}) for m in said.cast]
        seats = tuple(replace(m, persona=persona) for m, persona in zip(said.cast, cast, strict=True))
        answer = (await panel.review(replace(said, cast=seats))).ballots[0].answer
        kinds.append(answer.kind if isinstance(answer, Abstention) else answer.approve)
    assert kinds.count(Why.NOT_APPLICABLE) == 2  # nothing said, blank turns
    assert set(kinds) == {True, Why.NOT_APPLICABLE}
