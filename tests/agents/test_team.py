"""Does a scenario's try run as an AutoGen team?"""

from collections.abc import Callable
from dataclasses import replace

import pytest
from autogen_agentchat.messages import TextMessage

from tertulia.agents import Job, Member
from tertulia.agents.play import Play
from tertulia.agents.speaker import agent_names
from tertulia.agents.stage import stage
from tertulia.agents.staging import Staging
from tertulia.agents.team import as_team
from tertulia.models.client import ChatClient
from tertulia.models.request import Request
from tertulia.models.scripted import Scripted
from tertulia.models.spec import ModelSpec
from tertulia.personas import Persona


def fourth(request: Request) -> str:
    """Takes leave with the fourth own turn."""
    turns = sum(message["role"] == "assistant" for message in request.messages)
    return f"It was number {request.seed}. Goodbye!" if turns == 3 else f"Number {request.seed}."


def play(staging: Staging, line: Callable[[Request], str] = fourth) -> Play:
    client = ChatClient(Scripted(line), ModelSpec.parse("rehearsal"))
    cast = tuple(Member(f"{n}-side", Persona(name=n, profile=[f"My secret is {n}."])) for n in ("ann", "bob"))
    return Play(Job(1, 0, cast), staging, {m.seat: client for m in cast}, lambda event: None)


async def test_it_talks_in_the_scenarios_order_until_its_stop_condition() -> None:
    result = await as_team(play(Staging(least=4, most=20, opener="bob-side"))).run()
    said = [m for m in result.messages if isinstance(m, TextMessage)]
    assert [m.source for m in said] == ["bob_side", "ann_side"] * 4
    assert result.stop_reason == "farewell"


async def test_a_graph_is_followed() -> None:
    edges = (("ann-side", "bob-side"), ("bob-side", "ann-side"))
    result = await as_team(play(Staging(least=4, most=6, order="graph", edges=edges))).run()
    said = [m.source for m in result.messages if isinstance(m, TextMessage)]
    assert said == ["ann_side", "bob_side"] * 3


@pytest.mark.parametrize(("least", "most"), [(4, 9), (2, 2), (8, 8)])
async def test_it_says_what_the_stage_says(least: int, most: int) -> None:
    def line(request: Request) -> str:
        closing = "about to end" in request.messages[-1]["content"]
        return f"Number {request.seed}. {'Take care!' if closing else 'Go on.'}"

    for seed in range(3):
        told = [replace(play(Staging(least=least, most=most, opener="bob-side"), line), seed=seed) for _ in range(2)]
        dialogue, result = await stage(told[0]), await as_team(told[1]).run()
        said = [m.content for m in result.messages if isinstance(m, TextMessage)]
        assert said == [turn.text for turn in dialogue.turns]
        assert result.stop_reason == dialogue.stop == "farewell"


def test_every_seat_has_an_agent_name_of_its_own() -> None:
    seats = ["a-b", "a_b", "a b", "a_b_", "1", "seat_1", "x²", "é"]
    for order in (seats, seats[::-1]):
        names = agent_names(order)
        assert names == agent_names(seats)
        assert len(set(names.values())) == len(seats)
        assert all(name.isidentifier() for name in names.values())
    assert agent_names(["bob-side"]) == {"bob-side": "bob_side"}


async def test_seats_of_like_names_hear_each_other() -> None:
    cast = tuple(Member(seat, Persona(name=name)) for seat, name in (("a-b", "Ann"), ("a_b", "Bob"), ("c", "Cleo")))
    endpoint = Scripted(lambda r: f"Number {r.seed}.")
    client = ChatClient(endpoint, ModelSpec.parse("rehearsal"))
    table = Play(Job(1, 0, cast), Staging(least=4, most=4), {m.seat: client for m in cast}, lambda event: None)
    result = await as_team(table).run()
    assert [m.source for m in result.messages if isinstance(m, TextMessage)] == ["a_b", "a_b_", "c", "a_b"]
    heard = endpoint.requests[-1].messages[-1]["content"]
    assert "Bob: Number" in heard
    assert "Cleo: Number" in heard


def test_script_mode_has_no_team() -> None:
    with pytest.raises(ValueError, match="private-mode"):
        as_team(play(Staging(mode="script")))
