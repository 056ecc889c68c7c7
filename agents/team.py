"""How does a scenario run as an AutoGen team? For those who build on AutoGen; the stage drives speakers directly."""

from collections.abc import Sequence
from dataclasses import replace

from autogen_agentchat.base import TerminatedException, TerminationCondition
from autogen_agentchat.messages import BaseAgentEvent, BaseChatMessage, StopMessage, TextMessage
from autogen_agentchat.teams import BaseGroupChat, RoundRobinGroupChat, SelectorGroupChat

from .calls import Calls
from .dialogue import StopReason, Turn
from .play import Play
from .speaker import Speaker, agent_names
from .stage import order_of, speaker
from .staging import Staging
from .stopping import stopped


def as_team(play: Play) -> BaseGroupChat:
    """The try as an AutoGen `Team`: its speakers, its order, and its stop conditions; `await team.run()` talks.

    `round-robin` becomes a RoundRobinGroupChat; the other orders become a SelectorGroupChat that is told by the stage's
    own order who speaks next (a model that selects sees what is public and what was said). Raises ValueError for script
    mode.
    """
    if play.staging.mode != "private":
        raise ValueError("only a private-mode scenario has speakers to make a team of")
    calls = Calls(play.seed, play.place)
    first = play.seats.index(play.staging.first(play.seats))
    cast = [*play.job.cast[first:], *play.job.cast[:first]]
    speakers = [speaker(play, member, calls) for member in cast]
    ending = StagedTermination(play.staging, len(cast))
    if play.staging.order == "round-robin":
        return RoundRobinGroupChat(list(speakers), termination_condition=ending)
    return _selected(play, speakers, ending, calls)


def _selected(play: Play, speakers: Sequence[Speaker], ending: TerminationCondition, calls: Calls) -> BaseGroupChat:
    client = play.selector or play.clients[speakers[0].member.seat]
    chooser = Chooser(replace(play, selector=client), calls)
    return SelectorGroupChat(list(speakers), client, termination_condition=ending, selector_func=chooser.choose)


class Chooser:
    """The stage's own order, as AutoGen asks for the next speaker."""

    def __init__(self, play: Play, calls: Calls) -> None:
        self._play, self._calls = play, calls
        self._names = agent_names(play.seats)
        self._seats = {name: seat for seat, name in self._names.items()}
        self._order = order_of(play, calls)

    async def choose(self, messages: Sequence[BaseAgentEvent | BaseChatMessage]) -> str:
        """Name of the agent that speaks next; what does not come from a seat is passed over."""
        said = [m for m in messages if isinstance(m, TextMessage) and m.source in self._seats]
        if not said:
            self._order = order_of(self._play, self._calls)
        return self._names[await self._order.next([Turn(self._seats[m.source], m.content) for m in said])]


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
                if stop := self._stop():
                    self._over = True
                    return StopMessage(content=stop.value, source="stage")
        return None

    def _stop(self) -> StopReason | None:
        stop = stopped(self._turns, self._seats, self._staging.least, self._staging.stops)
        return stop or (StopReason.MAX_TURNS if len(self._turns) >= self._staging.most else None)

    async def reset(self) -> None:
        self._turns, self._over = [], False
