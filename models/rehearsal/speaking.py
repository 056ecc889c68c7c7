"""What does a speaker say next?"""

from typing import Final

from ..stream import stream
from .answering import answer, focus, respond, tell, unsaid
from .brief import TRAITS, Brief
from .english import shape
from .floor import floor
from .grammar import expanded
from .hearing import hear
from .history import ME, History
from .leading import ask, lead
from .lexicon import Act, Exchange, lexicon
from .slipping import slip
from .wording import Draft, weighted

_STRONG: Final = 2


def speak(
    me: Brief, so_far: History, seed: int, flaws: float, unsaid_of_others: tuple[str, ...] = (), nature: float = 0.0
) -> str:
    """The next turn; a function of its arguments alone.

    `flaws` in [0, 1]: each turn holds a mistake with probability `flaws / 3`. `nature` in [0, 1]: each trait speaks up
    in a turn with probability `nature * |level| / 5`; at 0 only a pronounced one does, now and then.
    `unsaid_of_others` are profile sentences of others, for a writer who sees them all.
    """
    if so_far.again:
        return _another(me, so_far, seed, flaws, unsaid_of_others, nature)
    draft = _draft(me, so_far, seed, nature)
    mistake = slip(draft, flaws, unsaid_of_others) if not so_far.closing else ""
    return _styled(me, mistake or _composed(draft, so_far))


def _another(
    me: Brief, so_far: History, seed: int, flaws: float, unsaid_of_others: tuple[str, ...], nature: float
) -> str:
    """After a refusal: a turn without a mistake that shares no sentence with the one that the same seed gave before."""
    refused = speak(me, History(so_far.turns, so_far.closing), seed, flaws, unsaid_of_others, nature)
    draft = _draft(me, so_far, seed, nature)
    draft.used |= hear(refused).used
    return _styled(me, _composed(draft, so_far))


def _draft(me: Brief, so_far: History, seed: int, nature: float) -> Draft:
    last = so_far.turns[-1].text if so_far.turns else ""
    flags = f"{so_far.closing}{so_far.again}"
    chance = stream(seed, "rehearsal", me.name, len(so_far.turns), last, flags)
    return Draft(floor(me, so_far.turns), chance, nature=nature)


def _composed(draft: Draft, so_far: History) -> str:
    last = draft.floor.last
    if so_far.closing:
        _part(draft)
    elif last is None:
        _open(draft)
    elif last.bye and draft.floor.last_by != ME and not so_far.again:
        _bye(draft)
    else:
        _go_on(draft)
    return draft.text or _over_again(draft)


def _over_again(draft: Draft) -> str:
    """After very many turns everything has been said once: then it may be said again."""
    draft.floor.used.clear()
    _go_on(draft)
    return draft.text or draft.chance.choice(lexicon().talk["plain"]).text


def _go_on(draft: Draft) -> None:
    state, talk = draft.floor, lexicon().talk
    if state.last is not None and state.last.bye:
        draft.choose(talk["stay"])
        lead(draft)
        return
    if state.last is not None and state.last.hello and not state.own and draft.odds(0.6):
        met = any(piece.line is None and shape("met").search(piece.text) for piece in state.last.pieces)
        draft.choose(talk["met" if met else "hello back"])
    respond(draft)
    _show_nature(draft)
    lead(draft)


def _show_nature(draft: Draft) -> None:
    """Now and then a pronounced trait speaks up, after something of one's own; or each by its level."""
    if draft.nature:
        _show_each(draft)
        return
    if not draft.has(Act.TELL, Act.MORE) or not draft.odds(0.3):
        return
    me = draft.floor.me
    trait = weighted(draft.chance, [(trait, abs(me.level(trait)) - _STRONG + 1.0) for trait in TRAITS])
    if trait:
        draft.choose(lexicon().nature[trait, "high" if me.level(trait) > 0 else "low"])


def _show_each(draft: Draft) -> None:
    me = draft.floor.me
    for trait in TRAITS:
        level = me.level(trait)
        if draft.odds(draft.nature * abs(level) / 5):
            draft.choose(lexicon().nature[trait, "high" if level > 0 else "low"])


def _open(draft: Draft) -> None:
    """Nobody has spoken yet."""
    me, talk = draft.floor.me, lexicon().talk
    if draft.odds(0.18):
        draft.choose(talk["hello"], {"name": me.others[0]} if len(me.others) == 1 else {})
    places = [lexicon().settings[word] for word in me.setting if word in lexicon().settings]
    bold = 1.0 + 0.25 * me.level("extraversion")
    step = weighted(draft.chance, [("place", 3.0 if places else 0.0), ("opener", 3.0), ("ask", 1.6), ("tell", bold)])
    if step == "tell" and unsaid(draft):
        _open_with_oneself(draft)
    elif step == "ask":
        ask(draft)
    else:
        _ask_one(draft, places[0] if step == "place" else lexicon().openers)


def _open_with_oneself(draft: Draft) -> None:
    draft.choose(lexicon().talk["first"])
    tell(draft, focus(draft) or draft.chance.choice(unsaid(draft)))
    if draft.odds(0.5):
        draft.choose(lexicon().talk["back"])


def _ask_one(draft: Draft, openers: tuple[Exchange, ...]) -> None:
    for exchange in draft.chance.sample(openers, len(openers)):
        if draft.choose(exchange.questions):
            return


def _part(draft: Draft) -> None:
    """Told to come to an end: answer what is open, and say goodbye."""
    last = draft.floor.last
    if last is not None and last.bye:
        _bye(draft)
        return
    if draft.floor.question is not None:
        answer(draft)
    elif last is not None:
        respond(draft)
    if not draft.has(Act.TELL) and draft.odds(0.7):
        draft.choose(lexicon().talk["reason"])
    draft.choose(lexicon().talk["bye"], _names(draft))


def _bye(draft: Draft) -> None:
    """Answer a goodbye with a goodbye."""
    taken_leave = any(hear(turn).bye for turn in draft.floor.own)
    pool = lexicon().talk["bye again" if taken_leave else "bye back"]
    if not draft.choose(pool, _names(draft)):
        draft.choose(lexicon().talk["bye"], _names(draft))


def _names(draft: Draft) -> dict[str, str]:
    others = draft.floor.me.others
    return {"name": others[0]} if len(others) == 1 else {}


def _styled(me: Brief, text: str) -> str:
    return expanded(text) if "formal" in me.styles else text
