"""How does a scenario run as an AutoGen team? For those who build on AutoGen; the stage drives speakers directly."""

from collections.abc import Sequence
from random import Random

from autogen_agentchat.base import TerminatedException, TerminationCondition
from autogen_agentchat.conditions import MaxMessageTermination
from autogen_agentchat.messages import BaseAgentEvent, BaseChatMessage, StopMessage, TextMessage
from autogen_agentchat.teams import BaseGroupChat, RoundRobinGroupChat, SelectorGroupChat

from ..models.stream import stream
from .calls import Calls
from .dialogue import Turn
from .play import Play
from .speaker import Speaker, agent_name
from .stage import speaker
from .staging import Staging
from .stopping import stopped


def as_team(play: Play) -> BaseGroupChat:
    """The try as an AutoGen `Team`: its speakers, its order, and its stop conditions; `await team.run()` talks.

    `round-robin` becomes a RoundRobinGroupChat; the other orders become a SelectorGroupChat, of which `selector` asks
    AutoGen's own selector prompt (it sees public descriptions alone). Raises ValueError for script mode.
    """
    if play.staging.mode != "private":
        raise ValueError("only a private-mode scenario has speakers to make a team of")
    calls = Calls(play.seed, play.place)
    first = play.seats.index(play.staging.first(play.seats))
    cast = [*play.job.cast[first:], *play.job.cast[:first]]
    speakers = [speaker(play, member, calls) for member in cast]
    ending = StagedTermination(play.staging, len(cast)) | MaxMessageTermination(play.staging.most)
    if play.staging.order == "round-robin":
        return RoundRobinGroupChat(list(speakers), termination_condition=ending)
    return _selected(play, speakers, ending)


def _selected(play: Play, speakers: Sequence[Speaker], ending: TerminationCondition) -> BaseGroupChat:
    client = play.selector or play.clients[speakers[0].member.seat]
    if play.staging.order == "selector":
        return SelectorGroupChat(list(speakers), client, termination_condition=ending)
    choose = _chooser(play, [agent.name for agent in speakers])
    return SelectorGroupChat(list(speakers), client, termination_condition=ending, selector_func=choose)


class _chooser:
    """Random and graph orders for AutoGen, with the same stream of chance as the stage's."""

    def __init__(self, play: Play, names: Sequence[str]) -> None:
        self._names = names
        self._edges = [(agent_name(a), agent_name(b)) for a, b in play.staging.edges]
        self._chance: Random = stream(play.seed, "order", *play.place)

    def __call__(self, messages: Sequence[BaseAgentEvent | BaseChatMessage]) -> str | None:
        last = next((m.source for m in reversed(messages) if m.source in self._names), None)
        if last is None:
            return self._names[0]
        follow = [b for a, b in self._edges if a == last] or [name for name in self._names if name != last]
        return self._chance.choice(follow)


class StagedTermination(TerminationCondition):
    """The stop conditions of a stage, as AutoGen asks for them."""

    def __init__(self, staging: Staging, seats: int) -> None:
        self._staging, self._seats = staging, seats
        self._turns: list[Turn] = []
        self._over = False

    @property
    def terminated(self) -> bool:
        return self._over

    async def __call__(self, messages: Sequence[BaseAgentEvent | BaseChatMessage]) -> StopMessage | None:
        if self._over:
            raise TerminatedException("this conversation has already ended")
        for message in messages:
            if isinstance(message, TextMessage):
                self._turns.append(Turn(message.source, message.content))
                if stop := stopped(self._turns, self._seats, self._staging.least, self._staging.stops):
                    self._over = True
                    return StopMessage(content=stop.value, source="stage")
        return None

    async def reset(self) -> None:
        self._turns, self._over = [], False
