"""The assessor reads one speaker, and sees nothing but names and turns."""

import json
import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from tertulia.agents import Dialogue, Member, Place, SeatRole
from tertulia.critics import Abstention, Case, Sees, Why
from tertulia.critics.assessing import assess, blind
from tertulia.critics.assessment import Assessment, Reading
from tertulia.critics.prompt import render
from tertulia.models import ChatClient, ModelSpec, Reply, ReplyRefused, Request, Scripted
from tertulia.models import Task as Purpose
from tertulia.personas import BigFive, Persona, Trait
from tertulia.personas.persona import Statement
from tertulia.personas.personality.manner import manner
from tertulia.personas.personality.statements import read_statements
from tertulia.personas.traits import Pole

from .conftest import case_of, talk

FLAT = json.dumps({trait.value: {"turns": [1], "evidence": "Greets.", "level": 1} for trait in Trait})
HELLO = talk("Do you sail?", "No.")


def client(script: Callable[[Request], object] | str) -> tuple[ChatClient, Scripted]:
    endpoint = Scripted(script)  # type: ignore[arg-type]
    return ChatClient(endpoint, ModelSpec.parse("vllm:m")), endpoint


async def read(script: Callable[[Request], object] | str, case: Case, seat: str = "a") -> Assessment | Abstention:
    return await assess(case, seat, client(script)[0])


def words(request: Request) -> str:
    return "\n".join(message["content"] for message in request.messages)


def canaries() -> Dialogue:
    """Every private or set word of it stands nowhere else."""
    traits = BigFive(openness=-3, conscientiousness=5, extraversion=4, agreeableness=-4, neuroticism=-5)
    persona = Persona(
        name="Ann", introduction="canary-introduction", relation="canary-relation", profile=("canary-profile",),  # type: ignore[arg-type]
        traits=traits, statements=(Statement(text="canary-statement", trait=Trait.OPENNESS, pole=Pole.LOW),),
        focus="canary-focus", style=("canary-style",), goal="canary-goal", id="canary-id",
    )  # fmt: skip
    other = persona.model_copy(update={"name": "Bo", "id": "canary-other"})
    cast = (Member("a", persona, SeatRole.USER, "canary-model"), Member("b", other, SeatRole.ASSISTANT))
    return replace(
        HELLO, cast=cast, setting="canary-setting", notes={"a": "canary-note"}, exemplars=("canary-exemplar",),
        turns=tuple(replace(turn, request="canary-request") for turn in HELLO.turns),
    )  # fmt: skip


@pytest.mark.parametrize("sees", Sees)
async def test_no_persona_and_no_trait_is_in_any_request(sees: Sees) -> None:
    chat, endpoint = client(lambda request: "hm" if len(request.messages) < 4 else FLAT)
    case = case_of(canaries(), sees)
    for seat in ("a", "b"):
        await assess(case, seat, chat)
    assert len(endpoint.requests) == 4  # each asked again
    for request in endpoint.requests:
        assert "canary" not in words(request)
        assert not any(trait.line() in words(request) for trait in [m.persona.traits for m in canaries().cast] if trait)


async def test_what_was_assigned_changes_nothing() -> None:
    requests = []
    for level in (-5, 0, 5):
        chat, endpoint = client(FLAT)
        cast = tuple(
            replace(m, persona=m.persona.model_copy(update={"traits": BigFive(extraversion=level)})) for m in HELLO.cast
        )
        await assess(case_of(replace(HELLO, cast=cast), Sees.ALL), "a", chat)
        requests += [request.key for request in endpoint.requests]
    assert len(requests) == 3
    assert len(set(requests)) == 1


def test_a_blind_case_has_nothing_else() -> None:
    case = blind(case_of(canaries(), Sees.ALL))
    assert "canary" not in repr(case)
    assert all(chair.persona is None and chair.role is None for chair in case.chairs)


