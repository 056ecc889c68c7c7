"""Where does one take the conversation from here?"""

from typing import Final

from .answering import elaborate, focus, tell, unsaid, untold
from .fact import Fact
from .floor import NOBODY, Floor, domain, kin
from .history import ME
from .lexicon import Act, Exchange, lexicon
from .wording import Draft, weighted

_EVERYDAY: Final = 0.8
"""A topic that most people have something to say about."""

_DEEP: Final = 2
"""After this many questions a subject has been talked about enough."""


def lead(draft: Draft) -> None:
    """Go on after the reply: ask further, tell something, ask back, open a subject, or leave the floor."""
    if draft.floor.elsewhere and not draft.has(Act.SAY, Act.TELL):
        _wait(draft)
        return
    step = weighted(draft.chance, _steps(draft))
    taken = _STEPS[step](draft) if step else False
    if not taken and _must_go_on(draft):
        _open_subject(draft)
    elif taken and step in ("tell", "more") and _asks_back(draft):
        _back(draft)


def _wait(draft: Draft) -> None:
    """In a group, while somebody else has been asked: a word on the same subject, or just a word."""
    outgoing = 0.55 + 0.06 * draft.floor.me.level("extraversion")
    if not (draft.odds(outgoing) and _relate(draft, "while waiting")):
        draft.choose(lexicon().talk["wait"])
        if draft.odds(outgoing - 0.3):
            _tell(draft)


def _steps(draft: Draft) -> list[tuple[str, float]]:
    state, outgoing = draft.floor, draft.floor.me.level("extraversion")
    theirs = state.thread.owner not in (ME, NOBODY)
    answered = draft.has(Act.SAY, Act.TELL, Act.MORE)
    done = state.thread.depth >= _DEEP or draft.has(Act.LACK) or (state.idle > 0 and not answered)
    fresh = 2.4 if done or focus(draft) else 0.2
    ease = 1 + 0.08 * outgoing
    return [
        ("follow", _interest(draft) * ease if theirs else 0.0),
        ("relate", (1.2 if state.thread.depth < 1 else 2.6) * ease if theirs and not draft.has(Act.TELL) else 0.0),
        ("back", (1.2 if draft.has(Act.TELL) else 0.5) * ease if answered and not theirs and _unheard(draft) else 0.0),
        (
            "more",
            (_fullness(draft) + 0.15 * outgoing) if draft.has(Act.TELL) else 3.0 if not theirs and state.idle else 0.0,
        ),
        ("tell", fresh * ease * (2.6 if focus(draft) else 1.3)),
        ("ask", fresh * (0.4 if unsaid(draft) else 1.2)),
        ("stop", 0.0 if _must_go_on(draft) else max(0.3, 1.8 - 0.25 * outgoing)),
    ]


def _fullness(draft: Draft) -> float:
    """How much there is to add to what one has told, now or before."""
    if draft.has(Act.TELL):
        return 2.0 if draft.told[-1].detail is not None else 0.9
    return 3.0 if draft.floor.idle else -9.0


def _interest(draft: Draft) -> float:
    """How much one would like to hear more of what the other brought up."""
    depth, some = draft.floor.thread.depth, 0.35 if draft.floor.group else 1.0
    if draft.has(Act.SAY, Act.TELL, Act.MORE):
        return 0.0
    if draft.has(Act.LACK):
        return some * 3.5 if depth <= _DEEP else 0.0
    return some * (5.0, 3.2)[depth] if depth < _DEEP else 0.0


def _must_go_on(draft: Draft) -> bool:
    """Somebody has to: this turn brings nothing new so far, or the last one did not either."""
    if draft.has(Act.SAY, Act.TELL, Act.MORE, Act.ASK, Act.FOLLOW, Act.BACK):
        return False
    quiet = draft.floor.me.level("extraversion") < 0 and draft.floor.idle == 0 and not draft.has(Act.LACK)
    return not (quiet and draft.said and draft.odds(0.35))


def _unheard(draft: Draft) -> bool:
    """Whether the other side has not yet spoken about the subject of this turn, and could be asked to."""
    thread = draft.floor.thread
    topic = draft.told[-1].topic if draft.told else thread.topic
    found = lexicon().topics.get(topic)
    if found is None:
        opener = thread.exchange.line if thread.exchange else None
        return opener is not None and opener.exchange is not None and opener.exchange.mutual
    return found.chat >= _EVERYDAY and not draft.floor.raised.get(topic, set()) - {ME}


