"""Where does the conversation stand? Who told what, which subject is open, and what waits for an answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from .brief import Brief
from .hearing import Heard, Utterance, hear
from .history import ME, Turn
from .lexicon import Act, lexicon

NOBODY: Final = "\x00"
"""Owns a subject that has been asked about and not been answered yet."""

_NEWS: Final = (Act.TELL, Act.SAY, Act.MORE, Act.LACK)


@dataclass(slots=True)
class Thread:
    """The open subject: whose it is, what it names, and how often it has been asked after."""

    topic: str = ""
    owner: str = NOBODY
    slots: Mapping[str, str] = field(default_factory=dict)
    depth: int = 0
    exchange: Heard | None = None
    """The question that opened it, when it was one with answers of its own."""


@dataclass(slots=True)
class Question:
    """What somebody asked this speaker and has not been told yet."""

    heard: Heard
    by: str
    age: int
    """Turns since; 0 for the last turn."""


@dataclass(slots=True)
class Floor:
    """The state of a conversation as one of its speakers sees it."""

    me: Brief
    group: bool
    used: set[str] = field(default_factory=set)
    heads: list[str] = field(default_factory=list)
    """First words of the last turns: the next one should begin otherwise."""
    told: set[int] = field(default_factory=set)
    """Which of the speaker's own facts are out."""
    raised: dict[str, set[str]] = field(default_factory=dict)
    """Topic -> who has spoken about it."""
    thread: Thread = field(default_factory=Thread)
    question: Question | None = None
    news: Heard | None = None
    """What the last turn tells, answers or admits."""
    last: Utterance | None = None
    last_by: str = ME
    own: list[str] = field(default_factory=list)
    """The speaker's turns."""
    idle: int = 0
    """How many turns in a row brought nothing new."""
    elsewhere: bool = False
    """Whether the last turn asked somebody else."""
    confided: list[str] = field(default_factory=list)
    """What others have told of themselves, sentence by sentence."""
    order: list[str] = field(default_factory=list)
    """Who spoke, turn by turn."""

    @property
    def next_by(self) -> str:
        """Who will speak next, if it goes as after this speaker's last turn; empty where that is unknown."""
        after = [self.order[at + 1] for at in range(len(self.order) - 1) if self.order[at] == ME]
        return after[-1] if after and after[-1] != ME else ""


def floor(me: Brief, turns: tuple[Turn, ...]) -> Floor:
    """Follow the conversation from its first turn."""
    group = len(me.others) > 1
    names = (*me.others, me.name) if group else ()
    state = Floor(me, group)
    for place, turn in enumerate(turns):
        _follow(state, turn.by, hear(turn.text, names), len(turns) - 1 - place)
        if turn.by == ME:
            state.own.append(turn.text)
    return state


def _follow(state: Floor, by: str, said: Utterance, age: int) -> None:
    state.used |= said.used
    state.order.append(by)
    state.last, state.last_by, state.news = said, by, None
    state.elsewhere = False
    if by == ME or _taken_up(state, by):
        state.question = None
    fresh = False
    for piece in said.pieces:
        fresh = _take(state, by, piece, age) or fresh
    state.idle = 0 if fresh else state.idle + 1
    state.heads.append(said.head)


def _taken_up(state: Floor, by: str) -> bool:
    """In a group, a question to nobody in particular is answered by whoever speaks next."""
    open_to_all = state.question is not None and state.question.heard.to != state.me.name
    return state.group and open_to_all and state.question is not None and by != state.question.by


def _take(state: Floor, by: str, piece: Heard, age: int) -> bool:
    """One piece of a turn; whether it brings something new."""
    if by == ME and (index := state.me.told_by.get(piece.key)) is not None:
        state.told.add(index)
    if piece.asks:
        return _asked(state, by, piece, age)
    if piece.line is None and state.news is not None and state.news.act is Act.TELL:
        return False
    if piece.act in _NEWS:
        return _brought(state, by, piece)
    if piece.act is None and by != ME and (state.news is None or state.news.act is None):
        state.news = piece
        return bool(piece.topic)
    return False


def _asked(state: Floor, by: str, piece: Heard, age: int) -> bool:
    thread = state.thread
    if piece.act is Act.FOLLOW and piece.line is not None and piece.topic:
        if thread.topic == piece.topic:
            thread.depth += 1
    elif piece.act is Act.BACK:
        thread.depth += 1
    elif piece.topic or piece.act is Act.FOLLOW:
        opening = piece if piece.act is Act.FOLLOW else None
        state.thread = Thread(piece.topic, NOBODY, {}, 0, opening)
        state.raised.setdefault(piece.topic, set())
    _open(state, by, piece, age)
    return True


def _open(state: Floor, by: str, piece: Heard, age: int) -> None:
    state.elsewhere = bool(piece.to) and piece.to != state.me.name
    if by != ME and not state.elsewhere:
        state.question = Question(piece, by, age)
    elif state.elsewhere and state.question is not None and state.question.heard.to != state.me.name:
        state.question = None


def _brought(state: Floor, by: str, piece: Heard) -> bool:
    state.news = piece
    if not piece.topic:
        state.thread.owner = by if state.thread.owner == NOBODY else state.thread.owner
        return True
    state.raised.setdefault(piece.topic, set()).add(by)
    if by != ME and piece.act in (Act.TELL, Act.MORE):
        state.confided.append(piece.text)
    if piece.act is Act.TELL:
        state.thread = Thread(piece.topic, by, piece.slots or {}, 0)
    elif state.thread.topic == piece.topic and state.thread.owner == NOBODY:
        state.thread.owner = by
    if piece.act is Act.LACK:
        state.thread.depth = 9
    return True


def kin(topic: str) -> tuple[str, ...]:
    """The neighbours of a topic."""
    found = lexicon().topics.get(topic)
    return found.kin if found else ()


def tone(topic: str, slots: Mapping[str, str]) -> str:
    """`light`, `warm`, `plain` or `grave`; some things are grave whatever they are about."""
    found = lexicon().topics.get(topic)
    if not lexicon().sorrows.isdisjoint(slots):
        return "grave"
    return found.tone if found else "light"


def domain(topic: str) -> str:
    """The part of life that a topic belongs to."""
    found = lexicon().topics.get(topic)
    return found.domain if found else ""