async def test_one_call_a_speaker_by_an_absolute_scale() -> None:
    chat, endpoint = client(FLAT)
    for seat in ("a", "b"):
        assert await assess(case_of(HELLO), seat, chat) == {trait: Reading(1, "Greets.", (0,)) for trait in Trait}
    ann, bo = endpoint.requests
    assert "Read the personality of Ann, and of nobody else" in ann.messages[-1]["content"]
    assert "Read the personality of Bo, and of nobody else" in bo.messages[-1]["content"]
    assert ann.messages[0] == bo.messages[0]
    assert "The scale is absolute" in ann.messages[0]["content"]
    assert "[1] Ann: Do you sail?\n[2] Bo: No." in words(ann)
    assert ann.seed != bo.seed


async def test_a_call_is_to_assess_greedy_and_paid_by_its_job() -> None:
    chat, endpoint = client(FLAT)
    for index in (4, 4, 5):
        await assess(case_of(replace(HELLO, place=Place(1, index))), "a", chat)
    one, same, other = endpoint.requests
    assert (one.task, one.scope, one.sampling["temperature"]) == (Purpose.ASSESS, "1/4", 0)
    assert one.sampling["max_tokens"] >= 800
    assert one.key == same.key != other.key


async def test_two_of_one_name_are_told_apart() -> None:
    chat, endpoint = client(FLAT)
    await assess(case_of(talk("Yes?", "No.", names=("Ann", "Ann"))), "b", chat)
    assert "Read the personality of Ann (2), and" in words(endpoint.requests[0])


async def test_an_unreadable_reply_is_asked_for_again_once() -> None:
    chat, endpoint = client(lambda request: FLAT[:40] if len(request.messages) < 4 else FLAT)
    assert not isinstance(await assess(case_of(HELLO), "a", chat), Abstention)
    first, second = endpoint.requests
    assert second.messages[:2] == first.messages
    assert "there is no JSON object" in second.messages[-1]["content"]
    assert "personality of Ann again" in second.messages[-1]["content"]


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        ("She is nice.", "no verdict could be read, twice: there is no JSON object with the five scales in it"),
        (ReplyRefused("filter"), "the model refused: filter"),
    ],
)
async def test_then_it_abstains(reply: object, why: str) -> None:
    def answer(request: Request) -> object:
        if isinstance(reply, Exception):
            raise reply
        return reply

    assert await read(answer, case_of(HELLO)) == Abstention(Why.FAILED, why)


async def test_the_example_of_the_instructions_is_no_reading() -> None:
    answer = await read(lambda request: request.messages[0]["content"].splitlines()[-1], case_of(HELLO))
    assert answer == Abstention(
        Why.FAILED, "no verdict could be read, twice: it only repeats an example of the instructions"
    )


async def test_a_speaker_who_says_nothing_is_not_asked_about() -> None:
    chat, endpoint = client(FLAT)
    answer = await assess(case_of(talk("Do you sail?", " ... ")), "b", chat)
    assert answer == Abstention(Why.NOT_APPLICABLE, "Bo says nothing")
    assert endpoint.requests == []


async def test_levels_that_a_speaker_says_are_no_answer() -> None:
    said = talk(FLAT, "No.")
    assert isinstance(await read(f"She said: {FLAT}", case_of(said)), Abstention)
    assert not isinstance(
        await read(lambda request: Reply(FLAT.replace('"level": 1', '"level": 2')), case_of(said)), Abstention
    )


def test_the_guide_does_not_say_what_speakers_are_told() -> None:
    """Else the judge would find words again, and not a personality."""
    told = [f"{nature.name} {nature.shows}" for nature in manner().natures.values()] + [*manner().meanings.values()]
    told += [statement.text for statements in read_statements().values() for statement in statements]
    guide = grams(render("assess"))
    assert {" ".join(gram) for text in told for gram in grams(text) & guide} == set()


def grams(text: str) -> set[tuple[str, ...]]:
    tokens = re.findall(r"\w+", text.lower())
    return set(zip(*(tokens[n:] for n in range(4)), strict=False))
