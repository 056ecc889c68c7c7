"""Does a scenario's try run as an AutoGen team?"""

import pytest
from autogen_agentchat.messages import TextMessage

from tertulia.agents import Job, Member
from tertulia.agents.play import Play
from tertulia.agents.staging import Staging
from tertulia.agents.team import as_team
from tertulia.models.client import ChatClient
from tertulia.models.request import Request
from tertulia.models.scripted import Scripted
from tertulia.models.spec import ModelSpec
from tertulia.personas import Persona


def play(staging: Staging) -> Play:
    def line(request: Request) -> str:
        turns = sum(message["role"] == "assistant" for message in request.messages)
        return f"It was number {request.seed}. Goodbye!" if turns == 3 else f"Number {request.seed}."

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


def test_script_mode_has_no_team() -> None:
    with pytest.raises(ValueError, match="private-mode"):
        as_team(play(Staging(mode="script")))
