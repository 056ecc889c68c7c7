"""Does the audit find a leak through each part of a request, and nothing in what is clean?"""

from dataclasses import replace

import pytest

from tertulia.agents import Dialogue, Job, Member, Turn
from tertulia.agents.audit import Leak, leaks
from tertulia.agents.play import Play
from tertulia.agents.stage import stage
from tertulia.agents.staging import Staging
from tertulia.models.client import ChatClient
from tertulia.models.request import Kind, Part, Request, Role
from tertulia.models.scripted import Scripted
from tertulia.models.spec import ModelSpec
from tertulia.personas import Persona

CANARY = "I once hid a violet canary in locker 4417."
CAST = (
    Member("a", Persona(name="Ann", profile=[CANARY, "I like tea."], goal="Find out about the lighthouse.")),
    Member("b", Persona(name="Bob", profile=["I whittle owls.", "I like tea."])),
    Member("c", Persona(name="Cleo", profile=["I fly kites."])),
)


async def conversation(line: str | None = None) -> tuple[Dialogue, list[Request]]:
    endpoint = Scripted(lambda r: line or f"Number {r.seed} comes up.")
    client = ChatClient(endpoint, ModelSpec.parse("rehearsal"))
    play = Play(
        Job(1, 0, CAST),
        Staging(least=6, most=6, guards=(), stops=frozenset()),
        {m.seat: client for m in CAST},
        lambda event: None,
        notes={"b": "Ask more."},
    )
    return await stage(play), endpoint.requests


def found(dialogue: Dialogue, requests: list[tuple[Part, ...]]) -> list[Leak]:
    return list(leaks(dialogue, requests))


async def test_a_clean_conversation_has_no_leak() -> None:
    dialogue, requests = await conversation()
    assert found(dialogue, [request.parts for request in requests]) == []


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.TURN])
async def test_a_leak_is_found_in_every_part_that_is_no_turn(kind: Kind) -> None:
    dialogue, requests = await conversation()
    bobs = requests[1].parts
    planted = (*bobs, Part(Role.USER, kind, f"By the way: {CANARY.upper()} Nice?", "b"))
    assert [(leak.reader, leak.owner, leak.kind) for leak in found(dialogue, [planted])] == [("b", "a", kind)]


async def test_a_goal_is_private_too() -> None:
    dialogue, requests = await conversation()
    planted = (*requests[1].parts, Part(Role.USER, Kind.NOTE, "She wants to find out about the lighthouse!", "b"))
    assert [leak.owner for leak in found(dialogue, [planted])] == ["a"]


async def test_what_its_owner_has_said_may_stand_in_everybodys_turns() -> None:
    dialogue, requests = await conversation(CANARY)
    told = replace(dialogue, turns=(Turn("a", CANARY), *dialogue.turns[1:]))
    assert found(told, [request.parts for request in requests]) == []


async def test_a_turn_in_which_somebody_else_says_it_is_a_leak() -> None:
    dialogue, requests = await conversation()
    for request, reader in ((requests[2], "c"), (requests[1], "b")):
        planted = (*request.parts, Part(Role.USER, Kind.TURN, f"Bob: {CANARY}", "b"))
        assert [(leak.reader, leak.owner) for leak in found(dialogue, [planted])] == [(reader, "a")]


async def test_a_sentence_that_two_personas_share_is_no_secret_between_them() -> None:
    dialogue, requests = await conversation()
    for_bob = (*requests[1].parts, Part(Role.USER, Kind.NOTE, "I like tea.", "b"))
    for_cleo = (*requests[2].parts, Part(Role.USER, Kind.NOTE, "I like tea.", "c"))
    assert found(dialogue, [for_bob]) == []
    assert {leak.owner for leak in found(dialogue, [for_cleo])} == {"a", "b"}


async def test_a_selectors_request_is_nobodys_and_may_hold_no_persona() -> None:
    dialogue, _ = await conversation()
    parts = (Part(Role.SYSTEM, Kind.INSTRUCTIONS, f"Choose. Ann: {CANARY}"), Part(Role.USER, Kind.TURN, "Ann: Hi", "a"))
    assert [(leak.reader, leak.owner) for leak in found(dialogue, [parts])] == [("", "a")]


@pytest.mark.parametrize("number", [1, 4], ids=["first turn", "later turn"])
@pytest.mark.parametrize("kind", [Kind.PERSONA, Kind.NOTE])
async def test_a_persona_or_note_of_another_seat_is_a_leak_as_it_is(number: int, kind: Kind) -> None:
    dialogue, requests = await conversation()
    anns = Part(Role.SYSTEM, kind, "Words that are in no profile.", "a")
    swapped = [anns if part.kind is kind else part for part in requests[number].parts]
    assert anns in swapped
    assert [(leak.reader, leak.owner, leak.kind) for leak in found(dialogue, [tuple(swapped)])] == [("b", "a", kind)]


async def test_all_personas_of_a_table_that_change_places_are_leaks() -> None:
    dialogue, requests = await conversation()
    personas = {p.seat: p for r in requests for p in r.parts if p.kind is Kind.PERSONA}
    after = {"a": "b", "b": "c", "c": "a"}
    swapped = [tuple(personas[after[p.seat]] if p.kind is Kind.PERSONA else p for p in r.parts) for r in requests]
    assert [(leak.reader, leak.owner) for leak in found(dialogue, swapped)] == [("a", "b"), ("b", "c"), ("c", "a")] * 2


async def test_a_persona_at_the_selector_is_a_leak() -> None:
    dialogue, requests = await conversation()
    assert [leak.reader for leak in leaks(dialogue, [requests[1].parts], reader="")] == ["", ""]
