"""Did anyone see what is not theirs? The audit goes by provenance: each part of a request knows what it is."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ..models.request import Kind, Part, Role
from ..personas import Persona
from ..personas.personality.level import told
from .dialogue import Dialogue, Member
from .stopping import normal


@dataclass(frozen=True, slots=True)
class Leak:
    """Another seat's private text in a part of a request that is not a turn its owner has spoken, or a persona or note
    of another seat as it is."""

    dialogue: str
    reader: str
    """The seat that was sent the request."""
    owner: str
    """The seat whose private text it is."""
    kind: Kind
    """The kind of the part that it stood in."""
    text: str


@dataclass(frozen=True, slots=True)
class Secret:
    """One private text of one seat."""

    owner: str
    text: str
    words: str


def secrets(cast: Sequence[Member]) -> list[Secret]:
    """What is private at this table, each by its seat: profile sentences, goals, trait vectors as they are told,
    statements, and ways of talking of three words or more; a shorter one is a word that anybody may use."""
    texts = [(m.seat, text) for m in cast for text in private_texts(m.persona)]
    return [Secret(seat, text, f" {words} ") for seat, text in texts if (words := normal(text))]


def private_texts(persona: Persona) -> Iterator[str]:
    """What would tell another seat of this person, wherever it stood."""
    yield from persona.sentences
    yield persona.goal
    if persona.traits:
        yield persona.traits.line()
        yield from told(persona.traits)
    yield from (statement.text for statement in persona.statements)
    yield from (style for style in persona.style if len(style.split()) > 2)


def leaks(dialogue: Dialogue, requests: Iterable[Sequence[Part]], reader: str | None = None) -> Iterator[Leak]:
    """Every leak in the requests of one dialogue, in order.

    A request of script mode carries all personas by design; the caller says so and does not audit it. A sentence that
    stands in two personas of a cast is nobody's secret between the two. `reader`: the seat that all of the requests
    were made for, "" for the selector; None: each is found by `reader_of`.
    """
    private = secrets(dialogue.cast)
    own: dict[str, set[str]] = {m.seat: {s.words for s in private if s.owner == m.seat} for m in dialogue.cast}
    told = _told(dialogue, private)
    for parts in requests:
        seat = reader_of(parts, dialogue) if reader is None else reader
        for part in parts:
            if part.kind in OWN_ALONE and part.seat and part.seat != seat:
                yield Leak(dialogue.id, seat, part.seat, part.kind, part.text)
                continue
            words = f" {normal(part.text)} "
            for secret in private:
                if secret.owner == seat or secret.words not in words or secret.words in own.get(seat, set()):
                    continue
                if not _harmless(part, secret, own, told):
                    yield Leak(dialogue.id, seat, secret.owner, part.kind, secret.text)


OWN_ALONE = (Kind.PERSONA, Kind.NOTE)
"""What only the seat that it is for may be sent."""


def reader_of(parts: Sequence[Part], dialogue: Dialogue | None = None) -> str:
    """The seat that a request was made for; empty for a selector's, which holds no persona.

    It is the one whose turns are the assistant's, or who spoke next in the dialogue. Where neither is known, the
    request's word is taken for it: the persona's seat.
    """
    own = next((part.seat for part in parts if part.role is Role.ASSISTANT and part.kind is Kind.TURN), None)
    persona = next((part.seat for part in parts if part.kind is Kind.PERSONA), None)
    return own or (persona and _next_speaker(parts, dialogue)) or persona or ""


def _next_speaker(parts: Sequence[Part], dialogue: Dialogue | None) -> str | None:
    """Who spoke after the turns of a request; None where the dialogue did not go that way."""
    heard = [part for part in parts if part.kind is Kind.TURN]
    if dialogue is None or len(heard) >= len(dialogue.turns):
        return None
    same = all(part.text.endswith(turn.text) for part, turn in zip(heard, dialogue.turns, strict=False))
    return dialogue.turns[len(heard)].seat if same else None


def _harmless(part: Part, secret: Secret, own: dict[str, set[str]], told: set[str]) -> bool:
    """A turn may hold what its speaker's own persona says, and what the owner has said before."""
    if part.kind is not Kind.TURN:
        return False
    speaker = part.seat or ""
    return speaker == secret.owner or secret.words in told or secret.words in own.get(speaker, set())


def _told(dialogue: Dialogue, private: Sequence[Secret]) -> set[str]:
    """Secrets that their owners have spoken out in this dialogue."""
    spoken = {m.seat: [f" {normal(text)} " for text in dialogue.said_by(m.seat)] for m in dialogue.cast}
    return {s.words for s in private if any(s.words in text for text in spoken[s.owner])}