def _asks_back(draft: Draft) -> bool:
    if draft.has(Act.BACK, Act.ASK, Act.FOLLOW):
        return False
    return _unheard(draft) and draft.odds(0.2 + 0.03 * draft.floor.me.level("extraversion"))


def _follow(draft: Draft) -> bool:
    thread = draft.floor.thread
    found = lexicon().topics.get(thread.topic)
    if found is None and not _puzzling(draft):
        return False
    pools: tuple[Exchange, ...] = found.follow if found else lexicon().ask_on
    for exchange in draft.chance.sample(pools, len(pools)):
        asked = any(line.text in draft.floor.used for line in exchange.questions)
        line = None if asked else draft.pick(exchange.questions, thread.slots)
        if line is not None:
            return draft.say(line, thread.slots, _called(draft))
    return False


def _puzzling(draft: Draft) -> bool:
    """Whether the other said something whose subject is not known."""
    news = draft.floor.news
    return news is not None and news.line is None and news.act is None


def _called(draft: Draft) -> str:
    """In a group a question to one person carries the name."""
    return draft.floor.thread.owner if draft.floor.group else ""


def _relate(draft: Draft, frame: str = "") -> bool:
    topic = draft.floor.thread.topic
    own = next((fact for fact in untold(draft, topic) if topic and topic != "self"), None)
    if own is None:
        return False
    frame = frame or ("relate" if own.topic == topic else "near")
    return tell(draft, own, frame if draft.odds(0.75) else "")


def _back(draft: Draft) -> bool:
    """Ask the other the same; in a group, the one whose turn it seems to be next."""
    state = draft.floor
    return draft.say(draft.pick(lexicon().talk["back"]), {}, state.next_by if state.group else "")


def _more(draft: Draft) -> bool:
    return elaborate(draft, draft.told[-1].topic if draft.told else draft.floor.thread.topic)


def _tell(draft: Draft) -> bool:
    """Bring up something of one's own, near to the open subject if there is anything near."""
    own = _next_fact(draft)
    if own is None:
        return False
    return tell(draft, own, _bridge(draft, own))


def _bridge(draft: Draft, own: Fact) -> str:
    topic = draft.floor.thread.topic
    if draft.has(Act.LACK):
        return "but" if draft.odds(0.8) else ""
    if own.topic == topic or own.topic in kin(topic):
        return "near" if draft.odds(0.5) else ""
    return "turn" if draft.odds(0.7) else ""


def _next_fact(draft: Draft) -> Fact | None:
    open_topic = draft.floor.thread.topic
    left = unsaid(draft)
    if draft.has(Act.TELL) or not left:
        return None
    if asked := focus(draft):
        return asked
    here = domain(open_topic)
    return max(
        left, key=lambda own: (own.topic in kin(open_topic)) + (domain(own.topic) == here) + draft.chance.random()
    )


def ask(draft: Draft) -> bool:
    """Open a subject with a question."""
    state = draft.floor
    name = weighted(draft.chance, _appeals(state))
    if not name:
        return False
    line = draft.pick(lexicon().topics[name].lines["asks"])
    if line is not None and state.thread.topic and domain(name) != domain(state.thread.topic) and draft.odds(0.7):
        draft.choose(lexicon().talk["ask first"])
    return draft.say(line)


def _appeals(state: Floor) -> list[tuple[str, float]]:
    """How much each topic that was not touched yet appeals to the speaker; what is near to the open one more."""
    here = domain(state.thread.topic)
    touched = {name for raised in state.raised for name in (raised, *lexicon().akin.get(raised, ()))}
    own = {fact.topic for fact in state.me.facts}
    return [
        (topic.name, topic.chat**2 * (2.5 if topic.domain == here else 1.0) * (1.8 if topic.name in own else 1.0))
        for topic in lexicon().small_talk
        if topic.name not in touched
    ]


def _open_subject(draft: Draft) -> bool:
    first, second = (_tell, ask) if draft.odds(0.6) else (ask, _tell)
    return first(draft) or second(draft) or _follow(draft)


def _stop(draft: Draft) -> bool:
    return bool(draft.said)


_STEPS: Final = {
    "follow": _follow, "relate": _relate, "back": _back, "more": _more, "tell": _tell, "ask": ask, "stop": _stop,
}  # fmt: skip
