"""How does one conversation go? Speakers talk in turn until a stop condition holds."""

from collections.abc import Iterable

from autogen_agentchat.messages import TextMessage
from autogen_core import CancellationToken

from ..models.errors import ReplyRefused
from ..models.stream import stream
from .briefing import briefing, note
from .calls import Calls
from .dialogue import Dialogue, Member, StopReason, Turn
from .event import DialogueEnded, DialogueStarted, TurnRefused, TurnSpoken
from .ordering import GraphOrder, Order, RandomOrder, RoundRobin
from .play import Play
from .script import write_script
from .selector import ModelOrder
from .speaker import Other, Speaker, TurnFailed
from .stopping import stopped


async def stage(play: Play, token: CancellationToken | None = None) -> Dialogue:
    """Make one dialogue. A content failure is a dialogue with `failure`; infrastructure failures are raised."""
    play.events(DialogueStarted(play.place, play.job.cast))
    token = token or CancellationToken()
    dialogue = await (write_script(play, token) if play.staging.mode == "script" else talk(play, token))
    play.events(DialogueEnded(play.place, dialogue))
    return dialogue


async def talk(play: Play, token: CancellationToken) -> Dialogue:
    """Private mode: every seat has its own context, and hears of the others only what they say."""
    calls = Calls(play.seed, play.place)
    order = order_of(play, calls)
    speakers = {member.seat: speaker(play, member, calls) for member in play.job.cast}
    said: list[TextMessage] = []
    heard = dict.fromkeys(speakers, 0)
    turns: list[Turn] = []
    while len(turns) < play.staging.most:
        try:
            seat = await order.next(turns, token)
            agent = speakers[seat]
            news, heard[seat] = said[heard[seat] :], len(said) + 1
            response = await agent.on_messages(news, token)
        except (TurnFailed, ReplyRefused) as failed:
            return play.dialogue(tuple(turns), reason(failed), str(failed), guard_counts(speakers.values()))
        assert isinstance(response.chat_message, TextMessage)
        said.append(response.chat_message)
        turns.append(Turn(seat, response.chat_message.content, agent.last_request))
        play.events(TurnSpoken(play.place, seat, agent.member.name, len(turns) - 1, turns[-1].text))
        if stop := stopped(turns, len(speakers), play.staging.least, play.staging.stops):
            return play.dialogue(tuple(turns), stop, guards=guard_counts(speakers.values()))
    return play.dialogue(tuple(turns), StopReason.MAX_TURNS, guards=guard_counts(speakers.values()))


def speaker(play: Play, member: Member, calls: Calls) -> Speaker:
    """The agent of one seat. It is given its own persona, and what is public of the others."""
    others = [other for other in play.job.cast if other.seat != member.seat]
    side = play.seats.index(member.seat)
    advice = play.notes.get(member.seat)
    return Speaker(
        member,
        [Other(other.seat, other.name) for other in others],
        briefing(member, [other.persona.public for other in others], play.job.exemplars, play.staging, side),
        play.clients[member.seat],
        calls,
        play.staging,
        play.ending,
        note(member.seat, advice) if advice else None,
        lambda guard, reason: play.events(TurnRefused(play.place, member.seat, guard, reason)),
    )


def order_of(play: Play, calls: Calls) -> Order:
    """The turn policy of the scenario, with a stream of chance of its own."""
    staging, seats = play.staging, play.seats
    opener, chance = staging.first(seats), stream(play.seed, "order", *play.place)
    match staging.order:
        case "round-robin":
            return RoundRobin(seats, opener)
        case "random":
            return RandomOrder(seats, opener, chance)
        case "graph":
            return GraphOrder({s: [b for a, b in staging.edges if a == s] for s in seats}, opener, chance)
        case "selector":
            assert play.selector is not None
            return ModelOrder(play.job.cast, opener, play.selector, calls)


def reason(failed: TurnFailed | ReplyRefused) -> StopReason:
    """A model that declines, or a server that does, refuses; all else is a guard's."""
    refused = isinstance(failed, ReplyRefused) or failed.guard == "refusal"
    return StopReason.REFUSAL if refused else StopReason.GUARD


def guard_counts(speakers: Iterable[Speaker]) -> dict[str, int]:
    """How often each guard asked again, all seats together."""
    total: dict[str, int] = {}
    for agent in speakers:
        for guard, count in agent.guards.counts.items():
            total[guard] = total.get(guard, 0) + count
    return total
