"""A shipped scenario runs as an AutoGen team."""

from itertools import pairwise

import pytest
from autogen_agentchat.messages import TextMessage
from fakes import asked

from tertulia.agents import Job
from tertulia.agents.play import Play
from tertulia.agents.team import as_team
from tertulia.models.calling import Services
from tertulia.models.request import Kind
from tertulia.scenarios.casting import Casting
from tertulia.scenarios.connecting import Connections
from tertulia.scenarios.loading import load
from tertulia.scenarios.simulation import staging


@pytest.mark.parametrize(("name", "opener"), [("first-meeting", "bob_side"), ("dinner-party", "host")])
@pytest.mark.parametrize("model", ["rehearsal?flaws=0", "scripted?function=fakes:speak"])
async def test_a_shipped_scenario_talks_as_a_team(name: str, opener: str, model: str) -> None:
    asked.clear()
    scenario = load(name, model=model)
    rules = staging(scenario)
    ((index, cast),) = Casting.of(scenario).casts(1, 0, 1)
    connections = Connections(scenario, Services())
    selector = connections.task("selector") if rules.order == "selector" else None
    play = Play(Job(1, index, cast), rules, connections.seats(), lambda event: None, scenario.seed, selector=selector)
    result = await as_team(play).run()
    await connections.close()
    said = [message for message in result.messages if isinstance(message, TextMessage)]
    assert said[0].source == opener
    assert len(said) <= rules.most
    assert {message.source for message in said} <= {member.seat.replace("-", "_") for member in cast}
    assert all(one.source != other.source for one, other in pairwise(said))
    assert result.stop_reason
    for request in asked:
        persona = next((part for part in request.parts if part.kind is Kind.PERSONA), None)
        others = [m for m in cast if persona is None or m.seat != persona.seat]
        text = "".join(part.text for part in request.parts if part.kind is not Kind.TURN)
        assert not any(sentence in text for member in others for sentence in member.persona.sentences)
