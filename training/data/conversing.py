"""How does a dialogue become examples: whole conversations, single replies, or a speaker's profile?"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path

from ...agents import Dialogue, SeatRole
from ...corpus.formats.telling import speakers, tell
from ...models.local.templating import OPENING
from ...models.prompt import Prompts
from ...models.request import Role
from ...personas import Persona
from ...personas.description import described
from ..example import Example, Form, Message, Speaker, System

_PROMPTS = Prompts(Path(__file__).parent / "prompts")


def examples(
    dialogues: Iterable[Dialogue],
    *,
    form: Form = Form.CHAT,
    speaker: Speaker = Speaker.BOTH,
    system: System = System.PERSONA,
) -> Iterator[Example]:
    """The examples of each dialogue, one by one; none of a seat that has nothing to teach in this form.

    `chat`: a conversation a speaker. `pairs`: an utterance and its reply, as many a speaker as there are. `profile`: a
    speaker's lines and profile sentences, under no system message, which would tell the answer.
    """
    make = _MAKERS[form]
    for dialogue in dialogues:
        for seat in learners(dialogue, speaker):
            yield from make(dialogue, seat, system)


def learners(dialogue: Dialogue, speaker: Speaker) -> list[str]:
    """The seats whose turns are learned, in the order of the cast; all of them have spoken."""
    roles = roles_of(dialogue)
    return [seat for seat in speakers(dialogue) if speaker is Speaker.BOTH or roles[seat] == speaker.value]


def roles_of(dialogue: Dialogue) -> Mapping[str, SeatRole]:
    """By seat, as declared; where nothing is, who opens is the user, and all others are assistants."""
    declared = {member.role for member in dialogue.cast} - {None}
    if declared:
        rest = SeatRole.ASSISTANT if SeatRole.USER in declared else SeatRole.USER
        return {member.seat: member.role or rest for member in dialogue.cast}
    opener = dialogue.turns[0].seat if dialogue.turns else ""
    return {m.seat: SeatRole.USER if m.seat == opener else SeatRole.ASSISTANT for m in dialogue.cast}


def system_message(persona: Persona, system: System, *, named: bool = False) -> str:
    """What of a persona stands in the system message; empty where there is nothing to say.

    `named`: the name stands there even if it is all that is known: with more than two at the table, turns bear names.
    """
    if system is System.NONE:
        return ""
    if system is System.PERSONA:
        return described(persona, even_if_only_named=named)
    bare = Persona(name=persona.name, traits=persona.traits, statements=persona.statements)
    return described(bare).partition("\n")[2]


def told_by(dialogue: Dialogue, seat: str, system: System) -> list[Message]:
    """All messages as `tell` has them, under the system message that is asked for; whoever opens has been greeted."""
    messages = [message for message in tell(dialogue, seat) if message["role"] != Role.SYSTEM]
    if messages and messages[0]["role"] == Role.ASSISTANT:
        messages.insert(0, {"role": Role.USER.value, "content": OPENING})
    return [*_about(dialogue, seat, system), *messages]


def _about(dialogue: Dialogue, seat: str, system: System) -> list[Message]:
    text = system_message(dialogue.member(seat).persona, system, named=len(dialogue.cast) > 2)
    return [{"role": Role.SYSTEM.value, "content": text}] if text else []


def _chat(dialogue: Dialogue, seat: str, system: System) -> Iterator[Example]:
    """What was said after the speaker's last turn teaches nothing, and is left out."""
    messages = told_by(dialogue, seat, system)
    while messages and messages[-1]["role"] != Role.ASSISTANT:
        messages.pop()
    if messages:
        yield _example(dialogue, seat, messages, Form.CHAT)


def _pairs(dialogue: Dialogue, seat: str, system: System) -> Iterator[Example]:
    """PSYDIAL (Han et al. 2024), use of the data: one utterance before the reply, nothing else of the conversation."""
    about = _about(dialogue, seat, system)
    messages = [message for message in tell(dialogue, seat) if message["role"] != Role.SYSTEM]
    for heard, reply in pairwise(messages):
        if reply["role"] == Role.ASSISTANT:
            yield _example(dialogue, seat, [*about, heard, reply], Form.PAIRS)


def _profile(dialogue: Dialogue, seat: str, system: System) -> Iterator[Example]:
    persona = dialogue.member(seat).persona
    if persona.profile:
        known = "\n".join(" ".join(text.split()) for text in persona.sentences)
        messages = [profile_question(dialogue.said_by(seat)), {"role": Role.ASSISTANT.value, "content": known}]
        yield _example(dialogue, seat, messages, Form.PROFILE)


def profile_question(said: Iterable[str]) -> Message:
    """What is asked of a model that is to tell who speaks."""
    lines = [" ".join(text.split()) for text in said]
    return {"role": Role.USER.value, "content": _PROMPTS.render("profile", said=lines)}


def _example(dialogue: Dialogue, seat: str, messages: list[Message], form: Form) -> Example:
    return Example(dialogue.id, seat, tuple(messages), dialogue.member(seat).persona, form)


_MAKERS: Mapping[Form, Callable[[Dialogue, str, System], Iterator[Example]]] = {
    Form.CHAT: _chat,
    Form.PAIRS: _pairs,
    Form.PROFILE: _profile,
}
