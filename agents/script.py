"""How does one call write a whole dialogue? Script mode: sees all personas, by design; its reply is parsed strictly."""

import re
from collections.abc import Sequence

from autogen_core import CancellationToken
from autogen_core.models import CreateResult

from ..models.errors import ReplyRefused
from ..models.request import Kind, Part, Role, Task
from ..models.thread import Thread
from ..personas.personality.facet import meanings
from ..personas.personality.level import told
from .briefing import again, named_turns
from .calls import Calls
from .dialogue import Dialogue, Member, StopReason, Turn
from .event import TurnRefused, TurnSpoken
from .play import Play
from .prompt import render
from .staging import language_name


class NotAScript(ValueError):
    """The reply is no dialogue in the form that was asked for; the message says why, for the model."""


async def write_script(play: Play, token: CancellationToken) -> Dialogue:
    """Ask for the dialogue in one call, at most `patience` times again; then the try fails."""
    assert play.writer is not None
    thread, calls, reason = Thread(), Calls(play.seed, play.place), ""
    thread.add(*script_parts(play))
    for _ in range(play.staging.patience + 1):
        tail = (again(reason, "script-again"),) if reason else ()
        try:
            result = await calls.bind(play.writer, Task.SCRIPT).create(thread.messages(*tail), cancellation_token=token)
            turns = _parsed(play, result)
        except ReplyRefused as refused:
            return play.dialogue((), StopReason.REFUSAL, f"writer: {refused}")
        except NotAScript as problem:
            reason = str(problem)
            play.events(TurnRefused(play.place, "writer", "script", reason))
            continue
        for number, turn in enumerate(turns):
            name = play.job.cast[play.seats.index(turn.seat)].name
            play.events(TurnSpoken(play.place, turn.seat, name, number, turn.text))
        return play.dialogue(turns, StopReason.SCRIPT_END)
    return play.dialogue((), StopReason.GUARD, f"writer: script: {reason}", {"script": play.staging.patience + 1})


def _parsed(play: Play, result: CreateResult) -> tuple[Turn, ...]:
    key = getattr(result, "request_key", None)
    turns = read_script(str(result.content), play.job.cast)
    if len(turns) < 2:
        raise NotAScript(f"it held one turn alone. Write {play.staging.least} to {play.staging.most} turns.")
    return tuple(Turn(seat, text, key) for seat, text in turns)


_FENCE = re.compile(r"^\s*```.*$", re.MULTILINE)
_LABEL = re.compile(r"^\W*?(?P<label>[^:\n]{1,60}?)[*_\]\s]*:[*_]*\s*(?P<text>.*)$")
_ASIDE = re.compile(r"\s*[(\[*,].*")
_MARKS = " *_#->[]()\"'"


def read_script(reply: str, cast: Sequence[Member]) -> list[tuple[str, str]]:
    """(seat, text) of each `Name: text` line.

    Fences, empty lines, and prose before the first and after the last turn are passed over; bold or bulleted labels and
    `User 1`-like numbering are read. Raises NotAScript where a line between the turns has no label or a foreign one, or
    a label holds more than the name: nothing is taken out of a turn.
    """
    turns: list[tuple[str, str]] = []
    loose = ""
    for line in (line.strip() for line in _FENCE.sub("", reply).splitlines()):
        if (said := _said(line, cast)) is None:
            loose = loose or (line if turns else "")
            continue
        if loose:
            raise NotAScript(_without_name(loose, cast))
        turns.append(said)
    if not turns:
        raise NotAScript(f"no line began with a name and a colon. Begin the line of each turn with {_labels(cast)}.")
    for seat, text in turns:
        if not text:
            name = next(member.name for member in cast if member.seat == seat)
            raise NotAScript(f"a turn of {name} was empty. Write what {name} says on the same line, after the colon.")
    return turns


def _said(line: str, cast: Sequence[Member]) -> tuple[str, str] | None:
    """(seat, text) of a line; None where it begins with no name."""
    if not (found := _LABEL.match(line)):
        return None
    seats = {member.name.casefold(): member.seat for member in cast}
    seats |= {f"user {n}": member.seat for n, member in enumerate(cast, 1)}
    label = found["label"].strip(_MARKS).casefold()
    if seat := seats.get(label.strip(_MARKS + "0123456789.")) or seats.get(label):
        return seat, _unquoted(found["text"])
    if seats.get(_ASIDE.sub("", label)):
        bare = _ASIDE.sub("", found["label"].strip(_MARKS))
        raise NotAScript(
            f"the line {line[:60]!r} has more than a name before its colon. Write '{bare}:' and spoken words alone."
        )
    return None


def _without_name(line: str, cast: Sequence[Member]) -> str:
    return (
        f"the line {line[:60]!r} stood between the turns and did not begin with one of the names. Write each turn on "
        f"one line that begins with {_labels(cast)}, and nothing else between them."
    )


def _labels(cast: Sequence[Member]) -> str:
    return " or ".join(f"'{member.name}:'" for member in cast)


def _unquoted(text: str) -> str:
    return (
        text[1:-1].strip() if len(text) > 2 and text[0] == text[-1] == '"' and '"' not in text[1:-1] else text.strip()
    )


def script_parts(play: Play) -> list[Part]:
    """The request of script mode: instructions, exemplars, all personas."""
    staging, cast = play.staging, play.job.cast
    instructions = render(
        "script",
        names=_speaking_order(play),
        least=staging.least,
        most=staging.most,
        alternate=staging.order == "round-robin",
        language=language_name(staging.language),
        style=staging.style,
        setting=staging.setting,
    )
    exemplars = [
        Part(
            Role.SYSTEM,
            Kind.EXEMPLAR,
            render("script-exemplar", number=n, people=_people(e.cast), turns=named_turns(e)),
        )
        for n, e in enumerate(play.job.exemplars, 1)
    ]
    notes = [{"name": play.job.cast[play.seats.index(seat)].name, "text": text} for seat, text in play.notes.items()]
    personas = render("script-personas", people=_people(cast), notes=notes)
    return [
        Part(Role.SYSTEM, Kind.INSTRUCTIONS, instructions),
        *exemplars,
        Part(Role.SYSTEM, Kind.PERSONA, personas),
        Part(Role.USER, Kind.REMINDER, render("script-write")),
    ]


def _speaking_order(play: Play) -> list[str]:
    first = play.seats.index(play.staging.first(play.seats))
    names = [member.name for member in play.job.cast]
    return [*names[first:], *names[:first]]


def _people(cast: Sequence[Member]) -> list[dict[str, object]]:
    return [
        {
            "name": m.name,
            "public": " ".join(text for text in (m.persona.introduction, m.persona.relation) if text).rstrip("."),
            "profile": m.persona.sentences,
            "traits": list(told(m.persona.traits)) if m.persona.traits else (),
            "statements": [statement.text for statement in m.persona.statements],
            "style": m.persona.style,
            "meanings": list(meanings(m.persona.style)),
            "goal": m.persona.goal,
            "focus": m.persona.focus or "",
        }
        for m in cast
    ]
