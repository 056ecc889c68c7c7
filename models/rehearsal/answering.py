"""How does one reply to what was just said: to a question, to news, to a greeting?"""

from collections.abc import Iterator
from typing import Final

from .english import shape
from .fact import Fact
from .floor import Floor, kin, tone
from .grammar import norm
from .hearing import Heard
from .lexicon import Act, Exchange, lexicon
from .wording import Draft

_SILENT: Final = 0.2
"""How often one goes on without a word on what was told."""

_WARM: Final = 2
_DRY: Final = -2


def respond(draft: Draft) -> None:
    """Answer what was asked; else react to what was told."""
    state = draft.floor
    thanked = state.last is not None and state.last.thanks
    if thanked:
        draft.choose(lexicon().talk["welcome"])
    if state.question is not None:
        _late(draft)
        answer(draft)
    elif state.news is not None and not thanked and not _passes_over(draft, state.news):
        react(draft, state.news)


def _passes_over(draft: Draft, news: Heard) -> bool:
    sad = tone(news.topic, news.slots or {}) == "grave"
    return news.act in (Act.TELL, Act.SAY) and not sad and draft.odds(_SILENT)


def _late(draft: Draft) -> None:
    question = draft.floor.question
    if draft.floor.group and question is not None and question.age > 0:
        line = draft.pick(lexicon().talk["late"], {"name": question.by})
        draft.say(line, {"name": question.by})


def answer(draft: Draft) -> None:
    """Answer the question that is open."""
    state = draft.floor
    if state.question is None:
        return
    heard = state.question.heard
    if heard.line is None and _personal(draft, heard.text):
        return
    exchange = _exchange(state, heard)
    topic = heard.topic or (state.thread.topic if heard.act is Act.BACK or heard.line is None else "")
    if exchange is not None and draft.choose(exchange.answers, heard.slots or {}):
        return
    if topic and (heard.act is not Act.FOLLOW or heard.line is None):
        about(draft, topic, heard)
    elif not draft.choose(lexicon().talk["evade"]):
        draft.choose(lexicon().talk["plain"])


def _personal(draft: Draft, question: str) -> bool:
    """How one is, and what one is called."""
    talk, name = lexicon().talk, draft.floor.me.name
    if shape("asks_mood").search(question):
        return draft.choose(talk["feeling"])
    return bool(name and shape("asks_name").search(question)) and draft.choose(talk["my name"], {"name": name})


def _exchange(state: Floor, heard: Heard) -> Exchange | None:
    if heard.act is Act.FOLLOW and heard.line is not None:
        return heard.line.exchange
    opened = state.thread.exchange
    if heard.act is Act.BACK and opened is not None and opened.line is not None and not state.thread.topic:
        return opened.line.exchange
    return None


def about(draft: Draft, topic: str, heard: Heard | None = None) -> None:
    """Answer a question about a topic from the profile; without a fact, say so without inventing one."""
    own = next(untold(draft, topic), None)
    if own is not None:
        tell(draft, own, _lead_in(draft, own, topic, heard))
        return
    if elaborate(draft, topic):
        return
    found = lexicon().topics.get(topic)
    if found is None or not draft.choose(found.lines["lacks"]):
        draft.choose(lexicon().talk["evade"])


def unsaid(draft: Draft) -> list[Fact]:
    """The speaker's own facts that are not out yet."""
    told = draft.floor.told
    return [own for index, own in enumerate(draft.floor.me.facts) if index not in told and own not in draft.told]


def focus(draft: Draft) -> Fact | None:
    """What the speaker has been asked to let come up, as long as it has not."""
    return next((own for own in unsaid(draft) if own is draft.floor.me.focus), None)


def untold(draft: Draft, topic: str) -> Iterator[Fact]:
    """Of these, the ones that answer a question on a topic, the closest first."""
    left = unsaid(draft)
    yield from (fact for fact in left if fact.topic == topic)
    yield from (fact for fact in left if fact.topic != topic and fact.topic in kin(topic))
    if topic == "self":
        yield from (fact for fact in left if fact.topic not in kin(topic) and fact.topic != topic)


def tell(draft: Draft, fact: Fact, frame: str = "") -> bool:
    """Bring up a fact in words that neither this conversation nor the profile has, after a line of the pool `frame`."""
    line = draft.pick([way.line for way in fact.tellings], fact.slots)
    line = line or draft.pick([way.line for way in fact.spare], fact.slots)
    if line is None:
        return False
    if frame:
        draft.choose(lexicon().talk[frame])
    draft.told.append(fact)
    return draft.say(line, fact.slots)


def elaborate(draft: Draft, topic: str) -> bool:
    """Say more about a fact on this topic that is out."""
    found = lexicon().topics.get(topic)
    known = next((own for own in draft.floor.me.facts if own.topic == topic and own not in unsaid(draft)), None)
    if found is None or known is None:
        return False
    detail = known.detail
    if detail is not None and norm(detail.text) not in draft.floor.used and draft.say(detail):
        return True
    return draft.choose(found.lines["more"], known.slots)


def _lead_in(draft: Draft, fact: Fact, topic: str, heard: Heard | None) -> str:
    """The pool of a word or two before the answer; often none is needed."""
    found = lexicon().topics.get(topic)
    if heard is None or heard.act is Act.BACK:
        return ""
    if fact.topic != topic:
        return "sideways" if found is not None and not found.broad else ""
    if shape("polar").match(heard.text):
        return ("no" if fact.denies else "yes") if draft.odds(0.6) else ""
    return "to fact" if draft.odds(0.12) else ""


def react(draft: Draft, news: Heard) -> None:
    """Show that one has listened, in keeping with what was said and with one's own nature."""
    talk, by = lexicon().talk, draft.floor.last_by
    if draft.floor.group and draft.odds(0.2) and draft.say(draft.pick(talk["to name"], {"name": by}), {"name": by}):
        return
    if news.act is Act.LACK:
        if draft.odds(0.7):
            draft.choose(talk["fair"])
        return
    if news.act is Act.SAY and _to_answer(draft, news):
        return
    found = lexicon().topics.get(news.topic)
    slots = news.slots or {}
    mood = tone(news.topic, slots) if news.topic or slots or news.line else "plain"
    heavy = mood == "grave" and found is not None and found.tone != "grave"
    apt = found.lines["reacts"] if found is not None and news.act is Act.TELL and not heavy else ()
    if draft.odds(0.65) and draft.choose(apt, slots):
        return
    foreign = news.line is None and news.act is None
    draft.choose(talk["plain" if foreign else _pool(draft, mood)])


def _to_answer(draft: Draft, news: Heard) -> bool:
    if news.line is None or news.line.exchange is None or (news.topic and not draft.odds(0.75)):
        return False
    exchange = news.line.exchange
    return draft.choose(exchange.replies[news.line.text]) or draft.choose(exchange.reactions)


def _pool(draft: Draft, kind: str) -> str:
    liking = draft.floor.me.level("agreeableness")
    if kind == "grave":
        return "grave"
    if liking >= _WARM and draft.odds(0.4):
        return "kind" if kind == "plain" else draft.chance.choice(("warm", "kind"))
    if liking <= _DRY and draft.odds(0.45):
        return "dry"
    return "plain" if kind in ("plain", "warm") or draft.odds(0.25) else "light"
